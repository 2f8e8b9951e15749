//! How a failover is drawn: clients with the cache and the services at the left, the nodes with their logs and with how
//! long they have heard no leader at the right, what is on its way between them, and below what people would have to
//! answer for. An entry has the colour of its term.

mod diagram;

use super::calls::{Proof, Strip};
use super::cluster::{Column, Crowds, Ground, Ways, client, hue_of_term};
use super::diagram::Cluster;
use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::replication::failover::{
    CLIENTS, CONTROLLER, ChosenBy, Event, Failover, STORAGE, Storage, bytes, name_of, row_in,
};
use crate::engine::replication::{Host, NodeId};
use crate::engine::sim::Time;
use crate::engine::sim::network::MessageId;
use crate::engine::wording::{count, shown};
use crate::scene::text::{SMALL, fit, width as width_of};
use crate::scene::vocabulary;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct FailoverFigure;

impl Figure for FailoverFigure {
    type Engine = Failover;

    const ABOUT: About = About {
        kind: "failover",
        title: "When the leader fails",
        summary: "A leader falls silent. Who notices, who leads next, and what was lost? Make two of them lead at once.",
        chapter: "replication/when-the-leader-fails",
        example: "insert ann; delay n1 n2 100ms; delay n1 n3 100ms; begin insert bob; run 30ms; stop n1; run 1s
insert eve as c2; start n1; run 300ms",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(failover: &Failover, _: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(failover, breadth);
        let proof = diagram::proof(failover);
        let mut scene = Scene::new(breadth.width(), plan.height);
        draw_banner(&mut scene, failover, breadth);
        draw_messages(&mut scene, failover, &plan);
        draw_left(&mut scene, failover, &plan, proof.as_ref());
        for node in failover.nodes().iter() {
            draw_node(&mut scene, failover, &plan, node);
        }
        draw_verdicts(&mut scene, failover, &plan, breadth);
        plan.strip.draw(&mut scene, failover, proof.as_ref(), &|place| diagram::brief(failover, place));
        scene
    }

    fn cluster(failover: &Failover) -> Option<&dyn Cluster> {
        Some(failover)
    }

    fn faults(failover: &Failover) -> Vec<Fault> {
        plug::stop(failover, failover.newest_leader().map(Host::from), true)
    }

    /// `message m5`, `n1/entry 2`.
    fn dump(failover: &Failover, key: &str) -> Option<Dump> {
        if let Some(number) = key.strip_prefix("message m") {
            return bytes::message(failover, MessageId::new(number.parse().ok()?));
        }
        let (node, entry) = key.split_once("/entry ")?;
        match node.parse().ok()? {
            Host::Node(node) if failover.nodes().contains(node) => bytes::entry(failover, node, entry.parse().ok()?),
            _ => None,
        }
    }
}

const BANNER: f32 = 44.0;
/// A line of entries.
const ROW: f32 = 20.0;
/// More messages on one way are counted, not drawn.
const MOST_ON_A_WAY: usize = 2;

struct Plan {
    height: f32,
    ground: Ground,
    /// Where the verdicts begin.
    verdicts: f32,
    columns: usize,
    strip: Strip,
}

impl Plan {
    fn new(failover: &Failover, breadth: Breadth) -> Plan {
        let wide = breadth == Breadth::Wide;
        let nodes = failover.nodes().len();
        let settings = failover.settings;
        // Clients and the cache are always there; the addresses of the services come after them.
        let left = match (settings.choice, settings.storage) {
            (ChosenBy::Controller, _) => CONTROLLER.index() + 1,
            (_, Storage::Off) => STORAGE.index(),
            _ => STORAGE.index() + 1,
        };
        let bottom = BANNER + (nodes.max(left) as f32 * 74.0).max(240.0);
        let (client_width, node_left) = if wide { (210.0, 520.0) } else { (128.0, 216.0) };
        let columns = if wide { 3 } else { 2 };
        let top = bottom + 8.0 + (6 / columns) as f32 * 16.0 + 8.0;
        let strip = if wide {
            Strip { left: 8.0, top, width: 944.0, columns: 5, rows: 1, lines: 1 }
        } else {
            Strip { left: 8.0, top, width: 389.0, columns: 2, rows: 2, lines: 3 }
        };
        Plan {
            height: top + strip.height() + 4.0,
            ground: Ground::new(
                Column::new(8.0, client_width, left, 62.0, BANNER, bottom),
                Column::new(node_left, breadth.width() - node_left - 8.0, nodes, 62.0, BANNER, bottom),
            ),
            verdicts: bottom + 6.0,
            columns,
            strip,
        }
    }
}

