//! How a remote call is drawn: clients with what they know at the left, at the right the layers with what they are working
//! on, and the last one with what it has charged.

use super::About;
use super::plug::{self, Fault, fault};
use super::stage::{Shown, Staged};
use crate::engine::cluster::{ClientId, Cluster, NodeId};
use crate::engine::encoding::rpc::{Http, Message, Rpc, Server, Style, charged_twice, charged_wrongly, last};
use crate::engine::wording::{count, were};
use crate::engine::{Dump, Outcome, wire};
use crate::scene::Scene;
use crate::scene::area::{Area, Size};
use crate::scene::places::{Places, TALLEST, Tile, least, named};
use crate::scene::text::Face;
use crate::scene::vocabulary::{colours, tint};

pub(super) type RpcFigure = Staged<Rpc>;

impl Shown for Rpc {
    const ABOUT: About = About {
        kind: "rpc",
        title: "A call that may not have happened",
        summary: "A remote call looks like a local one. Lose its answer, try again, and see what the customer pays.",
        chapter: "encoding/calls",
        example: "local 5; begin charge 10; run 45ms; drop n1>c1; settle",
    };

    fn faults(cluster: &Cluster<Rpc>) -> Vec<Fault> {
        let mut faults = plug::stop(cluster, None, false);
        if let Some(Fault { command, .. }) = faults.first() {
            faults.push(fault(format!("{command} lost"), "The same, and its power fails: what wasn't synced is lost"));
        }
        faults
    }

    fn banner(cluster: &Cluster<Rpc>) -> (&'static str, String, String) {
        let settings = &cluster.settings;
        let key = if settings.key { "with a key" } else { "without a key" };
        let mut rule = format!("{}, {} each, {key}", count(settings.attempts, "attempt"), settings.timeout);
        if settings.layers > 1 {
            rule = format!("{} layers, {rule}", settings.layers);
        }
        match (charged_twice(last(cluster)), charged_wrongly(cluster)) {
            (0, 0) => ("good", "No one has paid twice ✓".to_owned(), rule),
            (0, wrong) => ("bad", format!("{} of the wrong amount ✗", were(wrong, "charge")), rule),
            (twice, _) => ("bad", format!("Charged again for the same: {twice}× ✗"), rule),
        }
    }

    fn beliefs(cluster: &Cluster<Rpc>, client: ClientId) -> Vec<(String, &'static str)> {
        let own = cluster.clients[client.index()].own;
        let local = (own > 0).then(|| (format!("by local calls: {own} €"), ""));
        let calls = cluster.calls.iter().rev().filter(|call| call.id.client == client);
        let calls = calls.map(|call| {
            let said = match call.outcome() {
                None => format!("{}: …", call.id),
                Some(Outcome::Unanswered(_)) => format!("{}: no answer", call.id),
                Some(Outcome::Refused(why)) => {
                    format!("{}: {}", call.id, why.split([',', ';']).next().unwrap_or_default())
                }
                Some(outcome) => format!("{}: {} ✓", call.id, outcome.to_string().trim_end_matches(" charged")),
            };
            (said, tint(&call.id.to_string()))
        });
        let beliefs: Vec<_> = calls.chain(local).collect();
        if beliefs.is_empty() { vec![("has not called".to_owned(), "")] } else { beliefs }
    }

    fn head(cluster: &Cluster<Rpc>, node: NodeId) -> (String, String) {
        let server = &cluster.nodes[node.index()];
        let role = if server.charges() { "charges" } else { "passes on" };
        (role.to_owned(), format!("asked {}×", server.asked))
    }

    /// In memory, what it is working on; on the disk of the last node, its charges.
    fn holds(scene: &mut Scene, cluster: &Cluster<Rpc>, node: NodeId, area: Area) {
        let server = &cluster.nodes[node.index()];
        let mut row = Area { height: area.height.min(TALLEST), ..area };
        let mut disk = None;
        if server.charges() {
            let [memory, below] = area.rows([Size::Share(1.0); 2]);
            (row, disk) = (memory, Some(below));
        }
        named(scene, &format!("{node}/memory"), &mut row, "memory", "memory");
        let callers = server.jobs.iter().flat_map(|job| job.callers.iter().map(move |caller| (job, caller)));
        let jobs: Vec<_> = callers.map(|(job, caller)| (caller.call.to_string(), job.attempt)).collect();
        let tile = |place: usize| {
            let (call, attempt) = jobs.get(place)?;
            let (stripe, wash) = colours(call);
            Some(Tile {
                key: format!("{node}/job {place}"),
                note: if server.charges() { "works".to_owned() } else { format!("attempt {attempt}") },
                label: format!("works on {call}"),
                word: call.clone(),
                class: "copy",
                selects: false,
                stripe,
                wash,
                ..Tile::default()
            })
        };
        let free = |place: usize| Some(if place == 0 { "no call".to_owned() } else { String::new() });
        places(row, jobs.len()).draw(scene, &format!("{node}/jobs"), row, &free, &tile);
        if let Some(mut disk) = disk {
            named(scene, &format!("{node}/disk"), &mut disk, "disk", "memory");
            draw_charges(scene, server, disk);
        }
    }

    /// A call has a colour, and so has what comes of it; what goes well has a green seal, and what does not a red one.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        let call = match message {
            Message::Charge { call, .. } | Message::Receipt { call, .. } | Message::NotFound { call, .. } => call,
            Message::KeyConflict { call, .. } | Message::List { call, .. } | Message::Part { call, .. } => call,
            Message::NoCharges { call } => call,
        };
        let (hue, wash) = colours(&call.to_string());
        match message {
            Message::Charge { .. } | Message::List { .. } => (hue, wash),
            Message::Receipt { .. } | Message::Part { .. } => ("good", wash),
            Message::NotFound { .. } | Message::KeyConflict { .. } | Message::NoCharges { .. } => ("bad", wash),
        }
    }

    fn bytes(cluster: &Cluster<Rpc>, message: &Message, title: String) -> Dump {
        match cluster.settings.wire {
            Style::Rpc => wire::dump(message, title),
            Style::Rest => wire::dump(&Http(message.clone()), title),
        }
    }
}

/// Places for calls and charges.
fn places(row: Area, many: usize) -> Places {
    let widest = Face::of("small").width("c1.1 again");
    Places::new(row.width, widest, many, least(row.width, 5, 2))
}

fn draw_charges(scene: &mut Scene, server: &Server, area: Area) {
    let (node, ledger) = (server.id, &server.ledger);
    let tile = |place: usize| {
        let charge = ledger.get(place)?;
        let is_again = ledger[..place].iter().any(|other| charge.repeats(other));
        let again = if is_again { " again" } else { "" };
        let (call, euros) = (charge.call.to_string(), format!("{} €", charge.euros));
        let hatched = place >= server.synced;
        let synced = if hatched { ", not synced yet" } else { "" };
        let (stripe, wash) = colours(&call);
        Some(Tile {
            key: format!("{node}/charge {place}"),
            note: format!("{call}{again}"),
            label: format!("{euros} charged for {call}{}{synced}", if is_again { ", again" } else { "" }),
            word: euros,
            crossed: is_again,
            selects: false,
            hatched,
            stripe,
            wash,
            ..Tile::default()
        })
    };
    let free = |place: usize| Some(if place == 0 { "no charge".to_owned() } else { String::new() });
    places(area, ledger.len()).draw(scene, &format!("{node}/charges"), area, &free, &tile);
}
