//! How a text is drawn that three people write together: a card for each device and one for the server, and in it a text for each
//! way, letter by letter. Wide the cards stand side by side, and each way is a row across them; narrow they stand below each other.

mod carried;
mod cell;
mod grid;
mod lanes;
mod ledger;
pub(super) mod long;
mod notes;
mod rewrite;
mod tree;

use super::diagram;
use super::plug::{self, Fault, fault};
use super::stage::{self, Shown};
use super::{About, Figure, Rewriting, Written};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::replication::collab::{Collab, Event, Message, Way};
use crate::engine::{Dump, wire};
use crate::scene::area::Area;
use crate::scene::parts::{PAD, banner, banner_height};
use crate::scene::rows::fitting;
use crate::scene::vocabulary::colours;
use crate::scene::{Breadth, Scene};
use grid::Grid;

type Texts = Cluster<Collab>;

pub(super) struct CollabFigure;

impl Figure for CollabFigure {
    type Engine = Texts;

    const ABOUT: About = <Collab as Shown>::ABOUT;
    const PLUG: Option<&'static str> = Some(plug::STOP);
    const LONG: Option<&'static str> = Some("keystrokes");

    fn height(cluster: &Texts, breadth: Breadth) -> Option<f32> {
        Some(Grid::height(cluster, breadth))
    }

    fn draw(cluster: &Texts, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(cluster, event, breadth, Grid::height(cluster, breadth))
    }

    fn draw_on(cluster: &Texts, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let mut scene = Scene::new(breadth.width(), height);
        let (class, title, more) = Collab::banner(cluster);
        let (head, grid) = plan(cluster, breadth, height);
        let more: Vec<String> = more.split(" · ").map(str::to_owned).collect();
        let more = fitting(&more, "small", head.inset(PAD).width);
        banner(&mut scene, head, (class, &title), &cluster.now().to_string(), &more);
        let told = carried::told(cluster, event);
        for (node, area) in &grid.cards {
            grid::draw_card(&mut scene, cluster, *node, *area);
        }
        grid.draw_names(&mut scene, cluster);
        for (node, way, area) in &grid.cells {
            cell::draw(&mut scene, cluster, (*node, *way), (*area, breadth), &told);
        }
        for (node, way, area) in &grid.ledgers {
            ledger::draw(&mut scene, cluster, (*node, *way), *area);
        }
        lanes::draw(&mut scene, cluster, &grid);
        scene
    }

    fn cluster(cluster: &Texts) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Texts) -> Vec<Fault> {
        Collab::faults(cluster)
    }

    fn dump(cluster: &Texts, key: &str) -> Option<Dump> {
        stage::dump(cluster, key)
    }

    /// Those of the server are nobody's.
    fn texts(cluster: &Texts, event: Option<&Event>, breadth: Breadth, height: f32) -> Vec<Written> {
        let told = carried::told(cluster, event);
        let (_, grid) = plan(cluster, breadth, height);
        let own = grid.cells.into_iter().filter_map(|(node, way, area)| {
            let label = format!("The text of {} on {node}, {}: write into it", writer(node)?, way.label());
            cell::written(cluster, (node, way), (area, breadth), &told, label)
        });
        own.collect()
    }

    fn rewrite(cluster: &Texts, key: &str, now: (&str, &str)) -> Option<Rewriting> {
        rewrite::rewrite(cluster, key, now)
    }
}

/// Where the banner stands, and all else.
fn plan(cluster: &Texts, breadth: Breadth, height: f32) -> (Area, Grid) {
    let mut stage = Area::stage(breadth, height);
    let head = stage.cut_top(banner_height(breadth));
    (head, Grid::new(cluster, breadth, stage))
}

impl Shown for Collab {
    const ABOUT: About = About {
        kind: "collab",
        title: "One text, three writers",
        summary: "Three people write one text, online and offline. A three-way merge, a transformation and a sequence CRDT bring their copies together; you write into them on the stage.",
        chapter: "replication/one-text",
        example: "insert 4 \"red \"; isolate n3; replace 4 3 dog as c2; insert 13 \" high\" as c3; run 250ms
insert 0 \"Look! \" as c2; heal; settle",
    };

    /// The device of whoever wrote last is cut off.
    fn faults(cluster: &Texts) -> Vec<Fault> {
        let last = cluster.calls.last().map_or(NodeId::new(1), |call| NodeId::new(call.id.client.number()));
        let mut faults = plug::stop(cluster, None, false);
        if !cluster.network().is_isolated(last.into()) {
            faults.insert(
                0,
                fault(format!("isolate {last}"), format!("Cut {last} off: what is written there stays there")),
            );
        }
        faults
    }

    fn banner(cluster: &Texts) -> (&'static str, String, String) {
        notes::banner(cluster)
    }

    fn beliefs(_: &Texts, _: ClientId) -> Vec<(String, &'static str)> {
        Vec::new()
    }

    fn head(cluster: &Texts, node: NodeId) -> (String, String) {
        let role = writer(node).map_or("server".to_owned(), |client| format!("{client} writes"));
        (role, notes::of_node(cluster, node))
    }

    fn holds(scene: &mut Scene, cluster: &Texts, node: NodeId, area: Area) {
        for (place, way) in cluster.settings.ways().iter().enumerate() {
            let area = area.row(cluster.settings.ways().len(), place);
            cell::draw(scene, cluster, (node, *way), (area, Breadth::Wide), &[]);
        }
    }

    fn seal(message: &Message) -> (&'static str, &'static str) {
        message.way().map_or(("envelope-seal", ""), |way| colours(way.name()))
    }

    fn bytes(_: &Texts, message: &Message, title: String) -> Dump {
        wire::dump(message, title)
    }
}

/// The person at a device; the server has none.
fn writer(node: NodeId) -> Option<ClientId> {
    (node.number() <= crate::engine::replication::collab::PEOPLE).then(|| ClientId::new(node.number()))
}

/// The colour of what a person has typed: fixed, for three of them have to be told apart.
fn ink(writer: Option<ClientId>) -> (&'static str, &'static str, &'static str) {
    const INKS: [(&str, &str, &str); 3] = [
        ("hue-0", "tint hue-0", "loud hue-0"),
        ("hue-1", "tint hue-1", "loud hue-1"),
        ("hue-3", "tint hue-3", "loud hue-3"),
    ];
    writer.and_then(|client| INKS.get(client.index())).copied().unwrap_or(("", "", "loud hue-5"))
}

/// The key of a text on the stage.
fn key(node: NodeId, way: Way) -> String {
    format!("{node}/{}", way.name())
}

/// Whether a message has just come to a node, or from it.
fn from(cluster: &Texts, node: NodeId) -> Option<NodeId> {
    let (message, lost) = cluster.passed.as_ref()?;
    match (message.from, message.to) {
        (Host::Node(from), Host::Node(to)) if to == node && !lost => Some(from),
        _ => None,
    }
}