fn draw_banner(scene: &mut Scene, failover: &Failover, breadth: Breadth) {
    let width = breadth.width();
    let leaders = failover.leaders();
    let (title, class) = match (leaders.len(), failover.newest_leader()) {
        (1, Some(leader)) => (format!("{leader} leads term {}", failover.seat(leader).node.term()), "strong"),
        (0, _) => ("Nobody leads".to_owned(), "bad"),
        _ => (format!("{leaders} lead at once"), "bad"),
    };
    let settings = failover.settings;
    let about = format!("timeout {}, heartbeat {}", settings.timeout, settings.heartbeat);
    let lost: Vec<String> = failover.lost().map(|told| told.name.to_string()).collect();
    let about = if lost.is_empty() { about } else { format!("{about}; lost: {}", lost.join(", ")) };
    let banner = Shape::new("banner", 0.0, 0.0)
        .text(16.0, 18.0, Anchor::Start, class, fit(&title, width - 120.0, 13.0))
        .text(16.0, 36.0, Anchor::Start, "small", fit(&about, width - 32.0, SMALL))
        .text(width - 16.0, 18.0, Anchor::End, "small", failover.now().to_string())
        .label(title);
    scene.push(banner);
}

fn draw_messages(scene: &mut Scene, failover: &Failover, plan: &Plan) {
    let (now, network) = (failover.now(), failover.network());
    let ways: Vec<(Host, Host)> = network.in_flight().map(|message| (message.from, message.to)).collect();
    let cuts: Vec<(Host, Host)> = network.cuts().collect();
    plan.ground.draw_links(scene, &ways, &cuts);
    let mut crowds = Crowds::new(MOST_ON_A_WAY);
    let on_the_way = network.in_flight().map(|message| (message, None));
    for (envelope, passed) in on_the_way.chain(failover.passed().map(|(message, lost)| (message, Some(lost)))) {
        if passed.is_none() && !crowds.has_room(envelope.from, envelope.to) {
            continue;
        }
        let progress = if passed.is_some() { 1.0 } else { envelope.progress(now) };
        let (kind, from, to) = (envelope.payload.kind(), name_of(envelope.from), name_of(envelope.to));
        let about = format!("{}: {kind}, from {from} to {to}", envelope.id);
        let seal = envelope.payload.term().map_or("envelope-seal", hue_of_term);
        let at = plan.ground.on_the_way(envelope.from, envelope.to, progress);
        let key = format!("message {}", envelope.id);
        // Heartbeats and their like are many, and small.
        let routine = envelope.payload.is_routine() && passed.is_none();
        let shape = if routine {
            Shape::new(key, at.x, at.y).circle(0.0, 0.0, 4.0, seal)
        } else {
            vocabulary::envelope(key, at.x, at.y, "envelope").circle(0.0, 3.0, 3.0, seal)
        };
        let shape = plan.ground.travels(shape, envelope.from, envelope.to, passed);
        scene.push(shape.label(about).selects());
    }
    plan.ground.draw_crowds(scene, crowds, &name_of);
}

