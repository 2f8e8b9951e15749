//! What happened, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::node::{LogPosition, PARTITIONS, Post};
use super::session::{Device, Route, USERS};
use crate::contract;
use crate::replication::NodeId;
use crate::replication::checker::Item;
use crate::sim::Time;
use crate::wording::{count, shown};

#[derive(Clone)]
pub enum Event {
    PostSent { device: Device, item: Item, page: Rc<str>, partition: usize },
    ReadSent { device: Device, page: Rc<str>, routes: Vec<Route> },
    Appended { node: NodeId, partition: usize, position: LogPosition, post: Rc<Post> },
    Applied { node: NodeId, partition: usize, position: LogPosition, posts: Vec<Item> },
    Known { node: NodeId, partition: usize, position: LogPosition },
    Mismatched { node: NodeId, partition: usize, has: LogPosition },
    Resumed { node: NodeId, from: NodeId, lacks: [usize; PARTITIONS] },
    Lost { node: NodeId, what: String },
    GaveUp { device: Device, call: usize },
    TooLate { device: Device, call: usize },
    Stopped { node: NodeId, held: usize },
    Started { node: NodeId, leads: bool },
    Held { node: NodeId, partition: usize, at_least: LogPosition, has: LogPosition },
    Answered { node: NodeId, partition: usize, items: Vec<Item> },
    Acknowledged { device: Device, item: Item, took: Time },
    PartRead { device: Device, items: Vec<Item> },
    Read { device: Device, page: Rc<str>, items: Vec<Item>, breaches: Rc<[String]> },
    DelaySet { a: NodeId, b: NodeId, time: Time },
    TimePassed { now: Time },
    Settled { now: Time },
    Refused { reason: Rc<str> },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::PostSent { .. } => "PostSent",
            Event::ReadSent { .. } => "ReadSent",
            Event::Appended { .. } => "Appended",
            Event::Applied { .. } => "Applied",
            Event::Known { .. } => "Known",
            Event::Mismatched { .. } => "Mismatched",
            Event::Resumed { .. } => "Resumed",
            Event::Lost { .. } => "Lost",
            Event::GaveUp { .. } => "GaveUp",
            Event::TooLate { .. } => "TooLate",
            Event::Stopped { .. } => "Stopped",
            Event::Started { .. } => "Started",
            Event::Held { .. } => "Held",
            Event::Answered { .. } => "Answered",
            Event::Acknowledged { .. } => "Acknowledged",
            Event::PartRead { .. } => "PartRead",
            Event::Read { .. } => "Read",
            Event::DelaySet { .. } => "DelaySet",
            Event::TimePassed { .. } => "TimePassed",
            Event::Settled { .. } => "Settled",
            Event::Refused { .. } => "Refused",
        }
    }
}

/// `posts 1, 2 and 5`, `post 1`, `no post`.
pub fn posts(items: &[Item]) -> String {
    match items {
        [] => "no post".to_owned(),
        [one] => format!("post {one}"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(Item::to_string).collect();
            format!("posts {} and {last}", first.join(", "))
        }
    }
}

/// Partitions are `A` and `B`.
pub fn letter(partition: usize) -> char {
    if partition == 0 { 'A' } else { 'B' }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::PostSent { device, item, page, partition } => {
                write!(
                    out,
                    "{device} sent post {item} on {} to the leader, for partition {}.",
                    shown(page),
                    letter(*partition)
                )
            }
            Event::ReadSent { device, page, routes } => {
                write!(out, "{device} asks for {}:", shown(page))?;
                for (place, route) in routes.iter().enumerate() {
                    let comma = if place == 0 { "" } else { ";" };
                    write!(out, "{comma} partition {} from {}, {}", letter(route.partition), route.node, route.why)?;
                    if route.at_least > 0 {
                        write!(out, ", which must have come to {}", route.at_least)?;
                    }
                }
                out.write_str(".")
            }
            Event::Appended { node, partition, position, post } => write!(
                out,
                "The leader {node} appended post {} of {} to partition {} at position {position}. It acknowledges at once, \
                 and tells its followers.",
                post.item,
                USERS[usize::from(post.user)],
                letter(*partition)
            ),
            Event::Applied { node, partition, position, posts: items } => write!(
                out,
                "{node} applied {}: partition {} has come to position {position} there.",
                posts(items),
                letter(*partition)
            ),
            Event::Known { node, partition, position } => write!(
                out,
                "{node} hears of partition {} from the leader, and has all of that already, up to position {position}.",
                letter(*partition)
            ),
            Event::Mismatched { node, partition, has } => write!(
                out,
                "{node} is told what comes after posts of partition {} that it lacks. It has come to {has}, says so, and is \
                 sent the rest.",
                letter(*partition)
            ),
            Event::Resumed { node, from, lacks: [a, b] } => {
                write!(out, "{from} has told {node} how far it has come, and is sent what it lacks: ")?;
                write!(out, "{} of partition A, {} of B.", count(*a, "post"), count(*b, "post"))
            }
            Event::Lost { node, what } => write!(out, "{node} is off: {what} is lost there."),
            Event::GaveUp { device, call } => {
                write!(out, "{device} has waited for a minute, and gives call {} up.", call + 1)
            }
            Event::TooLate { device, call } => {
                write!(out, "{device} gets an answer to call {}, which it has given up.", call + 1)
            }
            Event::Stopped { node, held } => {
                write!(out, "{node} is off, and its memory is gone")?;
                match held {
                    0 => {}
                    1 => out.write_str(", with a read that waited there")?,
                    held => write!(out, ", with {held} reads that waited there")?,
                }
                out.write_str(". Each post that it had told of is on its disks.")
            }
            Event::Started { node, leads: true } => {
                write!(out, "{node} is back with what its disks have, and leads in a new term. It tells its followers.")
            }
            Event::Started { node, .. } => {
                write!(out, "{node} is back with what its disks have, and tells the leader how far that is.")
            }
            Event::Held { node, partition, at_least, has } => write!(
                out,
                "{node} lets the read wait: partition {} has come to {has} there, and the client knows of {at_least}.",
                letter(*partition)
            ),
            Event::Answered { node, partition, items } => {
                write!(out, "{node} answers for partition {}: {}.", letter(*partition), posts(items))
            }
            Event::Acknowledged { device, item, took } => {
                write!(out, "{device} is told after {took} that post {item} is written.")
            }
            Event::PartRead { device, items } => {
                write!(out, "{device} has {} from one partition, and waits for the other.", posts(items))
            }
            Event::Read { device, page, items, breaches } => {
                write!(out, "{device} shows {}: {}.", shown(page), posts(items))?;
                for breach in breaches.iter() {
                    write!(out, " {breach}")?;
                }
                Ok(())
            }
            Event::DelaySet { a, b, time } => write!(out, "Each message between {a} and {b} takes {time} from now on."),
            Event::TimePassed { now } => write!(out, "It is {now}."),
            Event::Settled { now } => write!(out, "It is {now}, and nothing is on its way."),
            Event::Refused { reason } => write!(out, "Nothing was done: {reason}."),
        }
    }
}
