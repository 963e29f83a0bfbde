//! Messages of the flows without a callback: pasting, another device, a self client.

use crate::terminal::Terminal;
use crate::terminal::screen::{BOLD, WARNING, width};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use std::io::{IsTerminal, stderr};
use zoho_grant::loopback::decide::Refusal;
use zoho_grant::loopback::pasted::NotTaken;
use zoho_grant::untrusted::Untrusted;

/// Longer addresses produce QR codes that do not fit on a terminal.
const QR_BYTES: usize = 150;

/// Why to paste nobody else's address.
pub fn only_your_own() -> String {
    format!(
        "Paste only an address from {WARNING}your own{WARNING:#} browser; someone else's would \
         connect you to their account."
    )
}

impl Terminal {
    /// Says that this is a rehearsal.
    pub fn rehearsal(&self) {
        self.say(&format!(
            "{BOLD}Rehearsal{BOLD:#} against a stand-in for Zoho inside this program: nothing \
             leaves this machine."
        ));
    }

    /// Explains pasting, if it is possible.
    pub(super) fn explain_pasting(&self) {
        if !self.is_pasting() {
            return;
        }
        if self.login_is(|it| it.redirect_uri.is_here()) {
            self.say(
                "If the browser cannot reach this machine, copy the address that it ends up at, \
                 paste it here, and press Enter.",
            );
            self.say(&only_your_own());
        } else {
            self.must_say(
                "After you accept, copy the address that the browser ends up at, paste it here, \
                 and press Enter.",
            );
            self.must_say(&only_your_own());
        }
    }

    pub(super) fn not_taken(&self, not: NotTaken) {
        match not {
            NotTaken::WebPage => self.once(
                "That is part of a web page. Paste its address instead, from the browser's address \
                 bar.",
            ),
            NotTaken::NotAnAddress => self.once(
                "That is not the redirected address. Paste everything in the browser's address \
                 bar: it begins with the redirect URI and contains code= and state=.",
            ),
            NotTaken::Elsewhere => self.once(
                "That is another address. Accept on Zoho's page first; the address that the \
                 browser ends up at then begins with the redirect URI.",
            ),
            NotTaken::Incomplete => self.once(
                "That address belongs to this login, but its end is missing. Copy all of it, and \
                 paste it again.",
            ),
            NotTaken::Refused(refusal @ (Refusal::Bare | Refusal::UntiedError)) => {
                self.refused(refusal);
            }
            NotTaken::Refused(_) => self.once(
                "That address belongs to another login, so it was not used. Paste the one from the \
                 consent page that this login opened. If somebody sent you the address, do not use \
                 it.",
            ),
        }
    }

    pub(super) fn enter_code(
        &self,
        code: &Untrusted,
        address: &Untrusted,
        complete: Option<&Untrusted>,
    ) {
        self.must_say("On any device, open this address and enter the code:");
        self.must_say(&format!("  {BOLD}{address}{BOLD:#}"));
        self.must_say(&format!("  Code: {BOLD}{code}{BOLD:#}"));
        if stderr().is_terminal()
            && let Some(picture) = picture(complete.unwrap_or(address).raw())
        {
            self.say("Or point a phone's camera at this:");
            self.say(&picture);
        }
    }
}

/// A QR code in half blocks, two modules per character. Light modules are drawn, so that it is dark on light even
/// without colors. None if it would not fit.
fn picture(address: &str) -> Option<String> {
    if address.len() > QR_BYTES {
        return None;
    }
    let code = QrCode::with_error_correction_level(address, EcLevel::L).ok()?;
    let mut drawn = code.render();
    drawn.dark_color(Dense1x2::Light);
    let drawn = drawn.light_color(Dense1x2::Dark).build();
    let columns = drawn.lines().next()?.chars().count();
    if width() < columns {
        return None;
    }
    let colors = anstyle::AnsiColor::BrightWhite.on(anstyle::AnsiColor::Black);
    let rows = drawn.lines().map(|row| format!("{colors}{row}{colors:#}"));
    Some(rows.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::Color;

    #[test]
    fn the_picture_is_the_code_with_light_modules_drawn() {
        let address = "https://accounts.zoho.eu/device?user_code=BCDF-GHJK";
        let picture = picture(address).unwrap();
        let rows: Vec<_> = picture.lines().collect();
        let code = QrCode::with_error_correction_level(address, EcLevel::L).unwrap();
        let side = code.width();
        // ISO 18004 requires four light modules around the code.
        let is_dark = |x: usize, y: usize| {
            let inside = (4..side + 4).contains(&x) && (4..side + 4).contains(&y);
            inside && code[(x - 4, y - 4)] == Color::Dark
        };
        assert_eq!(rows.len(), (side + 8).div_ceil(2));
        for (line, row) in rows.iter().enumerate() {
            let plain = anstream::adapter::strip_str(row).to_string();
            assert_eq!(plain.chars().count(), side + 8);
            for (x, char) in plain.chars().enumerate() {
                let beyond = 2 * line + 1 >= side + 8;
                assert_eq!(is_dark(x, 2 * line), matches!(char, '▄' | ' '));
                assert_eq!(
                    beyond || is_dark(x, 2 * line + 1),
                    matches!(char, '▀' | ' ')
                );
            }
        }
    }

    #[test]
    fn a_long_address_has_no_picture() {
        assert_eq!(picture(&"x".repeat(QR_BYTES + 1)), None);
    }
}
