//! The whole state for a program, and what is counted.

use serde_json::{Value, json};

use super::Leader;
use super::write::text;
use crate::contract::Counter;
use crate::replication::history::Returned;

pub fn counters(leader: &Leader) -> Vec<Counter> {
    let counter = |name, value| Counter { name, value };
    let told = leader.writes.iter().filter(|write| write.told).count() as u64;
    let traffic = leader.network().traffic;
    let given_up = leader.history().calls().filter(|call| matches!(call.ended, Some((_, Returned::Nothing)))).count();
    vec![
        counter("messages_sent", traffic.sent),
        counter("messages_lost", traffic.dropped),
        counter("writes_told", told),
        counter("calls_refused", given_up as u64),
        counter("writes_lost", leader.lost().len() as u64),
        counter("reads_stale", leader.history().stale()),
        counter("time_us", leader.now().as_micros()),
    ]
}

pub fn state(leader: &Leader) -> Value {
    let nodes = leader.nodes().map(|id| {
        let node = &leader.seat(id).node;
        let log = node
            .log()
            .iter()
            .map(|entry| json!({ "term": entry.term, "key": text(entry.key()), "value": text(entry.value()) }));
        json!({
            "node": id.to_string(),
            "up": leader.is_up(id),
            "leads": leader.leads(id),
            "mode": leader.mode(id).name(),
            "term": node.term(),
            "snapshot_position": node.base().position,
            "committed": node.committed(),
            "log": log.collect::<Value>(),
        })
    });
    let lost = leader.lost();
    json!({
        "time_us": leader.now().as_micros(),
        "leader": leader.leader().to_string(),
        "nodes": nodes.collect::<Value>(),
        "lost": lost.iter().map(|lost| json!({ "key": lost.key.as_str(), "value": &*lost.value })).collect::<Value>(),
    })
}
