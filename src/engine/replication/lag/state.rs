//! The whole state for a program, and what is counted.

use serde_json::{Value, json};

use super::cluster::Lag;
use super::node::PARTITIONS;
use crate::contract::Counter;
use crate::replication::checker::{Promise, What};

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
        counter("messages_sent", lag.world.network.traffic().sent),
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
