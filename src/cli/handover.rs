//! The options group "Credentials": their format and destination.

use crate::cli::usage::Usage;
use crate::cli::{folder, git};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};
use zoho_grant::error::explain;
use zoho_grant::handover::Target;
use zoho_grant::handover::destination::Destination;
use zoho_grant::handover::fields::{self, Field, Prospect};
use zoho_grant::handover::file::{Existing, PrivateFile, Unusable};
use zoho_grant::handover::format::{FORMATS, Form, Format, FormatError};
use zoho_grant::handover::format_options::{FormatOptions, Prefix};
use zoho_grant::handover::template::Template;
use zoho_grant::untrusted::Untrusted;
use zoho_grant::zoho::scopes::Scopes;

/// The format and destination of the credentials.
#[derive(Args, Clone)]
#[command(next_help_heading = "Credentials")]
pub struct HandOver {
    /// Program that will read the CRM; sets the format and scopes
    #[arg(long = "for", value_name = "DEST", value_enum)]
    pub destination: Option<Destination>,
    /// Format of the credentials [default: the format for --for, otherwise text]
    #[arg(long, value_parser = format_named())]
    pub format: Option<&'static Format>,
    /// Print a single value instead of a format
    #[arg(long, value_name = "NAME", conflicts_with_all = ["format", "template"], long_help = field_help())]
    pub field: Option<&'static Field>,
    /// Custom text instead of a format, with placeholders such as {refresh_token}; write a literal brace twice: {{ or }}
    #[arg(long, value_name = "TEXT", conflicts_with = "format")]
    pub template: Option<Template>,
    /// Write the credentials to this file instead of standard output (-)
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file (dotenv is always merged into it)
    #[arg(long, requires = "output")]
    pub force: bool,
    #[command(flatten)]
    pub options: FormatOptions,
}

impl HandOver {
    /// The target, with this variable prefix; an error if what is known `before` the login rules out the format.
    pub fn target(
        &self,
        prefix: &Prefix,
        before: Option<&Prospect>,
        warnings: &mut Vec<String>,
    ) -> Result<Target, Usage> {
        let (form, mut extras) = (self.form(), self.options.clone());
        extras.env_prefix = prefix.clone();
        if let Some(unfit) = before.and_then(|before| form.hopeless(&extras, before)) {
            return Err(refused(&unfit));
        }
        let output = self.output.as_deref();
        let path = output.filter(|path| *path != Path::new("-"));
        let file = path.map(|path| self.file(path, &form)).transpose()?;
        if let Form::Format(format) = form {
            warnings.extend(format.remarks.iter().map(|remark| match remark.link {
                Some((_, address)) => format!("{} {address}", remark.text),
                None => remark.text.to_owned(),
            }));
        }
        warnings.extend(file.iter().flat_map(warnings_of));
        Ok(Target {
            form,
            extras,
            file,
            last_resort: folder::state(),
        })
    }

    /// Whether anything but the default was requested: credentials saved in a profile are not printed by default.
    pub fn is_asked_for(&self) -> bool {
        self.output.is_some() || self.form().name() != "text"
    }

    /// Whether an option sets the form or destination of the credentials.
    pub fn names_a_form(&self) -> bool {
        let form = self.format.is_some() || self.field.is_some() || self.template.is_some();
        form || self.output.is_some()
    }

    /// Whether the requested format supports this data center.
    pub fn knows(&self, center: &str) -> bool {
        let known = self.format().data_centers;
        known.is_none_or(|codes| codes.contains(&center))
    }

    /// The program that will read the CRM, if the person named one.
    pub fn reader(&self) -> Option<Destination> {
        let by_format = || Destination::of_format(self.form().name());
        self.destination.or_else(by_format)
    }

    /// The same for this program, without what was passed for another one.
    pub fn read_by(&self, destination: Destination) -> Self {
        let mut same = self.clone();
        if self.reader().unwrap_or(Destination::Other) != destination {
            (same.format, same.field, same.template) = (None, None, None);
        }
        same.destination = Some(destination);
        same
    }

    /// The `given` scopes, or those of the program that will read the CRM.
    pub fn scopes(&self, given: Option<Scopes>) -> Option<Scopes> {
        given.or_else(|| self.destination.map(Destination::scopes))
    }

    fn format(&self) -> &'static Format {
        let usual = || self.destination.unwrap_or(Destination::Other).format();
        self.format.unwrap_or_else(usual)
    }

    fn form(&self) -> Form {
        match (self.field, &self.template) {
            (Some(field), _) => Form::Field(field),
            (None, Some(template)) => Form::Template(template.clone()),
            (None, None) => Form::Format(self.format()),
        }
    }

    fn file(&self, path: &Path, form: &Form) -> Result<PrivateFile, Usage> {
        let existing = match (form.is_merged(), self.force) {
            (true, _) => Existing::Merge,
            (false, true) => Existing::Replace,
            (false, false) => Existing::Keep,
        };
        PrivateFile::prepare(path, existing).map_err(|reason| {
            let option = format!("--output {}", Untrusted::path(path));
            let exit_code = 2 - u8::from(matches!(reason, Unusable::System(_)));
            Usage::new(&option, &reason, reason.remedy()).exiting(exit_code)
        })
    }
}

