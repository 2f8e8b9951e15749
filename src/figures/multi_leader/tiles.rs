//! What a node's card shows of a record, and of a claim.

use super::{Leaders, key_of};
use crate::engine::cluster::NodeId;
use crate::engine::replication::multi_leader::{Claim, Merge, Record, RecordId, words};
use crate::engine::wording::{count, shown};
use crate::scene::places::Tile;
use crate::scene::vocabulary::colours;

pub(super) fn of_record(node: NodeId, id: &RecordId, record: &Record) -> Tile {
    let values = record.values();
    let (stripe, wash) = colours(id.key.as_str());
    let said = words(&values);
    let siblings = if values.len() > 1 { count(values.len(), "sibling") } else { String::new() };
    Tile {
        key: format!("{node}/{}", key_of(id)),
        word: format!("{}={said}", id.key),
        note: siblings.clone(),
        wash,
        stripe,
        label: format!(
            "{} on {node}: {said}{}{siblings}",
            shown(id.key.as_str()),
            if siblings.is_empty() { "" } else { ", " }
        ),
        ..Tile::default()
    }
}

pub(super) fn of_claim(cluster: &Leaders, node: NodeId, claim: &Claim) -> Tile {
    let (rule, claims) = (cluster.settings.twice, &cluster.nodes[node.index()].store.claims);
    let is_cancelled = claims.cancelled(rule).contains(&claim.call);
    let is_twice = claims.twice(rule).iter().any(|(one, other)| [one, other].contains(&&claim.call));
    let (stripe, wash) = colours(claim.what.as_str());
    let word = match claim.hours {
        Some((from, until)) => format!("{}={from}–{until}", claim.what),
        None => claim.what.to_string(),
    };
    let note = if is_twice { format!("{} · twice", claim.call) } else { claim.call.to_string() };
    let said = if is_cancelled {
        ", cancelled"
    } else if is_twice {
        ", taken twice"
    } else {
        ""
    };
    Tile {
        key: format!("{node}/claim {}", claim.call),
        word,
        note,
        wash,
        stripe,
        crossed: is_cancelled,
        class: if is_twice { "torn" } else { "" },
        label: format!("{claim}, for {} on {node}{said}", claim.call),
        ..Tile::default()
    }
}
