//! How a quorum store is drawn: clients with what they believe at the left; at the right nodes with what they have in
//! memory and on their disk; above all the call that is going on, with its tally.

mod cards;
mod trees;

use super::About;
use super::calls::{self, Proof};
use super::stage::{Shown, Staged};
use crate::engine::Dump;
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::key::Key;
use crate::engine::replication::Verdict;
use crate::engine::replication::quorum::coordinator::{Coordination, Task};
use crate::engine::replication::quorum::message::{Ending, Message};
use crate::engine::replication::quorum::record;
use crate::engine::replication::quorum::{Quorum, client::Belief, disk::Logged, focus};
use crate::engine::wording::{asked, count, shown};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::NODE;
use crate::scene::vocabulary::{LINE, colours, tint};
use crate::scene::{Breadth, Scene};

pub(super) type QuorumFigure = Staged<Quorum>;

/// `n1/record k`, `n1/log 53` for the record at that byte, `n4/hint n2 k`.
fn held(cluster: &Cluster<Quorum>, key: &str) -> Option<Dump> {
    let (node, part) = key.split_once('/')?;
    let Host::Node(id) = node.parse().ok()? else { return None };
    let (what, part) = part.split_once(' ')?;
    let disk = &cluster.nodes.get(id.index())?.replica.disk;
    let found = match what {
        "record" => disk.log().into_iter().rev().find(|each| each.key == Key::new(part) && each.is_newest),
        "log" => disk.log().into_iter().find(|each| each.range.start.to_string() == part),
        _ => disk.hints().into_iter().find(|each| each.name() == part),
    };
    let found = found?;
    let siblings = cluster.nodes[id.index()].replica.read(&found.key).len();
    Some(dump_logged(id, found, siblings))
}

fn dump_logged(node: NodeId, logged: Logged, siblings: usize) -> Dump {
    let title = match logged.owner {
        None if siblings > 1 => format!("One of {siblings} siblings of {} in the log of {node}", logged.key),
        None => format!("The record of {} in the log of {node}", logged.key),
        Some(owner) => format!("The hint for {owner} that {node} holds"),
    };
    let spans = record::explain(&logged.key, &logged.record, &logged.bytes);
    Dump { title, offset: logged.range.start, spans, bytes: logged.bytes }
}

impl Shown for Quorum {
    const ABOUT: About = About {
        kind: "quorum",
        title: "A store without a leader",
        summary: "Every node keeps a copy. A write waits for w of them, a read for r, and the newest answer wins.",
        chapter: "replication/quorums",
        example: "write k old; stop n3; write k new; start n3; read k as c2; settle",
    };

    fn held(cluster: &Cluster<Quorum>, key: &str) -> Option<Dump> {
        held(cluster, key)
    }

    /// The call that is going on, and how far it has come.
    fn banner(cluster: &Cluster<Quorum>) -> (&'static str, String, String) {
        let settings = &cluster.settings;
        let overlap = if settings.quorums_overlap() { ">" } else { "≤" };
        let rule = format!("w + r = {} {overlap} n = {}", settings.w + settings.r, settings.n);
        let Some((place, coordination)) = focus(cluster) else { return ("strong", rule, String::new()) };
        let call = &cluster.calls[place];
        (
            "strong",
            format!("{rule} · {} {}", call.id, asked(&call.asked)),
            coordination.map(standing).unwrap_or_default(),
        )
    }

    fn beliefs(cluster: &Cluster<Quorum>, client: ClientId) -> Vec<(String, &'static str)> {
        let beliefs = cluster.clients[client.index()].beliefs.iter().rev().map(|(key, belief)| {
            let said = match belief {
                Belief::Value(value) => format!("{key} = {}", shown(value)),
                Belief::Siblings(values) => {
                    format!(
                        "{key} = {}",
                        values.iter().map(|value| shown(value).to_string()).collect::<Vec<_>>().join(", ")
                    )
                }
                Belief::Nothing => format!("no {key}"),
                Belief::Unsure(Some(value)) => format!("{key} = {} ?", shown(value)),
                Belief::Unsure(None) => format!("no {key} ?"),
            };
            (said, tint(key.as_str()))
        });
        let beliefs: Vec<_> = beliefs.collect();
        if beliefs.is_empty() { vec![("knows nothing".to_owned(), "")] } else { beliefs }
    }