/// Warnings to show before secrets are written to the file, one sentence each.
fn warnings_of(file: &PrivateFile) -> Vec<String> {
    let path = Untrusted::path(&file.path);
    let mut warnings = Vec::new();
    if file.is_open_to_others() {
        warnings.push(format!(
            "Other users of this machine can read {path}; chmod 600 prevents that."
        ));
    }
    if git::would_take(&file.path) {
        warnings.push(format!(
            "{path} is in a git work tree and not ignored: do not commit its secrets."
        ));
    }
    warnings
}

/// The error for credentials that the requested format cannot represent.
pub fn refused(unfit: &FormatError) -> Usage {
    let option = match unfit.form {
        Form::Format(format) => format!("--format {}", format.name),
        Form::Field(field) => format!("--field {}", field.name),
        Form::Template(_) => "--template".to_owned(),
    };
    Usage::new(&option, unfit, explain::format(&unfit.why))
}

fn format_named() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| {
        let known = match format.data_centers {
            None => String::new(),
            Some(codes) => format!(" (data centers {} only)", codes.join(", ")),
        };
        let help = format!("{}: {}{known}", format.title, format.purpose);
        PossibleValue::new(format.name).help(help)
    });
    PossibleValuesParser::new(values.collect::<Vec<_>>())
        .map(|name| Format::named(&name).expect("clap accepts only the names of formats"))
}

fn field_help() -> String {
    format!(
        "Print a single value instead of a format: {}",
        fields::known()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use zoho_grant::handover::format_options::Environment;
    use zoho_grant::zoho::data_centers::DataCenter;
    use zoho_grant::zoho::scopes;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        hand_over: HandOver,
    }

    fn parsed(line: &str) -> Result<HandOver, String> {
        let words = ["it"].into_iter().chain(line.split_whitespace());
        let line = Line::try_parse_from(words).map_err(|error| error.to_string());
        line.map(|line| line.hand_over)
    }

    /// Before a login at this data center, with or without the check, for the scopes of its destination.
    fn refusal(line: &str, center: &str, verify: bool) -> Option<(u8, String)> {
        let hand_over = parsed(line).unwrap();
        let scopes = hand_over.scopes(None);
        let before = Prospect {
            data_center: DataCenter::of_code(center),
            scopes: &scopes.unwrap_or_else(|| Scopes::parse(scopes::DEFAULT).unwrap()),
            verify,
        };
        let target = hand_over.target(&Prefix::default(), Some(&before), &mut Vec::new());
        target
            .err()
            .map(|usage| (usage.exit_code, format!("{} {}", usage.cause, usage.remedy)))
    }

    #[test]
    fn format_field_and_template_exclude_each_other() {
        for line in [
            "--format json --field scope",
            "--format json --template x",
            "--field scope --template x",
        ] {
            assert!(
                parsed(line).is_err_and(|error| error.contains("cannot be used with")),
                "{line}"
            );
        }
        assert_eq!(parsed("").unwrap().form().name(), "text");
        assert_eq!(parsed("--field scope").unwrap().form().name(), "scope");
    }

    #[test]
    fn options_are_parsed_and_their_errors_name_them() {
        for (option, word) in [
            ("--environment", "bigin"),
            ("--start-date", "soon"),
            ("--template", "{nothing}"),
            ("--field", "nothing"),
            ("--format", "nothing"),
        ] {
            let error = parsed(&format!("{option} {word}")).err().unwrap();
            assert!(error.contains(option), "{error}");
        }
    }

    #[test]
    fn words_are_case_insensitive() {
        let given = parsed("--environment sandbox").unwrap();
        assert_eq!(given.options.environment, Some(Environment::Sandbox));
        let error = parsed("--environment bigin").err().unwrap();
        assert!(error.contains("Production, Developer, Sandbox"), "{error}");
    }

    #[test]
    fn what_is_missing_is_refused_before_the_browser_opens() {
        for (line, center, verify, named) in [
            (
                "--format singer --start-date 2026-01-01",
                "us",
                true,
                "--user-agent",
            ),
            ("--format airbyte", "eu", false, "--environment"),
            ("--format singer", "eu", true, "these data centers: us;"),
            (
                "--for airbyte",
                "ca",
                true,
                "us, au, eu, in, cn, jp; and not Canada (ca)",
            ),
            ("--format rclone", "eu", true, "WorkDrive.files.READ"),
            ("--field user_email", "eu", false, "--no-verify"),
            ("--template {organization_id}", "eu", false, "--no-verify"),
        ] {
            let (code, words) = refusal(line, center, verify).unwrap();
            assert!(code == 2 && words.contains(named), "{line}: {words}");
        }
        for (line, center, verify) in [
            ("--format airbyte --environment sandbox", "eu", false),
            ("--format airbyte", "eu", true),
            ("--for airbyte", "an unknown one", true),
            ("--field environment --environment sandbox", "eu", false),
            ("--template {organization_id}", "eu", true),
        ] {
            assert_eq!(refusal(line, center, verify), None, "{line}");
        }
    }

    #[test]
    fn adobe_comes_with_its_deprecation_and_the_allow_list() {
        let mut warnings = Vec::new();
        parsed("--format adobe")
            .unwrap()
            .target(&Prefix::default(), None, &mut warnings)
            .unwrap();
        let all = warnings.join("\n");
        for word in [
            "deprecated at the end of June 2025",
            "adobe-rest",
            "not verified",
            "Allowed IPs",
            "ip-address-allow-list",
        ] {
            assert!(all.contains(word), "{word} is missing");
        }
        assert!(warnings.iter().all(|line| !line.contains('\n')));
    }
}
