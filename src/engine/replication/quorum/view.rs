//! What can be seen of the store from outside: for programs, and for whoever draws it.

use serde_json::{Value, json};

use super::Quorum;
use super::client::{Belief, Client};
use super::coordinator::Coordination;
use super::message::Message;
use super::record::Record;
use crate::cluster::{ClientId, Cluster, Host, Message as _, NodeId};
use crate::contract::{Counter, Outcome};
use crate::replication::Verdict;
use crate::replication::history::{Call, Request, Returned};
use crate::sim::Envelope;

type Store = Cluster<Quorum>;

/// The call that the last steps were about: its place among all, and how its coordinator sees it, unless that has forgotten
/// it.
pub fn focus(store: &Store) -> Option<(usize, Option<&Coordination>)> {
    let passed = store.passed.as_ref().and_then(|(envelope, _)| envelope.payload.call());
    let call = passed.or(store.witness.focus)?;
    let by_client = store.clients.iter().find_map(|client| client.coordinator.calls.get(&call));
    let by_node = || store.nodes.iter().find_map(|node| node.coordinator.calls.get(&call));
    Some((store.witness.history.place(call)?, by_client.or_else(by_node)))
}

pub(super) fn counters(store: &Store) -> Vec<Counter> {
    let (traffic, watch) = (store.network().traffic, &store.witness);
    let counter = |name, value| Counter { name, value };
    vec![
        counter("messages_delivered", traffic.delivered),
        counter("messages_dropped", traffic.dropped),
        counter("calls", store.calls.len() as u64),
        counter("calls_refused", store.ended(|it| matches!(it, Outcome::Refused(_)))),
        counter("calls_unanswered", store.ended(|it| matches!(it, Outcome::Unanswered(_)))),
        counter("reads_stale", watch.history.stale()),
        counter("writes_lost_unseen", watch.history.lost_unseen()),
        counter("read_repairs", watch.read_repairs),
        counter("hints_held", store.nodes.iter().map(|node| node.hints.len() as u64).sum()),
        counter("hints_handed_off", watch.hints_handed_off),
        counter("digests_exchanged", watch.digests_exchanged),
        counter("keys_exchanged", watch.keys_exchanged),
        counter("tombstones_forgotten", watch.tombstones_forgotten),
        counter("bytes_written", store.nodes.iter().map(|node| node.replica.disk.bytes_written()).sum()),
    ]
}

/// What a program reads of a node, beside its name and whether it is up.
pub(super) fn node(store: &Store, id: NodeId) -> Value {
    let node = &store.nodes[id.index()];
    let records = node.replica.iter();
    let hints = node.hints.iter();
    json!({
        "home": store.settings.home().contains(id),
        "isolated": store.network().is_isolated(id.into()),
        "records": records.map(|(key, record)| record_state(key.as_str(), record)).collect::<Vec<_>>(),
        "hints": hints.map(|(owner, key, record)| {
            let mut hint = record_state(key.as_str(), record);
            hint["for"] = owner.to_string().into();
            hint
        }).collect::<Vec<_>>(),
    })
}

/// What it reads beside that.
pub(super) fn whole(store: &Store) -> Value {
    let clients = store.client_ids().map(|id| client_state(id, &store.clients[id.index()]));
    json!({
        "quorums_overlap": store.settings.quorums_overlap(),
        "clients": clients.collect::<Vec<_>>(),
        "in_flight": store.network().in_flight().map(envelope_state).collect::<Vec<_>>(),
        "cuts": store.network().cuts().map(|(a, b)| [a.to_string(), b.to_string()]).collect::<Vec<_>>(),
        "history": store.witness.history.calls().map(call_state).collect::<Vec<_>>(),
    })
}

fn record_state(key: &str, record: &Record) -> Value {
    let mut state = json!({ "key": key, "value": record.value.as_deref(), "version": record.version.to_string() });
    if let Some(seen) = record.seen() {
        state["seen"] = seen.to_string().into();
    }
    state
}

fn client_state(id: ClientId, client: &Client) -> Value {
    let beliefs = client.beliefs.iter().map(|(key, belief)| match belief {
        Belief::Value(value) => json!({ "key": key.as_str(), "value": &**value, "sure": true }),
        Belief::Siblings(values) => {
            let values: Vec<&str> = values.iter().map(|value| &**value).collect();
            json!({ "key": key.as_str(), "value": values, "sure": true })
        }
        Belief::Nothing => json!({ "key": key.as_str(), "value": null, "sure": true }),
        Belief::Unsure(value) => json!({ "key": key.as_str(), "value": value.as_deref(), "sure": false }),
    });
    json!({ "client": id.to_string(), "believes": beliefs.collect::<Vec<_>>() })
}

fn envelope_state(envelope: &Envelope<Host, Message>) -> Value {
    json!({
        "message": envelope.id.to_string(),
        "from": envelope.from.to_string(),
        "to": envelope.to.to_string(),
        "kind": envelope.payload.kind(),
        "what": envelope.payload.about(),
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
        Request::Delete { .. } => {
            state["delete"] = true.into();
            state["ok"] = call.ended.map(|(_, returned)| returned == Returned::Written).into();
        }
        Request::Read { .. } => {
            state["ok"] = call.ended.map(|(_, returned)| matches!(returned, Returned::Found(_))).into();
            if let Some((_, Returned::Found(found))) = call.ended {
                state["found"] = found.map(|write| write.to_string()).into();
                if call.siblings.len() > 1 {
                    state["found"] = call.siblings.iter().map(ToString::to_string).collect::<Vec<_>>().into();
                }
            }
        }
    }
    if let Some(verdict) = call.verdict {
        state["verdict"] = match verdict {
            Verdict::Fresh => json!({ "stale": false }),
            Verdict::Missed { write } => json!({ "stale": true, "missed": write.to_string() }),
            Verdict::Lost { write, to, .. } => {
                json!({ "stale": verdict.is_stale(), "lost": write.to_string(), "to": to.to_string() })
            }
            Verdict::NoOrder { against } => json!({ "stale": false, "no_order_with": against.to_string() }),
            Verdict::WentBack { behind } | Verdict::Lacks { behind } => {
                json!({ "stale": true, "behind": behind.to_string() })
            }
        };
    }
    state
}
