//! Formats the figures as one table.

use std::fmt::Write;

/// One figure, measured in every run.
pub struct Row {
    name: &'static str,
    unit: &'static str,
    /// Sorted in ascending order, never empty.
    values: Vec<f64>,
    /// The highest acceptable value.
    target: Option<f64>,
}

impl Row {
    /// Takes at least one value, in any order.
    pub fn new(
        name: &'static str,
        unit: &'static str,
        mut values: Vec<f64>,
        target: Option<f64>,
    ) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        Self {
            name,
            unit,
            values,
            target,
        }
    }
}

/// The value at or below which `percent` of the sorted values lie (nearest rank).
fn percentile(values: &[f64], percent: usize) -> f64 {
    let rank = (values.len() * percent).div_ceil(100);
    values[rank.saturating_sub(1)]
}

/// Formats a Markdown table.
pub fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| | min | median | p90 | max | target |\n|---|--:|--:|--:|--:|--:|\n");
    for row in rows {
        let values =
            [0, 50, 90, 100].map(|percent| format!("{:.2}", percentile(&row.values, percent)));
        let target = row
            .target
            .map_or_else(String::new, |most| format!("≤ {most}"));
        let cells = [values.join(" | "), target].join(" | ");
        // Writing to a String never fails.
        let _ = writeln!(text, "| {}, {} | {cells} |", row.name, row.unit);
    }
    text
}
