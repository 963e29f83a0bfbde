use super::*;
use crate::handover::fields::Prospect;
use crate::handover::format::{FORMATS, Format};
use crate::handover::format_error::Why;
use crate::handover::format_options::Need;
use crate::zoho::crm::Identity;
use crate::zoho::data_centers::DataCenter;
use crate::zoho::scopes::{self, Scopes};
use file::Existing;

fn target(form: &str, file: Option<PrivateFile>) -> Target {
    Target {
        form: Form::named(form).unwrap(),
        extras: FormatOptions::default(),
        file,
        last_resort: None,
    }
}

fn handed_over(
    credentials: &Credentials,
    target: &Target,
) -> (String, Written, Option<NotWritten>) {
    let mut output = Vec::new();
    let (written, error) = hand_over(credentials, target, &mut output);
    (String::from_utf8(output).unwrap(), written, error)
}

/// Nothing but client and accounts server.
fn nothing() -> Credentials {
    Credentials {
        access_token: None,
        scopes: None,
        ..samples::bare()
    }
}

#[test]
fn names_and_file_names_stand_once() {
    let parts: [fn(&Format) -> &str; 3] = [
        |format| format.name,
        |format| format.title,
        |format| format.file_name,
    ];
    for part in parts {
        let all: std::collections::HashSet<_> = FORMATS.iter().map(part).collect();
        assert_eq!(all.len(), FORMATS.len());
    }
}

#[test]
fn every_document_ends_in_one_newline_and_holds_no_carriage_return() {
    let credentials = Credentials {
        data_center: DataCenter::of_code("us"),
        ..samples::full()
    };
    for format in &FORMATS {
        let document = samples::document(format.name, &credentials);
        assert!(
            document.ends_with('\n') && !document.ends_with("\n\n"),
            "{}",
            format.name
        );
        assert!(!document.contains('\r'), "{}", format.name);
    }
}

const NEEDS: [Need; 7] = [
    Need::AccessToken,
    Need::RefreshToken,
    Need::ApiDomain,
    Need::Endpoint,
    Need::Environment,
    Need::StartDate,
    Need::UserAgent,
];

/// What is written in this format without some of the needs.
fn without(format: &'static Format, needs: &[Need]) -> Result<String, Why> {
    let (mut credentials, mut extras) = (samples::full(), samples::extras());
    credentials.data_center = DataCenter::of_code("us");
    for need in needs {
        match need {
            Need::AccessToken => credentials.access_token = None,
            Need::RefreshToken => credentials.refresh_token = None,
            Need::ApiDomain => credentials.api_domain = None,
            Need::Endpoint => credentials.data_center = None,
            Need::Environment => credentials.identity = Identity::not_asked("-"),
            Need::StartDate => extras.start_date = None,
            Need::UserAgent => extras.user_agent = None,
        }
    }
    let document = Form::Format(format).document(View {
        credentials: &credentials,
        options: &extras,
    });
    document
        .map(|text| text.to_string())
        .map_err(|unfit| unfit.why)
}

#[test]
fn what_a_reader_needs_is_asked_for() {
    for format in &FORMATS {
        for need in NEEDS {
            let asked = match without(format, &[need]) {
                Err(Why::Missing(missing)) => missing == need,
                // Those who know only some data centers ask for one of them before.
                Err(Why::DataCenter { .. }) => false,
                other => other.is_err(),
            };
            assert_eq!(
                asked,
                format.needs.contains(&need),
                "{} {need:?}",
                format.name
            );
        }
    }
}

/// What is absent is left out, so a need that the table does not name would be missing from the document.
#[test]
fn a_document_with_what_its_reader_needs_is_whole() {
    for format in FORMATS.iter().filter(|format| !format.needs.is_empty()) {
        let unneeded = |need: &Need| {
            let of_known = *need == Need::Endpoint && format.data_centers.is_some();
            !format.needs.contains(need) && !of_known
        };
        let unneeded: Vec<Need> = NEEDS.into_iter().filter(unneeded).collect();
        assert_eq!(
            without(format, &unneeded),
            without(format, &[]),
            "{}",
            format.name
        );
    }
}

#[test]
fn what_is_missing_is_known_before_when_it_can_be() {
    let scopes = Scopes::parse(scopes::DEFAULT).unwrap();
    let hopeless = |name: &str, extras: &FormatOptions, verify| {
        let before = Prospect {
            data_center: DataCenter::of_code("us"),
            scopes: &scopes,
            verify,
        };
        let unfit = Form::named(name).unwrap().hopeless(extras, &before);
        unfit.map(|unfit| unfit.why)
    };
    let none = FormatOptions::default();
    assert_eq!(
        hopeless("singer", &none, true),
        Some(Why::Missing(Need::StartDate))
    );
    assert_eq!(hopeless("singer", &samples::extras(), false), None);
    assert_eq!(
        hopeless("airbyte", &none, false),
        Some(Why::Missing(Need::Environment))
    );
    assert_eq!(hopeless("airbyte", &none, true), None);
    for name in ["text", "json", "dotenv", "adobe", "adobe-rest", "zoho-sdk"] {
        assert_eq!(hopeless(name, &none, false), None);
    }
}

#[test]
fn what_the_form_refuses_goes_to_standard_output_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("airbyte.json");
    let file = PrivateFile::prepare(&path, Existing::Keep).unwrap();
    for target in [target("airbyte", Some(file)), target("airbyte", None)] {
        let (output, written, error) = handed_over(&nothing(), &target);
        assert_eq!(output, samples::document("json", &nothing()));
        assert_eq!(written, Written::Output("json"));
        let error = error.unwrap();
        let error = crate::error::Error::NotWritten(error);
        assert_eq!(error.explain().exit_code, 1);
        assert!(
            error.to_string().contains("and not an unknown one"),
            "{error}"
        );
    }
    assert!(!path.exists());
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_form_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("zoho.fish");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    let file = PrivateFile::prepare(&path, Existing::Keep).unwrap();
    std::fs::remove_dir(path.parent().unwrap()).unwrap();
    let (output, written, error) = handed_over(&samples::full(), &target("fish", Some(file)));
    assert_eq!(output, samples::document("fish", &samples::full()));
    assert_eq!(written, Written::Output("fish"));
    assert!(matches!(error.unwrap().why, Unwritten::File(_)));
}
