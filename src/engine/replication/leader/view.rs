//! What is seen from outside: the whole state for a program, what is counted, and what a picture needs.

use serde_json::{Value, json};

use super::Leader;
use super::node::Server;
use super::settings::Mode;
use super::words::{Lost, text};
use crate::cluster::{Cluster, NodeId};
use crate::contract::{Counter, Outcome};

/// Whom people have named last.
pub fn named(cluster: &Cluster<Leader>) -> &Server {
    &cluster.nodes[cluster.witness.leader().index()]
}

/// How a node follows the leader.
pub fn mode(cluster: &Cluster<Leader>, node: NodeId) -> Mode {
    named(cluster).modes[node.index()]
}

/// When a client is told, as the modes have it: what follows on `A client is told when`.
pub fn rule_in_words(cluster: &Cluster<Leader>) -> String {
    let rule = named(cluster).rule();
    if rule.is_nothing() { "the leader has it".to_owned() } else { format!("the leader has it, and {rule}") }
}

pub fn lost(cluster: &Cluster<Leader>) -> Vec<Lost> {
    cluster.witness.lost(&cluster.nodes)
}

pub fn counters(cluster: &Cluster<Leader>) -> Vec<Counter> {
    let seen = &cluster.witness;
    let told = seen.writes.iter().filter(|write| write.told).count();
    let counted = [
        ("writes_acknowledged", told as u64),
        ("calls_refused", cluster.ended(|it| matches!(it, Outcome::Refused(_)))),
        ("calls_unanswered", cluster.ended(|it| matches!(it, Outcome::Unanswered(_)))),
        ("writes_lost", lost(cluster).len() as u64),
        ("reads_stale", seen.history.stale()),
    ];
    counted.map(|(name, value)| Counter { name, value }).to_vec()
}

pub fn state(cluster: &Cluster<Leader>, node: NodeId) -> Value {
    let server = &cluster.nodes[node.index()];
    let entries = server.log.log().iter();
    let log =
        entries.map(|entry| json!({ "term": entry.term, "key": text(entry.key()), "value": text(entry.value()) }));
    json!({
        "leads": server.leads(),
        "mode": mode(cluster, node).name(),
        "term": server.log.term(),
        "snapshot_position": server.log.base().position,
        "committed": server.log.committed(),
        "log": log.collect::<Value>(),
    })
}

pub fn whole(cluster: &Cluster<Leader>) -> Value {
    let lost =
        lost(cluster).into_iter().map(|lost| json!({ "key": lost.write.key.as_str(), "value": &*lost.write.value }));
    json!({ "leader": cluster.witness.leader().to_string(), "lost": lost.collect::<Value>() })
}
