//! What every cluster is made of: hosts, a network, time, calls of clients, and fate.
//!
//! # The idea
//!
//! A protocol says what a node does with a message or a timer, and what a client does with an answer. It sees neither the
//! network nor the other hosts: something goes in, and a [`Reaction`] comes out, which is a fact and what is to be sent.
//! All else is the same for all protocols, and stands here: the [`Cluster`] delivers one message at a time and takes one
//! step for each; it keeps the [calls](calls) of clients from their beginning to their end; and it carries out [`Fate`], by
//! which a reader stops and starts nodes, cuts, delays, delivers, drops and duplicates.
//!
//! A figure of a cluster is a [`Protocol`]: its settings, its messages, a [`Node`], a [`Client`], what clients may be asked
//! for, and the facts of its own. Where something is told that no host can know, as that a read was stale, it has a
//! [`Witness`] as well.
//!
//! # Reading order
//!
//! [`reaction`] is what a host answers; [`fate`] what a reader does to hosts and messages, and how that is told; [`run`] the
//! cluster itself. [`day`] makes days by chance for the tests of all protocols.

pub mod calls;
#[cfg(test)]
pub mod day;
pub mod fate;
pub mod links;
pub mod reaction;
pub mod run;
pub mod witness;

pub use calls::Call;
pub use fate::{Fate, Happened, Power, Skew};
pub use reaction::Reaction;
pub use run::{Cluster, check_is_free, no_such_node};
pub use witness::Witness;

pub use crate::replication::{CallId, ClientId, Host, NodeId, NodeSet, Service};

use serde_json::{Value, json};

use crate::contract::{Counter, Decision, Event, Outcome, Probe, Refused};
use crate::form::{Command, Declared};
use crate::sim::network::Conditions;
use crate::sim::{Delay, Drawn, Envelope, Time};
use crate::wire::Wire;

/// What the hosts of a cluster do.
pub trait Protocol: Clone + Sized + 'static {
    type Settings: Declared;
    type Message: Message;
    /// What a host sets a timer for.
    type Timer: Clone + 'static;
    type Command: Command;
    type Event: Event + From<Happened> + From<Refused>;
    type Node: Node<Self>;
    type Client: Client<Self>;
    /// `()` where hosts know all that is told.
    type Witness: Witness<Self>;

    /// How the network is, and the seed of its chance.
    fn conditions(settings: &Self::Settings) -> (Conditions, u64);
    fn nodes(settings: &Self::Settings) -> Vec<Self::Node>;
    fn clients(settings: &Self::Settings) -> Vec<Self::Client>;
    /// Hosts that are neither: they are machines as clients are, and have a name each.
    fn services(_: &Self::Settings) -> Vec<(Service, Self::Client)> {
        Vec::new()
    }

    /// What the times of messages are drawn from, if it is not a delay and a jitter.
    fn drawn(_: &Self::Settings) -> Option<Drawn> {
        None
    }

    /// The links that are slower or faster than the others from the beginning.
    fn delays(_: &Self::Settings) -> Vec<(Host, Host, Delay)> {
        Vec::new()
    }

    /// How far the clock of a node is from the true time in the beginning.
    fn clock(_: &Self::Settings, _: NodeId) -> Skew {
        Skew::default()
    }

    /// Whose matter a command is.
    fn order(command: &Self::Command) -> Order<'_>;

    /// What is neither a call nor fate. It may touch a host, and take steps.
    fn carry_out(
        _: &mut Cluster<Self>,
        command: &Self::Command,
        _: &mut impl Probe<Cluster<Self>>,
    ) -> Result<Outcome, Refused> {
        unreachable!("`{command}` is no call and no fate, and this protocol has no commands of its own")
    }

    /// Whether a timer only keeps things going, as a heartbeat does: a cluster with no others is at rest.
    fn is_routine(_: &Self::Timer) -> bool {
        false
    }

    /// Whether a message tells its receiver something new. What goes to and fro all the time does not: then its loss is no
    /// step, it is no arrow in the diagram of time, and a cluster with nothing else on its way is at rest.
    fn is_news(_: &Cluster<Self>, _: &Envelope<Host, Self::Message>) -> bool {
        true
    }

    /// Whether something that was lost will go out again by itself, though only routine is left until then.
    fn goes_on(_: &Cluster<Self>) -> bool {
        false
    }

    /// What one host still owes another when nothing more happens by itself, as half a sentence.
    fn owed(_: &Cluster<Self>) -> Option<String> {
        None
    }

    /// Beside those that every cluster has.
    fn counters(cluster: &Cluster<Self>) -> Vec<Counter>;

    /// A node for a program to read: what stands beside its name and whether it is up.
    fn state(cluster: &Cluster<Self>, node: NodeId) -> Value;

    /// What is known of the whole for a program to read, beside what every cluster has, or in its place.
    fn whole(_: &Cluster<Self>) -> Value {
        json!({})
    }
}

