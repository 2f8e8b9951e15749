//! What can be seen of the cluster from outside: for programs, and for whoever draws it.

use serde_json::{Value, json};

use super::Quorum;
use super::client::{Belief, Client};
use super::coordinator::Coordination;
use super::merkle::Tree;
use super::message::Message;
use super::node::Node;
use super::record::Record;
use crate::contract::Counter;
use crate::replication::history::{Call, Request, Returned};
use crate::replication::{CallId, ClientId, History, Host, NodeId, Verdict};
use crate::sim::{Envelope, Fate, Network, Time};

impl Quorum {
    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().map(|node| &**node)
    }

    /// The node of that name, which there must be.
    pub fn node(&self, node: NodeId) -> &Node {
        &self.nodes[node.index()]
    }

    pub fn clients(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter().map(|client| &**client)
    }

    pub fn client(&self, client: ClientId) -> &Client {
        &self.clients[client.index()]
    }

    pub fn is_up(&self, node: NodeId) -> bool {
        self.world.network.is_up(node.into())
    }

    /// The messages in flight, the links and what is wrong with them.
    pub fn network(&self) -> &Network<Host, Message> {
        &self.world.network
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// Whether a copy of the node's disk was taken, and when.
    pub fn backup_of(&self, node: NodeId) -> Option<Time> {
        self.backups.get(&node).map(|(taken, _)| *taken)
    }

    /// The message whose way ended in the last step, and how.
    pub fn passed(&self) -> Option<(&Envelope<Host, Message>, Fate)> {
        self.passed.as_ref().map(|(envelope, fate)| (&**envelope, *fate))
    }

    /// The call that the last steps were about: as the history has it, and as its coordinator sees it, unless that has
    /// forgotten it.
    pub fn focus(&self) -> Option<(&Call, Option<&Coordination>)> {
        let call = self.history.call(self.focus?)?;
        Some((call, self.coordination(call.id)))
    }

    /// The coordinator's view of a call.
    fn coordination(&self, call: CallId) -> Option<&Coordination> {
        let by_client = self.clients().filter_map(|client| client.coordinator().call(call)).next();
        by_client.or_else(|| self.nodes().filter_map(|node| node.coordinator().call(call)).next())
    }

    /// The Merkle tree over what a node has now.
    pub fn tree(&self, node: NodeId) -> Tree {
        Tree::of(self.node(node).replica().records())
    }
}

pub(super) fn counters(quorum: &Quorum) -> Vec<Counter> {
    let traffic = quorum.network().traffic;
    let tally = quorum.tally;
    let hints_held = quorum.nodes().map(|node| node.hints().len() as u64).sum();
    let bytes_written = quorum.nodes().map(|node| node.replica().disk().bytes_written()).sum();
    let counter = |name, value| Counter { name, value };
    vec![
        counter("messages_sent", traffic.sent),
        counter("messages_delivered", traffic.delivered),
        counter("messages_dropped", traffic.dropped),
        counter("calls", quorum.history.calls().count() as u64),
        counter("calls_refused", tally.refused),
        counter("reads_stale", quorum.history.stale()),
        counter("writes_lost_unseen", quorum.history.lost_unseen()),
        counter("read_repairs", tally.read_repairs),
        counter("hints_held", hints_held),
        counter("hints_handed_off", tally.hints_handed_off),
        counter("digests_exchanged", tally.digests_exchanged),
        counter("keys_exchanged", tally.keys_exchanged),
        counter("bytes_written", bytes_written),
        counter("time_us", quorum.now().as_micros()),
    ]
}

pub(super) fn state(quorum: &Quorum) -> Value {
    json!({
        "time_us": quorum.now().as_micros(),
        "quorums_overlap": quorum.settings.quorums_overlap(),
        "nodes": quorum.nodes().map(|node| node_state(quorum, node)).collect::<Vec<_>>(),
        "clients": quorum.clients().map(client_state).collect::<Vec<_>>(),
        "in_flight": quorum.network().in_flight().map(envelope_state).collect::<Vec<_>>(),
        "cuts": quorum.network().cuts().map(|(a, b)| [a.to_string(), b.to_string()]).collect::<Vec<_>>(),
        "history": quorum.history.calls().map(call_state).collect::<Vec<_>>(),
    })
}

fn node_state(quorum: &Quorum, node: &Node) -> Value {
    let records = node.replica().records().iter();
    let hints = node.hints().iter();
    json!({
        "node": node.id().to_string(),
        "home": quorum.settings.home().contains(node.id()),
        "up": quorum.is_up(node.id()),
        "isolated": quorum.network().is_isolated(node.id().into()),
        "records": records.map(|(key, record)| record_state(key.as_str(), record)).collect::<Vec<_>>(),
        "hints": hints.map(|(owner, key, record)| {
            let mut hint = record_state(key.as_str(), record);
            hint["for"] = owner.to_string().into();
            hint
        }).collect::<Vec<_>>(),
    })
}

fn record_state(key: &str, record: &Record) -> Value {
    json!({ "key": key, "value": &*record.value, "version": record.version.to_string() })
}

fn client_state(client: &Client) -> Value {
    let beliefs = client.beliefs().iter().map(|(key, belief)| match belief {
        Belief::Value(value) => json!({ "key": key.as_str(), "value": &**value, "sure": true }),
        Belief::Nothing => json!({ "key": key.as_str(), "value": null, "sure": true }),
        Belief::Unsure(value) => json!({ "key": key.as_str(), "value": &**value, "sure": false }),
    });
    json!({ "client": client.id().to_string(), "believes": beliefs.collect::<Vec<_>>() })
}

fn envelope_state(envelope: &Envelope<Host, Message>) -> Value {
    json!({
        "message": envelope.id.to_string(),
        "from": envelope.from.to_string(),
        "to": envelope.to.to_string(),
        "kind": envelope.payload.kind(),
        "what": envelope.payload.to_string(),
        "sent_us": envelope.sent.as_micros(),
        "due_us": envelope.due.as_micros(),
    })
}

fn call_state(call: &Call) -> Value {
    let mut state = json!({
        "call": call.id.to_string(),
        "key": call.request.key().as_str(),
        "began_us": call.began.time.as_micros(),
        "ended_us": call.ended.map(|(end, _)| end.time.as_micros()),
    });
    match &call.request {
        Request::Write { value, .. } => {
            state["write"] = (**value).into();
            state["ok"] = call.ended.map(|(_, returned)| returned == Returned::Written).into();
        }
        Request::Read { .. } => {
            state["ok"] = call.ended.map(|(_, returned)| matches!(returned, Returned::Found(_))).into();
            if let Some((_, Returned::Found(found))) = call.ended {
                state["found"] = found.map(|write| write.to_string()).into();
            }
        }
    }
    if let Some(verdict) = call.verdict {
        state["verdict"] = match verdict {
            Verdict::Fresh => json!({ "stale": false }),
            Verdict::Missed { write } => json!({ "stale": true, "missed": write.to_string() }),
            Verdict::Lost { write, to, .. } => {
                json!({ "stale": false, "lost": write.to_string(), "to": to.to_string() })
            }
            Verdict::NoOrder { against } => json!({ "stale": false, "no_order_with": against.to_string() }),
            Verdict::WentBack { behind } => json!({ "stale": true, "behind": behind.to_string() }),
        };
    }
    state
}
