//! Messages by way of a broker, which keeps them until those who want them have had them.
//!
//! # The idea
//!
//! Who calls a server needs its address, and waits until it is up and done. A **producer** sends to a **topic**: a broker
//! takes the message, syncs it, and acknowledges. **Consumers** come later, and in **groups**: every group gets every
//! message, and one consumer of each group works on it. There are two kinds of brokers.
//!
//! A **queue** hands each message to any consumer of the group that has room for it (`prefetch`), and deletes what is
//! acknowledged. What is not acknowledged in time, or by a consumer that is gone, is delivered again, to anybody, while
//! later messages have gone their way: order is lost. What was delivered too often goes to the **dead letters**.
//!
//! A **log** deletes nothing that is read. It is divided into **partitions** by the keys of messages; each partition belongs
//! to one consumer of a group, which gets its messages one after the other; and all that the broker knows of a group is an
//! **offset** for each partition. When consumers come and go, partitions are divided anew. A group can be set back, and
//! reads again. To end somewhere, a log lets its oldest messages go, or is **compacted** to the newest of each key.
//!
//! Both answer the same question in the same way. A consumer that acknowledges **after** its work may die in between, and
//! the next one does the work again: at least once. One that acknowledges **before** may die in between, and no one does the
//! work: at most once. No order of the two is exactly once. So effects are made **idempotent**: the store knows a message
//! that it has had. That also cures what a producer does that tries again; **sequence numbers** keep that from the log.
//!
//! The broker does not look into a message: it is bytes, of whatever version the producer was.
//!
//! # Reading order
//!
//! [`partition`] is what a file says, [`broker`] who gets what of it; [`producer`], [`consumer`] and [`store`] are state
//! machines of their own; [`tally`] judges what has become of each message, and sees everyone.
//!
//! # Simpler than the real one because
//!
//! - there is one topic, one producer and one broker, without replicas: a broker that is off is off;
//! - the broker sends, and consumers acknowledge; Kafka's consumers ask for messages. It hears of a dead consumer when an
//!   acknowledgement is late, where real ones have heartbeats, or see a connection break;
//! - an acknowledgement is answered, and a consumer that acknowledges before its work waits for the answer. In AMQP it isn't: what
//!   is delivered without acknowledgements is deleted as it is sent;
//! - messages go one by one, and a consumer has one message of each partition at a time; real ones have hundreds;
//! - a producer with sequence numbers has one message under way; Kafka's has up to five, and the broker finds gaps;
//! - a partition is one file, with the offsets of groups in it; real logs are cut into segments, and let whole segments go;
//!   the file of a queue is never cleaned up;
//! - a compacted log has no tombstones: a key can't be deleted;
//! - a broker that is stopped forgets how many times a message was delivered; the queue of g1 is there from the beginning, that
//!   of g2 from its first consumer on;
//! - the dead letters are only kept;
//! - there are no transactions, by which an effect and an acknowledgement would be one.

pub mod broker;
pub mod command;
pub mod consumer;
pub mod event;
pub mod message;
pub mod partition;
pub mod producer;
pub mod settings;
pub mod store;
pub mod tally;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

