//! What happened, one event a step, and how it is told.

use stepwise_derive::Event;

use super::fleet::Version;
use super::{By, Component, Mistake, Strategy, grouped, many};
use crate::contract::Refused;

#[derive(Clone, Event)]
pub enum Event {
    #[told("Version {version} is to go out: {}. No one knows yet that {}.", way(*strategy), mistake.label())]
    ReleaseBegun { version: Version, mistake: Mistake, strategy: Strategy },
    #[told("In the sandbox all {} pass. There are no users there, and no one is hit.", many(*tests, "test"))]
    TestsPassed { tests: u32 },
    #[told(
        "In the sandbox {} of {} fail: the mistake is noticed before any user has met it.",
        grouped(*failed), many(*tests, "test")
    )]
    TestsFailed { tests: u32, failed: u32 },
    /// The change is on so many nodes of the fleet now.
    #[told("Version {version} is on the one node there is now.", when = *of == 1)]
    #[told("Version {version} is on all {} now.", many(*of, "node"), when = nodes == of)]
    #[told("Version {version} is on {} of {} now; all others go on as before.", many(*nodes, "node"), grouped(*of))]
    StageBegun { version: Version, nodes: u32, of: u32 },
    #[told(
        "{} later: {} of {} to the new version failed, {} hit. No one has noticed anything{}",
        many(*minutes, "minute"), grouped(*errors), many(*of_new, "request"), many(*users_hit, "user"),
        if *last { ", and it is watched on." } else { ": on to the next stage." }
    )]
    StagePassed { minutes: u32, errors: u32, of_new: u32, users_hit: u32, last: bool },
    #[told(
        "The monitor notices after {}: {} of {} to the new version failed. {} hit so far.",
        many(*after, "minute"), grouped(*errors), many(*of_new, "request"), many(*users_hit, "user"),
        when = *by == By::Monitor
    )]
    #[told(
        "Users notice: after {} enough of them have complained that someone is called. {} hit so far.",
        many(*after, "minute"), many(*users_hit, "user")
    )]
    Noticed { by: By, after: u32, errors: u32, of_new: u32, users_hit: u32 },
    /// People have found out what it is.
    #[told(
        "After {} more, people have understood that it was the release. {} hit by now.",
        many(*after, "minute"), many(*users_hit, "user")
    )]
    Understood { after: u32, users_hit: u32 },
    #[told("The old version is back on all nodes. {} hit.", many(*users_hit, "user"), when = *left == 0)]
    #[told(
        "The old version comes back node by node; {} still to go, and {} hit by now.",
        many(*left, "node"), many(*users_hit, "user")
    )]
    RolledBack { left: u32, users_hit: u32 },
    #[told(
        "Recovered, {} after it was noticed. {} of {} hit.",
        many(*after, "minute"), grouped(*users_hit), many(*users, "user")
    )]
    Recovered { after: u32, users_hit: u32, users: u32 },
    #[told("After {} all is well: the release is out.", many(*minutes, "minute"), when = *good)]
    #[told("After {} the mistake is still there, and has hit no one.", many(*minutes, "minute"), when = *users_hit == 0)]
    #[told(
        "After {} still no one has noticed, though {} hit: the mistake stays.",
        many(*minutes, "minute"), many(*users_hit, "user")
    )]
    NeverNoticed { minutes: u32, users_hit: u32, good: bool },

    #[told("{component} reaches into {after}, and must follow the change.", when = let Some(after) = after)]
    #[told("{component} is changed inside.")]
    ComponentTouched { component: Component, after: Option<Component> },
    #[told(
        "The change to {component} touches 1 of {}: components that use it go through its interface.",
        many(*of, "component"), when = *touched == 1
    )]
    #[told(
        "The change to {component} touches {} of {}, all to be understood, tested and released together.",
        grouped(*touched), many(*of, "component")
    )]
    Changed { component: Component, touched: u32, of: u32 },
    #[told(
        "{component} is put behind an interface. Doing so touches {} once, and from then on a change inside touches no \
         component that uses it.",
        many(*touched, "component")
    )]
    Hidden { component: Component, touched: u32 },
    #[told("{user} uses {used}, through its interface.", when = *hidden)]
    #[told("{user} uses {used} and reaches into it: changes inside {used} touch {user} from now on.")]
    Coupled { user: Component, used: Component, hidden: bool },
    #[flatten]
    Refused(Refused),
}

fn way(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::All => "to all nodes at once",
        Strategy::Sandbox => "through the sandbox, and then to all nodes at once",
        Strategy::Canary => "to one node as a canary, and later to all others",
        Strategy::Gradual => "to more and more nodes",
    }
}
