//! How a quorum store is drawn: clients at the edge with what they believe, nodes as cards with what they hold, messages
//! as envelopes on their way, and above all the call that is going on, with its tally.

use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::replication::quorum::coordinator::{Coordination, Task};
use crate::engine::replication::quorum::record::{self, Record};
use crate::engine::replication::quorum::{Event, Quorum, client::Belief, message::Message, node::Node};
use crate::engine::replication::{Host, NodeId};
use crate::engine::sim::{Envelope, Fate};
use crate::engine::storage::Key;
use crate::scene::svg::number as n;
use crate::scene::text::{SMALL, fit};
use crate::scene::vocabulary::{Held, cell, envelope, hue};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape, Whence};

pub struct QuorumFigure;

/// A row of a card: one record.
const ROW: f32 = 23.0;
/// The top of a card, with its name.
const HEAD: f32 = 22.0;
/// A cell wider than this shows a record's version beside its value.
const VERSION_FROM: f32 = 150.0;
/// The banner that tells of the call.
const BANNER: f32 = 44.0;

impl Figure for QuorumFigure {
    type Engine = Quorum;

    const ABOUT: About = About {
        kind: "quorum",
        title: "A store without a leader",
        summary: "Every node keeps a copy. A write waits for w of them, a read for r, and the newest answer wins.",
        chapter: "replication/quorums",
        example: "write k old; stop n3; write k new; start n3; read k as c2; settle",
    };

    fn draw(quorum: &Quorum, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(quorum, breadth);
        let mut scene = Scene::new(breadth.width(), plan.height);
        draw_links(&mut scene, quorum, &plan);
        for client in quorum.clients() {
            draw_client(&mut scene, quorum, &plan, client.id().into());
        }
        for node in quorum.nodes() {
            draw_node(&mut scene, quorum, &plan, node);
        }
        draw_messages(&mut scene, quorum, &plan);
        draw_banner(&mut scene, quorum, event, breadth);
        scene
    }

    fn dump(quorum: &Quorum, key: &str) -> Option<Dump> {
        let (node, key) = key.split_once("/record ")?;
        let Host::Node(id) = node.parse().ok()? else { return None };
        let node = quorum.nodes().find(|node| node.id() == id)?;
        let key = Key::new(key);
        let record = node.replica().read(&key)?;
        let (range, bytes) = node.replica().disk().locate(&key)?;
        Some(Dump {
            title: format!("The record of {key} in the log of {id}"),
            offset: range.start,
            spans: record::explain(&key, record, &bytes),
            bytes,
        })
    }
}

/// Where everybody is: clients in a column at the left, nodes in one at the right, and between them a channel in which
/// every message can be seen.
struct Plan {
    height: f32,
    client: Column,
    node: Column,
    /// Records are laid out on a card in so many columns and rows.
    columns: usize,
    rows: usize,
}

/// Cards of one size, one below the other.
#[derive(Clone, Copy)]
struct Column {
    left: f32,
    top: f32,
    pitch: f32,
    width: f32,
    height: f32,
}

impl Plan {
    fn new(quorum: &Quorum, breadth: Breadth) -> Plan {
        let (height, client_width, node_left, cell_width) = match breadth {
            Breadth::Wide => (440.0, 150.0, 560.0, 180.0),
            Breadth::Narrow => (520.0, 92.0, 226.0, 74.0),
        };
        let column = |left: f32, width: f32, many: usize, tallest: f32| {
            let pitch = (height - BANNER - 8.0) / many as f32;
            let card = (pitch - 10.0).min(tallest);
            Column { left, top: BANNER + (pitch - card) / 2.0, pitch, width, height: card }
        };
        let node = column(node_left, breadth.width() - node_left - 8.0, quorum.nodes().count(), 110.0);
        Plan {
            height,
            client: column(8.0, client_width, quorum.clients().count(), 92.0),
            columns: ((node.width - 8.0) / cell_width) as usize,
            rows: (((node.height - HEAD) / ROW) as usize).max(1),
            node,
        }
    }

    fn corner(&self, host: Host) -> Point {
        let (column, place) = match host {
            Host::Node(node) => (&self.node, node.index()),
            Host::Client(client) => (&self.client, client.index()),
        };
        Point::new(column.left, column.top + place as f32 * column.pitch)
    }

    fn middle(&self, host: Host) -> Point {
        let column = if matches!(host, Host::Node(_)) { &self.node } else { &self.client };
        let corner = self.corner(host);
        Point::new(corner.x + column.width / 2.0, corner.y + column.height / 2.0)
    }

    /// Where messages leave and enter a card: on the side of the channel.
    fn door(&self, host: Host) -> Point {
        const STEP: f32 = 16.0;
        let middle = self.middle(host);
        match host {
            Host::Node(_) => Point::new(self.node.left - STEP, middle.y),
            Host::Client(_) => Point::new(self.client.left + self.client.width + STEP, middle.y),
        }
    }

    fn on_the_way(&self, from: Host, to: Host, progress: f32) -> Point {
        self.door(from).towards(self.door(to), progress)
    }
}

