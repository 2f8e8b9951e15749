//! What a reader may choose.

use crate::contract::{Parameter, ParameterKind, Parameters};
use crate::service::Distribution;
use crate::service::arrivals::{MAX_RATE, Rate};
use crate::sim::Time;

const fn number(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    (min, max, unit): (u64, u64, &'static str),
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min, max, unit }, default }
}

/// More than this cannot be told apart in a picture.
const MAX_WORKERS: u64 = 12;
/// A real queue has an end too: its machine's memory.
const MAX_QUEUE: u64 = 10_000;

pub const PARAMETERS: &[Parameter] = &[
    number("load", "Load", "How many requests come, on average.", (0, MAX_RATE, "/s"), "5"),
    number("workers", "Workers", "How many requests a server works on at once.", (1, MAX_WORKERS, ""), "1"),
    Parameter {
        name: "service",
        label: "Service times",
        about: "How the time that the work on a request takes is distributed.",
        kind: ParameterKind::Choice(&[
            ("exponential", "exponential"),
            ("fixed", "always the same"),
            ("two-valued", "fast, and now and then slow"),
            ("heavy-tailed", "heavy-tailed (Pareto)"),
        ]),
        default: "exponential",
    },
    number("time", "Service time", "The mean; of two values, the fast one.", (1, 60_000, "ms"), "100"),
    number("slow-time", "Slow service time", "Of two values, the slow one.", (1, 60_000, "ms"), "2000"),
    number("slow-share", "Slow requests", "How many of a thousand are slow, of two values.", (0, 1_000, "‰"), "20"),
    number("servers", "Servers", "Each has its own queue; a request goes to one of them by chance.", (1, 2, ""), "1"),
    number("queue", "Queue limit", "How many may wait at a server; more are refused.", (0, MAX_QUEUE, ""), "10000"),
    number("agreed-median", "Agreed median", "The service level: half are faster.", (1, 60_000, "ms"), "200"),
    number("agreed-p99", "Agreed p99", "The service level: 99 of 100 are faster.", (1, 600_000, "ms"), "1000"),
    number("seed", "Seed", "Which chance decides.", (0, u32::MAX as u64, ""), "1"),
];

/// Decided before a run begins.
pub const FIXED: &[&str] = &["servers", "seed"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub load: Rate,
    pub workers: usize,
    pub service: Distribution,
    pub servers: usize,
    pub queue: usize,
    pub agreed_median: Time,
    pub agreed_p99: Time,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        let millis = |name| Time::from_millis(parameters.integer(name));
        let mean = millis("time");
        Settings {
            load: Rate(parameters.integer("load")),
            workers: parameters.integer("workers") as usize,
            service: match parameters.text("service") {
                "fixed" => Distribution::Fixed { time: mean },
                "two-valued" => Distribution::TwoValued {
                    fast: mean,
                    slow: millis("slow-time"),
                    slow_per_mille: parameters.integer("slow-share"),
                },
                "heavy-tailed" => Distribution::HeavyTailed { mean },
                _ => Distribution::Exponential { mean },
            },
            servers: parameters.integer("servers") as usize,
            queue: parameters.integer("queue") as usize,
            agreed_median: millis("agreed-median"),
            agreed_p99: millis("agreed-p99"),
            seed: parameters.integer("seed"),
        }
    }

    /// Whether the queue has no end, as far as theory is concerned.
    pub fn is_endless(&self) -> bool {
        self.queue >= MAX_QUEUE as usize
    }
}
