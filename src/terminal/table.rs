//! Tables on standard output: aligned on a terminal, tab-separated for programs.

use crate::terminal::Terminal;
use crate::terminal::screen::BOLD;
use comfy_table::{Table, presets};
use std::borrow::Borrow;
use std::fmt::Display;
use std::io::{self, IsTerminal};
use zoho_grant::error::Error;
use zoho_grant::untrusted::Untrusted;

/// The assumed width of a terminal whose width is unknown.
const WIDTH: usize = 80;

impl Terminal {
    /// Says that no scope matches, and suggests the nearest one if the word looks like a scope.
    pub fn no_scope(&self, word: &str, nearest: Option<&str>) {
        let guess = nearest.map_or_else(String::new, |known| format!(" Did you mean {known}?"));
        let word = Untrusted::new(word);
        self.must_say(&format!(
            "No known scope has “{word}” in its name or description.{guess}"
        ));
    }

    /// Rows under their column names; without names for programs.
    pub fn table<const N: usize, T: Borrow<str> + Display>(
        &self,
        names: [&str; N],
        rows: impl Iterator<Item = [T; N]>,
    ) -> Result<(), Error> {
        let rows: Vec<_> = rows.collect();
        let width = io::stdout().is_terminal().then(|| {
            terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(width, _)| width.0.into())
        });
        self.print_styled(&text(&names, &rows, width))
    }
}

fn text<const N: usize, T: Borrow<str> + Display>(
    names: &[&str; N],
    rows: &[[T; N]],
    width: Option<usize>,
) -> String {
    let Some(width) = width else {
        return rows.iter().map(|row| row.join("\t") + "\n").collect();
    };
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(names);
    for column in table.add_rows(rows).column_iter_mut() {
        column.set_padding((0, 2));
    }
    // A sentence in the last column may wrap; many narrow columns would be unreadable.
    let widths = table.column_max_content_widths();
    let widths = widths.iter().map(|width| usize::from(*width) + 2);
    if N > 3 && widths.sum::<usize>() > width {
        return rows.iter().map(|row| record(names, row)).collect();
    }
    let aligned = table.trim_fmt() + "\n";
    let (head, body) = aligned.split_once('\n').unwrap_or_default();
    format!("{BOLD}{head}{BOLD:#}\n{body}")
}

fn record<const N: usize, T: Display>(names: &[&str; N], row: &[T; N]) -> String {
    let head = format!("{BOLD}{}{BOLD:#}  {}\n", row[0], row[1]);
    let cells = names.iter().zip(row).skip(2);
    let lines = cells.map(|(name, cell)| format!("    {:17}{cell}\n", name.to_lowercase()));
    lines.fold(head, |text, line| text + &line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const NAMES: [&str; 4] = ["CODE", "NAME", "SERVER", "EVIDENCE"];
    const ROWS: [[&str; 4]; 2] = [
        ["us", "United States", "a", "documented"],
        ["é", "x", "bb", "-"],
    ];

    #[test]
    fn wide_letters_take_two_columns() {
        let rows = [["日本", "x"], ["jp", "y"]];
        let text = text(&["NAME", "CODE"], &rows, Some(60));
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, "NAME  CODE\n日本  x\njp    y\n");
    }

    fn plain(width: Option<usize>) -> String {
        anstream::adapter::strip_str(&text(&NAMES, &ROWS, width)).to_string()
    }

    #[test]
    fn aligned_on_a_wide_terminal_and_in_records_on_a_narrow_one() {
        expect![[r"
            CODE  NAME           SERVER  EVIDENCE
            us    United States  a       documented
            é     x              bb      -
        "]]
        .assert_eq(&plain(Some(60)));
        expect![[r"
            us  United States
                server           a
                evidence         documented
            é  x
                server           bb
                evidence         -
        "]]
        .assert_eq(&plain(Some(30)));
    }

    #[test]
    fn programs_get_tabs_and_no_names() {
        assert_eq!(
            plain(None),
            "us\tUnited States\ta\tdocumented\né\tx\tbb\t-\n"
        );
    }
}