pub use self::broker::Broker;
pub use self::command::Command;
pub use self::consumer::Consumer;
pub use self::event::Event;
pub use self::message::Message;
pub use self::producer::Producer;
pub use self::settings::Settings;
pub use self::store::Store;
use crate::cluster::{self, CallId, ClientId, Cluster, Host, NodeId, Order, Power, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::sim::Time;
use crate::sim::network::Conditions;

pub const BROKER: NodeId = NodeId::new(1);
pub const STORE: NodeId = NodeId::new(2);
pub const PRODUCER: ClientId = ClientId::FIRST;

#[derive(Clone)]
pub struct Queue;

type Reaction = cluster::Reaction<Queue>;

#[derive(Clone, Copy)]
pub enum Timer {
    /// Of the broker, for the lease of that number.
    Lease(u32),
    /// Of the producer, for a message and an attempt.
    Answer(CallId, u32),
    /// Of a consumer, for a session.
    Poll(u32),
    /// Of a consumer, for the thing that it has begun.
    Worked(u32),
    NoAnswer(u32),
}

#[derive(Clone)]
pub enum Server {
    Broker(Broker),
    Store(Store),
}

#[derive(Clone)]
pub enum Program {
    Producer(Producer),
    Consumer(Consumer),
}

impl Protocol for Queue {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Server;
    type Client = Program;
    type Witness = ();

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        (Conditions { delay: settings.delay, jitter: Time::ZERO, loss_percent: 0 }, 1)
    }

    fn nodes(settings: &Settings) -> Vec<Server> {
        let store = Store { settings: *settings, rows: Default::default() };
        vec![Server::Broker(Broker::new(*settings)), Server::Store(store)]
    }

    fn clients(settings: &Settings) -> Vec<Program> {
        let consumers = (2..).take(settings.consumers).map(|id| Consumer::new(*settings, ClientId::new(id)));
        let producer = Program::Producer(Producer::new(*settings));
        [producer].into_iter().chain(consumers.map(Program::Consumer)).collect()
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Send { begin, .. } => Order::Call { client: PRODUCER, begin: *begin },
            Command::Fate(fate) => Order::Fate(fate),
            _ => Order::Own,
        }
    }

    fn carry_out(
        cluster: &mut Cluster<Queue>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Queue>>,
    ) -> Result<Outcome, Refused> {
        let (host, reaction) = match *command {
            Command::Join { consumer, group } => (consumer.into(), find(cluster, consumer)?.join(group)?),
            Command::Leave { consumer } => (consumer.into(), find(cluster, consumer)?.leave()?),
            Command::Kill { consumer } => (consumer.into(), find(cluster, consumer)?.kill()?),
            Command::Replay { offset, group } => (BROKER.into(), broker(cluster)?.replay(group, offset)?),
            Command::Compact => (BROKER.into(), broker(cluster)?.compact()?),
            Command::Send { .. } | Command::Fate(_) => unreachable!("these are not its own"),
        };
        cluster.react(host, Some(reaction), None, probe);
        Ok(Outcome::Done)
    }

    fn is_routine(timer: &Timer) -> bool {
        matches!(timer, Timer::Poll(_))
    }

    fn counters(cluster: &Cluster<Queue>) -> Vec<Counter> {
        tally::tally(cluster).counters()
    }

    fn state(cluster: &Cluster<Queue>, node: NodeId) -> Value {
        let holds: Value = match &*cluster.nodes[node.index()] {
            Server::Store(store) => store.rows.iter().map(|row| {
                json!({ "group": row.group.name(), "call": row.letter.call.to_string(), "effect": row.letter.body.to_string() })
            }).collect(),
            Server::Broker(broker) => broker.partitions.iter().map(|partition| {
                let messages = partition.entries.iter().map(|entry| {
                    json!({ "offset": entry.offset, "call": entry.letter.call.to_string(), "key": &*entry.letter.key })
                });
                let groups = partition.bound.iter().map(|group| {
                    let lane = partition.lane(*group);
                    json!({ "group": group.name(), "position": lane.position, "waiting": lane.waiting.len(),
                        "held": lane.leases.len(), "dead": lane.dead.len() })
                });
                json!({ "messages": messages.collect::<Value>(), "groups": groups.collect::<Value>() })
            }).collect(),
        };
        json!({ "holds": holds })
    }
}

fn find(cluster: &mut Cluster<Queue>, id: ClientId) -> Result<&mut Consumer, Refused> {
    let most = cluster.clients.len();
    if id.index() >= most || id == PRODUCER {
        let consumers = if most == 3 { "c2 and c3" } else { "c2 to c4" };
        return Err(Refused::new(format!("{id} is no consumer; consumers are {consumers}")));
    }
    match cluster.client_mut(id) {
        Program::Consumer(consumer) => Ok(consumer),
        Program::Producer(_) => unreachable!("only c1 is the producer"),
    }
}

fn broker(cluster: &mut Cluster<Queue>) -> Result<&mut Broker, Refused> {
    cluster.check_is_up(BROKER)?;
    match cluster.node_mut(BROKER) {
        Server::Broker(broker) => Ok(broker),
        Server::Store(_) => unreachable!("n1 is the broker"),
    }
}

impl cluster::Node<Queue> for Server {
    fn hear(&mut self, from: Host, message: &Message, _: Time) -> Option<Reaction> {
        match self {
            Server::Broker(broker) => broker.hear(from, message),
            Server::Store(store) => store.hear(from, message),
        }
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        match self {
            Server::Broker(broker) => broker.wake(timer),
            Server::Store(_) => None,
        }
    }

    fn stop(&mut self, power: Power) -> String {
        match self {
            Server::Broker(broker) => broker.stop(power),
            Server::Store(_) => "Its disk keeps every effect.".to_owned(),
        }
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        let has = match self {
            Server::Broker(broker) => broker.start(),
            Server::Store(store) => store.start(),
        };
        (has, Vec::new())
    }
}

impl cluster::Client<Queue> for Program {
    fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        match self {
            Program::Producer(producer) => producer.ask(call, command, now),
            Program::Consumer(_) => unreachable!("consumers are not asked"),
        }
    }

    fn hear(&mut self, _: Host, message: &Message, now: Time) -> Option<Reaction> {
        match self {
            Program::Producer(producer) => producer.hear(message, now),
            Program::Consumer(consumer) => consumer.hear(message),
        }
    }

    fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        match self {
            Program::Producer(producer) => producer.wake(timer, now),
            Program::Consumer(consumer) => consumer.wake(timer),
        }
    }
}
