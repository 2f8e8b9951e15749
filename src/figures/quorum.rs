//! How a quorum store is drawn: clients with what they believe at the left; at the right nodes with what they have in
//! memory and on their disk; above all the call that is going on, with its tally.

mod trees;

use std::collections::BTreeSet;

use super::About;
use super::calls::{self, Proof};
use super::stage::{Shown, Staged};
use crate::engine::Dump;
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::key::Key;
use crate::engine::replication::Verdict;
use crate::engine::replication::quorum::coordinator::{Coordination, Task};
use crate::engine::replication::quorum::message::{Ending, Message};
use crate::engine::replication::quorum::node::Node;
use crate::engine::replication::quorum::record::{self, Record};
use crate::engine::replication::quorum::{Quorum, client::Belief, disk::Logged, focus};
use crate::engine::wording::{asked, count, shown};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{NODE, newest_on_disk};
use crate::scene::places::{Places, TALLEST, Tile, named};
use crate::scene::text::Face;
use crate::scene::vocabulary::{Held, LINE, cell, colours, tint};
use crate::scene::{Breadth, Scene, Whence};

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
    Some(dump_logged(id, found?))
}

fn dump_logged(node: NodeId, logged: Logged) -> Dump {
    let title = match logged.owner {
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
        let held = count(node.replica.records.len(), "record");
        let hints =
            if node.hints.is_empty() { String::new() } else { format!(", {}", count(node.hints.len(), "hint")) };
        (format!("{spare}{}", if answered { "✓" } else { "" }), held + &hints)
    }

    /// In memory the newest record of each key, and hints; on the disk, where there is room for it, the log that memory is read
    /// from.
    fn holds(scene: &mut Scene, cluster: &Cluster<Quorum>, id: NodeId, mut area: Area) {
        trees::draw(scene, cluster, id, &mut area);
        let node = &cluster.nodes[id.index()];
        if area.height < 2.0 * LINE + GAP {
            return draw_memory(scene, cluster, id, area);
        }
        let [memory, mut disk] = area.rows([Size::Share(1.0), Size::Units(LINE)]);
        named(scene, &format!("{id}/name"), &mut disk, "disk", "disk");
        draw_memory(scene, cluster, id, memory);
        draw_disk(scene, node, disk);
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
        Some(Ending::Found(None)) => format!("{tally}: no one had a value"),
        Some(Ending::Written) => format!("{tally}: the write counts"),
        Some(Ending::Found(Some(won))) => {
            let versions = it.answers.iter().take(it.needed).filter_map(|answer| Some(answer.found.as_ref()?.version));
            match versions.filter(|version| *version < won.version).max() {
                Some(older) => format!("{tally}: {won} ({}) is later than {older}", won.version),
                None => format!("{tally}: {won} wins, none is later than {}", won.version),
            }
        }
    }
}

/// A record in the log.
const LOGGED: f32 = 62.0;
const FEW: usize = 4;

/// In memory, a place for each key that any node has, the same on all of them, and then the hints.
fn draw_memory(scene: &mut Scene, cluster: &Cluster<Quorum>, id: NodeId, area: Area) {
    let keys: BTreeSet<&Key> = cluster.nodes.iter().flat_map(|it| it.replica.records.iter().map(|it| it.0)).collect();
    let keys: Vec<&Key> = keys.into_iter().collect();
    let (node, face) = (&cluster.nodes[id.index()], Face::of("small strong"));
    let hints: Vec<_> = node.hints.iter().collect();
    let records = cluster.nodes.iter().flat_map(|node| node.replica.records.iter());
    let of_records = records.map(|(key, record)| face.width(&format!("{key} = {}", mark(record))));
    let of_hints = hints.iter().map(|(owner, key, _)| face.width(&format!("{key} for {owner}")));
    let widest = of_records.chain(of_hints).fold(0.0, f32::max);
    let places = Places::new(area.width, widest, keys.len() + hints.len(), 1);
    let free = |place: usize| match (cluster.is_up(id), keys.get(place)) {
        (false, _) => Some("memory: gone".to_owned()),
        (true, Some(key)) => Some(format!("no {key}")),
        (true, None) => keys.is_empty().then(|| "memory: empty".to_owned()),
    };
    let tile = |place: usize| match keys.get(place) {
        Some(key) => {
            node.replica.records.iter().find(|it| it.0 == *key).map(|(key, record)| entry(id, key, record, None))
        }
        None => hints.get(place - keys.len()).map(|(owner, key, record)| entry(id, key, record, Some(*owner))),
    };
    places.draw(scene, &format!("{id}/memory"), Area { height: area.height.min(TALLEST), ..area }, &free, &tile);
}

fn entry(node: NodeId, key: &Key, record: &Record, owner: Option<NodeId>) -> Tile {
    let (what, word) = match owner {
        None if record.value.is_none() => (format!("{node}/record {}", key.as_str()), key.to_string()),
        None => (format!("{node}/record {}", key.as_str()), format!("{key} = {}", mark(record))),
        Some(owner) => (format!("{node}/hint {owner} {}", key.as_str()), format!("{key} for {owner}")),
    };
    let (stripe, wash) = colours(key.as_str());
    Tile {
        key: what,
        word,
        // It decides who wins.
        note: record.version.to_string(),
        stripe,
        wash,
        crossed: record.value.is_none(),
        class: if owner.is_some() { "copy" } else { "" },
        label: format!("{}, version {}", record.of(key), record.version),
        ..Tile::default()
    }
}

/// What stands in the place of a value: of a tombstone, a cross.
fn mark(record: &Record) -> &str {
    record.value.as_deref().unwrap_or("✗")
}

/// The log, its end to the right: what an older record of a key was is dead, but still there.
fn draw_disk(scene: &mut Scene, node: &Node, area: Area) {
    let (id, disk) = (node.id, &node.replica.disk);
    let all: Vec<Logged> = disk.log().into_iter().chain(disk.hints()).collect();
    // Few share the room of four.
    let wide = (area.width / all.len().max(FEW) as f32 - GAP).max(LOGGED);
    let (hidden, places) = newest_on_disk(scene, &format!("{id}/disk"), area, wide, all.len());
    for (logged, at) in all[hidden..].iter().zip(places) {
        let (key, name) = (logged.key.as_str(), logged.name());
        let (what, held, born) = match logged.owner {
            None => (format!("log {}", logged.range.start), mark(&logged.record).to_owned(), format!("record {key}")),
            Some(owner) => (format!("held {name}"), format!("→{owner}"), format!("hint {name}")),
        };
        let shape = cell(format!("{id}/{what}"), at.x, at.y, at.width, at.height, key, Held::Value(&held))
            .class(if logged.is_newest { "" } else { "dead" })
            .label(format!("{}, version {}", logged.record.of(&logged.key), logged.record.version));
        scene.push(shape.born(Whence::Shape(format!("{id}/{born}"))).selects());
    }
}