/// The lines along which something travels, and those that are cut.
fn draw_links(scene: &mut Scene, quorum: &Quorum, plan: &Plan) {
    let mut links: Vec<(Host, Host, bool)> = quorum.network().cuts().map(|(a, b)| (a, b, true)).collect();
    for message in quorum.network().in_flight() {
        let link = (message.from.min(message.to), message.from.max(message.to), false);
        if !links.iter().any(|(a, b, _)| (*a, *b) == (link.0, link.1)) {
            links.push(link);
        }
    }
    for (a, b, cut) in links {
        let (from, to) = (plan.door(a), plan.door(b));
        let mut link = Shape::new(format!("link {a} {b}"), from.x, from.y)
            .path(format!("M0 0L{} {}", n(to.x - from.x), n(to.y - from.y)), if cut { "link-cut" } else { "link" });
        if cut {
            let middle = Point::default().towards(Point::new(to.x - from.x, to.y - from.y), 0.5);
            let (x, y) = (middle.x, middle.y);
            link = link.path(format!("M{} {}l12 12m0 -12l-12 12", n(x - 6.0), n(y - 6.0)), "cross");
        }
        scene.push(link.label(if cut { format!("the link between {a} and {b} is cut") } else { String::new() }));
    }
}

fn draw_client(scene: &mut Scene, quorum: &Quorum, plan: &Plan, host: Host) {
    let Host::Client(id) = host else { return };
    let client = quorum.client(id);
    let (at, Column { width, height, .. }) = (plan.corner(host), plan.client);
    let waits = client.open_calls().next().is_some();
    let status = if waits { "waits" } else { "" };
    let mut card = Shape::new(id.to_string(), at.x, at.y)
        .rect(0.0, 0.0, width, height, 14.0, "client")
        .circle(18.0, 15.0, 5.0, "client-head")
        .text(32.0, 20.0, Anchor::Start, "name", id.to_string())
        .text(width - 10.0, 20.0, Anchor::End, "small", status)
        .label(format!("client {id}, with what it believes"));
    let room = ((height - HEAD - 6.0) / 18.0) as usize;
    let newest = client.beliefs().iter().rev().take(room);
    for (place, (key, belief)) in newest.enumerate() {
        let believed = match belief {
            Belief::Value(value) => format!("{key} = {value}"),
            Belief::Nothing => format!("no {key}"),
            Belief::Unsure(value) => format!("{key} = {value} ?"),
        };
        let y = HEAD + 14.0 + place as f32 * 18.0;
        card = card.text(12.0, y, Anchor::Start, "small", fit(&believed, width - 20.0, SMALL));
    }
    if client.beliefs().is_empty() {
        card = card.text(12.0, HEAD + 14.0, Anchor::Start, "small", fit("knows nothing", width - 20.0, SMALL));
    }
    scene.push(card);
}

fn draw_node(scene: &mut Scene, quorum: &Quorum, plan: &Plan, node: &Node) {
    let id = node.id();
    let (at, Column { width, height, .. }) = (plan.corner(id.into()), plan.node);
    let (up, isolated) = (quorum.is_up(id), quorum.network().is_isolated(id.into()));
    let spare = quorum.settings().spare_nodes().contains(id);
    let status = match (up, isolated, spare) {
        (false, ..) => "stopped",
        (_, true, _) => "isolated",
        (.., true) => "spare",
        _ => "",
    };
    let answered = quorum.focus().and_then(|(_, coordination)| coordination).is_some_and(|it| has_answered(it, id));
    let mut card = Shape::new(id.to_string(), at.x, at.y)
        .rect(0.0, 0.0, width, height, 8.0, "card")
        .text(12.0, 18.0, Anchor::Start, "name", id.to_string())
        .text(width - 12.0, 18.0, Anchor::End, "small", status)
        .class(if !up {
            "stopped"
        } else if isolated {
            "isolated"
        } else {
            ""
        })
        .changed(quorum.passed().is_some_and(|(envelope, fate)| fate == Fate::Arrived && envelope.to == id.into()))
        .label(format!("node {id}: {}", node_in_words(node, status)));
    if answered {
        card = card.circle(44.0, 13.0, 5.0, "good").path("M41.5 13l2 2 3.5-4", "check-mark");
    }
    let held = node.replica().records().len() + node.hints().len();
    let room = plan.rows * plan.columns;
    let fits = if held > room { room - 1 } else { held };
    let place_of = |place: usize| {
        let (row, column) = (place / plan.columns, place % plan.columns);
        let pitch = (width - 12.0) / plan.columns as f32;
        (8.0 + column as f32 * pitch, HEAD + row as f32 * ROW, pitch - 4.0)
    };
    if held > fits {
        let (x, y, _) = place_of(fits);
        card = card.text(x + 4.0, y + 14.0, Anchor::Start, "small", format!("+ {} more", held - fits));
    }
    if held == 0 {
        // A stop takes the memory, which is what a card shows; the records are still on the node's disk.
        let what = if up { "empty" } else { "memory gone" };
        card = card.text(12.0, HEAD + 14.0, Anchor::Start, "small", fit(what, width - 20.0, SMALL));
    }
    scene.push(card);
    let records = node.replica().records().iter().map(|(key, record)| (key, record, None));
    let hints = node.hints().iter().map(|(owner, key, record)| (key, record, Some(owner)));
    for (place, (key, record, owner)) in records.chain(hints).take(fits).enumerate() {
        let (x, y, width) = place_of(place);
        let entry = draw_entry(id, key, record, owner, Point::new(at.x + x, at.y + y), width);
        scene.push(entry.class(if up { "" } else { "stopped" }));
    }
}

