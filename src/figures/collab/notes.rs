//! What is said beside the texts: whether all are alike, what a node owes, what waits, and what a way has cost so far.

use super::{Texts, grid};
use crate::engine::cluster::NodeId;
use crate::engine::replication::collab::{Way, apart, bytes, interleaved, is_delivered, under_way};
use crate::engine::spell::grouped;
use crate::engine::wording::{count, plural};

/// What it comes to: copies that differ although all was told, and then conflicts.
pub(super) fn banner(cluster: &Texts) -> (&'static str, String, String) {
    let ways = cluster.settings.ways();
    let differ: usize = ways.iter().map(|way| apart(cluster, *way)).sum();
    let mixed: usize = ways.iter().map(|way| interleaved(cluster, *way)).sum();
    let is_told = ways.iter().all(|way| is_delivered(cluster, *way));
    let alike = if ways.len() == 1 { "All texts are alike" } else { "All texts of a way are alike" };
    let (class, title) = match cluster.witness.conflicts {
        _ if differ > 0 => ("bad", format!("All has arrived, but {} ✗", differs(differ))),
        _ if mixed > 0 => ("bad", format!("Words are mixed in {} ✗", count(mixed, "place"))),
        _ if !is_told => ("strong", "Not all have everything yet".to_owned()),
        0 => ("good", format!("{alike} ✓")),
        many => ("strong", format!("{alike}, after {}", count(many, "conflict"))),
    };
    let edits = count(cluster.witness.edits.len(), "edit");
    let Some(way) = grid::alone(cluster) else {
        let sent: u64 = ways.iter().map(|way| bytes(cluster, *way)).sum();
        let told: usize = ways.iter().map(|way| to_tell(cluster, *way)).sum();
        let sent = format!("{} {} sent", grouped(sent), plural(sent, "byte"));
        let conflicts = count(cluster.witness.conflicts, "conflict");
        return (class, title, format!("{edits} · {told} to arrive · {sent} · {conflicts}"));
    };
    // A way that is alone has no row of its own for its name.
    let [name, how] = grid::name(way);
    let costs = of_way(cluster, way).into_iter().filter(|(class, _)| *class == "small").map(|(_, said)| said);
    let more: Vec<String> = [format!("{name} {how}"), edits].into_iter().chain(costs).collect();
    (class, title, more.join(" · "))
}

fn differs(many: usize) -> String {
    if many == 1 { "1 text differs".to_owned() } else { format!("{many} texts differ") }
}

/// How much of a way others don't have yet, of all nodes.
fn to_tell(cluster: &Texts, way: Way) -> usize {
    cluster.ids().map(|node| under_way(cluster, node, way)).sum()
}

/// Beside the name of a node: how much others don't have of it yet, and how much it has sent.
pub(super) fn of_node(cluster: &Texts, node: NodeId) -> String {
    let ways = cluster.settings.ways().iter();
    let kept = |way| usize::from(cluster.nodes[node.index()].keeps(way));
    let untold = ways.map(|way| under_way(cluster, node, *way) + kept(*way)).sum::<usize>();
    let sent: u64 = cluster.nodes[node.index()].bytes.iter().sum();
    let said = [
        (untold > 0).then(|| format!("{untold} to arrive")),
        (sent > 0).then(|| format!("{} {} sent", grouped(sent), plural(sent, "byte"))),
    ];
    said.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Below a text.
pub(super) fn of_text(cluster: &Texts, node: NodeId, way: Way) -> Vec<String> {
    let member = &cluster.nodes[node.index()];
    let mut said = Vec::new();
    if let (Way::Merge, Some(copy)) = (way, &member.merge) {
        said.push(match (&copy.sent, copy.is_ahead()) {
            (Some(_), false) => format!("version {}, changes sent", copy.base),
            (Some(_), true) => format!("version {}, changes sent, more after them", copy.base),
            (None, true) => format!("version {}, changed", copy.base),
            (None, false) => format!("version {}, unchanged", copy.base),
        });
    }
    if let (Way::Merge, Some(versions)) = (way, &member.versions) {
        let (number, head) = versions.head();
        said.extend([format!("version {number}"), count(head.text.len(), "character")]);
    }
    if let (Way::Transform, Some(copy)) = (way, &member.transform) {
        said.push(format!("number {}", copy.revision));
        said.extend(copy.outstanding.as_ref().map(|op| format!("under way: {op}")));
        said.extend(copy.buffer.as_ref().map(|op| format!("buffer: {op}")));
        said.extend(copy.outstanding.is_none().then(|| "nothing under way".to_owned()));
    }
    if let (Way::Transform, Some(order)) = (way, &member.order) {
        said.extend([format!("number {}", order.revision()), count(order.text.len(), "character")]);
    }
    if let (Way::Peers, Some(copy)) = (way, &member.peers) {
        said.push(count(copy.log.len(), "operation"));
        said.push(waits(copy.held.len()));
    }
    if let (Way::Sequence, Some(copy)) = (way, &member.sequence) {
        said.push(count(copy.tree.tombstones(), "tombstone"));
        said.push(waits(copy.waiting.len()));
    }
    said
}

pub(super) const NONE_WAITS: &str = "none waits";

fn waits(many: usize) -> String {
    match many {
        0 => NONE_WAITS.to_owned(),
        1 => "1 waits".to_owned(),
        many => format!("{many} wait"),
    }
}

/// Below the name of a way.
pub(super) fn of_way(cluster: &Texts, way: Way) -> Vec<(&'static str, String)> {
    let edits = cluster.witness.edits.len() as u64;
    let mut said = Vec::new();
    if let Some(each) = bytes(cluster, way).checked_div(edits) {
        said.push(("small", format!("{} {} an edit", grouped(each), plural(each, "byte"))));
    }
    match (apart(cluster, way), is_delivered(cluster, way)) {
        (0, false) => {
            said.push(("small", format!("{} to arrive", to_tell(cluster, way))));
        }
        (0, true) => said.push(("good", "alike ✓".to_owned())),
        (many, _) => said.push(("bad", format!("{} ✗", differs(many)))),
    }
    if edits > 0 {
        let all = bytes(cluster, way);
        said.push(("small", format!("{} {} in all", grouped(all), plural(all, "byte"))));
    }
    said
}
