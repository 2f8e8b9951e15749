//! What a reader may do to the load and to the systems, and what they are opened with.

use std::fmt::{self, Display};

use super::system::Costs;
use crate::contract::{Argument, ArgumentKind, CommandForm, Parameter, ParameterKind, Parameters, form};
use crate::language::{BadCommand, Words};
use crate::service::arrivals::{MAX_RATE, Rate};
use crate::sim::Time;

/// No system here grows larger: by then the law has long turned.
pub const MAX_SIZE: u64 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Load(Rate),
    /// Twice the load on the same machines.
    Double,
    /// Grow until the service level is kept again.
    Keep,
    Machines(u32),
    Power(u32),
    /// One machine of each system is down.
    Fail,
    /// Measure at many loads.
    Sweep,
    /// Measure how much ever more machines can serve.
    Capacity,
}

/// The parameters, as they are used.
#[derive(Clone, Copy)]
pub struct Settings {
    pub rate: Rate,
    pub machines: u32,
    pub power: u32,
    /// The largest machine that can be bought.
    pub largest: u32,
    /// The service level: 99 of 100 requests take no longer than this.
    pub goal: Time,
    pub costs: Costs,
    /// How many requests are sent for one measurement.
    pub sample: u64,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        Settings {
            rate: Rate(parameters.integer("load")),
            machines: parameters.integer("machines") as u32,
            power: parameters.integer("power") as u32,
            largest: parameters.integer("largest") as u32,
            goal: Time::from_millis(parameters.integer("goal")),
            costs: Costs {
                work: Time::from_millis(parameters.integer("work")),
                contention: parameters.integer("contention"),
                coherence: parameters.integer("coherence"),
                transfer: Time::from_millis(parameters.integer("transfer")),
            },
            sample: parameters.integer("sample"),
            seed: parameters.integer("seed"),
        }
    }
}

const fn integer(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    (min, max, unit): (u64, u64, &'static str),
    default: &'static str,
) -> Parameter {
    Parameter { name, label, about, kind: ParameterKind::Integer { min, max, unit }, default }
}

pub const PARAMETERS: &[Parameter] = &[
    integer("load", "Load", "How many requests come", (0, MAX_RATE, "a second"), "160"),
    integer("work", "Work", "How long a request takes on a machine of power 1", (1, 1_000, "ms"), "10"),
    integer("machines", "Machines", "How many machines scale out", (1, MAX_SIZE, ""), "4"),
    integer("power", "Power", "How many times the power of one the large machine has", (1, MAX_SIZE, ""), "4"),
    integer("largest", "Largest", "The most power that one machine can have", (1, MAX_SIZE, ""), "16"),
    integer("goal", "Service level", "99 of 100 requests take no longer", (1, 60_000, "ms"), "150"),
    integer("contention", "Contention", "Work that one machine does at a time", (0, 1_000, "in 1,000"), "30"),
    integer("coherence", "Coherence", "Work for each pair of machines to agree", (0, 1_000, "in 10,000"), "20"),
    integer(
        "transfer",
        "Lock transfer",
        "How long a shared disk's lock takes to the next machine",
        (0, 1_000, "ms"),
        "2",
    ),
    integer(
        "sample",
        "Sample",
        "How many requests are measured, after a warm-up; fewer where a command measures often",
        (100, 200_000, ""),
        "40000",
    ),
    integer("seed", "Seed", "Another seed is another chance", (0, u64::MAX, ""), "1"),
];

const fn number(name: &'static str, example: &'static str) -> Argument {
    Argument { name, kind: ArgumentKind::Number, example, optional: false }
}

pub const COMMANDS: &[CommandForm] = &[
    form("load", &[Argument::text("rate", "250/s")], "send another load, and measure", true),
    form("double", &[], "send twice the load to the same machines: how much slower?", true),
    form("keep", &[], "grow until the service level is met: how much more?", true),
    form("machines", &[number("number", "8")], "scale out to so many machines, and measure", true),
    form("power", &[number("power", "8")], "scale up to a machine of that power, and measure", true),
    form("fail", &[], "measure while one machine of each system is down", true),
    form("sweep", &[], "measure at ten loads, for the chart", true),
    form("capacity", &[], "measure how much ever more machines can serve, for the chart", true),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "load" => Command::Load(Rate::parse(words)?),
        "double" => Command::Double,
        "keep" => Command::Keep,
        "machines" => Command::Machines(words.number("number", 1..=MAX_SIZE)? as u32),
        "power" => Command::Power(words.number("power", 1..=MAX_SIZE)? as u32),
        "fail" => Command::Fail,
        "sweep" => Command::Sweep,
        "capacity" => Command::Capacity,
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Command::Load(rate) => write!(out, "load {rate}"),
            Command::Double => out.write_str("double"),
            Command::Keep => out.write_str("keep"),
            Command::Machines(number) => write!(out, "machines {number}"),
            Command::Power(power) => write!(out, "power {power}"),
            Command::Fail => out.write_str("fail"),
            Command::Sweep => out.write_str("sweep"),
            Command::Capacity => out.write_str("capacity"),
        }
    }
}
