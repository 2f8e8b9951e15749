//! The whole state for a program, and what is counted.

use serde_json::{Value, json};

use super::Failover;
use super::call::Ended;
use super::message::{Ask, row_in};
use crate::contract::Counter;

pub fn counters(failover: &Failover) -> Vec<Counter> {
    let counter = |name, value| Counter { name, value };
    let tally = failover.tally;
    vec![
        counter("failovers", failover.reigns().len() as u64 - 1),
        counter("acknowledged_and_lost", failover.lost().count() as u64),
        counter("numbers_given_twice", tally.given_twice),
        counter("shown_to_the_wrong_person", tally.wrong_person),
        counter("told_by_an_old_leader", tally.told_by_old),
        counter("older_over_newer", tally.overwritten),
        counter("replaced_alive", tally.replaced_alive),
        counter("writes_fenced", tally.fenced),
        counter("redirects", tally.redirects),
        counter("messages_sent", failover.network().traffic.sent),
        counter("time_us", failover.now().as_micros()),
    ]
}

pub fn state(failover: &Failover) -> Value {
    let nodes = failover.nodes().iter().map(|id| {
        let node = &failover.seat(id).node;
        let rows = node.log().iter().map(|entry| match row_in(entry) {
            Some((row, call, name)) => {
                json!({ "term": entry.term, "row": row, "name": name, "call": call.to_string() })
            }
            None => json!({ "term": entry.term }),
        });
        json!({
            "node": id.to_string(),
            "up": failover.is_up(id),
            "leads": failover.leaders().contains(id),
            "term": node.term(),
            "committed": node.committed(),
            "log": rows.collect::<Value>(),
        })
    });
    let calls = failover.calls.iter().map(|call| {
        let ended = match &call.ended {
            None => "waits".to_owned(),
            Some((_, Ended::Inserted(row))) => format!("row {row}"),
            Some((_, Ended::Found(name))) => name.as_deref().unwrap_or("nothing").to_owned(),
            Some((_, Ended::GivenUp)) => "given up".to_owned(),
        };
        let asked = match &call.ask {
            Ask::Insert(name) => format!("insert {name}"),
            Ask::Read(row) => format!("read row {row}"),
        };
        json!({
            "call": call.id.to_string(),
            "asked": asked,
            "began_us": call.began.as_micros(),
            "ended": ended,
            "ended_us": call.ended.as_ref().map(|(time, _)| time.as_micros()),
        })
    });
    let stored =
        failover.store.rows.iter().map(|(row, name, token)| json!({ "row": row, "name": &**name, "token": token }));
    let cached = failover.cache.iter().map(|(row, name)| json!({ "row": row, "name": &**name }));
    json!({
        "nodes": nodes.collect::<Value>(),
        "calls": calls.collect::<Value>(),
        "storage": stored.collect::<Value>(),
        "cache": cached.collect::<Value>(),
        "lost": failover.lost().map(|told| told.name.to_string()).collect::<Value>(),
    })
}
