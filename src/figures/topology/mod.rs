//! How leaders and the ways between them are drawn: in a circle, or few of them in two columns, with an arrow from each to those
//! that it sends to. The way of one change stands out, and below is what the links cost.

use super::About;
use super::stage::{Shown, Staged};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::replication::topology::{
    Came, Made, Message, Op, Shape as Links, Tagged, Topology, graph, now, states,
};
use crate::engine::wording::{count, plural, shown};
use crate::scene::area::{Area, GAP};
use crate::scene::channel::Way;
use crate::scene::parts::{NUMBERS, ROW, heading, numbers};
use crate::scene::pieces::{CARD, Piece, TALL, pieces};
use crate::scene::vocabulary::{LINE, colours};
use crate::scene::{Breadth, Point, Scene, Shape};

pub(super) type TopologyFigure = Staged<Topology>;

impl Shown for Topology {
    const ABOUT: About = About {
        kind: "topology",
        title: "Which way changes travel",
        summary: "Several leaders send each other their changes: in a ring, a star, all to all, or along links that you draw. See who hears, how often, and in which order.",
        chapter: "replication/topologies",
        example: "insert stock 10; settle; begin add stock 5 as c2; run 25ms; stop n4; settle; start n4; settle",
    };

    fn banner(cluster: &Cluster<Topology>) -> (&'static str, String, String) {
        let (settings, tally) = (&cluster.settings, &cluster.witness.tally);
        let rule = match settings.tag {
            Tagged::Nothing => "changes have no tag".to_owned(),
            tag => format!("tag: {}", tag.label()),
        };
        let held: usize = cluster.nodes.iter().map(|node| node.held.len()).sum();
        let moving = cluster.network().in_flight().any(|message| matches!(message.payload, Message::Change(_)));
        let (class, said) = match states(cluster) {
            _ if tally.again > 0 => ("bad", format!("Applied again: {}× ✗", tally.again)),
            _ if tally.no_row > 0 => ("bad", format!("Updated before it was inserted: {}× ✗", tally.no_row)),
            _ if tally.early > 0 => ("bad", format!("An effect before its cause: {}× ✗", tally.early)),
            1 => ("good", "All leaders hold the same ✓".to_owned()),
            _ if held > 0 => ("strong", format!("{} held back", count(held, "change"))),
            _ if moving => ("strong", "Not all have heard yet".to_owned()),
            _ => ("bad", "Leaders differ ✗".to_owned()),
        };
        (class, said, rule)
    }

    fn beliefs(cluster: &Cluster<Topology>, client: ClientId) -> Vec<(String, &'static str)> {
        let knows = cluster.clients[client.index()].knows.iter().rev().map(|(row, number)| match number {
            Some(number) => (format!("{} = {number}", shown(row.as_str())), ""),
            None => (format!("no {}", shown(row.as_str())), ""),
        });
        // What it has changed comes after what it knows, as it is told wherever it travels.
        let calls = cluster.calls.iter().rev().filter(|call| call.id.client == client);
        let changed = calls.filter_map(|call| {
            let made = cluster.witness.place(call.id).and_then(|place| cluster.witness.changes.get(place))?;
            Some((format!("{} {}", made.op.brief(), call.id), colours(&call.id.to_string()).1))
        });
        let or = |mut said: Vec<(String, &'static str)>, none: &str| {
            if said.is_empty() {
                said.push((none.to_owned(), ""));
            }
            said
        };
        [or(knows.collect(), "knows nothing"), or(changed.collect(), "no change")].concat()
    }

    fn head(cluster: &Cluster<Topology>, node: NodeId) -> (String, String) {
        let leader = &cluster.nodes[node.index()];
        (
            String::new(),
            match leader.held.len() {
                0 => String::new(),
                1 => "1 waits".to_owned(),
                many => format!("{many} wait"),
            },
        )
    }

    /// What is in its rows, and below that the changes that it has applied, in that order, and those that it holds back.
    fn holds(scene: &mut Scene, cluster: &Cluster<Topology>, node: NodeId, area: Area) {
        let leader = &cluster.nodes[node.index()];
        let rows = leader.rows.iter().map(|(row, number)| {
            let name = row.as_str();
            Piece {
                key: format!("{node}/row {name}"),
                text: format!("{} {number}", shown(name)),
                label: format!("{} is {number}", shown(name)),
                call: None,
                class: "",
            }
        });
        let piece = |call: String, op: &Op, place: Option<usize>| Piece {
            key: place.map_or_else(|| format!("{node}/held {call}"), |place| format!("{node}/applied {place}")),
            text: format!("{} {call}", op.brief()),
            label: match place {
                None => format!("held back: {call}, {op}"),
                Some(place) => format!("applied as number {}: {call}, {op}", place + 1),
            },
            class: if place.is_some() { "" } else { "hatch" },
            call: Some(call),
        };
        let log = leader.log.iter().enumerate();
        let log = log.map(|(place, change)| piece(change.call.to_string(), &change.op, Some(place)));
        let held = leader.held.iter().map(|(_, change)| piece(change.call.to_string(), &change.op, None));
        let mut below = area;
        let lines = if area.height > TALL { 3 } else { 2 };
        let above = below.cut_top(((area.height - GAP / 2.0) / lines as f32).clamp(ROW, 2.0 * ROW));
        below.cut_top(GAP / 2.0);
        pieces(scene, &format!("{node}/rows"), above, &rows.collect::<Vec<_>>(), "no row");
        pieces(scene, &format!("{node}/log"), below, &log.chain(held).collect::<Vec<_>>(), "no change");
    }

