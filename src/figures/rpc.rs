//! How a remote call is drawn: clients with what they know at the left, at the right the layers with what they are working
//! on, and the last one with what it has charged.

use super::diagram;
use super::plug::{self, Fault, fault};
use super::stage::{self, Shown};
use super::{About, Figure};
use crate::engine::cluster::{ClientId, Cluster, NodeId};
use crate::engine::encoding::rpc::{Event, Http, Message, Rpc, Server, Style, charged_twice, charged_wrongly, last};
use crate::engine::wording::{count, were};
use crate::engine::{Dump, Outcome, wire};
use crate::scene::area::{Area, Size};
use crate::scene::parts::{CELL, MARK, newest, newest_on_disk};
use crate::scene::vocabulary::{Held, LINE, cell, hatch};
use crate::scene::{Breadth, Scene};

pub struct RpcFigure;

impl Figure for RpcFigure {
    type Engine = Cluster<Rpc>;

    const ABOUT: About = About {
        kind: "rpc",
        title: "A call that may not have happened",
        summary: "A remote call looks like a local one. Lose its answer, try again, and see what the customer pays.",
        chapter: "encoding/calls",
        example: "local 5; begin charge 10; run 45ms; drop n1>c1; settle",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(cluster: &Cluster<Rpc>, _: Option<&Event>, breadth: Breadth) -> Scene {
        stage::draw(cluster, breadth)
    }

    fn cluster(cluster: &Cluster<Rpc>) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Cluster<Rpc>) -> Vec<Fault> {
        let mut faults = plug::stop(cluster, None, false);
        if let Some(Fault { command, .. }) = faults.first() {
            faults.push(fault(format!("{command} lost"), "The same, and its power fails: what was not synced is lost"));
        }
        faults
    }

    /// `message m5`.
    fn dump(cluster: &Cluster<Rpc>, key: &str) -> Option<Dump> {
        stage::dump(cluster, key)
    }
}

impl Shown for Rpc {
    fn banner(cluster: &Cluster<Rpc>) -> (&'static str, String, String) {
        let settings = &cluster.settings;
        let key = if settings.key { "with a key" } else { "without a key" };
        let mut rule = format!("{}, {} each, {key}", count(settings.attempts, "attempt"), settings.timeout);
        if settings.layers > 1 {
            rule = format!("{} layers, {rule}", settings.layers);
        }
        match (charged_twice(last(cluster)), charged_wrongly(cluster)) {
            (0, 0) => ("good", "Nobody has paid twice ✓".to_owned(), rule),
            (0, wrong) => ("bad", format!("{} of the wrong amount ✗", were(wrong, "charge")), rule),
            (twice, _) => ("bad", format!("Charged again for the same: {twice}× ✗"), rule),
        }
    }

    fn beliefs(cluster: &Cluster<Rpc>, client: ClientId) -> Vec<String> {
        let own = cluster.clients[client.index()].own;
        let local = (own > 0).then(|| format!("by local calls: {own} €"));
        let calls = cluster.calls.iter().rev().filter(|call| call.id.client == client);
        let calls = calls.map(|call| match &call.ended {
            None => format!("{}: …", call.id),
            Some((_, Outcome::Refused(why))) => {
                format!("{}: {}", call.id, why.split([',', ';']).next().unwrap_or_default())
            }
            Some((_, outcome)) => format!("{}: {} ✓", call.id, outcome.to_string().trim_end_matches(" charged")),
        });
        calls.chain(local).collect()
    }

    fn head(cluster: &Cluster<Rpc>, node: NodeId) -> (String, String) {
        let server = &cluster.nodes[node.index()];
        let role = if server.charges() { "charges" } else { "passes on" };
        (role.to_owned(), format!("asked {}×", server.asked))
    }

    /// In memory, what it is working on; on the disk of the last node, its charges.
    fn holds(scene: &mut Scene, cluster: &Cluster<Rpc>, node: NodeId, area: Area) {
        let server = &cluster.nodes[node.index()];
        let [memory, disk] = area.rows([Size::Units(LINE), Size::Share(1.0)]);
        let callers = server.jobs.iter().flat_map(|job| job.callers.iter().map(move |caller| (job, caller)));
        let jobs: Vec<_> = callers.map(|(job, caller)| (caller.call.to_string(), job.attempt)).collect();
        let (hidden, places) = newest(scene, &format!("{node}/jobs"), memory, MARK, jobs.len());
        for ((place, (call, attempt)), at) in jobs.iter().enumerate().skip(hidden).zip(places) {
            let attempt = if server.charges() { "…".to_owned() } else { format!("→{attempt}") };
            let shape = format!("{node}/job {place}");
            let shape = cell(shape, at.x, at.y, at.width, at.height, call, Held::Value(&attempt));
            scene.push(shape.class("copy").label(format!("works on {call}")));
        }
        if server.charges() {
            draw_charges(scene, server, disk);
        }
    }

    /// What goes well has a green seal, and what does not a red one.
    fn seal(message: &Message) -> &'static str {
        match message {
            Message::Charge { .. } | Message::List { .. } => "envelope-seal",
            Message::Receipt { .. } | Message::Part { .. } => "good",
            Message::NotFound { .. } | Message::KeyConflict { .. } | Message::NoCharges { .. } => "bad",
        }
    }

    fn bytes(cluster: &Cluster<Rpc>, message: &Message, title: String) -> Dump {
        match cluster.settings.wire {
            Style::Rpc => wire::dump(message, title),
            Style::Rest => wire::dump(&Http(message.clone()), title),
        }
    }
}

fn draw_charges(scene: &mut Scene, server: &Server, area: Area) {
    let (node, ledger) = (server.id, &server.ledger);
    let (hidden, places) = newest_on_disk(scene, &format!("{node}/disk"), area, CELL, ledger.len());
    for ((place, charge), at) in ledger.iter().enumerate().skip(hidden).zip(places) {
        let is_again = ledger[..place].iter().any(|other| charge.repeats(other));
        let (name, euros) = (charge.call.to_string(), format!("{} €", charge.euros));
        let shown = if is_again { format!("✗{euros}") } else { euros.clone() };
        let mut shape =
            cell(format!("{node}/charge {place}"), at.x, at.y, at.width, at.height, &name, Held::Value(&shown));
        let mut label = format!("{euros} charged for {name}{}", if is_again { ", again" } else { "" });
        if place >= server.synced {
            shape = shape.path(hatch(0.0, 0.0, at.width, at.height), "hatch");
            label.push_str(", not synced yet");
        }
        scene.push(shape.label(label));
    }
}
