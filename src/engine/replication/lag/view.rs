//! What is counted, the whole state for a program, what a figure shows of the cluster, and what the checker has found, in
//! words.

use serde_json::{Value, json};

use super::Lag;
use super::cluster::Record;
use super::device::User;
use super::event::letter;
use super::message::{LogMessage, Message, PARTITIONS, Post};
use super::node::Node;
use super::settings::OwnWrites;
use crate::contract::Counter;
use crate::form::Choice;
use crate::replication::checker::{self, Breach, Call, Item, Promise, What};
use crate::replication::{Host, NodeId};
use crate::sim::{Envelope, Network, Time};
use crate::wording::shown;

pub fn counters(lag: &Lag) -> Vec<Counter> {
    let counter = |name, value| Counter { name, value };
    let broken = |promise| lag.breaches.iter().filter(|breach| breach.promise == promise).count() as u64;
    let tally = lag.tally;
    vec![
        counter("reads_on_leader", tally.reads_on_leader),
        counter("reads_on_followers", tally.reads_on_followers),
        counter("reads_held", tally.reads_held),
        counter("held_us", tally.held_us),
        counter("own_writes_missed", broken(Promise::OwnWrites)),
        counter("reads_back_in_time", broken(Promise::MonotonicReads)),
        counter("effects_before_causes", broken(Promise::ConsistentPrefix)),
        counter("not_linearizable", broken(Promise::Linearizable)),
        counter("posts_lost", lag.lost().len() as u64),
        counter("messages_sent", lag.world.network.traffic.sent),
        counter("time_us", lag.world.now().as_micros()),
    ]
}

pub fn state(lag: &Lag) -> Value {
    let nodes = lag.nodes().map(|node| {
        let logs = (0..PARTITIONS).map(|partition| {
            node.posts(partition).map(|post| json!({ "post": post.item, "text": &*post.text })).collect::<Value>()
        });
        json!({ "node": node.id.to_string(), "partitions": logs.collect::<Value>(), "held": node.held().len(), "up": lag.is_up(node.id) })
    });
    let calls = lag.calls().map(|(call, record)| {
        let mut json = json!({
            "user": lag.user(call),
            "device": record.device.to_string(),
            "page": lag.page(call.page),
            "began_us": record.began.as_micros(),
            "ended_us": record.ended.map(|time| time.as_micros()),
        });
        match &call.what {
            What::Add { item, seen } => {
                json["post"] = (*item).into();
                json["had_seen"] = seen.clone().into();
            }
            What::Read { found } => json["found"] = found.clone().into(),
        }
        json
    });
    json!({
        "nodes": nodes.collect::<Value>(),
        "calls": calls.collect::<Value>(),
        "broken": lag.breaches.iter().map(|breach| lag.tell(breach)).collect::<Value>(),
    })
}

impl Lag {
    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.nodes.iter().map(|node| &**node)
    }

    pub fn is_up(&self, node: NodeId) -> bool {
        self.world.network.is_up(node.into())
    }

    pub fn network(&self) -> &Network<Host, Message> {
        &self.world.network
    }

    /// The message whose way has just ended, and whether it was lost.
    pub fn passed(&self) -> Option<(&Envelope<Host, Message>, bool)> {
        self.passed.as_ref().map(|(envelope, lost)| (&**envelope, *lost))
    }

    /// All calls, in the order in which they began.
    pub fn calls(&self) -> impl DoubleEndedIterator<Item = (&Call, &Record)> + ExactSizeIterator {
        self.history.iter().zip(self.records.iter())
    }

    pub fn page(&self, number: u8) -> &str {
        &self.pages[usize::from(number)]
    }

    /// The broken promises so far, in the order in which they were broken.
    pub fn breaches(&self) -> &[Breach] {
        &self.breaches
    }

    /// How many reads went to the leader and to followers, how many had to wait, and for how many microseconds in all.
    pub fn costs(&self) -> [u64; 4] {
        [self.tally.reads_on_leader, self.tally.reads_on_followers, self.tally.reads_held, self.tally.held_us]
    }

    /// What the calls are called in narration: `call 3`, counted from 1.
    pub fn tell(&self, breach: &Breach) -> String {
        let what = match breach.promise {
            Promise::OwnWrites => "Read-your-writes is broken",
            Promise::MonotonicReads => "Monotonic reads are broken",
            Promise::ConsistentPrefix => "Consistent prefix is broken",
            Promise::Linearizable => return self.tell_order(breach),
        };
        let missing = breach.missing;
        let why = match (&self.history[breach.against].what, breach.promise) {
            (What::Add { item, .. }, Promise::ConsistentPrefix) => {
                format!("post {item} was written by one who had seen post {missing}")
            }
            (What::Add { .. }, _) => {
                let (by, other) = (self.records[breach.against].device, self.records[breach.read].device);
                let device = if by == other { String::new() } else { format!(", on {by}") };
                format!("post {missing} was acknowledged before{device}")
            }
            (What::Read { .. }, _) => format!("post {missing} was there before"),
        };
        format!("{what} by call {}, against call {}: {why}.", breach.read + 1, breach.against + 1)
    }

    fn tell_order(&self, breach: &Breach) -> String {
        let (against, missing) = (breach.against + 1, breach.missing);
        let Some(instead) = breach.instead else {
            return format!("Not linearizable: call {against} already knew of post {missing}.");
        };
        match self.history[breach.against].what {
            What::Add { .. } => format!(
                "Not linearizable: call {against} had ended before post {instead} was sent, and this page has post {instead} \
                 without post {missing}."
            ),
            What::Read { .. } => format!(
                "Not linearizable: this page has post {instead} without post {missing}, and call {against} found post \
                 {missing} without post {instead}."
            ),
        }
    }

    pub(super) fn text_of(&self, item: Item) -> std::rc::Rc<str> {
        let mut posts = (0..PARTITIONS).flat_map(|partition| self.nodes[0].posts(partition));
        posts.find(|post| post.item == item).map_or_else(|| "".into(), |post| post.text)
    }

    /// The acknowledged posts that the leader has lost, by the calls that made them.
    pub fn lost(&self) -> Vec<usize> {
        let mut kept: Vec<Item> = Vec::new();
        for partition in 0..PARTITIONS {
            kept.extend(self.nodes[0].posts(partition).map(|post| post.item));
        }
        checker::lost(&self.history, &kept)
    }

    /// What a message carries, in words.
    pub fn describe(&self, message: &Message) -> String {
        match message {
            Message::Post { post, .. } => format!("post {}", post.item),
            Message::Posted { .. } => "acknowledgement".to_owned(),
            Message::Log { partition, message: LogMessage::Append { entries, .. } } => {
                let items: Vec<Item> = entries.iter().filter_map(Post::of).map(|post| post.item).collect();
                format!("{} of partition {}", super::event::posts(&items), letter(*partition))
            }
            Message::Log { partition, .. } => format!("how far partition {} has come", letter(*partition)),
            Message::Hello { .. } => "how far both partitions have come".to_owned(),
            Message::Fetch { partition, page, .. } => {
                format!("read of {}, partition {}", shown(self.page(*page)), letter(*partition))
            }
            Message::Page { items, .. } => super::event::posts(items),
        }
    }

    /// Whether a rule lets a follower wait, so that there is a wait to be counted.
    pub fn may_wait(&self) -> bool {
        match self.settings.own {
            OwnWrites::Position => true,
            OwnWrites::Minute => self.settings.fixed,
            OwnWrites::Off | OwnWrites::Leader => false,
        }
    }

    pub fn user(&self, call: &Call) -> &'static str {
        User::NAMES[usize::from(call.user)]
    }
}
