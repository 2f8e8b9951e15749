//! How a quorum store is drawn: clients with what they believe at the left; at the right nodes with what they have in
//! memory and on their disk; above all the call that is going on, with its tally.

mod trees;

use super::calls::{self, Proof};
use super::plug::{self, Fault};
use super::stage::{self, Shown};
use super::{About, Figure, diagram};
use crate::engine::Dump;
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::key::Key;
use crate::engine::replication::Verdict;
use crate::engine::replication::quorum::coordinator::{Coordination, Task};
use crate::engine::replication::quorum::message::{Ending, Message};
use crate::engine::replication::quorum::node::Node;
use crate::engine::replication::quorum::record::{self, Record};
use crate::engine::replication::quorum::{Event, Quorum, client::Belief, disk::Logged, focus};
use crate::engine::wording::{asked, count, shown};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::{newest, newest_on_disk};
use crate::scene::text::Face;
use crate::scene::vocabulary::{Held, LINE, cell, hue};
use crate::scene::{Anchor, Breadth, Scene, Shape, Whence};

pub struct QuorumFigure;

impl Figure for QuorumFigure {
    type Engine = Cluster<Quorum>;

    const ABOUT: About = About {
        kind: "quorum",
        title: "A store without a leader",
        summary: "Every node keeps a copy. A write waits for w of them, a read for r, and the newest answer wins.",
        chapter: "replication/quorums",
        example: "write k old; stop n3; write k new; start n3; read k as c2; settle",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(cluster: &Cluster<Quorum>, _: Option<&Event>, breadth: Breadth) -> Scene {
        stage::draw(cluster, breadth)
    }

    fn cluster(cluster: &Cluster<Quorum>) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Cluster<Quorum>) -> Vec<Fault> {
        plug::stop(cluster, None, true)
    }

    /// `message m5`, `n1/record k`, `n1/log 53` for the record at that byte, `n4/hint n2 k`.
    fn dump(cluster: &Cluster<Quorum>, key: &str) -> Option<Dump> {
        let Some((node, part)) = key.split_once('/') else { return stage::dump(cluster, key) };
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

    fn beliefs(cluster: &Cluster<Quorum>, client: ClientId) -> Vec<String> {
        let beliefs = cluster.clients[client.index()].beliefs.iter().rev().map(|(key, belief)| match belief {
            Belief::Value(value) => format!("{key} = {}", shown(value)),
            Belief::Nothing => format!("no {key}"),
            Belief::Unsure(Some(value)) => format!("{key} = {} ?", shown(value)),
            Belief::Unsure(None) => format!("no {key} ?"),
        });
        let beliefs: Vec<String> = beliefs.collect();
        if beliefs.is_empty() { vec!["knows nothing".to_owned()] } else { beliefs }
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
        if area.height < 2.0 * (LINE + GAP) {
            return draw_memory(scene, node, area, cluster.is_up(id));
        }
        area.cut_bottom(GAP);
        let [memory, mut disk] = area.rows([Size::Share(1.0), Size::Units(LINE)]);
        let name = disk.cut_left(4.0 * GAP);
        let name = Shape::new(format!("{id}/name"), name.x, name.y);
        scene.push(name.text(0.0, 2.0 * GAP, Anchor::Start, "small", "disk"));
        draw_memory(scene, node, memory, cluster.is_up(id));
        draw_disk(scene, node, disk);
    }

    /// The calls have colours, to be told apart.
    fn seal(message: &Message) -> &'static str {
        message.call().map_or("envelope-seal", |call| hue(&call.to_string()))
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
        Some(Ending::Found(None)) => format!("{tally}: nobody had a value"),
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

/// No cell is narrower; and in a card as wide as this, no two fill a row.
const NARROWEST: f32 = 40.0;
const WIDE: f32 = 300.0;
/// A record in the log.
const LOGGED: f32 = 62.0;

fn draw_memory(scene: &mut Scene, node: &Node, area: Area, is_up: bool) {
    let records = node.replica.records.iter().map(|(key, record)| (key, record, None));
    let hints = node.hints.iter().map(|(owner, key, record)| (key, record, Some(owner)));
    let held: Vec<_> = records.chain(hints).collect();
    if held.is_empty() {
        // A stop takes the memory; the records are still on the node's disk.
        let what = if is_up { "memory: empty" } else { "memory: gone" };
        let shape = Shape::new(format!("{}/memory", node.id), area.x, area.y);
        return scene.push(shape.text(0.0, 2.0 * GAP, Anchor::Start, "small", what));
    }
    // A place is kept for the sign that there are more.
    let room = area.width - 2.0 * GAP;
    let fewest = if room > WIDE { 2.0 } else { 1.0 };
    let columns = (held.len() as f32).clamp(fewest, (room / NARROWEST).floor().max(fewest));
    let (hidden, places) = newest(scene, &format!("{}/memory", node.id), area, room / columns, held.len());
    for ((key, record, owner), at) in held[hidden..].iter().zip(places) {
        scene.push(entry(node.id, key, record, *owner, at));
    }
}

fn entry(node: NodeId, key: &Key, record: &Record, owner: Option<NodeId>, at: Area) -> Shape {
    let (what, mut value) = match owner {
        None => (format!("{node}/record {}", key.as_str()), mark(record).to_owned()),
        Some(owner) => (format!("{node}/hint {owner} {}", key.as_str()), format!("{} → {owner}", mark(record))),
    };
    // Where there is room, the version as well: it decides who wins.
    let with_version = format!("{value} · {}", record.version);
    let [room, taken] =
        [("value", &*with_version), ("key", key.as_str())].map(|(class, text)| Face::of(class).width(text));
    if room + taken + 3.0 * GAP < at.width {
        value = with_version;
    }
    let label = format!("{}, version {}", record.of(key), record.version);
    cell(what, at.x, at.y, at.width, at.height, key.as_str(), Held::Value(&value)).label(label).selects()
}

/// What stands in the place of a value: of a tombstone, a cross.
fn mark(record: &Record) -> &str {
    record.value.as_deref().unwrap_or("✗")
}

/// The log, its end to the right: what an older record of a key was is dead, but still there.
fn draw_disk(scene: &mut Scene, node: &Node, area: Area) {
    let (id, disk) = (node.id, &node.replica.disk);
    let all: Vec<Logged> = disk.log().into_iter().chain(disk.hints()).collect();
    let (hidden, places) = newest_on_disk(scene, &format!("{id}/disk"), area, LOGGED, all.len());
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
