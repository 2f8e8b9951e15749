//! What a reader may choose: the load, and what the service tolerates.

use crate::contract::{Parameter, ParameterKind, Parameters};
use crate::service::Retry;
use crate::service::arrivals::Rate;
use crate::sim::Time;

const fn parameter(name: &'static str, label: &'static str, about: &'static str, kind: ParameterKind) -> Parameter {
    Parameter { name, label, about, kind, default: "off" }
}

const fn number(min: u64, max: u64, unit: &'static str) -> ParameterKind {
    ParameterKind::Integer { min, max, unit }
}

/// More app servers than this cannot be followed by eye.
pub const MAX_APPS: usize = 6;
/// No figure of a second has more requests in it, so that a photograph of all that are on their way stays small.
pub const MAX_LOAD: u64 = 1_000;

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        default: "100",
        ..parameter("load", "Load", "How many requests come, on average.", number(0, MAX_LOAD, "/s"))
    },
    Parameter {
        default: "2",
        ..parameter("apps", "App servers", "How many there are.", number(1, MAX_APPS as u64, ""))
    },
    Parameter {
        default: "on",
        ..parameter(
            "redundancy",
            "Redundancy",
            "Whether the balancer sends requests only to servers that are up; else each user has a server.",
            ParameterKind::Switch,
        )
    },
    Parameter {
        default: "500",
        ..parameter(
            "timeout",
            "Time-out",
            "How long an app server waits for the database; 0 is without end.",
            number(0, 10_000, "ms"),
        )
    },
    Parameter {
        default: "bounded",
        ..parameter(
            "retries",
            "Retries",
            "What follows a time-out.",
            ParameterKind::Choice(&[
                ("never", "none"),
                ("bounded", "3 attempts, with backoff"),
                ("unbounded", "at once and without end"),
            ]),
        )
    },
    parameter(
        "breaker",
        "Circuit breaker",
        "Whether calls that keep failing are no longer made.",
        ParameterKind::Switch,
    ),
    parameter(
        "shedding",
        "Queue limit",
        "Whether a server with 16 waiting refuses more at once.",
        ParameterKind::Switch,
    ),
    parameter("supervisor", "Supervisor", "Whether a killed process is started again.", ParameterKind::Switch),
    Parameter {
        default: "30",
        ..parameter(
            "ttl",
            "DNS TTL",
            "How long a resolver keeps an answer of DNS; with 0 it asks each time.",
            number(0, 600, "s"),
        )
    },
    Parameter {
        default: "95",
        ..parameter(
            "agreed",
            "Service level",
            "So many of a hundred users are to be answered, in any 5 seconds.",
            number(1, 100, "%"),
        )
    },
    Parameter { default: "1", ..parameter("seed", "Seed", "Which chance decides.", number(0, u32::MAX as u64, "")) },
];

/// Decided before a run begins.
pub const FIXED: &[&str] = &["apps", "seed"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub load: Rate,
    pub apps: usize,
    pub redundancy: bool,
    /// How long a call to the database may take.
    pub timeout: Option<Time>,
    pub retry: Retry,
    pub breaker: bool,
    pub queue: usize,
    pub supervisor: bool,
    pub ttl: Time,
    /// Of a hundred users.
    pub agreed: u64,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        let timeout = parameters.integer("timeout");
        Settings {
            load: Rate(parameters.integer("load")),
            apps: parameters.integer("apps") as usize,
            redundancy: parameters.switch("redundancy"),
            timeout: (timeout > 0).then(|| Time::from_millis(timeout)),
            retry: match parameters.text("retries") {
                "never" => Retry::NEVER,
                "unbounded" => Retry { attempts: None, backoff: Time::ZERO, longest: Time::ZERO },
                _ => Retry { attempts: Some(3), backoff: Time::from_millis(100), longest: Time::from_millis(1_000) },
            },
            breaker: parameters.switch("breaker"),
            // Without a limit of its own, a queue ends where the memory of its machine does.
            queue: if parameters.switch("shedding") { 16 } else { 2_000 },
            supervisor: parameters.switch("supervisor"),
            ttl: Time::from_millis(1_000 * parameters.integer("ttl")),
            agreed: parameters.integer("agreed"),
            seed: parameters.integer("seed"),
        }
    }
}
