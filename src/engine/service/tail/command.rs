//! What a reader may ask.

use stepwise_derive::Command;

use super::Settings;
use crate::service::command::Setting;

/// One command asks for no more views than this.
const MAX_VIEWS: u64 = 10_000;

#[derive(Clone, Debug, Command)]
pub enum Command {
    /// View the page, once or this many times.
    #[button]
    View {
        #[example("100")]
        #[default(1)]
        #[range(1..=MAX_VIEWS)]
        times: u64,
    },
    #[flatten]
    Set(Setting<Settings>),
    /// Begin to measure anew.
    #[button]
    Forget,
}
