//! What a reader may ask.

use stepwise_derive::Command;

use super::Settings;
use super::settings::MAX_WRITES;
use crate::setting::Setting;

/// Trials have numbers up to this, and one command counts no more than that.
pub const MAX_NUMBER: u64 = 1_000_000;
pub const MAX_TRIALS: u64 = 10_000;

#[derive(Clone, Debug, Command)]
pub enum Command {
    /// Carry out the trial of that number step by step, or the next.
    #[button]
    Trial {
        #[range(1..=MAX_NUMBER)]
        number: Option<u64>,
    },
    /// Look for the next trial that is stale by this many versions, and carry it out.
    #[button]
    Find {
        #[default(1)]
        #[range(1..=MAX_WRITES as u64)]
        versions: u64,
    },
    /// Carry out this many trials, and count what their reads return.
    #[button]
    Count {
        #[example("1000")]
        #[range(1..=MAX_TRIALS)]
        trials: u64,
    },
    #[flatten]
    Set(Setting<Settings>),
    /// Begin to count anew, from trial 1 on.
    #[button]
    Forget,
}
