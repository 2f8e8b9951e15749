//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::device::Device;
use super::message::{LogPosition, PARTITIONS, Post};
use super::session::Route;
use crate::contract::Refused;
use crate::replication::NodeId;
use crate::replication::checker::Item;
use crate::sim::Time;
use crate::wording::{count, list, shown};

#[derive(Clone, Event)]
pub enum Event {
    #[told("{device} sent post {item} on {} to the leader, for partition {}.", shown(page), letter(*partition))]
    PostSent { device: Device, item: Item, page: Rc<str>, partition: usize },
    #[told("{device} asks for {}: {}.", shown(page), ways(routes))]
    ReadSent { device: Device, page: Rc<str>, routes: Vec<Route> },
    #[told(
        "The leader {node} appended post {} of {} to partition {} at position {position}. It acknowledges at once, and \
         tells its followers.",
        post.item, post.user.name(), letter(*partition)
    )]
    Appended { node: NodeId, partition: usize, position: LogPosition, post: Rc<Post> },
    #[told(
        "{node} applied {}: partition {} has come to position {position} there.",
        self::posts(posts), letter(*partition)
    )]
    Applied { node: NodeId, partition: usize, position: LogPosition, posts: Vec<Item> },
    #[told(
        "{node} hears of partition {} from the leader, and has all of that already, up to position {position}.",
        letter(*partition)
    )]
    Known { node: NodeId, partition: usize, position: LogPosition },
    #[told(
        "{node} is told what comes after posts of partition {} that it lacks. It has come to {has}, says so, and is \
         sent the rest.",
        letter(*partition)
    )]
    Mismatched { node: NodeId, partition: usize, has: LogPosition },
    #[told(
        "{from} has told {node} how far it has come, and is sent what it lacks: {} of partition A, {} of B.",
        count(lacks[0], "post"), count(lacks[1], "post")
    )]
    Resumed { node: NodeId, from: NodeId, lacks: [usize; PARTITIONS] },
    #[told("{node} is off: {what} is lost there.")]
    Lost { node: NodeId, what: String },
    #[told("{device} has waited for a minute, and gives call {} up.", call + 1)]
    GaveUp { device: Device, call: usize },
    #[told("{device} gets an answer to call {}, which it has given up.", call + 1)]
    TooLate { device: Device, call: usize },
    #[told(
        "{node} is off, and its memory is gone{}. Each post that it had told of is on its disks.",
        with_reads(*held)
    )]
    Stopped { node: NodeId, held: usize },
    #[told(
        "{node} is back with what its disks have, and leads in a new term. It tells its followers.",
        when = *leads
    )]
    #[told("{node} is back with what its disks have, and tells the leader how far that is.")]
    Started { node: NodeId, leads: bool },
    #[told(
        "{node} lets the read wait: partition {} has come to {has} there, and the client knows of {at_least}.",
        letter(*partition)
    )]
    Held { node: NodeId, partition: usize, at_least: LogPosition, has: LogPosition },
    #[told("{node} answers for partition {}: {}.", letter(*partition), posts(items))]
    Answered { node: NodeId, partition: usize, items: Vec<Item> },
    #[told("{device} is told after {took} that post {item} is written.")]
    Acknowledged { device: Device, item: Item, took: Time },
    #[told("{device} has {} from one partition, and waits for the other.", posts(items))]
    PartRead { device: Device, items: Vec<Item> },
    /// What is broken is told in whole sentences.
    #[told(
        "{device} shows {}: {}.{}",
        shown(page), posts(items), breaches.iter().map(|breach| format!(" {breach}")).collect::<String>()
    )]
    Read { device: Device, page: Rc<str>, items: Vec<Item>, breaches: Rc<[String]> },
    #[told("Each message between {a} and {b} takes {time} from now on.")]
    DelaySet { a: NodeId, b: NodeId, time: Time },
    #[told("It is {now}.")]
    TimePassed { now: Time },
    #[told("It is {now}, and nothing is on its way.")]
    Settled { now: Time },
    #[flatten]
    Refused(Refused),
}

/// `posts 1, 2 and 5`, `post 1`, `no post`.
pub fn posts(items: &[Item]) -> String {
    match items {
        [] => "no post".to_owned(),
        [one] => format!("post {one}"),
        many => format!("posts {}", list(many)),
    }
}

/// Partitions are `A` and `B`.
pub fn letter(partition: usize) -> char {
    if partition == 0 { 'A' } else { 'B' }
}

fn ways(routes: &[Route]) -> String {
    let way = |route: &Route| {
        let way = format!("partition {} from {}, {}", letter(route.partition), route.node, route.why);
        match route.at_least {
            0 => way,
            position => format!("{way}, which must have come to {position}"),
        }
    };
    routes.iter().map(way).collect::<Vec<_>>().join("; ")
}

fn with_reads(held: usize) -> String {
    match held {
        0 => String::new(),
        1 => ", with a read that waited there".to_owned(),
        held => format!(", with {held} reads that waited there"),
    }
}
