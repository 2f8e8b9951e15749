//! What happened, one event a step, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use super::device::{Device, User};
use super::message::{LogPosition, PARTITIONS, Post, letter, posts};
use super::session::Route;
use super::settings::Centres;
use crate::cluster::{CallId, Happened, NodeId};
use crate::contract::Refused;
use crate::replication::checker::Item;
use crate::sim::Time;
use crate::wording::{count, shown};

#[derive(Clone, Event)]
pub enum Event {
    #[told("{device} sent post {item} on {} to the leader, for partition {}.", shown(page), letter(*partition))]
    PostSent { call: CallId, device: Device, item: Item, page: Rc<str>, partition: usize },
    #[told("{device} asks for {}: {}.", shown(page), ways(routes))]
    ReadSent { call: CallId, device: Device, page: Rc<str>, routes: Rc<[Route]> },
    #[told(
        "The leader {node} appended post {} of {} to partition {} at position {position}. It acknowledges at once, and \
         sends the post to its followers.",
        post.item, post.user.name(), letter(*partition)
    )]
    Appended { node: NodeId, partition: usize, position: LogPosition, post: Post },
    #[told("{node} has post {item} already. It appends nothing, and acknowledges once more.")]
    PostKnown { node: NodeId, item: Item },
    #[told(
        "{node} applied {}: partition {} has come to position {position} there.{}",
        super::message::posts(posts), letter(*partition), for_readers(answered.len())
    )]
    Applied { node: NodeId, partition: usize, position: LogPosition, posts: Vec<Item>, answered: Vec<CallId> },
    #[told(
        "{node} hears of partition {} from the leader, and has all of that already, up to position {position}.",
        letter(*partition)
    )]
    Known { node: NodeId, partition: usize, position: LogPosition },
    #[told(
        "{node} is sent what comes after posts of partition {} that it lacks. It has come to {has}, says so, and is \
         sent the rest.",
        letter(*partition)
    )]
    Mismatched { node: NodeId, partition: usize, has: LogPosition },
    #[told(
        "{node} hears from {from} how far it has come, and sends what it lacks: {} of partition A, {} of B.",
        count(lacks[0], "post"), count(lacks[1], "post")
    )]
    Resumed { node: NodeId, from: NodeId, lacks: [usize; PARTITIONS] },
    #[told("{device} has waited for a minute, and gives {call} up. It can't know whether the post was stored.", when = *is_post)]
    #[told("{device} has waited for a minute, and gives {call} up.")]
    GaveUp { device: Device, call: CallId, is_post: bool },
    #[told("An answer to {call} comes to {}, who no longer waits for it.", User::of(call.client).name())]
    TooLate { call: CallId },
    #[told(
        "{node} lets the read wait: partition {} has come to {has} there, and the client knows of {at_least}.",
        letter(*partition)
    )]
    Held { node: NodeId, call: CallId, partition: usize, at_least: LogPosition, has: LogPosition },
    #[told("{node} answers for partition {}: {}.", letter(*partition), posts(items))]
    Answered { node: NodeId, partition: usize, items: Vec<Item> },
    #[told("Post {item} is acknowledged to {device} after {took}.")]
    Acknowledged { call: CallId, device: Device, item: Item, took: Time },
    #[told("{device} has {} from one partition, and waits for the other.", posts(items))]
    PartRead { device: Device, items: Vec<Item> },
    /// What is broken is told in whole sentences, by the judge.
    #[told(
        "{device} shows {}: {}.{}",
        shown(page), posts(items), breaches.iter().map(|breach| format!(" {breach}")).collect::<String>()
    )]
    Read { call: CallId, device: Device, page: Rc<str>, items: Rc<[Item]>, breaches: Rc<[String]> },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

fn ways(routes: &[Route]) -> String {
    let way = |route: &Route| {
        let why = match route.centre {
            None => route.why.to_string(),
            Some((centre, by)) => format!("{} in the {centre}, {}", route.why, routed(by)),
        };
        let way = format!("partition {} from {}, {why}", letter(route.partition), route.node);
        match route.at_least {
            0 => way,
            position => format!("{way}, which must have come to {position}"),
        }
    };
    routes.iter().map(way).collect::<Vec<_>>().join("; ")
}

/// Why a device is routed to a data centre.
fn routed(by: Centres) -> &'static str {
    match by {
        Centres::One => "the only one",
        Centres::Nearest => "its nearest data centre",
        Centres::Home => "the home of its user",
    }
}

fn for_readers(answered: usize) -> String {
    match answered {
        0 => String::new(),
        1 => " It answers the read that has waited for that.".to_owned(),
        many => format!(" It answers {many} reads that have waited for that."),
    }
}
