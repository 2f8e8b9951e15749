//! How a quorum store is drawn: clients at the edge with what they believe, nodes as cards with what they have in memory
//! and on their disk, messages as envelopes on their way, and above all the call that is going on, with its tally.

mod banner;
mod diagram;
mod node;
mod trees;

use super::calls::{self, Proof, Strip};
use super::cluster::{Column, Ground, Message, client};
use super::diagram::Cluster;
use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::key::Key;
use crate::engine::replication::quorum::{Event, Quorum, bytes, client::Belief, disk::Logged, message, record};
use crate::engine::replication::{Host, NodeId};
use crate::engine::sim::{Envelope, Fate};
use crate::engine::wording::shown;
use crate::scene::vocabulary::hue;
use crate::scene::{Breadth, Scene};

pub struct QuorumFigure;

impl Figure for QuorumFigure {
    type Engine = Quorum;

    const ABOUT: About = About {
        kind: "quorum",
        title: "A store without a leader",
        summary: "Every node keeps a copy. A write waits for w of them, a read for r, and the newest answer wins.",
        chapter: "replication/quorums",
        example: "write k old; stop n3; write k new; start n3; read k as c2; settle",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(quorum: &Quorum, event: Option<&Event>, breadth: Breadth) -> Scene {
        let (height, banner, client_width, node_left) = match breadth {
            Breadth::Wide => (440.0, 44.0, 150.0, 560.0),
            Breadth::Narrow => (540.0, 66.0, 104.0, 216.0),
        };
        let (top, bottom) = (banner, height - 8.0);
        let proof = Proof::newest(quorum.history());
        let strip = match breadth {
            Breadth::Wide => Strip { left: 12.0, top: height, width: 940.0, columns: 6, rows: 1, lines: 1 },
            Breadth::Narrow => Strip { left: 8.0, top: height, width: 389.0, columns: 3, rows: 2, lines: 3 },
        };
        let ground = Ground::new(
            Column::new(8.0, client_width, quorum.clients().count(), 92.0, top, bottom),
            Column::new(node_left, breadth.width() - node_left - 8.0, quorum.nodes().count(), 124.0, top, bottom),
        );
        let mut scene = Scene::new(breadth.width(), height + strip.height() + 4.0);
        let network = quorum.network();
        let ways: Vec<_> = network.in_flight().map(|message| (message.from, message.to)).collect();
        let cuts: Vec<_> = network.cuts().collect();
        ground.draw_links(&mut scene, &ways, &cuts);
        for client in quorum.clients() {
            draw_client(&mut scene, quorum, &ground, client.id().into(), proof.as_ref());
        }
        for node in quorum.nodes() {
            node::draw(&mut scene, quorum, &ground, node, breadth);
        }
        trees::draw(&mut scene, quorum, event, &ground);
        draw_messages(&mut scene, quorum, &ground);
        banner::draw(&mut scene, quorum, breadth);
        strip.draw(&mut scene, quorum, proof.as_ref(), &|place| calls::brief(quorum.history(), place));
        scene
    }

    fn cluster(quorum: &Quorum) -> Option<&dyn Cluster> {
        Some(quorum)
    }

    fn faults(quorum: &Quorum) -> Vec<Fault> {
        plug::stop(quorum, None, true)
    }

    fn dump(quorum: &Quorum, key: &str) -> Option<Dump> {
        if let Some(message) = key.strip_prefix("message ") {
            return dump_message(quorum, message);
        }
        let (node, part) = key.split_once('/')?;
        let Host::Node(id) = node.parse().ok()? else { return None };
        let node = quorum.nodes().find(|node| node.id() == id)?;
        let (what, part) = part.split_once(' ')?;
        let disk = node.replica().disk();
        match what {
            "record" => {
                let key = Key::new(part);
                let mut log = disk.log().into_iter().rev();
                Some(dump_logged(id, log.find(|each| each.key == key && each.is_newest)?))
            }
            "log" => Some(dump_logged(id, disk.log().into_iter().find(|each| each.range.start.to_string() == part)?)),
            _ => {
                let held = disk.hints().into_iter().find(|each| each.name() == part)?;
                Some(dump_logged(id, held))
            }
        }
    }
}

fn dump_logged(node: NodeId, logged: Logged) -> Dump {
    let title = match logged.owner {
        None => format!("The record of {} in the log of {node}", logged.key),
        Some(owner) => format!("The hint for {owner} that {node} holds"),
    };
    Dump {
        title,
        offset: logged.range.start,
        spans: record::explain(&logged.key, &logged.record, &logged.bytes),
        bytes: logged.bytes,
    }
}

fn dump_message(quorum: &Quorum, name: &str) -> Option<Dump> {
    let mut messages = quorum.network().in_flight().chain(quorum.passed().map(|(envelope, _)| envelope));
    let found = messages.find(|envelope| envelope.id.to_string() == name)?;
    let title = format!("{name} from {} to {}: {}", found.from, found.to, found.payload);
    Some(bytes::encode(&found.payload, title))
}

fn draw_client(scene: &mut Scene, quorum: &Quorum, ground: &Ground, host: Host, proof: Option<&Proof>) {
    let Host::Client(id) = host else { return };
    let them = quorum.client(id);
    let status = if them.open_calls().next().is_some() { "waits" } else { "" };
    let mut beliefs: Vec<String> = them.beliefs().iter().rev().map(|(key, belief)| believed(key, belief)).collect();
    if beliefs.is_empty() {
        beliefs.push("knows nothing".to_owned());
    }
    let proves = proof.is_some_and(|proof| proof.is_by(quorum, host));
    scene.push(client(ground, (host, &host.to_string()), status, &beliefs, proves));
}

fn believed(key: &Key, belief: &Belief) -> String {
    match belief {
        Belief::Value(value) => format!("{key} = {}", shown(value)),
        Belief::Nothing => format!("no {key}"),
        Belief::Unsure(value) => format!("{key} = {} ?", shown(value)),
    }
}

fn draw_messages(scene: &mut Scene, quorum: &Quorum, ground: &Ground) {
    let seen = |envelope: &Envelope<Host, message::Message>| {
        let seal = envelope.payload.call().map_or("envelope-seal", |call| hue(&call.to_string()));
        let about = format!("{}: {} from {} to {}", envelope.id, envelope.payload, envelope.from, envelope.to);
        let progress = envelope.progress(quorum.now());
        (Message { name: envelope.id.to_string(), from: envelope.from, to: envelope.to, progress }, seal, about)
    };
    for envelope in quorum.network().in_flight() {
        let (message, seal, about) = seen(envelope);
        scene.push(ground.envelope(&message, seal, about));
    }
    // The one whose way has just ended: seen once more where it ended, and gone with the next step.
    if let Some((envelope, fate)) = quorum.passed() {
        let (message, seal, about) = seen(envelope);
        let lost = fate != Fate::Arrived;
        // One that was delivered by hand has come all the way at once.
        let progress = if lost { message.progress } else { 1.0 };
        scene.push(ground.passed(&Message { progress, ..message }, seal, about, lost));
    }
}
