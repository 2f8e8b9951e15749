//! How a cart on several replicas is drawn: devices with the cart as they know it at the left, at the right the replicas with all
//! siblings that each holds, and below them what happened before what.

mod graph;

use super::About;
use super::stage::{Shown, Staged};
use crate::engine::cluster::{ClientId, Cluster, NodeId};
use crate::engine::replication::versions::{Cart, Message, Remove, Seen, Versions, false_siblings};
use crate::engine::wording::{count, is_or_are};
use crate::engine::{Dump, wire};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::{CLIENT, PAD, ROW, tokens};
use crate::scene::text::{Face, SMALL};
use crate::scene::vocabulary::{LINE, colours, cross};
use crate::scene::{Anchor, Breadth, Scene, Shape};

pub(super) type VersionsFigure = Staged<Versions>;

/// A cart in a row of them: how wide it is at least, and how tall; and the head of a node's card.
const WIDE: f32 = 2.0 * CLIENT;
const TALL: f32 = 2.0 * LINE + 2.0;
/// Where there is room, a cart is up to so tall.
const MOST: f32 = 2.0 * (TALL + LINE);
const HEAD: f32 = 2.0 * ROW;
/// So many names have room beside each other on a phone.
const FEW: usize = 3;
/// A lower one has its items beside its name.
const LOW: f32 = 2.0 * (PAD + GAP);

impl Shown for Versions {
    const ABOUT: About = About {
        kind: "versions",
        title: "What happened before what",
        summary: "Two devices fill one cart. See what each had seen, keep what neither had, and lose nothing that was acknowledged.",
        chapter: "replication/happened-before",
        example: "add milk; add eggs as c2; add flour; add ham as c2; add bacon",
    };

    fn banner(cluster: &Cluster<Versions>) -> (&'static str, String, String) {
        let settings = &cluster.settings;
        let rule = match settings.remove {
            Remove::Delete => settings.clock.label().to_owned(),
            Remove::Tombstone => format!("{}, tombstones", settings.clock.label()),
        };
        let lost: Vec<_> = cluster.witness.lost.iter().map(|place| cluster.witness.writes[*place].call).collect();
        match (&lost[..], false_siblings(cluster)) {
            ([], 0) => ("good", "Nothing acknowledged is lost ✓".to_owned(), rule),
            ([], many) => ("bad", format!("{} false ✗", is_or_are(many, "sibling")), rule),
            ([one], _) => ("bad", format!("Lost: {one} ✗"), rule),
            ([.., last], _) => ("bad", format!("Lost: {}, the last {last} ✗", count(lost.len(), "write")), rule),
        }
    }

    fn beliefs(cluster: &Cluster<Versions>, client: ClientId) -> Vec<(String, &'static str)> {
        let device = &cluster.clients[client.index()];
        let mut lines = vec![(device.items.to_string(), "")];
        if !matches!(*device.seen, Seen::Nothing) {
            lines.push((format!("seen: {}", device.seen.words()), ""));
        }
        lines
    }

    fn head(cluster: &Cluster<Versions>, node: NodeId) -> (String, String) {
        let carts = &cluster.nodes[node.index()].carts;
        let many = carts.all().len();
        let said = match carts.seen() {
            _ if many == 0 => "no cart".to_owned(),
            Seen::Nothing => count(many, "cart"),
            seen => format!("{} · {}", seen.words(), count(many, "cart")),
        };
        (String::new(), said)
    }

    fn holds(scene: &mut Scene, cluster: &Cluster<Versions>, node: NodeId, area: Area) {
        let carts = &cluster.nodes[node.index()].carts;
        let (all, versions) = (carts.all(), carts.versions());
        let is_false = cluster.witness.false_siblings(&carts.calls());
        let rows = ((area.height / TALL) as usize).max(1);
        // On a phone, a single row has room for the names of a few.
        let most = if rows == 1 { columns(area.width).max(FEW) } else { columns(area.width) };
        let columns = most.min(all.len().max(1));
        let shown = all.len().min(columns * rows);
        let hidden = all.len() - shown;
        let used = shown.div_ceil(columns).max(1);
        let grid = Area { height: area.height.min(used as f32 * (MOST + GAP / 2.0)), ..area };
        for (place, (cart, version)) in all.into_iter().zip(versions).skip(hidden).enumerate() {
            let at = grid.tile(columns, used, place);
            let hidden = if place == 0 { hidden } else { 0 };
            scene.push(draw_cart(node, cart, &version, (is_false.contains(&cart.call), hidden), at));
        }
        if shown == 0 {
            let at = grid.tile(columns, used, 0);
            let slot =
                Shape::new(format!("{node}/no cart"), at.x, at.y).rect(0.0, 0.0, at.width, at.height, 2.0, "slot");
            let (x, y) = (at.width / 2.0, (at.height + SMALL) / 2.0 - 2.0);
            scene.push(slot.text(x, y, Anchor::Middle, "small", "no cart yet"));
        }
    }