pub enum Order<'a> {
    Fate(&'a Fate),
    /// A client is to make a call, and the reader waits for its end, unless it is only to begin.
    Call {
        client: ClientId,
        begin: bool,
    },
    Own,
}

/// What hosts send each other.
pub trait Message: Clone + Wire + 'static {
    /// As a reader calls it.
    fn kind(&self) -> &'static str;
    /// What it says, for a label.
    fn about(&self) -> String;
    /// The same in a word or two, for its envelope: `k=b`, `ok`, `vote?`. Where there is no room, the last words are left out,
    /// so what is before them has to be true alone. Nothing, for what goes to and fro all the time.
    fn brief(&self) -> String {
        self.kind().to_owned()
    }
}

/// A state machine: a message or a timer in, a reaction out; `None` where nothing worth a step has happened. It sees nothing
/// but itself, what it hears, and its own clock.
pub trait Node<P: Protocol>: Clone {
    fn hear(&mut self, from: Host, message: &P::Message, now: Time) -> Option<Reaction<P>>;
    fn wake(&mut self, timer: P::Timer, now: Time) -> Option<Reaction<P>>;
    /// What it has to decide when it hears that, if it could go several ways.
    fn decision(&self, from: Host, message: &P::Message, now: Time) -> Option<Decision> {
        let _ = (from, message, now);
        None
    }
    /// What it hears next, it decides like that: by the place of the way.
    fn overrule(&mut self, way: usize) {
        unreachable!("way {way} of a host that decides nothing")
    }
    /// It stops, and memory is gone; what the disk loses is a matter of its [`Power`]. Returns what that has cost, as a
    /// sentence.
    fn stop(&mut self, power: Power) -> String;
    /// It starts from its disk. Returns with what, as a sentence, and what it does first.
    fn start(&mut self, now: Time) -> (String, Vec<(Time, P::Timer)>);
    /// All links are open again, and connections are made anew: what it does then. It is not told which of them were cut.
    fn reconnect(&mut self) -> Vec<(Time, P::Timer)> {
        Vec::new()
    }
    /// The bytes of a copy of what may grow, beside what it shares with `before`.
    fn weight(&self, before: &Self) -> u64 {
        let _ = before;
        0
    }
}

/// A client or a service, which is never off.
pub trait Client<P: Protocol>: Clone {
    /// What a service does first.
    fn start(&mut self) -> Vec<(Time, P::Timer)> {
        Vec::new()
    }
    fn ask(&mut self, call: CallId, command: &P::Command, now: Time) -> Result<Reaction<P>, Refused>;
    fn hear(&mut self, from: Host, message: &P::Message, now: Time) -> Option<Reaction<P>>;
    fn wake(&mut self, timer: P::Timer, now: Time) -> Option<Reaction<P>>;
    /// What it has to decide when it hears that, if it could go several ways.
    fn decision(&self, from: Host, message: &P::Message, now: Time) -> Option<Decision> {
        let _ = (from, message, now);
        None
    }
    /// What it hears next, it decides like that: by the place of the way.
    fn overrule(&mut self, way: usize) {
        unreachable!("way {way} of a host that decides nothing")
    }
    /// [`Node::weight`].
    fn weight(&self, before: &Self) -> u64 {
        let _ = before;
        0
    }
}
