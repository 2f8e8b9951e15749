//! What a reader may do with the fleet.

use stepwise_derive::Command;

use super::{Component, Mistake, Strategy};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Let a change with a mistake go out to the fleet, and see what comes of it.
    #[button]
    Release {
        #[example("data")]
        mistake: Mistake,
        /// That of the parameters, if none is named.
        strategy: Option<Strategy>,
    },
    /// Change the inside of a component, and all that must follow.
    #[button]
    Change {
        #[example("c3")]
        component: Component,
    },
    /// Put an interface before a component.
    #[button]
    Hide {
        #[example("c1")]
        component: Component,
    },
    /// Let one component use another.
    Couple {
        #[example("c3")]
        user: Component,
        #[example("c4")]
        used: Component,
    },
}
