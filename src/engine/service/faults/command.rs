//! What a reader may ask.

use stepwise_derive::Command;

use super::component::{Fault, Target};
use super::settings::{MAX_LOAD, Settings};
use crate::language::{BadCommand, Words};
use crate::service::arrivals::Rate;
use crate::service::command::Setting;
use crate::sim::Time;

/// Two minutes: with retries without end, a second can bring thousands of calls.
const MAX_RUN: Time = Time::from_millis(120_000);

#[derive(Clone, Debug, Command)]
pub enum Command {
    /// Let time pass.
    #[button]
    Run {
        #[example("5s")]
        #[most(MAX_RUN)]
        time: Time,
    },
    /// Let this many requests a second come from now on.
    #[button]
    Load {
        #[example("100/s")]
        #[read(rate)]
        rate: Rate,
    },
    #[flatten]
    Set(Setting<Settings>),
    /// Break something: kill (any), slow (any), leak (an app server, or apps), leap-second (all app servers).
    ///
    /// On no component in particular: chance chooses an app server, or the fault knows where it belongs.
    #[button]
    Inject {
        #[example("kill")]
        fault: Fault,
        #[word("on")]
        component: Option<Target>,
    },
    /// Set a component right again, or all.
    #[button]
    Repair { component: Option<Target> },
}

fn rate(words: &mut Words, what: &str) -> Result<Rate, BadCommand> {
    Rate::read_up_to(MAX_LOAD, words, what)
}
