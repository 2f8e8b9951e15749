//! The stage of every cluster: a banner, clients at the left, nodes at the right, messages between, and its space-time
//! diagram. A figure says only what is its own.

mod ground;
mod node;
mod seen;

use std::marker::PhantomData;

use self::ground::Ground;
pub(super) use self::seen::dump;
use super::calls::{Proof, Strip};
use super::cluster::{Ways, draw_messages};
use super::diagram;
use super::plug::{self, Fault};
use super::{About, Figure};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId, Protocol, Service};
use crate::engine::{Dump, wire};
use crate::scene::area::{Area, GAP};
use crate::scene::channel::Way;
use crate::scene::parts::{NODE, banner, banner_height, checks};
use crate::scene::round::Round;
use crate::scene::seats::{self, Seats, person, place, tall};
use crate::scene::text::Face;
use crate::scene::vocabulary::LINE;
use crate::scene::{Breadth, Scene};

/// The figure of a protocol, as it is [`Shown`].
pub(super) struct Staged<P>(PhantomData<P>);

impl<P: Shown> Figure for Staged<P> {
    type Engine = Cluster<P>;

    const ABOUT: About = P::ABOUT;
    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn height(cluster: &Cluster<P>, breadth: Breadth) -> Option<f32> {
        Some(height(cluster, breadth))
    }

    fn draw(cluster: &Cluster<P>, _: Option<&P::Event>, breadth: Breadth) -> Scene {
        draw(cluster, breadth, height(cluster, breadth))
    }

    fn draw_on(cluster: &Cluster<P>, _: Option<&P::Event>, breadth: Breadth, height: f32) -> Scene {
        draw(cluster, breadth, height)
    }

    fn cluster(cluster: &Cluster<P>) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Cluster<P>) -> Vec<Fault> {
        P::faults(cluster)
    }

    fn dump(cluster: &Cluster<P>, key: &str) -> Option<Dump> {
        dump(cluster, key).or_else(|| P::held(cluster, key))
    }
}

