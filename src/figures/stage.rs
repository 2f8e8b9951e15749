//! The stage of every cluster: a banner, clients at the left, nodes at the right, messages between, and its space-time
//! diagram. A figure says only what is its own.

mod seen;

use super::calls::{Proof, Strip};
use super::cluster::{Column, Crowds, Ground, Ways, client};
use crate::engine::cluster::{Client, ClientId, Cluster, Host, Message, Node, NodeId, Protocol, Service};
use crate::engine::sim::MessageId;
use crate::engine::{Dump, wire};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::{BANNER, CLIENT, Card, LOWEST, MOST_AT_EASE, NODE, PAD, banner, checks, sides};
use crate::scene::svg::number;
use crate::scene::text::{SMALL, wrap};
use crate::scene::vocabulary::{LINE, cross, sealed};
use crate::scene::{Breadth, Point, Scene, Shape};

/// What a figure shows of its own protocol.
pub(super) trait Shown: Protocol {
    /// What it comes to, its class, and a line more.
    fn banner(cluster: &Cluster<Self>) -> (&'static str, String, String);
    /// What a host is called in the picture; what a script calls it is a part of that.
    fn name(host: Host) -> String {
        host.name()
    }
    /// What a client believes, a line each.
    fn beliefs(cluster: &Cluster<Self>, client: ClientId) -> Vec<String>;
    /// What a service holds, the newest first, and what stands beside its name.
    fn service(_: &Cluster<Self>, _: Service) -> (Vec<String>, String) {
        Default::default()
    }
    /// What stands at the head of a node, beside its name, and at its right.
    fn head(cluster: &Cluster<Self>, node: NodeId) -> (String, String);
    /// What a node holds, drawn into its card.
    fn holds(scene: &mut Scene, cluster: &Cluster<Self>, node: NodeId, area: Area);
    /// How many nodes the stage is tall for: those that there are, or more where some may join.
    fn room(cluster: &Cluster<Self>) -> usize {
        cluster.nodes.len()
    }
    /// The colour of a bar along a node's card: that of the term it leads, say.
    fn bar(_: &Cluster<Self>, _: NodeId) -> Option<&'static str> {
        None
    }
    /// The links that are drawn while nothing travels on them, too.
    fn links(_: &Cluster<Self>) -> Vec<(Host, Host)> {
        Vec::new()
    }
    /// The class of a node's card, beside that of one that is off.
    fn mark(_: &Cluster<Self>, _: NodeId) -> &'static str {
        ""
    }
    /// The colour of a message's seal.
    fn seal(_: &Self::Message) -> &'static str {
        "envelope-seal"
    }
    /// A message, with its colour; what nodes send each other by the dozen may be smaller than an envelope.
    fn look(message: &Self::Message, key: String, at: Point) -> Shape {
        sealed(key, at.x, at.y, Self::seal(message))
    }
    /// The newest broken promise, where there is a judge.
    fn proof(_: &Cluster<Self>) -> Option<Proof> {
        None
    }
    /// What the judge says of a call, by its place, good or bad, and which other call stands against it.
    fn verdict(cluster: &Cluster<Self>, place: usize) -> Option<Proof> {
        Self::proof(cluster).filter(|proof| proof.call == place)
    }
    /// What must hold, and how often it was broken.
    fn checks(_: &Cluster<Self>) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
    /// Whether calls are judged: then the newest of them stand below the stage.
    const JUDGED: bool = false;
    /// A call in a few words, by its place.
    fn brief(_: &Cluster<Self>, _place: usize) -> String {
        String::new()
    }
    /// The bytes of a message, under a title.
    fn bytes(_: &Cluster<Self>, message: &Self::Message, title: String) -> Dump {
        wire::dump(message, title)
    }
}

/// More promises than these stand in two rows.
const MOST_IN_A_ROW: usize = 4;
/// More messages on one way are counted, not drawn.
const MOST_ON_A_WAY: usize = 2;

/// How high a stage is.
pub(super) fn height<P: Shown>(cluster: &Cluster<P>, breadth: Breadth) -> f32 {
    let many = cluster.clients.len() + cluster.services.len();
    let hosts = P::room(cluster).max(cluster.clients.len()) as f32;
    let tall = (many as f32 * (CLIENT + GAP)).max(hosts.min(MOST_AT_EASE) * NODE).max(hosts * LOWEST);
    let below = if P::JUDGED { strip(breadth).height() } else { 0.0 };
    BANNER + GAP + tall + rows_of(P::checks(cluster).len(), breadth) as f32 * LINE + below
}

/// In how many rows so many promises stand.
fn rows_of(promises: usize, breadth: Breadth) -> usize {
    promises.div_ceil(if breadth == Breadth::Wide { MOST_IN_A_ROW } else { 2 })
}

