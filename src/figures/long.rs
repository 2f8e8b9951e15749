//! Long runs: up to a million operations of a figure's engine beside its recording, told by tables of what was measured.
//!
//! A recording keeps every step, so it ends at some thousands. A long run keeps none. It goes in slices that are counted
//! in operations and not in time, so that whoever runs it stays free between two of them to show how far it is, or to
//! stop; and its numbers are the same however it was sliced.

use std::fmt::Write;

use crate::engine::service::grouped;
use crate::engine::{BadParameter, Parameters};

/// How many operations a long run may have. Fewer are better looked at one by one; more would take a page longer than
/// a reader waits.
pub const OPERATIONS: std::ops::RangeInclusive<u64> = 1_000..=1_000_000;

/// A long run under way.
pub trait LongRun {
    /// Carries out a slice of about so many operations; whether there is more to do.
    fn advance(&mut self, operations: u64) -> bool;

    /// How many operations are done, and of how many.
    fn progress(&self) -> (u64, u64);

    /// What was measured so far.
    fn report(&self) -> Vec<Table>;
}

/// How a figure begins its long run.
pub type StartLong = fn(&Parameters, u64) -> Result<Box<dyn LongRun>, BadParameter>;

/// Numbers under a title, each column with its head and unit.
#[derive(Debug)]
pub struct Table {
    pub title: String,
    pub heads: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// For the terminal: the first column to the left, and the numbers to the right.
    pub fn text(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.max().unwrap_or(0).max(self.heads[column].chars().count())
        };
        let widths: Vec<usize> = (0..self.heads.len()).map(width).collect();
        let mut text = format!("{}\n", self.title);
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = String::new();
            for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let _ = match place {
                    0 => write!(line, "  {cell:<width$}"),
                    _ => write!(line, "  {cell:>width$}"),
                };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

/// Checks how many operations are asked for; the error tells the limit and its reason.
pub fn check(operations: u64) -> Result<(), BadParameter> {
    if OPERATIONS.contains(&operations) {
        return Ok(());
    }
    let (least, most) = (grouped(*OPERATIONS.start()), grouped(*OPERATIONS.end()));
    let accepted = format!(
        "{least} to {most}, since fewer are better looked at step by step, and more would take a page longer than one \
         waits"
    );
    Err(BadParameter { name: "count".to_owned(), found: operations.to_string(), accepted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_told_with_their_reason() {
        assert!(check(1_000).is_ok() && check(1_000_000).is_ok());
        for wrong in [0, 999, 1_000_001, u64::MAX] {
            let mistake = check(wrong).unwrap_err().to_string();
            assert!(mistake.contains("1,000 to 1,000,000, since"), "{mistake}");
        }
    }

    #[test]
    fn columns_stand_below_their_heads() {
        let rows = vec![vec!["median".to_owned(), "9 ms".to_owned()], vec!["p99".to_owned(), "120 ms".to_owned()]];
        let table = Table { title: "Response times".to_owned(), heads: vec!["", "measured"], rows };
        assert_eq!(table.text(), "Response times\n          measured\n  median      9 ms\n  p99       120 ms\n");
    }
}
