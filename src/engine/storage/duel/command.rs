//! What a reader may ask of the two.

use stepwise_derive::Command;

/// One command asks for no more operations than this: it is carried out in one go.
const MAX_OPERATIONS: u64 = 20_000;
/// A sweep runs its operations eleven times.
const MAX_SWEPT: u64 = 2_000;

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Insert this many new records into both.
    #[button]
    Load {
        #[example("100")]
        #[name("n")]
        #[range(1..=MAX_OPERATIONS)]
        many: u64,
    },
    /// Give both the next operations of the workload.
    #[button]
    Run {
        #[example("200")]
        #[name("n")]
        #[range(1..=MAX_OPERATIONS)]
        many: u64,
    },
    /// Give both one operation, and see what each does for it.
    #[button]
    Next,
    /// Let both finish what they have put off: checkpoint, flushes, compactions.
    #[button]
    Settle,
    /// On copies of both, run as many operations with 0, 10, 20 … 100 % reads, and find where the winner changes.
    #[button]
    Sweep {
        #[example("200")]
        #[name("n")]
        #[range(1..=MAX_SWEPT)]
        many: u64,
    },
    /// Begin to measure anew.
    #[button]
    Forget,
}
