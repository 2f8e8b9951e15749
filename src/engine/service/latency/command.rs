//! What a reader may ask of the service.

use stepwise_derive::{Choice, Command};

use super::Settings;
use crate::service::arrivals::Rate;
use crate::service::command::{MAX_RUN, Setting};
use crate::sim::Time;

#[derive(Clone, Debug, Command)]
pub enum Command {
    /// Let time pass.
    #[button]
    Run {
        #[example("2s")]
        #[most(MAX_RUN)]
        time: Time,
    },
    /// Let this many requests a second come from now on.
    #[button]
    Load {
        #[example("8/s")]
        rate: Rate,
    },
    #[flatten]
    Set(Setting<Settings>),
    /// Make a server four times as slow.
    #[button]
    Inject {
        #[example("slow")]
        fault: Fault,
        #[word("on")]
        #[example("s1")]
        #[default(Chosen::S1)]
        server: Chosen,
    },
    /// Let a server work at its own speed again.
    Repair {
        #[example("slow")]
        fault: Fault,
        #[word("on")]
        #[example("s1")]
        #[default(Chosen::S1)]
        server: Chosen,
    },
    /// Begin to measure anew.
    #[button]
    Forget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Fault {
    Slow,
}

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Chosen {
    S1,
    S2,
}
