//! Words of the ways to tokens beside the browser: pasting, another device, a self client.

use crate::terminal::Terminal;
use crate::terminal::screen::{BOLD, WARNING};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use zoho_grant::loopback::decide::Refusal;
use zoho_grant::loopback::pasted::NotTaken;
use zoho_grant::untrusted::Untrusted;

/// Longer addresses make codes that do not fit on a terminal.
const QR_BYTES: usize = 150;

impl Terminal {
    /// This is a rehearsal.
    pub fn rehearsal(&self) {
        self.say(&format!(
            "{BOLD}Rehearsal{BOLD:#} against a stand-in for Zoho inside this program: nothing leaves this machine."
        ));
    }

    /// Where the stand-in makes grant tokens.
    pub fn console(&self, address: &str) {
        self.must_say("Make a grant token in the stand-in's API console, and paste it here:");
        self.must_say(&format!("  {address}"));
    }

    /// How to paste, if that is possible.
    pub(super) fn explain_pasting(&self) {
        let known = self.registration.get();
        let Some(known) = known.filter(|known| known.pasting) else {
            return;
        };
        let warning = format!(
            "Paste only an address from {WARNING}your own{WARNING:#} browser; someone else's would connect you to their account."
        );
        if known.is_here {
            self.say("If the browser cannot reach this machine, paste the address that it ends on here, and press Enter.");
            self.say(&warning);
        } else {
            self.must_say("After you accept, copy the address that the browser ends on, paste it here and press Enter.");
            self.must_say(&warning);
        }
    }

    pub(super) fn not_taken(&self, not: NotTaken) {
        match not {
            NotTaken::WebPage => self.once("That is a piece of a web page. Paste its address instead, from the browser's address bar."),
            NotTaken::NotAnAddress => self.once("That is not the redirected address. Paste everything in the browser's address bar: it begins with the redirect URI and contains code= and state=."),
            NotTaken::Elsewhere => self.once("That is another address. Accept on Zoho's page first; the address that the browser ends on then begins with the redirect URI."),
            NotTaken::Incomplete => self.once("That address belongs to this login, but its end is missing. Copy all of it, and paste it again."),
            NotTaken::Refused(Refusal::Bare) => self.refused(Refusal::Bare),
            NotTaken::Refused(Refusal::UntiedError) => self.refused(Refusal::UntiedError),
            NotTaken::Refused(_) => self.once("That address belongs to another login, so it was not used. Paste the one from the consent page that this login opened. If somebody sent you the address, do not use it."),
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
        if self.quiet || !self.screen.is_terminal {
            return;
        }
        if let Some(rows) = picture(complete.unwrap_or(address).raw()) {
            self.say("Or point a phone's camera at this:");
            for row in rows {
                self.say(&row);
            }
        }
    }
}

/// A QR code in half blocks, two modules to a character; light ones are drawn, so that it reads dark on light
/// also where colors are switched off. None when it would not fit.
fn picture(address: &str) -> Option<Vec<String>> {
    if address.len() > QR_BYTES {
        return None;
    }
    let code = QrCode::with_error_correction_level(address, EcLevel::L).ok()?;
    let mut drawn = code.render();
    drawn.dark_color(Dense1x2::Light);
    let drawn = drawn.light_color(Dense1x2::Dark).build();
    let columns = drawn.lines().next()?.chars().count();
    let width = terminal_size::terminal_size_of(std::io::stderr());
    if width.is_some_and(|(width, _)| usize::from(width.0) < columns) {
        return None;
    }
    let colors = anstyle::AnsiColor::BrightWhite.on(anstyle::AnsiColor::Black);
    let rows = drawn.lines().map(|row| format!("{colors}{row}{colors:#}"));
    Some(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::Color;

    #[test]
    fn the_picture_is_the_code_with_light_modules_drawn() {
        let address = "https://accounts.zoho.eu/device?user_code=BCDF-GHJK";
        let rows: Vec<String> = picture(address).unwrap();
        let code = QrCode::with_error_correction_level(address, EcLevel::L).unwrap();
        let side = code.width();
        // ISO 18004 asks for four light modules around the code.
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