    fn tall(cluster: &Cluster<Versions>, breadth: Breadth) -> f32 {
        let most = cluster.nodes.iter().map(|node| node.carts.all().len()).max().unwrap_or(0);
        let columns = match breadth {
            Breadth::Wide => 4,
            Breadth::Narrow => 1,
        };
        // A single one is as tall as two devices beside it.
        let least = if cluster.nodes.len() == 1 { CLIENT + HEAD } else { 0.0 };
        let all = HEAD + most.div_ceil(columns).clamp(1, 3) as f32 * (TALL + GAP / 2.0);
        all.max(least)
    }

    fn foot(cluster: &Cluster<Versions>, _: Breadth) -> f32 {
        graph::height(cluster)
    }

    fn draw_foot(scene: &mut Scene, cluster: &Cluster<Versions>, area: Area) {
        graph::draw(scene, cluster, area);
    }

    /// What a device has sent has the colour of its write.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        match message {
            Message::Put { cart, .. } => colours(&cart.call.to_string()),
            Message::Carts { .. } => ("good", ""),
            Message::Get { .. } | Message::Sync { .. } => ("envelope-seal", ""),
        }
    }

    /// All that a replica holds, as it goes over the wire.
    fn held(cluster: &Cluster<Versions>, key: &str) -> Option<Dump> {
        let (node, _) = key.split_once("/cart ")?;
        let node = cluster.nodes.iter().find(|replica| replica.id.to_string() == node)?;
        Some(wire::dump(&*node.carts, format!("all that {} holds", node.id)))
    }
}

fn columns(width: f32) -> usize {
    ((width + GAP) / WIDE).max(1.0) as usize
}

/// A cart: who wrote it, its version, and its items; those that were removed have a cross.
fn draw_cart(node: NodeId, cart: &Cart, version: &str, (is_false, hidden): (bool, usize), at: Area) -> Shape {
    let Area { x, y, width, height } = at;
    let call = cart.call.to_string();
    let (stripe, wash) = colours(&call);
    let (face, small) = (Face::of("strong"), Face::of("small"));
    let older = if hidden > 0 { format!("+{hidden} older") } else { String::new() };
    let parts = [older.as_str(), version, if is_false { "false" } else { "" }];
    let note = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let said = if is_false { ", a false sibling" } else { "" };
    let version = if version.is_empty() { String::new() } else { format!(", {version}") };
    let label = format!("{node} holds {call}: {}{version}{said}", cart.items);
    let shape = Shape::new(format!("{node}/cart {call}"), x, y)
        .rect(0.0, 0.0, width, height, 2.0, "cell")
        .rect(0.0, 0.0, width, height, 2.0, wash)
        .rect(0.0, 0.0, GAP / 2.0, height, 2.0, stripe);
    let left = GAP + 2.0;
    let line = if height < LOW { (height + SMALL) / 2.0 - 2.0 } else { SMALL + 2.0 };
    let shape = shape.text(left, line, Anchor::Start, "strong", call.as_str());
    let shape = if is_false { shape.path(cross(width - GAP, line - GAP / 2.0, GAP / 2.0), "cross") } else { shape };
    let right = width - if is_false { 2.0 * GAP + 2.0 } else { GAP };
    let room = right - left - face.width(&call) - GAP;
    let shape = shape.label(label).selects();
    let items = if hidden > 0 { older } else { cart.items.to_string() };
    if height < LOW {
        let fits = small.width(&items) <= room;
        return if fits { shape.text(right, line, Anchor::End, "small plain", items) } else { shape };
    }
    let shape = shape.text(right, line, Anchor::End, "small", small.fit_words(&note, room));
    let items: Vec<_> = cart.items.iter().map(|(item, is_in)| (item.as_str(), !is_in)).collect();
    if items.is_empty() {
        return shape.text(left, height - GAP, Anchor::Start, "small", "empty");
    }
    tokens(shape, width, height.min(TALL + LINE), &items)
}