pub(super) fn draw<P: Shown>(cluster: &Cluster<P>, breadth: Breadth) -> Scene
where
    P::Node: Node<P>,
    P::Client: Client<P>,
{
    let many = cluster.clients.len() + cluster.services.len();
    let strip = P::JUDGED.then(|| strip(breadth));
    let below = strip.as_ref().map_or(0.0, Strip::height);
    let promises = P::checks(cluster);
    let rows = rows_of(promises.len(), breadth);
    let foot = rows as f32 * LINE;
    let mut scene = Scene::new(breadth.width(), height(cluster, breadth));
    let mut stage = Area::stage(breadth, scene.height);
    let strip = strip.map(|strip| strip.within(stage.cut_bottom(below)));
    let foot = stage.cut_bottom(foot);
    let columns = promises.len().div_ceil(rows.max(1)).max(1);
    checks(&mut scene, Area { x: foot.x + GAP, width: foot.width - GAP, ..foot }, columns, &promises);
    let proof = P::proof(cluster);
    let (class, title, more) = P::banner(cluster);
    banner(&mut scene, stage.cut_top(BANNER), (class, &title), &cluster.now().to_string(), &more);
    let (left, right) = sides(stage);
    let column = |side: Area, many, tallest| Column::new(side.x, side.width, many, tallest, side.y, side.bottom());
    let ground = Ground {
        client: column(left, many, CLIENT),
        node: column(right, cluster.nodes.len(), NODE + NODE / 2.0),
        services: cluster.services.iter().map(|(name, _)| *name).collect(),
    };
    draw_messages(&mut scene, &ground, cluster);
    for id in cluster.client_ids() {
        let waits = cluster.calls.iter().any(|call| call.id.client == id && call.ended.is_none());
        let beliefs = P::beliefs(cluster, id);
        let proves = proof.as_ref().is_some_and(|proof| proof.is_by(cluster, id.into()));
        let name = P::name(id.into());
        scene.push(client(&ground, (id.into(), &name), if waits { "waits" } else { "" }, &beliefs, proves));
    }
    for (service, _) in &cluster.services {
        let (holds, note) = P::service(cluster, *service);
        let (Point { x, y }, Column { width, height, .. }) = (ground.corner((*service).into()), ground.client);
        let (name, holds) = (P::name((*service).into()), holds.join(", "));
        let card = Card::new(&*name, Area { x, y, width, height }, "disk").line("name", &name).note("small", note);
        let lines = wrap(&holds, width - 2.0 * PAD, SMALL, 2);
        let card = lines.into_iter().fold(card, |card, line| card.line("small", line));
        card.push(&mut scene, format!("{name}: {holds}"));
    }
    for id in cluster.ids() {
        let (role, status) = P::head(cluster, id);
        let up = cluster.is_up(id);
        let reached = cluster.passed.as_ref().is_some_and(|(message, lost)| !lost && message.to == id.into());
        let (Point { x, y }, Column { width, height, .. }) = (ground.corner(id.into()), ground.node);
        let status = match (up, cluster.network().is_isolated(id.into())) {
            (false, _) => "off".to_owned(),
            (true, true) => "isolated".to_owned(),
            _ => status,
        };
        let card = Card::new(id.to_string(), Area { x, y, width, height }, "card")
            .line("name", format!("{id} {role}"))
            .note("small", &status);
        let free = P::bar(cluster, id)
            .into_iter()
            .fold(card, Card::bar)
            .with(|shape| shape.changed(reached).class(if up { P::mark(cluster, id) } else { "stopped" }))
            .push(&mut scene, format!("node {id}, {role}: {status}"));
        P::holds(&mut scene, cluster, id, free);
    }
    if let Some(strip) = strip {
        strip.draw(&mut scene, cluster, proof.as_ref(), &|place| P::brief(cluster, place));
    }
    scene
}

/// Where the calls are judged, as many of them as there is room for, below the stage.
fn strip(breadth: Breadth) -> Strip {
    let (columns, rows, lines) = if breadth == Breadth::Wide { (6, 1, 1) } else { (3, 2, 3) };
    Strip { left: 0.0, top: 0.0, width: 0.0, columns, rows, lines }
}

/// The links, all that is on its way, and what has just arrived or was lost.
pub(super) fn draw_messages<P: Shown>(scene: &mut Scene, ground: &impl Ways, cluster: &Cluster<P>) {
    let network = cluster.network();
    let flying = network.in_flight().map(|message| (message.from, message.to));
    let ways: Vec<_> = P::links(cluster).into_iter().chain(flying).collect();
    ground.draw_links(scene, &ways, &network.cuts().collect::<Vec<_>>());
    // Of a way that is cut alone, the half at which its messages are lost.
    for (from, to) in network.cut_ways() {
        let start = ground.door(from, to);
        let end = start.towards(ground.door(to, from), 0.5);
        let (dx, dy) = (end.x - start.x, end.y - start.y);
        let half = Shape::new(format!("way {from} {to}"), start.x, start.y)
            .path(format!("M0 0L{} {}", number(dx), number(dy)), "link-cut")
            .path(cross(dx, dy, GAP), "cross");
        scene.push(half.label(format!("what {from} sends to {to} is lost")));
    }
    let mut crowds = Crowds::new(MOST_ON_A_WAY);
    let on_the_way = network.in_flight().map(|message| (message, None));
    let passed = cluster.passed.iter().map(|(message, lost)| (&**message, Some(*lost)));
    for (envelope, passed) in on_the_way.chain(passed) {
        let (from, to) = (envelope.from, envelope.to);
        if passed.is_none() && !crowds.has_room(from, to) {
            continue;
        }
        let progress = if passed == Some(false) { 1.0 } else { envelope.progress(cluster.now()) };
        let at = ground.on_the_way(from, to, progress);
        let shape = P::look(&envelope.payload, format!("message {}", envelope.id), at);
        let about = format!("{}: {}, from {} to {}", envelope.id, envelope.payload.about(), P::name(from), P::name(to));
        scene.push(ground.travels(shape, from, to, passed).label(about).selects());
    }
    ground.draw_crowds(scene, crowds, &P::name);
}

/// The bytes of a message, by its key.
pub(super) fn dump<P: Shown>(cluster: &Cluster<P>, key: &str) -> Option<Dump> {
    let id = MessageId::new(key.strip_prefix("message m")?.parse().ok()?);
    let passed = cluster.passed.iter().map(|(envelope, _)| &**envelope);
    let found = cluster.network().in_flight().chain(passed).find(|envelope| envelope.id == id)?;
    Some(P::bytes(cluster, &found.payload, format!("{id}, {}", found.payload.kind())))
}
