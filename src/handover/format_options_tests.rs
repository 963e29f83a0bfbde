use super::*;

#[test]
fn a_date_becomes_a_moment() {
    let date = |text: &str| text.parse::<StartDate>().map(|date| date.0);
    assert_eq!(date("2026-01-31").unwrap(), "2026-01-31T00:00:00Z");
    assert_eq!(
        date("2026-01-31T12:34:56Z").unwrap(),
        "2026-01-31T12:34:56Z"
    );
    for wrong in ["", "yesterday", "31.1.2026", "2026-13-01", "2026-01-31T"] {
        assert_eq!(date(wrong), Err(NotAnExtra::StartDate), "{wrong}");
    }
}

#[test]
fn what_could_break_a_line_is_refused() {
    assert_eq!(
        "crm.zoho.eu/a\nb".parse::<Endpoint>(),
        Err(NotAnExtra::Endpoint)
    );
    assert_eq!("a\r\nb".parse::<UserAgent>(), Err(NotAnExtra::UserAgent));
    assert!("a reader (a@example.com)".parse::<UserAgent>().is_ok());
}
