//! How a leader and its followers are drawn: clients with what they were told at the left, the nodes with their logs at
//! the right, what is on its way between them, and below the writes that were lost, by key.

mod diagram;

use super::calls::{self, Proof, Strip};
use super::cluster::{Column, Crowds, Ground, Ways, client, hue_of_term};
use super::diagram::Cluster;
use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::replication::history::{Call, Request, Returned};
use crate::engine::replication::leader::message::Message as Payload;
use crate::engine::replication::leader::{CLIENTS, Event, Leader, bytes};
use crate::engine::replication::replicated_log::{Entry, Message as LogMessage};
use crate::engine::replication::{ClientId, Host, NodeId, NodeSet};
use crate::engine::sim::{Envelope, MessageId, Time};
use crate::engine::wording::{count, shown, shown_or};
use crate::scene::text::{SMALL, fit, width as width_of};
use crate::scene::vocabulary;
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub struct LeaderFigure;

impl Figure for LeaderFigure {
    type Engine = Leader;

    const ABOUT: About = About {
        kind: "leader",
        title: "A leader and its followers",
        summary: "All writes go to one node, which ships its log. Choose whom it waits for, kill it, and see what is lost.",
        chapter: "replication/leaders-and-followers",
        example: "put k a; delay n1 n3 300ms; put k b; stop n1; promote n3; get k; settle",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(leader: &Leader, _: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(leader, breadth);
        let proof = proof(leader);
        let mut scene = Scene::new(breadth.width(), plan.height);
        draw_banner(&mut scene, leader, breadth);
        draw_messages(&mut scene, leader, &plan);
        for number in 1..=CLIENTS {
            draw_client(&mut scene, leader, &plan, ClientId::new(number), proof.as_ref());
        }
        for node in leader.nodes() {
            draw_node(&mut scene, leader, &plan, node);
        }
        plan.strip.draw(&mut scene, leader, proof.as_ref(), &|place| calls::brief(leader.history(), place));
        draw_lost(&mut scene, leader, &plan, breadth);
        scene
    }

    fn cluster(leader: &Leader) -> Option<&dyn Cluster> {
        Some(leader)
    }

    fn faults(leader: &Leader) -> Vec<Fault> {
        plug::stop(leader, Some(leader.leader().into()), true)
    }

    /// `message m5`, `n1/entry 2`, `n3/snapshot`.
    fn dump(leader: &Leader, key: &str) -> Option<Dump> {
        if let Some(number) = key.strip_prefix("message m") {
            return bytes::message(leader, MessageId::new(number.parse().ok()?));
        }
        let (node, part) = key.split_once('/')?;
        match node.parse().ok()? {
            Host::Node(node) if node.index() < leader.nodes().count() => match part.strip_prefix("entry ") {
                Some(position) => bytes::entry(leader, node, position.parse().ok()?),
                None => bytes::snapshot(leader, node),
            },
            _ => None,
        }
    }
}

const BANNER: f32 = 44.0;
/// A line of entries.
const ROW: f32 = 20.0;
/// More messages on one way are counted, not drawn.
const MOST_ON_A_WAY: usize = 2;
/// Lost writes that are listed one by one.
const MOST_LOST: usize = 3;

struct Plan {
    height: f32,
    ground: Ground,
    /// Where the list of lost writes begins.
    lost: f32,
    strip: Strip,
}

impl Plan {
    fn new(leader: &Leader, breadth: Breadth) -> Plan {
        let bottom = BANNER + 5.0 * 70.0;
        let (client_width, node_left) = if breadth == Breadth::Wide { (200.0, 490.0) } else { (108.0, 196.0) };
        let top = bottom + 6.0;
        let lost = 28.0 + MOST_LOST as f32 * 17.0;
        let strip = match breadth {
            Breadth::Wide => Strip { left: node_left, top, width: 467.0, columns: 3, rows: 2, lines: 2 },
            Breadth::Narrow => Strip { left: 8.0, top, width: 389.0, columns: 2, rows: 2, lines: 3 },
        };
        let below = if breadth == Breadth::Wide { top } else { top + strip.height() + 2.0 };
        Plan {
            height: (below + lost).max(top + strip.height()),
            ground: Ground::new(
                Column::new(8.0, client_width, usize::from(CLIENTS), 76.0, BANNER, bottom),
                // Spread over the stage, however many there are: a new one makes the others move together.
                Column::new(node_left, breadth.width() - node_left - 8.0, leader.nodes().count(), 80.0, BANNER, bottom),
            ),
            lost: below,
            strip,
        }
    }
}

/// The newest broken promise; a write that was lost is one, even before anybody reads it.
fn proof(leader: &Leader) -> Option<Proof> {
    let (history, named) = (leader.history(), leader.leader());
    let lost = leader.lost().into_iter().filter_map(|lost| Some((history.place(lost.call)?, lost)));
    let lost = lost.max_by_key(|(place, _)| *place).map(|(call, lost)| {
        let (id, key, value) = (lost.call, &lost.key, shown(&lost.value));
        let told = format!("Lost: {id} was told that {key} = {value} is written, and {named} does not have it. No read has shown it yet.");
        Proof { call, against: None, told }
    });
    [Proof::newest(history), lost].into_iter().flatten().max_by_key(|proof| proof.call)
}

fn draw_banner(scene: &mut Scene, leader: &Leader, breadth: Breadth) {
    let width = breadth.width();
    let named = leader.leader();
    let leading: NodeSet = leader.nodes().filter(|node| leader.leads(*node)).collect();
    let term = leader.seat(named).node.term();
    let (title, class) = match (leading.contains(named), leading.len()) {
        (false, 0) => (format!("The leader {named} is off: nobody takes writes"), "bad"),
        (false, _) => (format!("The leader {named} of term {term} is off, and {leading} has not heard of it"), "bad"),
        (true, 1) => (format!("{named} leads term {term}"), "strong"),
        (true, _) => (format!("{leading} lead at once"), "bad"),
    };
    let rule = format!("A client is told when {}", leader.rule_in_words());
    let banner = Shape::new("banner", 0.0, 0.0)
        .text(16.0, 18.0, Anchor::Start, class, fit(&title, width - 110.0, 13.0))
        .text(16.0, 36.0, Anchor::Start, "small", fit(&rule, width - 32.0, SMALL))
        .text(width - 16.0, 18.0, Anchor::End, "small", leader.now().to_string())
        .label(format!("{title}. {rule}"));
    scene.push(banner);
}

fn draw_messages(scene: &mut Scene, leader: &Leader, plan: &Plan) {
    let (now, network) = (leader.now(), leader.network());
    let ways: Vec<(Host, Host)> = network.in_flight().map(|message| (message.from, message.to)).collect();
    // The ways of the log are there while nothing travels on them, too.
    let named = Host::from(leader.leader());
    let followers = leader.nodes().filter(|node| leader.is_member(*node)).map(Host::from);
    let ways: Vec<_> = followers.filter(|host| *host != named).map(|host| (named, host)).chain(ways).collect();
    let cuts: Vec<(Host, Host)> = network.cuts().collect();
    plan.ground.draw_links(scene, &ways, &cuts);
    let mut crowds = Crowds::new(MOST_ON_A_WAY);
    let on_the_way = network.in_flight().map(|message| (message, None));
    for (envelope, passed) in on_the_way.chain(leader.passed().map(|(message, lost)| (message, Some(lost)))) {
        if passed.is_none() && !crowds.has_room(envelope.from, envelope.to) {
            continue;
        }
        scene.push(draw_message(plan, envelope, passed, now));
    }
    plan.ground.draw_crowds(scene, crowds, &|host| host.to_string());
}

fn draw_message(plan: &Plan, envelope: &Envelope<Host, Payload>, passed: Option<bool>, now: Time) -> Shape {
    let (from, to) = (envelope.from, envelope.to);
    let about = format!("{}: {}, from {from} to {to}", envelope.id, envelope.payload.about());
    let seal = if let Payload::Log(log) = &envelope.payload { hue_of_term(log.term()) } else { "envelope-seal" };
    let progress = if passed == Some(false) { 1.0 } else { envelope.progress(now) };
    let at = plan.ground.on_the_way(from, to, progress);
    let key = format!("message {}", envelope.id);
    // What nodes send each other is much, and small: entries are dots, and acknowledgements smaller ones.
    let shape = match &envelope.payload {
        Payload::Log(LogMessage::Append { .. }) => Shape::new(key, at.x, at.y).circle(0.0, 0.0, 6.0, seal),
        Payload::Log(_) => Shape::new(key, at.x, at.y).circle(0.0, 0.0, 3.5, seal),
        Payload::Snapshot { .. } => Shape::new(key, at.x, at.y).rect(-8.0, -9.0, 16.0, 18.0, 4.0, "disk"),
        _ => vocabulary::envelope(key, at.x, at.y, "envelope").circle(0.0, 3.0, 3.0, seal),
    };
    plan.ground.travels(shape, from, to, passed).label(about).selects()
}

/// A client with what it was told last.
fn draw_client(scene: &mut Scene, leader: &Leader, plan: &Plan, id: ClientId, proof: Option<&Proof>) {
    let own = |call: &&Call| call.id.client == id;
    let waits = leader.history().calls().filter(own).filter(|call| call.ended.is_none()).count();
    let status = if waits > 0 { "waits" } else { "" };
    let narrow = plan.ground.client.width < 150.0;
    let told = |call: &Call| {
        let (key, returned) = (call.request.key(), call.ended.map(|(_, returned)| returned));
        match (&call.request, returned) {
            (Request::Write { value, .. }, None) => format!("{key} = {} …", shown(value)),
            (Request::Write { value, .. }, Some(Returned::Written)) if narrow => format!("{key} = {} ✓", shown(value)),
            (Request::Write { value, .. }, Some(Returned::Written)) => format!("{key} = {} written ✓", shown(value)),
            (Request::Write { value, .. }, Some(_)) => format!("{key} = {} ?", shown(value)),
            (Request::Read { .. }, None) => format!("{key} …"),
            (Request::Read { .. }, Some(Returned::Found(found))) => {
                let value = shown_or(found.and_then(|write| leader.value_of(write)), "nothing");
                let stale = call.verdict.is_some_and(|verdict| verdict.is_stale());
                format!(
                    "{key} is {value}{}",
                    match (stale, narrow) {
                        (false, _) => "",
                        (_, true) => " ✗",
                        _ => " (stale)",
                    }
                )
            }
            (Request::Read { .. }, Some(_)) => format!("{key} ?"),
        }
    };
    let mut beliefs: Vec<String> = leader.history().calls().rev().filter(own).take(2).map(told).collect();
    if beliefs.is_empty() {
        beliefs.push("has not asked".to_owned());
    }
    let proves = proof.is_some_and(|proof| proof.is_by(leader, id.into()));
    scene.push(client(&plan.ground, (id.into(), &id.to_string()), status, &beliefs, proves));
}

fn draw_node(scene: &mut Scene, leader: &Leader, plan: &Plan, id: NodeId) {
    let at = plan.ground.corner(id.into());
    let Column { width, height, .. } = plan.ground.node;
    let (seat, up, leads) = (leader.seat(id), leader.is_up(id), leader.leads(id));
    let named = &leader.seat(leader.leader()).node;
    let behind = named.end().saturating_sub(seat.node.end());
    // Two logs are equal up to an entry that both have (Raft, section 5.3).
    let (last, end) = seat.node.reached();
    let is_other = !named.has(end, last);
    let mut status =
        match (up, leader.network().is_isolated(id.into()), leads, leader.is_member(id) || seat.node.end() > 0) {
            (false, ..) => "off".to_owned(),
            (_, true, ..) => "isolated".to_owned(),
            (_, _, true, _) => match seat.waiting() {
                0 => String::new(),
                many => format!("{} waiting", count(many, "client")),
            },
            (_, _, _, false) => "no copy yet".to_owned(),
            _ if is_other => "another log".to_owned(),
            _ if behind > 0 => format!("{behind} behind"),
            _ => "up to date".to_owned(),
        };
    let role = match leads {
        true => "leads".to_owned(),
        false if width < 300.0 => leader.mode(id).name().to_owned(),
        false => format!("follows, {}", leader.mode(id).label()),
    };
    let head = format!("{id} {role}");
    let room = width - 34.0 - width_of(&head, 13.0);
    if width_of(&status, SMALL) > room {
        status = status.replace(" waiting", "");
    }
    let mut card = Shape::new(id.to_string(), at.x, at.y)
        .rect(0.0, 0.0, width, height, 8.0, "card")
        .text(14.0, 17.0, Anchor::Start, if leads { "strong" } else { "name" }, head)
        .text(width - 10.0, 17.0, Anchor::End, "small", fit(&status, room, SMALL))
        .text(14.0, height - 5.0, Anchor::Start, "small", format!("position {}", seat.node.end()))
        .text(width - 10.0, height - 5.0, Anchor::End, "small", format!("term {}", seat.node.term()))
        .changed(leader.passed().is_some_and(|(message, lost)| !lost && message.to == id.into()))
        .class(if up { "" } else { "stopped" })
        .label(format!("node {id}, {role}, with its log up to position {}: {status}", seat.node.end()));
    if leads {
        card = card.rect(0.0, 0.0, 6.0, height, 3.0, hue_of_term(seat.node.term()));
    }
    scene.push(card);
    draw_log(scene, leader, id, (at.x + 12.0, at.y + (height - ROW) / 2.0 + 1.0), width - 20.0);
}

/// What an entry says; the one that opens a term says only that.
fn word(entry: &Entry) -> String {
    let [key, value] = [entry.key(), entry.value()].map(|bytes| String::from_utf8_lossy(bytes));
    if key.is_empty() { format!("t{}", entry.term) } else { format!("{}={}", shown(&key), shown(&value)) }
}

/// The newest entries that fit, each with the colour of its term and a tick if it is known to count.
fn draw_log(scene: &mut Scene, leader: &Leader, id: NodeId, (x, y): (f32, f32), room: f32) {
    let node = &leader.seat(id).node;
    let start = node.base().position;
    let mut words: Vec<String> = node.log().iter().map(word).collect();
    if start > 0 {
        words.insert(0, format!("≤{start}: {}", count(node.base().rows.len(), "key")));
    }
    let long = |word: &String| (width_of(word, SMALL) + 14.0).min(room - 17.0);
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
        let shape = if start > 0 && place == 0 {
            Shape::new(format!("{id}/snapshot"), left, y)
                .rect(0.0, 0.0, wide, ROW, 2.0, "disk")
                .label(format!("a snapshot as of position {start}, with {}", count(node.base().rows.len(), "key")))
        } else {
            let place = place - usize::from(start > 0);
            let (entry, position) = (&node.log()[place], start + place + 1);
            let shape = Shape::new(format!("{id}/entry {position}"), left, y)
                .rect(0.0, 0.0, wide, ROW, 2.0, "cell")
                .rect(0.0, 0.0, 4.0, ROW, 2.0, hue_of_term(entry.term))
                .label(format!("entry {position} of term {}: {word}", entry.term));
            if position <= node.committed() && leader.leads(id) {
                shape.path(format!("M4 {}H{}", ROW - 1.0, wide - 1.0), "tick")
            } else {
                shape
            }
        };
        scene.push(shape.text(8.0, 14.0, Anchor::Start, "small", fit(word, wide - 10.0, SMALL)).selects());
        left += wide + 3.0;
    }
}