/// Clients, the cache, and those services that there are.
fn draw_left(scene: &mut Scene, failover: &Failover, plan: &Plan, proof: Option<&Proof>) {
    for number in 0..usize::from(CLIENTS) {
        let host = Host::Client(crate::engine::replication::ClientId::new(number as u8 + 1));
        let waits = failover.calls.iter().filter(|call| Host::from(call.id.client) == host && call.ended.is_none());
        let waits = waits.count();
        let status = if waits > 0 { format!("{waits} open") } else { String::new() };
        let belief = format!("asks {}", failover.belief(number));
        let proves = proof.is_some_and(|proof| proof.is_by(failover, host));
        scene.push(client(&plan.ground, (host, &host.to_string()), &status, &[belief], proves));
    }
    let cache = failover.cache.iter().map(|(row, name)| format!("{row} {}", shown(name)));
    card(scene, plan, usize::from(CLIENTS), "cache", cache.collect(), String::new());
    let settings = failover.settings;
    if settings.storage != Storage::Off {
        let store = &failover.store;
        let rows = store.rows.iter().map(|(row, name, token)| format!("{row} {name} t{token}"));
        let highest =
            if settings.storage == Storage::Fenced { format!("≥ t{}", store.highest) } else { String::new() };
        card(scene, plan, STORAGE.index(), "storage", rows.collect(), highest);
    }
    if settings.choice == ChosenBy::Controller {
        let controller = &failover.controller;
        let silent = failover.now() - controller.heard;
        let words =
            vec![format!("{}, term {}", controller.leader, controller.term), format!("silent {}", whole(silent))];
        card(scene, plan, CONTROLLER.index(), "controller", words, String::new());
    }
}

/// A card of the left column: its name, and two lines of what it knows, the newest.
fn card(scene: &mut Scene, plan: &Plan, place: usize, name: &str, words: Vec<String>, note: String) {
    let column = &plan.ground.client;
    let at = column.corner(place);
    let mut shape = Shape::new(name, at.x, at.y)
        .rect(0.0, 0.0, column.width, column.height, 4.0, "disk")
        .text(12.0, 18.0, Anchor::Start, "name", name)
        .text(column.width - 10.0, 18.0, Anchor::End, "small", note)
        .label(format!("{name}: {}", words.join("; ")));
    let room = column.width - 20.0;
    // As many of the newest as fit on each of two lines.
    let mut lines = [String::new(), String::new()];
    let mut line = 0;
    let fits = |line: &str, word: &str| width_of(line, SMALL) + width_of(word, SMALL) + 14.0 <= room;
    for word in words.iter().rev() {
        if !lines[line].is_empty() && !fits(&lines[line], word) {
            line += 1;
        }
        if line == lines.len() {
            break;
        }
        let comma = if lines[line].is_empty() { "" } else { ", " };
        lines[line] = format!("{}{comma}{word}", lines[line]);
    }
    for (number, line) in lines.iter().enumerate() {
        let y = 35.0 + number as f32 * 16.0;
        shape = shape.text(12.0, y, Anchor::Start, "small", fit(line, room, SMALL));
    }
    scene.push(shape);
}

/// Milliseconds, without a fraction.
fn whole(time: Time) -> String {
    format!("{} ms", time.as_micros() / 1000)
}

fn draw_node(scene: &mut Scene, failover: &Failover, plan: &Plan, id: NodeId) {
    let at = plan.ground.corner(id.into());
    let Column { width, height, .. } = plan.ground.node;
    let (seat, now) = (failover.seat(id), failover.now());
    let (up, leads) = (failover.is_up(id), failover.leaders().contains(id));
    let settings = failover.settings;
    let votes = settings.choice == ChosenBy::Vote && settings.nodes > 1;
    let silent = now - seat.heard;
    let status = match (up, failover.network().is_isolated(id.into()), seat.is_busy(now)) {
        (false, ..) => "stopped".to_owned(),
        (_, _, true) => format!("busy, {} wait", seat.jobs.len()),
        (_, true, _) => "isolated".to_owned(),
        _ if leads || !votes => String::new(),
        _ => format!("silent {}", whole(silent)),
    };
    let role = match (up, leads) {
        (true, true) => "leads",
        (true, false) => "follows",
        (false, _) => "",
    };
    // On a narrow stage who does not lead follows.
    let head = if leads || width > 200.0 { format!("{id} {role}") } else { id.to_string() };
    let term = format!("term {}", seat.node.term());
    let mut card = Shape::new(id.to_string(), at.x, at.y)
        .rect(0.0, 0.0, width, height, 8.0, "card")
        .text(14.0, 17.0, Anchor::Start, if leads { "strong" } else { "name" }, head.clone())
        .text(width - 10.0, 17.0, Anchor::End, "small", fit(&status, width - 28.0 - width_of(&head, 13.0), SMALL))
        .text(14.0, height - 5.0, Anchor::Start, "small", term)
        .changed(failover.passed().is_some_and(|(message, lost)| !lost && message.to == id.into()))
        .class(if up { "" } else { "stopped" })
        .label(format!("node {id}, {role}, in term {}: {status}", seat.node.term()));
    if leads {
        card = card.rect(0.0, 0.0, 6.0, height, 3.0, hue_of_term(seat.node.term()));
    }
    scene.push(card);
    if up && !leads && votes {
        // How much of its patience with a silent leader is used up. It is no part of the card, whose outline it would share.
        let room = width - 100.0;
        let share = (silent.as_micros() as f32 / settings.timeout.as_micros().max(1) as f32).min(1.0);
        let gauge = Shape::new(format!("{id}/patience"), at.x + 86.0, at.y + height - 11.0)
            .rect(0.0, 0.0, room, 5.0, 2.0, "strip")
            .rect(0.0, 0.0, room * share, 5.0, 2.0, "gauge");
        scene.push(gauge);
    }
    draw_log(scene, failover, id, at.x + 12.0, at.y + 24.0, width - 20.0);
}