    fn tall(_: &Cluster<Topology>, _: Breadth) -> f32 {
        CARD
    }

    fn round(cluster: &Cluster<Topology>) -> Option<usize> {
        Some(usize::from(cluster.settings.topology == Links::Star))
    }

    /// The links as they are set, those along which nothing gets through, and the way of one change.
    fn draw_ways(scene: &mut Scene, cluster: &Cluster<Topology>, way: &dyn Fn(Host, Host) -> Way) {
        let (set, open) = (graph(cluster), now(cluster));
        let gone = |from: NodeId, to: NodeId| {
            let is_way = |came: &&Came| came.from == Some(from) && came.to == to;
            chosen(cluster).and_then(|change| change.came.iter().find(is_way).map(|_| change.call))
        };
        for (from, to) in &set.ways {
            let is_open = open.ways.contains(&(*from, *to)) && open.leaders.contains(from) && open.leaders.contains(to);
            let gone = gone(*from, *to);
            let class = match (is_open, gone) {
                (_, Some(_)) => "path",
                (true, None) => "pointer",
                (false, None) => "link",
            };
            let said = gone.map_or_else(String::new, |call| format!("; {call} has gone this way"));
            let arrow = arrow(format!("sends {from} {to}"), way((*from).into(), (*to).into()), class);
            scene.push(arrow.label(format!("{from} sends its changes to {to}{said}")));
        }
        // A link that is no more, along which the change has gone.
        for came in chosen(cluster).iter().flat_map(|change| change.came.iter()) {
            let Some(from) = came.from else { continue };
            if !set.ways.contains(&(from, came.to)) && scene.shape(&format!("sent {from} {}", came.to)).is_none() {
                let arrow = arrow(format!("sent {from} {}", came.to), way(from.into(), came.to.into()), "link");
                scene.push(arrow.label(format!("{from} no longer sends its changes to {}", came.to)));
            }
        }
    }

    fn foot(_: &Cluster<Topology>, breadth: Breadth) -> f32 {
        LINE + rows_of(breadth.width()) as f32 * NUMBERS
    }

    fn draw_foot(scene: &mut Scene, cluster: &Cluster<Topology>, area: Area) {
        let mut rest = area;
        let (left, right) = match chosen(cluster) {
            None => ("no change yet".to_owned(), String::new()),
            Some(change) => {
                let mut have: Vec<_> = change.came.iter().map(|came| came.to).collect();
                have.sort();
                have.dedup();
                let way = format!("bold: the way of {}, {}", change.call, change.op);
                (way, format!("{} of {} have it", have.len(), cluster.nodes.len()))
            }
        };
        heading(scene, "way", &mut rest, &left, &right);
        let columns = if rows_of(area.width) == 1 { 5 } else { 3 };
        numbers(scene, "costs", rest, columns, &costs(cluster));
    }

    /// A change has the colour of its call.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        match message {
            Message::Write { call, .. } => colours(&call.to_string()),
            Message::Change(change) => colours(&change.call.to_string()),
            Message::Row { number: Some(_), .. } => ("good", ""),
            Message::Row { number: None, .. } | Message::No { .. } => ("bad", ""),
            Message::Get { .. } | Message::Lack { .. } | Message::Back => ("envelope-seal", ""),
        }
    }
}

/// On a phone, numbers stand in two rows.
fn rows_of(width: f32) -> usize {
    if width > Breadth::Narrow.width() { 1 } else { 2 }
}

/// The change that has just come, or the newest.
fn chosen(cluster: &Cluster<Topology>) -> Option<&Made> {
    let come = cluster.passed.as_ref().and_then(|(envelope, _)| match &envelope.payload {
        Message::Change(change) => cluster.witness.place(change.call),
        _ => None,
    });
    match come {
        Some(place) => cluster.witness.changes.get(place),
        None => cluster.witness.changes.last(),
    }
}

/// What the links cost: as counted, and by the links alone.
fn costs(cluster: &Cluster<Topology>) -> Vec<(&'static str, String)> {
    let (judge, graph) = (&cluster.witness, graph(cluster));
    let changes = judge.changes.len() as u64;
    // In tenths, rounded: nothing else on the page spells fractions.
    let each = match (judge.tally.sent * 10 + changes / 2).checked_div(changes) {
        None => "–".to_owned(),
        Some(tenths) if tenths % 10 == 0 => (tenths / 10).to_string(),
        Some(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
    };
    let leaders = cluster.nodes.len();
    let of = (leaders - 1) * (leaders - 2);
    let worst = match graph.worst() {
        (None, _) => "no one is cut off".to_owned(),
        (Some(leader), harm) => format!("{leader}: {harm} of {of} pairs"),
    };
    let unheard = now(cluster).unheard().len();
    vec![
        ("messages a change", each),
        ("of these, ignored", judge.tally.ignored.to_string()),
        ("longest path", format!("{} {}", judge.longest(), plural(judge.longest(), "link"))),
        ("now cut off", count(unheard, "pair")),
        ("worst if it died", worst),
    ]
}

/// A way with a head.
fn arrow(key: String, way: Way, class: &'static str) -> Shape {
    let middle = way.from.towards(way.to, 0.5);
    let Point { x, y } = way.bend;
    Shape::arrow(key, way.from, way.to).bend((x - middle.x).hypot(y - middle.y) / 2.0).arrow_class(class)
}
