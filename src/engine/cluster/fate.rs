//! Fate: what a reader does to hosts, links and messages, alike in every cluster; and how that is told.

use std::fmt;
use std::rc::Rc;

use stepwise_derive::{Command, Event};

use super::links::{Chosen, Link};
use super::{Host, NodeId};
use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words};
use crate::sim::{Delay, Loss, MessageId, Time};
use crate::wording::count;

/// No command lets more time pass, and no link is slower: two minutes of a cluster are long.
pub const MOST: Time = Time::from_millis(120_000);

/// A reader who waits for a call, or for rest, waits no longer.
pub const PATIENCE: Time = Time::from_millis(600_000);

#[derive(Clone, Debug, PartialEq, Eq, Command)]
pub enum Fate {
    /// Stop a node: memory is gone. With `lost` its power fails, and its disk loses what wasn't synced.
    #[button]
    Stop {
        #[example("n1")]
        node: NodeId,
        #[name("lost")]
        #[default(Power::On)]
        power: Power,
    },
    /// Start a stopped node from its disk.
    #[button]
    Start {
        #[example("n1")]
        node: NodeId,
    },
    #[flatten]
    Link(Link),
    /// Cut all links of a node or a client.
    Isolate {
        #[example("n1")]
        host: Host,
    },
    /// Open all links again.
    #[button]
    Heal,
    /// Set how far a node's clock is ahead of the true time, or behind as in -50ms.
    Skew {
        #[example("n1")]
        node: NodeId,
        #[example("50ms")]
        by: Skew,
    },
    /// Deliver a message now, by its name or as in c1>n2.
    #[button]
    Deliver {
        #[example("m1")]
        message: Chosen,
    },
    /// Drop a message, by its name or as in c1>n2.
    #[button]
    Drop {
        #[example("m1")]
        message: Chosen,
    },
    /// Let the network deliver a message twice.
    Duplicate {
        #[example("m1")]
        message: Chosen,
    },
    /// Let time pass.
    #[button]
    Run {
        #[example("100ms")]
        #[most(MOST)]
        time: Time,
    },
    /// Let time pass until nothing is on its way.
    #[button]
    Settle,
}

/// What becomes of the disk of a node that stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// The process ends, and the operating system goes on: the disk gets all that was written.
    On,
    /// The disk keeps only what was synced.
    Lost,
}

impl Value for Power {
    const KIND: ArgumentKind = ArgumentKind::Choice(&["lost"]);

    fn read(words: &mut Words, what: &str) -> Result<Power, BadCommand> {
        let word = words.required(what)?;
        match word.text.as_str() {
            "lost" => Ok(Power::Lost),
            _ => Err(words.refuse(word, format!("`{}` can't follow `stop`", word.quote()), "lost".to_owned())),
        }
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("lost")
    }
}

/// How far a clock is from the true time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skew {
    pub is_behind: bool,
    pub by: Time,
}

impl Skew {
    /// What a clock shows that is so far from the true time. None shows a time before 0.
    pub fn clock(self, now: Time) -> Time {
        if self.is_behind { now - now.min(self.by) } else { now + self.by }
    }
}

impl Value for Skew {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Skew, BadCommand> {
        let word = words.required(what)?;
        let behind = word.text.strip_prefix('-');
        match behind.unwrap_or(&word.text).parse::<Time>() {
            Ok(by) if by <= MOST => Ok(Skew { is_behind: behind.is_some() && by > Time::ZERO, by }),
            _ => {
                let accepted =
                    format!("a time up to {}, as in 50ms, or -50ms for a clock that is behind", MOST.spell());
                Err(words.refuse(word, format!("`{}` is no TIME", word.quote()), accepted))
            }
        }
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}{}", if self.is_behind { "-" } else { "" }, self.by.spell())
    }
}

/// How fate is told.
#[derive(Clone, Event)]
pub enum Happened {
    #[told("{node} stopped. {cost}", when = *power == Power::On)]
    #[told("The power of {node} failed. {cost}")]
    NodeStopped { node: NodeId, power: Power, cost: Rc<str> },
    #[told("{node} started. {with}")]
    NodeStarted { node: NodeId, with: Rc<str> },
    #[told("The link between {a} and {b} is cut.")]
    LinkCut { a: Host, b: Host },
    #[told("Messages from {from} to {to} are lost from now on. The other direction stays as it is.")]
    WayCut { from: Host, to: Host },
    #[told("All links of {host} are cut.")]
    Isolated { host: Host },
    #[told("All links are open again.")]
    Healed,
    #[told("Each message between {a} and {b} takes {time} from now on.", when = let Delay::Fixed(time) = delay)]
    #[told("Messages between {a} and {b} take {} on average from now on, each its own time by chance.", mean(*delay))]
    LinkDelayed { a: Host, b: Host, delay: Delay },
    #[told("{message} ({what}) from {from} to {to} takes {by} longer.")]
    MessageDelayed { message: MessageId, what: &'static str, from: Host, to: Host, by: Time },
    #[told("The clock of {node} is right from now on.", when = skew.by == Time::ZERO)]
    #[told("The clock of {node} is {} {} from now on.", skew.by, if skew.is_behind { "behind" } else { "ahead" })]
    ClockSkewed { node: NodeId, skew: Skew },
    #[told("{message} ({what}) from {from} to {to} was lost: {to} is off.", when = *loss == Loss::HostDown)]
    #[told("{message} ({what}) from {from} to {to} was dropped.", when = *loss == Loss::Dropped)]
    #[told("{message} ({what}) from {from} to {to} was lost, by chance.", when = *loss == Loss::Chance)]
    #[told("{message} ({what}) from {from} to {to} was lost: no path is open.")]
    MessageLost { message: MessageId, what: &'static str, from: Host, to: Host, loss: Loss },
    #[told("{message} ({what}) from {from} has come to {to}, which does nothing more about it.")]
    Delivered { message: MessageId, what: &'static str, from: Host, to: Host },
    #[told("The network has {message} ({what}) from {from} to {to} twice now: the copy is {copy}.")]
    MessageDuplicated { message: MessageId, what: &'static str, from: Host, to: Host, copy: MessageId },
    #[told("It is {now}, and nothing is on its way.", when = *in_flight == 0)]
    #[told("It is {now}, with {} on the way.", count(*in_flight, "message"))]
    TimePassed { now: Time, in_flight: usize },
    #[told("It is {now}, after ten minutes, and it still doesn't come to rest.", when = !is_quiet)]
    #[told("It is {now}, and all is quiet. But {owed}.", when = let Some(owed) = owed)]
    #[told("It is {now}, and all is quiet.")]
    Settled { now: Time, is_quiet: bool, owed: Option<Rc<str>> },
}

fn mean(delay: Delay) -> Time {
    match delay {
        Delay::Fixed(time) | Delay::Exponential(time) => time,
    }
}
