//! Where everything stands: a card for each node, in it a cell for each way, and lanes for what is on its way. A way that is alone
//! has room for a ledger beside each text.

use super::{Texts, cell, ink, ledger, notes, tree, writer};
use crate::engine::cluster::NodeId;
use crate::engine::replication::collab::Way;
use crate::scene::area::{Area, GAP};
use crate::scene::letters;
use crate::scene::parts::{ROW, banner_height};
use crate::scene::rows::fitting;
use crate::scene::seats;
use crate::scene::text::Face;
use crate::scene::vocabulary::LINE;
use crate::scene::{Anchor, Breadth, Scene, Shape};

/// What is on its way has a lane below each row: as high as an envelope.
const LANE: f32 = LINE + 2.0;
/// No cell has more lines, and where there is room none has fewer.
const MOST_LINES: usize = 12;
const FEWEST_LINES: usize = 2;
/// A text that has the figure for itself is as wide as so many letters, or as a multiple of that.
const LETTERS: usize = 8;

pub(super) struct Grid {
    pub breadth: Breadth,
    pub cards: Vec<(NodeId, Area)>,
    pub cells: Vec<(NodeId, Way, Area)>,
    /// Beside the cells of a way that is alone.
    pub ledgers: Vec<(NodeId, Way, Area)>,
    /// Where the name of each way stands; narrow it stands in each card.
    pub names: Vec<(Way, Area)>,
    /// Wide each way has a lane, and narrow all of them have one.
    pub lanes: Vec<(Option<Way>, Area)>,
}

/// What a row of texts is called.
pub(super) fn name(way: Way) -> [&'static str; 2] {
    match way {
        Way::Merge => ["Three-way merge", "on a server"],
        Way::Transform => ["Transformation", "ordered by a server"],
        Way::Peers => ["Transformation", "without a server"],
        Way::Sequence => ["Sequence CRDT", "names, not places"],
    }
}

fn margin() -> f32 {
    let (strong, small) = (Face::of("strong"), Face::of("small"));
    small.width("ordered by a server").max(strong.width("Three-way merge")) + GAP
}

/// How wide a lane down a narrow stage is: as a short word in its envelope.
fn channel() -> f32 {
    Face::of("small").width("+letters") + 2.0 * GAP
}

/// The way that has the figure for itself.
pub(super) fn alone(cluster: &Texts) -> Option<Way> {
    if let [way] = cluster.settings.ways() { Some(*way) } else { None }
}

fn short(way: Way) -> &'static str {
    match way {
        Way::Merge => "merge",
        Way::Transform | Way::Peers => "transform",
        Way::Sequence => "sequence",
    }
}

impl Grid {
    pub fn new(cluster: &Texts, breadth: Breadth, stage: Area) -> Grid {
        match breadth {
            Breadth::Wide => Grid::wide(cluster, stage),
            Breadth::Narrow => Grid::narrow(cluster, stage),
        }
    }

    fn wide(cluster: &Texts, stage: Area) -> Grid {
        let ways = cluster.settings.ways();
        let mut all = seats::all(stage);
        all.cut_bottom(GAP);
        let alone = alone(cluster);
        let mut left = all.cut_left(if alone.is_some() { 0.0 } else { margin() });
        left.cut_top(LINE + GAP);
        let many = cluster.nodes.len();
        let cards: Vec<_> = cluster.ids().map(|node| (node, all.column(many, node.index()))).collect();
        let row = |card: Area, place: usize| {
            let mut rows = card;
            rows.cut_top(LINE + GAP / 2.0);
            rows.cut_bottom(GAP / 2.0);
            rows.row(ways.len(), place)
        };
        let mut grid = Grid::of_cards(Breadth::Wide, cards);
        for (place, way) in ways.iter().enumerate() {
            let mut lane = row(all, place);
            lane.cut_top(lane.height - LANE);
            grid.lanes.push((Some(*way), lane));
            if alone.is_none() {
                let name = row(Area { x: left.x, width: left.width, ..all }, place);
                grid.names.push((*way, name));
            }
            for (node, card) in &grid.cards {
                let mut cell = row(*card, place);
                cell.cut_bottom(LANE);
                grid.cells.push((*node, *way, Area { x: cell.x + GAP / 2.0, width: cell.width - GAP, ..cell }));
            }
        }
        grid.with_ledgers(cluster)
    }

    fn narrow(cluster: &Texts, stage: Area) -> Grid {
        let ways = cluster.settings.ways();
        let mut all = seats::all(stage);
        all.cut_bottom(GAP / 2.0);
        let lane = all.cut_right(channel());
        let names = if ways.len() > 1 { Face::of("small").width("transform") + GAP } else { 0.0 };
        let many = cluster.nodes.len();
        let cards: Vec<_> = cluster.ids().map(|node| (node, all.row(many, node.index()))).collect();
        let lanes = vec![(None, Area { x: lane.x + GAP / 2.0, width: lane.width - GAP / 2.0, ..lane })];
        let mut grid = Grid { lanes, ..Grid::of_cards(Breadth::Narrow, cards) };
        for (node, card) in &grid.cards {
            let mut rows = *card;
            rows.cut_top(LINE);
            rows.cut_bottom(GAP / 2.0);
            for (place, way) in ways.iter().enumerate() {
                let mut cell = if ways.len() > 1 { rows.tile(1, ways.len(), place) } else { rows };
                let name = cell.cut_left(GAP / 2.0 + names);
                cell.cut_right(GAP / 2.0);
                if names > 0.0 {
                    grid.names.push((*way, Area { x: name.x + GAP / 2.0, ..name }));
                }
                grid.cells.push((*node, *way, cell));
            }
        }
        grid.with_ledgers(cluster)
    }