/// What a figure shows of its own protocol.
pub(super) trait Shown: Protocol {
    const ABOUT: About;
    /// What a reader can break, the worst first.
    fn faults(cluster: &Cluster<Self>) -> Vec<Fault> {
        plug::stop(cluster, None, true)
    }
    /// The bytes behind what a node holds, by its key.
    fn held(_: &Cluster<Self>, _key: &str) -> Option<Dump> {
        None
    }
    /// What it comes to, its class, and a line more.
    fn banner(cluster: &Cluster<Self>) -> (&'static str, String, String);
    /// What a host is called in the picture; what a script calls it is a part of that.
    fn name(host: Host) -> String {
        host.name()
    }
    /// What a client believes, a line each, the newest first, and the wash of the line.
    fn beliefs(cluster: &Cluster<Self>, client: ClientId) -> Vec<(String, &'static str)>;
    /// How many of them there is room for, where there is.
    const BELIEFS: usize = 3;
    /// What a service holds, the newest first, with the wash of each; and what stands beside its name.
    fn service(_: &Cluster<Self>, _: Service) -> (Vec<(String, &'static str)>, String) {
        Default::default()
    }
    /// What stands at the head of a node, beside its name, and at its right.
    fn head(cluster: &Cluster<Self>, node: NodeId) -> (String, String);
    /// What a node holds, drawn into its card.
    fn holds(scene: &mut Scene, cluster: &Cluster<Self>, node: NodeId, area: Area);
    /// How tall a card is that has room for what it holds.
    fn tall(_: &Cluster<Self>, _: Breadth) -> f32 {
        NODE
    }
    /// The colour of a bar along a node's card: that of the term it leads, say.
    fn bar(_: &Cluster<Self>, _: NodeId) -> Option<&'static str> {
        None
    }
    /// The links that are drawn while nothing travels on them, too.
    fn links(_: &Cluster<Self>) -> Vec<(Host, Host)> {
        Vec::new()
    }
    /// Nodes stand in a circle, and not below each other: so many of them in its middle, the first ones.
    fn round(_: &Cluster<Self>) -> Option<usize> {
        None
    }
    /// What is drawn between hosts beside links and messages, given the way from one to another.
    fn draw_ways(_: &mut Scene, _: &Cluster<Self>, _way: &dyn Fn(Host, Host) -> Way) {}
    /// The class of a node's card, beside that of one that is off.
    fn mark(_: &Cluster<Self>, _: NodeId) -> &'static str {
        ""
    }
    /// The colour of a message's seal, and its wash. What it says is in [`Message::brief`].
    fn seal(_: &Self::Message) -> (&'static str, &'static str) {
        ("envelope-seal", "")
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
    /// How high a part is that stands below the hosts, where a figure has one of its own, and the part.
    fn foot(_: &Cluster<Self>, _: Breadth) -> f32 {
        0.0
    }
    fn draw_foot(_: &mut Scene, _: &Cluster<Self>, _: Area) {}
    /// The bytes of a message, under a title.
    fn bytes(_: &Cluster<Self>, message: &Self::Message, title: String) -> Dump {
        wire::dump(message, title)
    }
}

/// Below the hosts stand promises, in so many rows.
fn rows<P: Shown>(cluster: &Cluster<P>, breadth: Breadth) -> usize {
    const MOST_IN_A_ROW: [usize; 2] = [5, 2];
    P::checks(cluster).len().div_ceil(MOST_IN_A_ROW[place(breadth)])
}

/// Whether promises are few and short enough to stand beside the calls that are judged, below each other.
fn beside<P: Shown>(cluster: &Cluster<P>, breadth: Breadth) -> bool {
    let promises = P::checks(cluster);
    let room = seats::sides(Area::window(breadth))[0].width - GAP;
    let fit = || promises.iter().all(|(promise, _)| Face::of("strong").width(promise) + LINE <= room);
    P::JUDGED && breadth == Breadth::Wide && promises.len() <= 2 && fit()
}

/// How high promises and calls are together, if the calls are so high.
fn foot<P: Shown>(cluster: &Cluster<P>, breadth: Breadth, calls: f32) -> f32 {
    let own = P::foot(cluster, breadth);
    if beside(cluster, breadth) {
        return own + calls.max(P::checks(cluster).len() as f32 * LINE);
    }
    own + rows(cluster, breadth) as f32 * LINE + calls
}

/// How high a stage is.
fn height<P: Shown>(cluster: &Cluster<P>, breadth: Breadth) -> f32 {
    let below = if P::JUDGED { strip(cluster, breadth).height(P::proof(cluster).as_ref()) } else { 0.0 };
    banner_height(breadth) + hosts(cluster, breadth) + GAP + foot(cluster, breadth, below)
}

/// How much of it the hosts have: all that they need, if what stands below has room at its longest.
fn hosts<P: Shown>(cluster: &Cluster<P>, breadth: Breadth) -> f32 {
    let below = if P::JUDGED { strip(cluster, breadth).highest() } else { 0.0 };
    let others = banner_height(breadth) + GAP + foot(cluster, breadth, below);
    let many = cluster.clients.len() + cluster.services.len();
    let (all, tallest) = (cluster.nodes.len(), P::tall(cluster, breadth));
    let nodes = match P::round(cluster) {
        Some(inside) => Round::height(all, inside, tallest),
        None => all as f32 * (tallest + GAP),
    };
    let clients = many as f32 * (tall(P::BELIEFS.min(2)) + GAP);
    nodes.max(clients).min(seats::HIGHEST[place(breadth)] - others)
}

/// The picture, on a stage of that height.
fn draw<P: Shown>(cluster: &Cluster<P>, breadth: Breadth, height: f32) -> Scene {
    let many = cluster.clients.len() + cluster.services.len();
    let promises = P::checks(cluster);
    let rows = rows(cluster, breadth);
    let mut scene = Scene::new(breadth.width(), height);
    let mut rest = Area::stage(breadth, height);
    let (class, title, more) = P::banner(cluster);
    banner(&mut scene, rest.cut_top(banner_height(breadth)), (class, &title), &cluster.now().to_string(), &more);
    let stage = rest.cut_top(hosts(cluster, breadth));
    rest.cut_top(GAP);
    P::draw_foot(&mut scene, cluster, seats::all(rest.cut_top(P::foot(cluster, breadth))));
    let tallest = P::tall(cluster, breadth);
    let ground = Ground {
        seats: Seats::new(stage, (many, tall(2 * P::BELIEFS + 1)), (cluster.nodes.len(), tallest + tallest / 2.0)),
        round: P::round(cluster).map(|inside| Round::new(stage, cluster.nodes.len(), inside)),
        clients: cluster.clients.len(),
        services: cluster.services.iter().map(|(name, _)| *name).collect(),
    };
    let proof = P::proof(cluster);
    for id in cluster.client_ids() {
        let waits = cluster.calls.iter().any(|call| call.id.client == id && call.ended.is_none());
        let look = if proof.as_ref().is_some_and(|proof| proof.is_by(cluster, id.into())) { "torn" } else { "client" };
        let named = (id.to_string(), &*P::name(id.into()), look);
        person(&mut scene, named, ground.area(id), if waits { "waits" } else { "" }, &P::beliefs(cluster, id));
    }
    for (service, _) in &cluster.services {
        let (mut holds, note) = P::service(cluster, *service);
        if holds.is_empty() {
            holds.push(("holds nothing".to_owned(), ""));
        }
        let name = P::name((*service).into());
        person(&mut scene, (name.clone(), &name, "disk"), ground.area(*service), &note, &holds);
    }
    for id in cluster.ids() {
        node::draw(&mut scene, cluster, id, ground.area(id));
    }
    P::draw_ways(&mut scene, cluster, &|from, to| ground.way(from, to));
    draw_messages(&mut scene, &ground, cluster);
    let (foot, columns) = if beside(cluster, breadth) {
        (Area { height: promises.len() as f32 * LINE, ..seats::sides(rest)[0] }, 1)
    } else {
        (seats::all(rest.cut_top(rows as f32 * LINE)), promises.len().div_ceil(rows.max(1)).max(1))
    };
    checks(&mut scene, foot, columns, &promises);
    if P::JUDGED {
        let calls = Strip { top: rest.y, ..strip(cluster, breadth) };
        calls.draw(&mut scene, cluster, proof.as_ref(), &|place| P::brief(cluster, place));
    }
    scene
}

/// Where the calls are judged, as many of them as there is room for, below the nodes or below all of the stage.
fn strip<P: Shown>(cluster: &Cluster<P>, breadth: Breadth) -> Strip {
    let stage = Area::window(breadth);
    let (area, columns, lines) = match breadth {
        Breadth::Wide if beside(cluster, breadth) => (seats::sides(stage)[2], 4, 2),
        Breadth::Wide => (seats::all(stage), 6, 1),
        Breadth::Narrow => (seats::all(stage), 3, 3),
    };
    Strip { left: area.x, top: 0.0, width: area.width, columns, rows: 1, lines }
}