    /// A mark for those that have answered the call that is going on.
    fn head(cluster: &Cluster<Quorum>, id: NodeId) -> (String, String) {
        let node = &cluster.nodes[id.index()];
        let answered = focus(cluster).and_then(|(_, coordination)| coordination);
        let answered = answered.is_some_and(|it| it.answers.iter().any(|answer| answer.from == id));
        let spare = if cluster.settings.home().contains(id) { "" } else { "spare " };
        let held = count(node.replica.len(), "record");
        let hints =
            if node.hints.is_empty() { String::new() } else { format!(", {}", count(node.hints.len(), "hint")) };
        (format!("{spare}{}", if answered { "✓ answered" } else { "" }), held + &hints)
    }

    /// In memory the newest record of each key, and hints; on the disk, where there is room for it, the log that memory is read
    /// from.
    fn holds(scene: &mut Scene, cluster: &Cluster<Quorum>, id: NodeId, mut area: Area) {
        trees::draw(scene, cluster, id, &mut area);
        let node = &cluster.nodes[id.index()];
        if area.height < 2.0 * LINE + GAP {
            return cards::draw_memory(scene, cluster, id, area);
        }
        let [memory, mut disk] = area.rows([Size::Share(1.0), Size::Units(LINE)]);
        cards::name_disk(scene, node, &mut disk);
        cards::draw_memory(scene, cluster, id, memory);
        cards::draw_disk(scene, node, disk);
    }

    /// Room for memory and disk.
    fn tall(_: &Cluster<Quorum>, _: Breadth) -> f32 {
        NODE + 2.0 * GAP
    }

    /// What is about a key has its colour.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        message.key().map_or(("envelope-seal", ""), |key| colours(key.as_str()))
    }

    fn proof(cluster: &Cluster<Quorum>) -> Option<Proof> {
        Proof::newest(&cluster.witness.history)
    }

    fn verdict(cluster: &Cluster<Quorum>, place: usize) -> Option<Proof> {
        let history = &cluster.witness.history;
        let verdict = history.calls().nth(place)?.verdict?;
        let against = Verdict::against(verdict).and_then(|id| history.place(id));
        Some(Proof { call: place, against, told: verdict.to_string() })
    }

    fn checks(cluster: &Cluster<Quorum>) -> Vec<(&'static str, u64)> {
        vec![("no read breaks a promise", calls::broken(&cluster.witness.history))]
    }

    const JUDGED: bool = true;

    fn brief(cluster: &Cluster<Quorum>, place: usize) -> String {
        calls::brief(&cluster.witness.history, place)
    }
}

/// How many have answered; and once enough have, what that came to.
fn standing(it: &Coordination) -> String {
    let word = if matches!(it.task, Task::Read) { "answer" } else { "acknowledgement" };
    let tally = format!("{}, {} needed", count(it.answers.len(), word), it.needed);
    match &it.ending {
        // With blocking read repair, they have answered and not all have the newest.
        None if it.answers.len() >= it.needed => format!("{tally}: not as many have the newest yet"),
        None => tally,
        Some(Ending::QuorumNotMet { .. } | Ending::NoResponse { .. }) => {
            format!("{tally}: refused in time, nothing is undone")
        }
        Some(Ending::Found(found)) if found.is_several() => {
            format!("{tally}: {found} are concurrent, and all are returned")
        }
        Some(Ending::Written) => format!("{tally}: the write counts"),
        Some(Ending::Found(found)) => {
            let Some(won) = found.newest() else { return format!("{tally}: no one had a value") };
            let versions =
                it.answers.iter().take(it.needed).flat_map(|answer| answer.found.iter().map(|it| it.version));
            // By its time it may be the smaller one, where what clients had seen decides.
            match versions.filter(|version| *version < won.version).max() {
                Some(_) if won.seen().is_some() => format!("{tally}: {won}, whose client had seen the others"),
                Some(older) => format!("{tally}: {won} ({}) is later than {older}", won.version),
                None => format!("{tally}: {won} wins, none is later than {}", won.version),
            }
        }
    }
}