    fn of_cards(breadth: Breadth, cards: Vec<(NodeId, Area)>) -> Grid {
        Grid { breadth, cards, cells: Vec::new(), ledgers: Vec::new(), names: Vec::new(), lanes: Vec::new() }
    }

    /// Where a way is alone, its texts leave room for ledgers, all of them the same.
    fn with_ledgers(mut self, cluster: &Texts) -> Grid {
        let Some(way) = alone(cluster) else { return self };
        let longest = cluster.nodes.iter().map(|node| match &node.sequence {
            Some(copy) => copy.tree.len() + copy.tree.tombstones(),
            None => node.text(way).map_or(0, |text| text.len()),
        });
        let letters = (longest.max().unwrap_or(0) + 1).next_multiple_of(LETTERS);
        for (node, way, cell) in &mut self.cells {
            let text = cell.cut_left((letters as f32 * letters::advance() + GAP).min(cell.width - ledger::least()));
            cell.cut_left(GAP / 2.0);
            self.ledgers.push((*node, *way, std::mem::replace(cell, text)));
        }
        self
    }

    /// What this state needs: as many lines as its longest text takes, as far as there is room.
    pub fn height(cluster: &Texts, breadth: Breadth) -> f32 {
        let window = Area::window(breadth);
        let ways = cluster.settings.ways();
        let tried = Grid::new(cluster, breadth, window);
        let widest = tried.cells.first().map_or(window.width, |(.., cell)| cell.width);
        let lines = tried.cells.iter().map(|(node, way, _)| cell::lines(cluster, (*node, *way), widest, MOST_LINES));
        let fewest = if alone(cluster).is_some() { 1 } else { FEWEST_LINES };
        let lines = lines.fold(fewest, usize::max);
        let (rows, others) = match breadth {
            Breadth::Wide => (ways.len() as f32, banner_height(breadth) + LINE + 2.0 * GAP),
            Breadth::Narrow => {
                let nodes = cluster.nodes.len() as f32;
                (nodes * ways.len() as f32, banner_height(breadth) + nodes * (LINE + GAP + GAP / 2.0))
            }
        };
        let of_text = cell::height(lines, cell::has_foot(cluster, breadth));
        // Below a text stands its tree, where that has room.
        let levels = cluster.ids().map(|node| tree::levels(cluster, node, widest - GAP)).max().unwrap_or(0);
        let of_tree = if levels > 0 { tree::height(levels) + GAP / 2.0 } else { 0.0 };
        let lane = if breadth == Breadth::Wide { LANE + GAP / 2.0 } else { 0.0 };
        let of_ledger = if alone(cluster).is_some() { ledger::height(breadth) } else { 0.0 };
        let row = (of_text + of_tree).max(of_ledger) + lane + GAP / 2.0;
        (rows * row + others).min(window.height)
    }

    /// What each row is called, and wide what it has come to.
    pub fn draw_names(&self, scene: &mut Scene, cluster: &Texts) {
        for (place, (way, area)) in self.names.iter().enumerate() {
            let mut shape = Shape::new(format!("name {place}"), area.x, area.y);
            if self.breadth == Breadth::Narrow {
                let middle = area.height / 2.0 + GAP / 2.0;
                scene.push(shape.text(0.0, middle, Anchor::Start, "small", short(*way)));
                continue;
            }
            let [first, second] = name(*way);
            let mut lines = vec![("strong", first.to_owned()), ("small", second.to_owned())];
            lines.extend(notes::of_way(cluster, *way));
            let room = (area.height / ROW) as usize;
            for (place, (class, said)) in lines.into_iter().take(room).enumerate() {
                let baseline = (place + 1) as f32 * ROW;
                shape = shape.text(0.0, baseline, Anchor::Start, class, Face::of(class).fit(&said, area.width));
            }
            scene.push(shape.label(way.label()));
        }
    }
}

/// A card with the name of its node, who writes there, and how it is.
pub(super) fn draw_card(scene: &mut Scene, cluster: &Texts, node: NodeId, area: Area) {
    use super::super::stage::Shown;
    use crate::engine::replication::collab::Collab;
    let (role, said) = Collab::head(cluster, node);
    let is_up = cluster.is_up(node);
    let is_cut = cluster.network().is_isolated(node.into());
    let status = match (is_up, is_cut) {
        (false, _) => "off".to_owned(),
        (true, true) if said.is_empty() => "offline".to_owned(),
        (true, true) => format!("offline, {said}"),
        _ => said,
    };
    let (face, small) = (Face::of("name"), Face::of("small"));
    let mut shape = Shape::new(node.to_string(), area.x, area.y).rect(0.0, 0.0, area.width, area.height, 2.0, "card");
    let mut x = GAP;
    if writer(node).is_some() {
        shape = shape.circle(x + GAP / 2.0, LINE / 2.0 + 1.0, GAP / 2.0 + 1.0, ink(writer(node)).0);
        x += 2.0 * GAP;
    }
    let baseline = LINE / 2.0 + GAP / 2.0 + 2.0;
    let name = node.to_string();
    shape = shape.text(x, baseline, Anchor::Start, "name", name.clone());
    x += face.width(&name) + GAP;
    let right = area.width - GAP;
    let status_room = right - x - small.width(&role) - GAP;
    shape = shape.text(x, baseline, Anchor::Start, "small", role.clone());
    let parts: Vec<String> = status.split(" · ").map(str::to_owned).collect();
    shape = shape.text(right, baseline, Anchor::End, "small", fitting(&parts, "small", status_room));
    let class = match (is_up, is_cut) {
        (false, _) => "stopped",
        (true, true) => "isolated",
        _ => "",
    };
    let told = if status.is_empty() { String::new() } else { format!(": {status}") };
    scene.push(shape.class(class).label(format!("{node}, {role}{told}")));
}
