//! Long runs: up to a million operations of a figure's engine beside its recording, told by tables of what was measured.
//!
//! A recording keeps every step, so it ends at some thousands. A long run keeps none. It goes in slices that are counted
//! in operations and not in time, so that whoever runs it stays free between two of them to show how far it is, or to
//! stop; and its numbers are the same however it was sliced.

use super::plot::Charts;
use crate::engine::spell::grouped;
use crate::engine::{BadParameter, Parameters};
use crate::scene::{Breadth, Scene, Table};

/// How many operations a long run may have. Fewer are better looked at one by one; more would take a page longer than
/// a reader waits.
pub const OPERATIONS: std::ops::RangeInclusive<u64> = 1_000..=1_000_000;

/// A long run under way.
pub trait LongRun {
    /// Carries out a slice of about so many operations; whether there is more to do. The error says why it cannot go on.
    fn advance(&mut self, operations: u64) -> Result<bool, String>;

    /// How many operations are done, and of how many.
    fn progress(&self) -> (u64, u64);

    /// What was measured so far.
    fn report(&self) -> Vec<Table>;

    /// Charts of what was measured so far: painted on a canvas while it goes on, and drawn as a picture at its end.
    fn charts(&self, breadth: Breadth) -> Charts;

    fn picture(&self, breadth: Breadth) -> Scene {
        self.charts(breadth).scene()
    }
}

/// Begins a long run of so many operations.
pub type Start = fn(&Parameters, u64) -> Result<Box<dyn LongRun>, BadParameter>;

/// Checks how many operations are asked for; the error tells the limit and its reason.
pub fn check(operations: u64) -> Result<(), BadParameter> {
    if OPERATIONS.contains(&operations) {
        return Ok(());
    }
    let (least, most) = (grouped(*OPERATIONS.start()), grouped(*OPERATIONS.end()));
    let accepted = format!(
        "{least} to {most}, since fewer are better looked at step by step, and more would take a page longer than a \
         reader waits"
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
}