fn has_answered(coordination: &Coordination, node: NodeId) -> bool {
    coordination.answers.iter().any(|answer| answer.from == node)
}

fn draw_entry(node: NodeId, key: &Key, record: &Record, owner: Option<NodeId>, at: Point, width: f32) -> Shape {
    let what = match owner {
        None => format!("{node}/record {key}"),
        Some(owner) => format!("{node}/hint {owner} {key}"),
    };
    let mut value = match owner {
        None => record.value.to_string(),
        Some(owner) => format!("{} → {owner}", record.value),
    };
    // Where there is room, the version as well: it decides who wins.
    if width > VERSION_FROM {
        value = format!("{value} · {}", record.version);
    }
    let label = format!("{key} = {}, version {}", record.value, record.version);
    let entry = cell(what, at.x, at.y, width, ROW - 3.0, key.as_str(), Held::Value(&value)).label(label);
    if owner.is_some() { entry } else { entry.selects() }
}

fn node_in_words(node: &Node, status: &str) -> String {
    let records = node.replica().records().len();
    let hints = node.hints().len();
    match status {
        "stopped" => "stopped, disk kept".to_owned(),
        "" => format!("up, {records} records, {hints} hints"),
        _ => format!("{status}, {records} records, {hints} hints"),
    }
}

fn draw_messages(scene: &mut Scene, quorum: &Quorum, plan: &Plan) {
    let now = quorum.now();
    for message in quorum.network().in_flight() {
        let at = plan.on_the_way(message.from, message.to, message.progress(now));
        scene.push(draw_message(message, at, plan, ""));
    }
    // The one whose way has just ended: seen once more where it ended, and gone with the next step.
    if let Some((message, fate)) = quorum.passed() {
        let shape = match fate {
            Fate::Arrived => draw_message(message, plan.on_the_way(message.from, message.to, 1.0), plan, "arrived"),
            Fate::Lost(_) => {
                let at = plan.on_the_way(message.from, message.to, 0.5);
                let fallen = Point::new(at.x, at.y + 40.0);
                draw_message(message, at, plan, "dropped")
                    .path("M-7 -7L7 7M7 -7L-7 7", "cross")
                    .gone(Whence::At(fallen))
            }
        };
        scene.push(shape.changed(true));
    }
}

fn draw_message(message: &Envelope<Host, Message>, at: Point, plan: &Plan, class: &'static str) -> Shape {
    let key = format!("message {}", message.id);
    let start = plan.on_the_way(message.from, message.to, 0.0);
    let tint = message.payload.call().map_or("envelope-seal", |call| hue(&call.to_string()));
    envelope(key, at.x, at.y, "envelope")
        .circle(0.0, 3.0, 3.0, tint)
        .text(0.0, 19.0, Anchor::Middle, "small", message.id.to_string())
        .class(class)
        .born(Whence::At(start))
        .gone(Whence::At(plan.middle(message.to)))
        .label(format!("{}: {} from {} to {}", message.id, message.payload, message.from, message.to))
}

/// The call that is going on, how far it has come, and what the history says of it.
fn draw_banner(scene: &mut Scene, quorum: &Quorum, event: Option<&Event>, breadth: Breadth) {
    let width = breadth.width();
    let settings = quorum.settings();
    let overlap = if settings.quorums_overlap() { ">" } else { "≤" };
    let rule = format!("w + r = {} {overlap} n = {}", settings.w + settings.r, settings.n);
    let clock = quorum.now().to_string();
    let mut banner = Shape::new("banner", 0.0, 0.0).text(width - 16.0, 20.0, Anchor::End, "small", rule).text(
        width - 16.0,
        36.0,
        Anchor::End,
        "small",
        clock,
    );
    if let Some((call, coordination)) = quorum.focus() {
        let room = width - 190.0;
        let what = format!("{} {}", call.id, call.request);
        banner = banner.text(16.0, 20.0, Anchor::Start, "strong", fit(&what, room, 13.0));
        let tally = coordination.map(|it| {
            let word = if matches!(it.task, Task::Read) { "answers" } else { "acknowledgements" };
            format!("{} {word}, {} needed", it.answers.len(), it.needed)
        });
        let ended = call.verdict.filter(|verdict| verdict.is_stale()).map(|verdict| verdict.to_string());
        let stale = ended.is_some();
        let line = ended.or(tally).unwrap_or_default();
        let class = if stale { "bad" } else { "small" };
        banner =
            banner.text(16.0, 38.0, Anchor::Start, class, fit(&line, width - 110.0, if stale { 13.0 } else { SMALL }));
        banner = banner.changed(event.is_some_and(|event| event.verdict.is_some()));
    }
    scene.push(banner);
}
