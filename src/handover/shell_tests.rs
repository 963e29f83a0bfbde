use super::*;
use crate::handover::samples;
use expect_test::{Expect, expect};
use std::process::Command;

/// How a shell's document is written.
type Shell = fn(View) -> Result<Zeroizing<String>, Why>;

/// What a careless shell would run, split or swallow.
const HOSTILE: [&str; 14] = [
    "two words",
    "'; touch HACKED; '",
    "\"; touch HACKED; \"",
    "$(touch HACKED)",
    "`touch HACKED`",
    "(touch HACKED)",
    "$HOME \\$HOME \\\\",
    "first\ntouch HACKED\nlast",
    "''\"\"'\\''",
    "a\\\nb\\",
    "#~*?[!&|;<>%^",
    "~",
    "~root:~/a",
    "“typographic” ‘quotes’",
];

fn with_api_domain(value: &str) -> Credentials {
    Credentials {
        api_domain: Some(Untrusted::new(value)),
        ..samples::full()
    }
}

fn check(format: &str, expected: &Expect) {
    expected.assert_eq(&samples::document(format, &samples::full()));
}

#[test]
fn sh_lines() {
    check(
        "env",
        &expect![[r"
            export ZOHO_CLIENT_ID=1000.EXAMPLE
            export ZOHO_CLIENT_SECRET=examplesecret
            export ZOHO_REFRESH_TOKEN=1000.r.r
            export ZOHO_ACCESS_TOKEN=1000.a.a
            export ZOHO_ACCESS_TOKEN_EXPIRES_AT=2026-11-23T11:35:58Z
            export ZOHO_ACCOUNTS_URL=https://accounts.zoho.eu
            export ZOHO_API_DOMAIN=https://www.zohoapis.eu
            export ZOHO_DC=eu
            export ZOHO_SCOPE=ZohoCRM.modules.READ,ZohoCRM.settings.READ
        "]],
    );
}

#[test]
fn fish_lines() {
    check(
        "fish",
        &expect![[r#"
            set -gx ZOHO_CLIENT_ID "1000.EXAMPLE"
            set -gx ZOHO_CLIENT_SECRET "examplesecret"
            set -gx ZOHO_REFRESH_TOKEN "1000.r.r"
            set -gx ZOHO_ACCESS_TOKEN "1000.a.a"
            set -gx ZOHO_ACCESS_TOKEN_EXPIRES_AT "2026-11-23T11:35:58Z"
            set -gx ZOHO_ACCOUNTS_URL "https://accounts.zoho.eu"
            set -gx ZOHO_API_DOMAIN "https://www.zohoapis.eu"
            set -gx ZOHO_DC "eu"
            set -gx ZOHO_SCOPE "ZohoCRM.modules.READ,ZohoCRM.settings.READ"
        "#]],
    );
}

#[test]
fn powershell_lines() {
    check(
        "powershell",
        &expect![[r#"
            $Env:ZOHO_CLIENT_ID="1000.EXAMPLE"
            $Env:ZOHO_CLIENT_SECRET="examplesecret"
            $Env:ZOHO_REFRESH_TOKEN="1000.r.r"
            $Env:ZOHO_ACCESS_TOKEN="1000.a.a"
            $Env:ZOHO_ACCESS_TOKEN_EXPIRES_AT="2026-11-23T11:35:58Z"
            $Env:ZOHO_ACCOUNTS_URL="https://accounts.zoho.eu"
            $Env:ZOHO_API_DOMAIN="https://www.zohoapis.eu"
            $Env:ZOHO_DC="eu"
            $Env:ZOHO_SCOPE="ZohoCRM.modules.READ,ZohoCRM.settings.READ"
        "#]],
    );
}

#[test]
fn cmd_lines() {
    check(
        "windows-cmd",
        &expect![[r"
            set ZOHO_CLIENT_ID=1000.EXAMPLE
            set ZOHO_CLIENT_SECRET=examplesecret
            set ZOHO_REFRESH_TOKEN=1000.r.r
            set ZOHO_ACCESS_TOKEN=1000.a.a
            set ZOHO_ACCESS_TOKEN_EXPIRES_AT=2026-11-23T11:35:58Z
            set ZOHO_ACCOUNTS_URL=https://accounts.zoho.eu
            set ZOHO_API_DOMAIN=https://www.zohoapis.eu
            set ZOHO_DC=eu
            set ZOHO_SCOPE=ZohoCRM.modules.READ,ZohoCRM.settings.READ
        "]],
    );
}

#[test]
fn what_a_shell_would_read_differently_is_quoted() {
    let line = |shell: Shell, value: &str| {
        let document = shell(samples::view(&with_api_domain(value))).unwrap();
        let line = document.lines().find(|line| line.contains("API_DOMAIN"));
        line.unwrap().to_owned()
    };
    let values = ["a'b\"c$d`e\\f g", "~a"];
    let quoted = [sh, fish, powershell].map(|shell: Shell| values.map(|value| line(shell, value)));
    expect![[r#"
        export ZOHO_API_DOMAIN='a'\''b"c$d`e\f g'
        export ZOHO_API_DOMAIN='~a'
        set -gx ZOHO_API_DOMAIN "a'b\"c\$d`e\\f g"
        set -gx ZOHO_API_DOMAIN "~a"
        $Env:ZOHO_API_DOMAIN="a'b`"c`$d``e\f g"
        $Env:ZOHO_API_DOMAIN="~a""#]]
    .assert_eq(&quoted.concat().join("\n"));
}

#[test]
fn what_a_shell_cannot_carry_is_refused_by_name() {
    let refused = |shell: Shell, value: &str| {
        let document = shell(samples::view(&with_api_domain(value)));
        document.is_err_and(|why| why == Why::CannotCarry("API_DOMAIN"))
    };
    for value in HOSTILE {
        assert!(refused(windows_cmd, value), "cmd, {value:?}");
    }
    for value in ["a\nb", "“", "„", "é"] {
        assert!(refused(powershell, value), "powershell, {value:?}");
    }
    for value in [
        "\u{1b}[2J",
        "a\rb",
        "a\0b",
        "\u{9b}2J",
        "a\u{202e}b",
        "a\u{200b}",
    ] {
        for shell in [sh, fish, powershell, windows_cmd] {
            assert!(refused(shell, value), "{value:?}");
        }
    }
}

/// The shells themselves source the documents. One that is not installed is reported.
#[test]
fn shells_take_hostile_values_as_they_are() {
    for (shell, document) in [
        ("sh", sh as Shell),
        ("bash", sh),
        ("zsh", sh),
        ("fish", fish),
    ] {
        for value in HOSTILE {
            let folder = tempfile::tempdir().unwrap();
            let text = document(samples::view(&with_api_domain(value))).unwrap();
            std::fs::write(folder.path().join("document"), text.as_bytes()).unwrap();
            let ran = Command::new(shell)
                .args(["-c", ". ./document; printenv ZOHO_API_DOMAIN"])
                .current_dir(&folder)
                .output();
            let Ok(ran) = ran else {
                samples::missing(&format!("{shell} is not installed"));
                break;
            };
            let read = String::from_utf8_lossy(&ran.stdout);
            assert_eq!(read, format!("{value}\n"), "{shell}");
            let files = std::fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(files, 1, "{shell} ran {value:?}");
        }
    }
}