/// The writes that clients were told of, and that the leader does not have.
fn draw_lost(scene: &mut Scene, leader: &Leader, plan: &Plan, breadth: Breadth) {
    let (lost, room) = (leader.lost(), if breadth == Breadth::Wide { 460.0 } else { breadth.width() - 24.0 });
    let (title, class) = match lost.len() {
        0 => ("Nothing is lost that a client was told of ✓".to_owned(), "good"),
        many => (format!("Lost: {} that a client was told of ✗", count(many, "write")), "bad"),
    };
    let mut list = Shape::new("lost", 12.0, plan.lost).text(0.0, 14.0, Anchor::Start, class, fit(&title, room, 13.0));
    for (place, lost) in lost.iter().rev().take(MOST_LOST).enumerate() {
        let more = if place + 1 == MOST_LOST && lost_more(&leader.lost()) > 0 { ", and older ones" } else { "" };
        let y = 32.0 + place as f32 * 17.0;
        list = list.text(0.0, y, Anchor::Start, "small", fit(&format!("{lost}{more}"), room, SMALL));
    }
    scene.push(list.label(title));
}

fn lost_more<T>(lost: &[T]) -> usize {
    lost.len().saturating_sub(MOST_LOST)
}

#[cfg(test)]
mod tests {
    use crate::figures::open;
    use crate::scene::Breadth;
    use crate::spec::FigureSpec;

    /// Whoever leads an earlier term is not shown as the leader of the newest, and a log that has come as far as the leader's
    /// and is another one is not up to date.
    #[test]
    fn the_banner_and_the_nodes_tell_a_leader_from_one_that_has_been_replaced() {
        let cases = [
            ("isolate n1; promote n2; stop n2", "The leader n2 of term 2 is off, and n1 has not heard of it"),
            ("isolate n1; promote n2", "n1 and n2 lead at once"),
            (
                "cut n1 n2; cut n1 n3; begin put k x; run 20ms; promote n2; stop n1; heal; start n1",
                "node n1, follows, synchronous, with its log up to position 2: another log",
            ),
        ];
        for (script, right) in cases {
            let spec = FigureSpec { kind: "leader".into(), run: script.into(), ..FigureSpec::default() };
            let run = open(&spec).unwrap().run;
            let scene = run.scene(run.last(), Breadth::Wide);
            let labels: Vec<String> = scene.shapes.iter().map(|shape| shape.label.clone()).collect();
            assert!(labels.iter().any(|label| label.contains(right)), "{script}: {labels:?}");
        }
    }
}
