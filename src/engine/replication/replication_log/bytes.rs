//! The bytes of an entry of the log and of a row in a replica's file, explained.

use super::{FOLLOWER, LEADER, ReplicationLog, entry, leader, replica};
use crate::cluster::Cluster;
use crate::contract::Dump;
use crate::table::Value;

/// The bytes of `entry 3`, `leader/row 2` or `follower/row 2`, explained.
pub fn dump(cluster: &Cluster<ReplicationLog>, key: &str) -> Option<Dump> {
    if let Some(number) = key.strip_prefix("entry ") {
        let place = number.parse::<usize>().ok()?.checked_sub(1)?;
        let bytes = leader(cluster).log.get(place)?.bytes.clone();
        let spans = entry::explain(&bytes, cluster.settings.method);
        return Some(Dump { title: format!("Entry {number} as it is shipped"), offset: 0, bytes, spans });
    }
    let (name, id) = key.split_once("/row ")?;
    let table = &replica(cluster, if name == "leader" { LEADER } else { FOLLOWER }).table;
    let (slot, _) = table.find(&Value::Integer(id.parse().ok()?))?;
    let range = table.range(slot);
    Some(Dump {
        title: format!("Row {id} in the file of the {name}, format version {}", table.schema.version),
        offset: range.start as u64,
        bytes: table.bytes[range].to_vec(),
        spans: table.explain(slot),
    })
}
