//! What the broker and its clients are opened with.

use std::fmt::{self, Display};

use stepwise_derive::{Choice, Parameters};

use crate::sim::Time;
use crate::wording::list;

/// More partitions aren't drawn, nor more consumers.
const MOST: u64 = 3;

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// What the broker keeps
    #[parameter(Model::Queue)]
    pub model: Model,
    /// When a consumer acknowledges a message
    #[label("Acknowledge")]
    #[parameter(Ack::After)]
    pub ack: Ack,
    /// Whether the broker syncs each record before it goes on; if not, a power failure can take all of them
    #[parameter(true)]
    pub sync: bool,
    /// Whether the producer waits until the broker has acknowledged a message
    #[parameter(true)]
    pub wait: bool,
    /// How many times a message is sent at most, the first time included
    #[parameter(3, 1..=5)]
    pub attempts: u32,
    /// Whether the producer numbers its messages, so that the broker knows a message that is sent again
    #[label("Sequence numbers")]
    #[parameter(false)]
    pub sequence: bool,
    /// Whether the effect of a message is idempotent: the store knows a message that it has had
    #[label("Idempotent effect")]
    #[parameter(false)]
    pub idempotent: bool,
    /// How many messages fit into the queue, or into each partition
    #[parameter(100, 1..=1_000)]
    pub buffer: usize,
    /// What happens when a queue is full; a log always lets its oldest message go
    #[label("When full")]
    #[parameter(Full::Wait)]
    pub full: Full,
    /// Into how many partitions a log is divided
    #[parameter(2, 1..=MOST)]
    pub partitions: usize,
    /// How many messages of a queue a consumer may hold that it hasn't acknowledged
    #[parameter(1, 1..=10)]
    pub prefetch: usize,
    /// How many times a message of a queue is delivered before it goes to the dead letters
    #[parameter(3, 1..=10)]
    pub deliveries: u32,
    /// What a consumer does with fields that it doesn't know
    #[label("Unknown fields")]
    #[parameter(Unknown::Keep)]
    pub unknown: Unknown,
    /// How long a consumer works on a message
    #[parameter(20, 0..=10_000, "ms")]
    pub work: Time,
    /// How long anyone waits for an answer; after that the broker gives a message to another consumer
    #[label("Time-out")]
    #[parameter(300, 1..=60_000, "ms")]
    pub timeout: Time,
    /// How many consumers there are
    #[parameter(2, 2..=MOST)]
    pub consumers: usize,
    /// How long a message takes
    #[parameter(10, 0..=10_000, "ms")]
    pub delay: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Model {
    /// a queue, which deletes what is acknowledged
    Queue,
    /// a log, in which each group has its offset
    Log,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Ack {
    /// after its work: at least once
    After,
    /// before its work: at most once
    Before,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Full {
    /// the producer must wait
    Wait,
    /// the oldest message is dropped
    Drop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Unknown {
    /// keep them
    Keep,
    /// drop them
    Drop,
}

/// Consumers that share the work; every group gets every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum Group {
    /// the first group
    G1,
    /// the second group
    G2,
}

impl Display for Group {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(crate::form::Choice::name(*self))
    }
}

impl Settings {
    /// How many files the broker has.
    pub fn files(&self) -> usize {
        if self.model == Model::Queue { 1 } else { self.partitions }
    }

    pub fn file(&self, place: usize) -> String {
        if self.model == Model::Queue { "queue".to_owned() } else { format!("p{place}") }
    }

    /// As a sentence has it.
    pub fn called(&self, place: usize) -> String {
        if self.model == Model::Queue { "the queue".to_owned() } else { self.file(place) }
    }

    /// Partitions given as bits.
    pub fn names(&self, partitions: u8) -> String {
        let own = (0..self.files()).filter(|place| partitions >> place & 1 == 1);
        let names = list(own.map(|place| self.called(place)));
        if names.is_empty() { "no partition".to_owned() } else { names }
    }

    /// A producer that hears no answer sends nothing again, and needs no numbers.
    pub fn is_numbered(&self) -> bool {
        self.sequence && self.wait
    }
}
