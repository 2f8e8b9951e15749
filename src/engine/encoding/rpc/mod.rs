//! A call over a network, beside a local one: it looks the same, and is not.
//!
//! # The idea
//!
//! A local call returns, or fails, or never comes back, and its caller knows which. A **remote call** has one end more: no
//! answer in time. Then the caller cannot know whether the request was lost, or the answer, or the server is slow, or
//! crashed before the effect, or after it. To **try again** is right if nothing has happened yet, and wrong if it has: the
//! customer pays twice.
//!
//! The cure is an **idempotency key**: the caller gives each call a key, the same in all attempts, and the server writes it
//! to its disk together with the effect. A key it knows is answered with the receipt that it got before; a key it is working
//! on makes the second request wait; a key that came with another amount is a mistake of the caller, and refused.
//!
//! Where each of several **layers** tries again by itself, the attempts multiply. A **deadline** that travels with the call
//! keeps the layers behind from work that no one waits for.
//!
//! # Reading order
//!
//! [`settings`] and [`command`]: what may be set and asked; [`message`]: what goes over the wire, as a frame and as HTTP;
//! [`server`] and [`client`]: the two ends.
//!
//! # Simpler than the real one because
//!
//! - there is one customer, and an amount is a whole number of euros; both versions of the interface differ only in the unit;
//! - a key is written in the same write as its charge; a server that keeps them in two systems has to do more;
//! - a key is looked up only where the effect is, at the last node, and for the whole interface, not for each user;
//! - a request whose key is in progress waits; many servers answer 409, and the caller tries again later;
//! - pauses double, without any randomness; real callers spread them, so that they don't all come back at once;
//! - no one counts all retries together (a retry budget) or stops them (a circuit breaker);
//! - a layer that gives up says nothing; a real one answers 504, Gateway Timeout;
//! - the time that a call has left isn't reduced by its way over the network, because the receiver can't know how long that was;
//! - there are no connections: in reality an answer is known by its connection, here by the number of its request; and a
//!   lost packet is sent again by TCP, so the end of a stream is lost rather than the middle;
//! - the list of charges has neither a version nor a deadline; nodes are found by their names, and no one is authenticated.

pub mod client;
pub mod command;
pub mod event;
pub mod message;
pub mod server;
pub mod settings;
#[cfg(test)]
mod tests;

pub use client::Caller;
pub use command::Command;
pub use event::Event;
pub use message::{Http, Message};
pub use server::{Charge, Server};
pub use settings::{Settings, Style};

use serde_json::{Value, json};

use crate::cluster::{self, CallId, ClientId, Cluster, Host, NodeId, Order, Protocol};
use crate::contract::{Counter, Outcome, Probe, Refused};
use crate::form::Command as _;
use crate::language::{Words, statements};
use crate::sim::Time;
use crate::sim::network::Conditions;

#[derive(Clone)]
pub struct Rpc;

type Reaction = cluster::Reaction<Rpc>;

/// What hosts set timers for; numbers are those of a node's jobs.
#[derive(Clone)]
pub enum Timer {
    Effect(u32),
    Respond(u32),
    /// The next node has not answered.
    TimeOut(u32),
    Part {
        to: Host,
        call: CallId,
        place: u32,
        of: u32,
    },
    /// A client has heard nothing since that mark.
    Unanswered(CallId, u32),
}

impl Protocol for Rpc {
    type Settings = Settings;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Event = Event;
    type Node = Server;
    type Client = Caller;
    type Witness = ();

    fn conditions(settings: &Settings) -> (Conditions, u64) {
        let Settings { delay, loss, seed, .. } = *settings;
        (Conditions { delay, jitter: Time::ZERO, loss_percent: loss }, seed)
    }

    fn nodes(settings: &Settings) -> Vec<Server> {
        (1..=settings.layers).map(|number| Server::new(NodeId::new(number), *settings)).collect()
    }

    fn clients(settings: &Settings) -> Vec<Caller> {
        vec![Caller::new(*settings); 2]
    }

    fn order(command: &Command) -> Order<'_> {
        match command {
            Command::Charge { begin, client, .. } | Command::List { begin, client } => {
                Order::Call { client: *client, begin: *begin }
            }
            Command::Local { .. } => Order::Own,
            Command::Fate(fate) => Order::Fate(fate),
        }
    }

    fn carry_out(
        cluster: &mut Cluster<Rpc>,
        command: &Command,
        probe: &mut impl Probe<Cluster<Rpc>>,
    ) -> Result<Outcome, Refused> {
        let Command::Local { amount } = *command else { unreachable!("nothing else is local") };
        cluster.client_mut(ClientId::FIRST).own += amount;
        cluster.tell(Event::ChargedLocally { amount }, probe)
    }

    fn counters(cluster: &Cluster<Rpc>) -> Vec<Counter> {
        let last = last(cluster);
        vec![
            Counter { name: "calls", value: cluster.calls.len() as u64 },
            Counter { name: "requests_at_the_last_node", value: last.asked },
            Counter { name: "charges", value: last.ledger.len() as u64 },
            Counter { name: "charged_twice", value: charged_twice(last) },
            Counter { name: "charged_wrongly", value: charged_wrongly(cluster) },
        ]
    }

    fn state(cluster: &Cluster<Rpc>, node: NodeId) -> Value {
        let server = &cluster.nodes[node.index()];
        let charges = server.ledger.iter().enumerate().map(|(place, charge)| {
            let synced = place < server.synced;
            let (call, key) = (charge.call.to_string(), charge.key.as_deref());
            json!({ "call": call, "key": key, "euros": charge.euros, "synced": synced })
        });
        let jobs = server.jobs.iter().flat_map(|job| &job.callers).map(|caller| caller.call.to_string());
        json!({ "holds": {
            "asked": server.asked, "charges": charges.collect::<Value>(), "works_on": jobs.collect::<Value>(),
        } })
    }
}

/// The node that charges.
pub fn last(cluster: &Cluster<Rpc>) -> &Server {
    &cluster.nodes[cluster.settings.last().index()]
}

/// Charges that repeat an earlier one.
pub fn charged_twice(server: &Server) -> u64 {
    let ledger = &server.ledger;
    let is_again = |(place, charge): &(usize, &Charge)| ledger[..*place].iter().any(|other| charge.repeats(other));
    ledger.iter().enumerate().filter(is_again).count() as u64
}

/// Charges of another amount than was asked for.
pub fn charged_wrongly(cluster: &Cluster<Rpc>) -> u64 {
    let asked = |id: CallId| {
        let call = cluster.calls.iter().find(|call| call.id == id)?;
        match Command::parse(&mut Words::new(statements(&call.asked).ok()?.first()?)) {
            Ok(Command::Charge { amount, .. }) => Some(amount),
            _ => None,
        }
    };
    last(cluster).ledger.iter().filter(|charge| asked(charge.call) != Some(charge.euros)).count() as u64
}
