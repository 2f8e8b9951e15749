//! What has become of each message, as an all-seeing eye would count it.

use super::message::Letter;
use super::partition::Partition;
use super::producer::Known;
use super::settings::{Group, Model};
use super::{Broker, Consumer, Producer, Program, Queue, Server, Store};
use crate::cluster::Cluster;
use crate::contract::Counter;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub sent: u64,
    pub acknowledged: u64,
    pub effects: u64,
    /// Effects of a message on a group beside its first.
    pub twice: u64,
    /// Messages that the producer takes for sent, and a group has not had and can never get.
    pub lost: u64,
    pub dead: u64,
}

impl Tally {
    pub fn counters(&self) -> Vec<Counter> {
        let Tally { sent, acknowledged, effects, twice, lost, dead } = *self;
        [
            ("messages_produced", sent),
            ("messages_acknowledged", acknowledged),
            ("effects", effects),
            ("effects_twice", twice),
            ("acknowledged_lost", lost),
            ("dead_letters", dead),
        ]
        .map(|(name, value)| Counter { name, value })
        .to_vec()
    }
}

pub fn broker(cluster: &Cluster<Queue>) -> &Broker {
    let Server::Broker(broker) = &*cluster.nodes[0] else { unreachable!("n1 is the broker") };
    broker
}

pub fn store(cluster: &Cluster<Queue>) -> &Store {
    let Server::Store(store) = &*cluster.nodes[1] else { unreachable!("n2 is the store") };
    store
}

pub fn producer(cluster: &Cluster<Queue>) -> &Producer {
    let Program::Producer(producer) = &*cluster.clients[0] else { unreachable!("c1 is the producer") };
    producer
}

pub fn consumers(cluster: &Cluster<Queue>) -> impl Iterator<Item = &Consumer> {
    cluster.clients.iter().filter_map(|client| match &**client {
        Program::Consumer(consumer) => Some(consumer),
        Program::Producer(_) => None,
    })
}

pub fn tally(cluster: &Cluster<Queue>) -> Tally {
    let (broker, store, producer) = (broker(cluster), store(cluster), producer(cluster));
    let is_again = |at: usize| {
        let row = &store.rows[at];
        store.rows[..at].iter().any(|other| (other.group, other.letter.call) == (row.group, row.letter.call))
    };
    let taken_for_sent =
        producer.sent.iter().filter(|(_, known)| matches!(known, Known::Acknowledged | Known::Assumed));
    Tally {
        sent: producer.sent.len() as u64,
        acknowledged: producer.sent.iter().filter(|(_, known)| *known == Known::Acknowledged).count() as u64,
        effects: store.rows.len() as u64,
        twice: (0..store.rows.len()).filter(|at| is_again(*at)).count() as u64,
        lost: taken_for_sent.filter(|(letter, _)| is_lost(cluster, letter)).count() as u64,
        dead: broker.partitions.iter().map(|partition| partition.dead() as u64).sum(),
    }
}

/// Whether a message can never have its effect on some group. The queue of g2 begins with its first consumer, so there only
/// g1 counts.
fn is_lost(cluster: &Cluster<Queue>, letter: &Letter) -> bool {
    let flying = cluster.network().in_flight().filter_map(|envelope| envelope.payload.letter());
    if flying.into_iter().any(|other| other.call == letter.call) {
        return false;
    }
    let broker = broker(cluster);
    let is_queue = cluster.settings.model == Model::Queue;
    let groups = if is_queue { &[Group::G1][..] } else { &broker.partitions[0].bound };
    groups.iter().any(|group| {
        let is_held = consumers(cluster)
            .any(|it| it.group() == Some(*group) && it.inbox.iter().any(|item| item.letter.call == letter.call));
        let is_kept = broker.partitions.iter().any(|partition| keeps(partition, *group, letter));
        !is_held && !is_kept && !store(cluster).has(*group, letter.call)
    })
}

/// Whether a group will still get a message of a partition, or has it among its dead letters, or gets a newer one in its
/// place after compaction.
fn keeps(partition: &Partition, group: Group, letter: &Letter) -> bool {
    let is_newer = |other: &Letter| partition.compacted && other.key == letter.key && other.call > letter.call;
    let waits = partition.entries.iter().any(|entry| {
        partition.concerns(group, entry.offset) && entry.letter.call == letter.call || is_newer(&entry.letter)
    });
    waits || partition.lane(group).dead.iter().any(|entry| entry.letter.call == letter.call)
}