/// The newest entries that fit, each with the colour of its term; those known to be committed have a mark.
fn draw_log(scene: &mut Scene, failover: &Failover, id: NodeId, x: f32, y: f32, room: f32) {
    let node = &failover.seat(id).node;
    let words: Vec<String> = node
        .log()
        .iter()
        .map(|entry| {
            row_in(entry).map_or(format!("t{}", entry.term), |(row, _, name)| format!("{row} {}", shown(name)))
        })
        .collect();
    let long = |word: &String| (width_of(word, SMALL) + 14.0).min(room - 14.0);
    let (mut used, mut first) = (14.0, words.len());
    while first > 0 && used + long(&words[first - 1]) + 3.0 <= room {
        first -= 1;
        used += long(&words[first]) + 3.0;
    }
    let mut left = x;
    if first > 0 {
        let more = Shape::new(format!("{id}/more"), x, y).text(0.0, 14.0, Anchor::Start, "small", "…");
        scene.push(more.label(count(first, "older entry")));
        left += 14.0;
    }
    for (place, word) in words.iter().enumerate().skip(first) {
        let wide = long(word);
        let committed = place < node.committed();
        let entry = &node.log()[place];
        let mut shape = Shape::new(format!("{id}/entry {}", place + 1), left, y)
            .rect(0.0, 0.0, wide, ROW, 2.0, "cell")
            .rect(0.0, 0.0, 4.0, ROW, 2.0, hue_of_term(entry.term))
            .text(8.0, 14.0, Anchor::Start, "small", fit(word, wide - 10.0, SMALL))
            .label(format!("entry {} of term {}: {word}", place + 1, entry.term))
            .selects();
        if committed {
            shape = shape.path(format!("M4 {}H{}", ROW - 1.0, wide - 1.0), "tick");
        }
        scene.push(shape);
        left += wide + 3.0;
    }
}

/// What has gone wrong, and how often.
fn draw_verdicts(scene: &mut Scene, failover: &Failover, plan: &Plan, breadth: Breadth) {
    let pitch = (breadth.width() - 16.0) / plan.columns as f32;
    for (place, (name, times)) in failover.verdicts().into_iter().enumerate() {
        let x = 8.0 + (place % plan.columns) as f32 * pitch;
        let y = plan.verdicts + (place / plan.columns) as f32 * 16.0;
        let (mark, class) = if times == 0 { ("✓".to_owned(), "good") } else { (format!("✗ {times}"), "bad") };
        let name = fit(name, pitch - 40.0, SMALL);
        let shape = Shape::new(format!("verdict {place}"), x, y)
            .text(0.0, 13.0, Anchor::Start, "small", name.clone())
            .text(width_of(&name, SMALL) + 8.0, 13.0, Anchor::Start, class, mark)
            .label(format!("{name}: {}", count(times, "time")));
        scene.push(shape);
    }
}
