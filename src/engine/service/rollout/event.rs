//! What happened, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::design::Component;
use super::fleet::Version;
use super::mistake::Mistake;
use super::monitor::By;
use super::strategy::Strategy;
use super::{grouped, many};
use crate::contract;

#[derive(Clone)]
pub enum Event {
    ReleaseBegun {
        version: Version,
        mistake: Mistake,
        strategy: Strategy,
    },
    TestsPassed {
        tests: u32,
    },
    TestsFailed {
        tests: u32,
        failed: u32,
    },
    /// The change is on so many nodes of the fleet now.
    StageBegun {
        version: Version,
        nodes: u32,
        of: u32,
    },
    StagePassed {
        minutes: u32,
        errors: u32,
        of_new: u32,
        users_hit: u32,
        last: bool,
    },
    Noticed {
        by: By,
        after: u32,
        errors: u32,
        of_new: u32,
        users_hit: u32,
    },
    /// People have found out what it is.
    Understood {
        after: u32,
        users_hit: u32,
    },
    RolledBack {
        left: u32,
        users_hit: u32,
    },
    Recovered {
        after: u32,
        users_hit: u32,
        users: u32,
    },
    NeverNoticed {
        minutes: u32,
        users_hit: u32,
        good: bool,
    },

    ComponentTouched {
        component: Component,
        after: Option<Component>,
    },
    Changed {
        component: Component,
        touched: u32,
        of: u32,
    },
    Hidden {
        component: Component,
        touched: u32,
    },
    Coupled {
        user: Component,
        used: Component,
        hidden: bool,
    },
    Refused {
        reason: Rc<str>,
    },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::ReleaseBegun { .. } => "ReleaseBegun",
            Event::TestsPassed { .. } => "TestsPassed",
            Event::TestsFailed { .. } => "TestsFailed",
            Event::StageBegun { .. } => "StageBegun",
            Event::StagePassed { .. } => "StagePassed",
            Event::Noticed { .. } => "Noticed",
            Event::Understood { .. } => "Understood",
            Event::RolledBack { .. } => "RolledBack",
            Event::Recovered { .. } => "Recovered",
            Event::NeverNoticed { .. } => "NeverNoticed",
            Event::ComponentTouched { .. } => "ComponentTouched",
            Event::Changed { .. } => "Changed",
            Event::Hidden { .. } => "Hidden",
            Event::Coupled { .. } => "Coupled",
            Event::Refused { .. } => "Refused",
        }
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::ReleaseBegun { version, mistake, strategy } => write!(
                out,
                "Version {version} is to go out: {}. What nobody knows yet: {}.",
                match strategy {
                    Strategy::All => "to all nodes at once",
                    Strategy::Sandbox => "through the sandbox, and then to all nodes at once",
                    Strategy::Canary => "to one node as a canary, and later to all others",
                    Strategy::Gradual => "to more and more nodes",
                },
                mistake.about()
            ),
            Event::TestsPassed { tests } => {
                write!(
                    out,
                    "In the sandbox all {} pass. There are no users there, and nobody is hit.",
                    many(*tests, "test")
                )
            }
            Event::TestsFailed { tests, failed } => write!(
                out,
                "In the sandbox {} of {} fail: the mistake is noticed before any user has met it.",
                grouped(*failed),
                many(*tests, "test")
            ),
            Event::StageBegun { version, nodes, of } if nodes == of => {
                let all =
                    if *of == 1 { "the one node there is".to_owned() } else { format!("all {} nodes", grouped(*of)) };
                write!(out, "Version {version} is on {all} now.")
            }
            Event::StageBegun { version, nodes, of } => {
                write!(
                    out,
                    "Version {version} is on {} of {} now; all others go on as before.",
                    many(*nodes, "node"),
                    grouped(*of)
                )
            }
            Event::StagePassed { minutes, errors, of_new, users_hit, last } => write!(
                out,
                "{} later: {} of {} to the new version failed, {} hit. {}",
                many(*minutes, "minute"),
                grouped(*errors),
                many(*of_new, "request"),
                many(*users_hit, "user"),
                if *last {
                    "Nobody has noticed anything, and it is watched on."
                } else {
                    "Nobody has noticed anything: on to the next stage."
                }
            ),
            Event::Noticed { by: By::Monitor, after, errors, of_new, users_hit } => write!(
                out,
                "The monitor notices after {}: {} of {} to the new version failed. {} hit so far.",
                many(*after, "minute"),
                grouped(*errors),
                many(*of_new, "request"),
                many(*users_hit, "user")
            ),
            Event::Noticed { after, users_hit, .. } => write!(
                out,
                "Users notice: after {} enough of them have complained that somebody is called. {} hit so far.",
                many(*after, "minute"),
                many(*users_hit, "user")
            ),
            Event::Understood { after, users_hit } => write!(
                out,
                "After {} more, people have understood that it was the release. {} hit by now.",
                many(*after, "minute"),
                many(*users_hit, "user")
            ),
            Event::RolledBack { left: 0, users_hit } => {
                write!(out, "The old version is back on all nodes. {} hit.", many(*users_hit, "user"))
            }
            Event::RolledBack { left, users_hit } => write!(
                out,
                "The old version comes back node by node; {} still to go, and {} hit by now.",
                many(*left, "node"),
                many(*users_hit, "user")
            ),
            Event::Recovered { after, users_hit, users } => write!(
                out,
                "Recovered, {} after it was noticed. {} of {} hit.",
                many(*after, "minute"),
                grouped(*users_hit),
                many(*users, "user")
            ),
            Event::NeverNoticed { minutes, good: true, .. } => {
                write!(out, "After {} all is well: the release is out.", many(*minutes, "minute"))
            }
            Event::NeverNoticed { minutes, users_hit: 0, .. } => {
                write!(out, "After {} the mistake is still there, and has hit nobody.", many(*minutes, "minute"))
            }
            Event::NeverNoticed { minutes, users_hit, .. } => write!(
                out,
                "After {} still nobody has noticed, though {} hit: the mistake stays.",
                many(*minutes, "minute"),
                many(*users_hit, "user")
            ),
            Event::ComponentTouched { component, after: None } => write!(out, "{component} is changed inside."),
            Event::ComponentTouched { component, after: Some(after) } => {
                write!(out, "{component} reaches into {after}, and must follow the change.")
            }
            Event::Changed { component, touched: 1, of } => write!(
                out,
                "The change to {component} touches 1 of {}: whoever uses it goes through its interface.",
                many(*of, "component")
            ),
            Event::Changed { component, touched, of } => write!(
                out,
                "The change to {component} touches {} of {}, all to be understood, tested and released together.",
                grouped(*touched),
                many(*of, "component")
            ),
            Event::Hidden { component, touched } => write!(
                out,
                "{component} is put behind an interface. That touches {} once, and whoever uses it never again for a \
                 change inside.",
                many(*touched, "component")
            ),
            Event::Coupled { user, used, hidden: true } => write!(out, "{user} uses {used}, through its interface."),
            Event::Coupled { user, used, hidden: false } => {
                write!(out, "{user} uses {used} and reaches into it: changes inside {used} touch {user} from now on.")
            }
            Event::Refused { reason } => write!(out, "Nothing was done: {reason}."),
        }
    }
}
