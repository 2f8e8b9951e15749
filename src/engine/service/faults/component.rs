//! The parts of the service, and what can be wrong with each.

use std::fmt::{self, Display};

use stepwise_derive::Choice;

use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words};
use crate::service::{Breaker, Job, Station};
use crate::sim::Time;

/// Which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    Dns,
    Balancer,
    /// Counted from 0.
    App(u8),
    Cache,
    Database,
}

impl Name {
    /// Reads `dns`, `lb`, `a1` to `a6`, `cache` or `db`.
    pub fn parse(text: &str) -> Option<Name> {
        match text {
            "dns" => Some(Name::Dns),
            "lb" => Some(Name::Balancer),
            "cache" => Some(Name::Cache),
            "db" => Some(Name::Database),
            _ => match text.strip_prefix('a')?.parse() {
                Ok(number @ 1..=6) if text.len() == 2 => Some(Name::App(number - 1)),
                _ => None,
            },
        }
    }
}

impl Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Name::Dns => out.write_str("dns"),
            Name::Balancer => out.write_str("lb"),
            Name::App(place) => write!(out, "a{}", place + 1),
            Name::Cache => out.write_str("cache"),
            Name::Database => out.write_str("db"),
        }
    }
}

/// What a fault strikes, and what a repair sets right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    One(Name),
    /// All app servers: they run the same program.
    Apps,
}

/// The name of a component, or `apps`.
impl Value for Target {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Target, BadCommand> {
        let word = words.required(what)?;
        let target = match word.text.as_str() {
            "apps" => Some(Target::Apps),
            name => Name::parse(name).map(Target::One),
        };
        target.ok_or_else(|| {
            let problem = format!("`{}` is no {}", word.quote(), what.to_ascii_uppercase());
            words.refuse(word, problem, "dns, lb, a1 to a6, apps (all of them), cache, db".to_owned())
        })
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

impl Target {
    pub fn includes(self, name: Name) -> bool {
        match self {
            Target::One(one) => one == name,
            Target::Apps => matches!(name, Name::App(_)),
        }
    }
}

impl Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Target::One(name) => name.fmt(out),
            Target::Apps => out.write_str("apps"),
        }
    }
}

/// What a reader may break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Fault {
    /// The process is gone, with all that it was doing.
    Kill,
    /// Memory is never given back; when there is none left, the process is killed.
    Leak,
    /// A bug in the kernel that all app servers run: at the leap second each of them hangs.
    LeapSecond,
    /// Everything takes a hundred times as long.
    Slow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    Up,
    /// The process is gone.
    Down,
    /// The machine does nothing any more: a process started on it anew would hang as well, and its supervisor hangs.
    Hung,
}

/// One part: its process, and its queue and workers.
#[derive(Clone, Debug)]
pub struct Component {
    pub name: Name,
    pub condition: Condition,
    pub slow: bool,
    /// How much of its memory is taken by the leak, in a hundred.
    pub leaked: Option<u64>,
    /// How often it was started anew: what was planned for an earlier life is not carried out.
    pub life: u32,
    /// DNS and the balancer are so quick that they have no workers here.
    pub station: Station,
    /// What an app server keeps between itself and the database.
    pub breaker: Breaker,
}

/// How many failures in a row open a breaker, and how long it then stays open.
const BREAKER: (u32, Time) = (5, Time::from_millis(2_000));

impl Component {
    pub fn new(name: Name, workers: usize, queue: usize) -> Component {
        Component {
            name,
            condition: Condition::Up,
            slow: false,
            leaked: None,
            life: 0,
            station: Station::new(workers, queue),
            breaker: Breaker::new(BREAKER.0, BREAKER.1),
        }
    }

    /// The process is gone, and with it what it had in hand and what its breaker knew: gives back its jobs.
    pub fn end_life(&mut self) -> Vec<Job> {
        self.life += 1;
        self.breaker.reset();
        self.station.clear()
    }

    pub fn is_up(&self) -> bool {
        self.condition == Condition::Up
    }

    /// Whether it does what it should: if not, that is a fault.
    pub fn is_in_order(&self) -> bool {
        self.is_up() && !self.slow && self.leaked.is_none()
    }

    /// What is wrong with it, in a word or two.
    pub fn trouble(&self) -> &'static str {
        match self.condition {
            Condition::Down => "down",
            Condition::Hung => "hung",
            Condition::Up if self.slow => "slow",
            Condition::Up if self.leaked.is_some() => "leaks",
            Condition::Up => "",
        }
    }
}
