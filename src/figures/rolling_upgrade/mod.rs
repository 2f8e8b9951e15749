//! How a fleet of two versions is drawn: clients above, below them the nodes with the version of their code, and at the foot
//! the database, each row with its bytes and the version that has written it.

mod plan;
mod rows;

use self::plan::Plan;
use self::rows::{draw_database, hue};
use super::cluster::draw_messages;
use super::diagram;
use super::plug::{self, Fault, fault};
use super::stage::{self, Shown};
use super::{About, Figure};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::encoding::rolling_upgrade::{
    Change, DATABASE, Event, Format, Message, RollingUpgrade, Server, Unknown, database_of, fleet,
};
use crate::engine::wire::dump;
use crate::engine::wording::{count, plural};
use crate::engine::{Dump, Outcome, Span};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::{PAD, banner, banner_height};
use crate::scene::rows::{APART, EASY, boxed, put};
use crate::scene::seats::person;
use crate::scene::text::Face;
use crate::scene::{Anchor, Breadth, Scene};

pub struct RollingUpgradeFigure;

type Seen = Cluster<RollingUpgrade>;

impl Figure for RollingUpgradeFigure {
    type Engine = Seen;

    const ABOUT: About = RollingUpgrade::ABOUT;
    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn height(cluster: &Seen, breadth: Breadth) -> Option<f32> {
        Some(Plan::new(breadth, &cluster.settings).height)
    }

    fn draw(cluster: &Seen, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(breadth, &cluster.settings);
        let mut scene = Scene::new(breadth.width(), plan.height);
        let (class, title, more) = RollingUpgrade::banner(cluster);
        let top = Area { height: banner_height(breadth), ..Area::stage(breadth, plan.height) };
        banner(&mut scene, top, (class, &title), &cluster.now().to_string(), &more);
        for id in cluster.client_ids() {
            let waits = cluster.calls.iter().any(|call| call.id.client == id && call.is_open());
            let (named, beliefs) = (id.to_string(), RollingUpgrade::beliefs(cluster, id));
            let status = if waits { "waits" } else { "" };
            person(&mut scene, (named.clone(), &named, "client"), plan.area(id.into()), status, &beliefs);
        }
        if let Some(area) = plan.costs {
            draw_costs(&mut scene, cluster, area);
        }
        for (id, server) in fleet(cluster) {
            draw_server(&mut scene, cluster, (id, server), plan.area(id.into()));
        }
        draw_database(&mut scene, cluster, event, plan.area(DATABASE.into()), breadth);
        draw_messages(&mut scene, &plan, cluster);
        scene
    }

    fn cluster(cluster: &Seen) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    /// The node that has just acted; and the database, if that was another.
    fn faults(cluster: &Seen) -> Vec<Fault> {
        let mut faults = plug::stop(cluster, None, true);
        let stop = format!("stop {DATABASE}");
        if cluster.is_up(DATABASE) && faults.iter().all(|fault| fault.command != stop) {
            faults.push(fault(stop, "Stop the database: no row can be read, and a migration ends where it is"));
        }
        faults
    }

    /// `message m5`, `row ada`.
    fn dump(cluster: &Seen, key: &str) -> Option<Dump> {
        stage::dump(cluster, key).or_else(|| {
            let name = key.strip_prefix("row ")?;
            let row = database_of(&cluster.nodes).rows.iter().find(|row| row.id.to_string() == name)?;
            let title = format!("{name} as version {} has written it: {}", row.writer, count(row.bytes.len(), "byte"));
            Some(Dump { title, offset: 0, bytes: row.bytes.to_vec(), spans: spans(cluster, &row.bytes, 0) })
        })
    }
}

/// The bytes of a row, each explained, from that byte on.
fn spans(cluster: &Seen, stored: &[u8], from: usize) -> Vec<Span> {
    let parts = cluster.settings.code(1).explained(stored).into_iter();
    let span = |(part, name): (crate::engine::format::Part, Option<std::rc::Rc<str>>)| Span {
        range: part.range.start + from..part.range.end + from,
        label: name.map_or(part.label.clone(), |name| format!("{name}: {}", part.label)),
        value: part.value,
    };
    parts.map(span).collect()
}

impl Shown for RollingUpgrade {
    const ABOUT: About = About {
        kind: "rolling-upgrade",
        title: "Two versions at once",
        summary: "A fleet is upgraded node by node over one database. See what an old node does to a field that it doesn't \
                  know, and how a field is split without losing anything.",
        chapter: "encoding/two-versions",
        example: "upgrade n1; set ada phone 0171; set ada city Bath via n2; read ada",
    };

    fn banner(cluster: &Seen) -> (&'static str, String, String) {
        let settings = &cluster.settings;
        let format = match settings.format {
            Format::ProtocolBuffers => "Protocol Buffers",
            Format::Json => "JSON",
            Format::Avro => "Avro",
        };
        let plan = match settings.change {
            Change::Add => "a field is added",
            Change::Split => "a field is split in one go",
            Change::Staged => "a field is split in stages",
        };
        let unknown = if settings.unknown == Unknown::Kept { "kept" } else { "dropped" };
        let rule = format!("{plan}, {format}, unknown fields {unknown}");
        let judge = &cluster.witness;
        let (class, title) = match (&judge.losses[..], judge.wrong) {
            ([], 0) if judge.is_broken() => ("bad", "The plan is broken ✗".to_owned()),
            ([], 0) => ("good", "Nothing is lost ✓".to_owned()),
            ([], wrong) => ("bad", format!("{wrong} wrong {} ✗", plural(wrong, "answer"))),
            ([loss], _) => ("bad", format!("Lost: the {} of {} ✗", loss.field, loss.row)),
            (losses, _) => ("bad", format!("Lost: {} ✗", count(losses.len(), "value"))),
        };
        (class, title, rule)
    }

    fn beliefs(cluster: &Seen, client: ClientId) -> Vec<(String, &'static str)> {
        let calls = cluster.calls.iter().rev().filter(|call| call.id.client == client);
        let said = calls.map(|call| {
            let asked = call.asked.trim_start_matches("begin ");
            let asked = asked.split(" via ").next().and_then(|asked| asked.split(" as ").next()).unwrap_or_default();
            let said = match call.outcome() {
                None => format!("{asked}: …"),
                Some(Outcome::Value(Some(says))) => says.clone(),
                Some(Outcome::Refused(_) | Outcome::Unanswered(_)) => format!("{asked}: ✗"),
                Some(_) => format!("{asked}: ✓"),
            };
            (said, "")
        });
        let said: Vec<_> = said.collect();
        if said.is_empty() { vec![("has not called".to_owned(), "")] } else { said }
    }

    fn head(cluster: &Seen, node: NodeId) -> (String, String) {
        let server = fleet(cluster).find(|(id, _)| *id == node);
        let role = server.map_or("the database".to_owned(), |(_, server)| format!("version {}", server.version));
        (role, String::new())
    }

    /// Rows are drawn by [`draw_database`].
    fn holds(_: &mut Scene, _: &Seen, _: NodeId, _: Area) {}

    /// A row has the colour of the version that has written it.
    fn seal(message: &Message) -> (&'static str, &'static str) {
        match (message, message.writer()) {
            (_, Some(writer)) => hue(writer),
            (Message::Saved { .. } | Message::Stored { .. } | Message::Person { .. }, _) => ("good", ""),
            (Message::Failed { .. } | Message::Changed { .. }, _) => ("bad", ""),
            _ => ("envelope-seal", ""),
        }
    }

    /// The row inside is explained as well.
    fn bytes(cluster: &Seen, message: &Message, title: String) -> Dump {
        let mut all = dump(message, title);
        if let Message::Row { bytes, .. } | Message::Store { bytes, .. } = message {
            let row = all.spans.pop().expect("the row is the last of its fields");
            all.spans.extend(spans(cluster, &bytes.0, row.range.start));
        }
        all
    }
}

/// A node, with its version on a ground in the colour of that.
fn draw_server(scene: &mut Scene, cluster: &Seen, (id, server): (NodeId, &Server), area: Area) {
    let up = cluster.is_up(id);
    let (stripe, wash) = hue(server.version);
    let version = format!("version {}", server.version);
    let works: Vec<String> = server.jobs.iter().map(|job| format!("{}: {}", job.call, job.row)).collect();
    let works = match (up, &works[..]) {
        (false, _) => "off".to_owned(),
        (true, []) if cluster.network().is_isolated(id.into()) => "isolated".to_owned(),
        (true, []) => "at rest".to_owned(),
        (true, works) => works.join(", "),
    };
    let reached = cluster.passed.as_ref().is_some_and(|(message, lost)| !lost && message.to == Host::from(id));
    let mut own = area.own().inset(GAP / 2.0);
    let top = own.cut_top(EASY);
    let wide = Face::of("strong").width(&version) + 2.0 * GAP;
    let badge = Area { x: top.right() - wide, width: wide, height: top.height - APART, ..top };
    let shape = boxed(id.to_string(), area, GAP, "card").changed(reached).class(if up { "" } else { "stopped" });
    let shape = put(shape, Area { x: PAD, ..top }, Anchor::Start, "name", id.to_string())
        .rect(badge.x, badge.y, badge.width, badge.height, GAP / 2.0, wash)
        .rect(badge.x, badge.y, GAP / 2.0, badge.height, 2.0, stripe);
    let shape = put(shape, badge, Anchor::Middle, "strong", &version);
    scene.push(shape.label(format!("node {id}, {version}: {works}")));
    // What it works at stands in a field of its own, as what a client knows does.
    own.cut_top(1.0);
    own.cut_bottom(1.0);
    let below = Area { x: area.x + GAP / 2.0 + APART, y: area.y + own.y, width: own.width - 2.0 * APART, ..own };
    let look = if up && !server.jobs.is_empty() { wash } else { "slot" };
    let shape = boxed(format!("{id}/works"), below, 2.0, look);
    let inside = Area { x: GAP / 2.0 + 1.0, width: below.width - GAP, ..below.own() };
    scene.push(put(shape, inside, Anchor::Start, "small", &works));
}

/// What rewriting has cost so far.
fn draw_costs(scene: &mut Scene, cluster: &Seen, area: Area) {
    let (judge, database) = (&cluster.witness, database_of(&cluster.nodes));
    let rewritten = judge.migrated + judge.rewritten;
    let costs = [
        ("rows rewritten", format!("{rewritten}: {}", count(judge.bytes_rewritten, "byte"))),
        ("database closed for", judge.closed.to_string()),
        ("requests that waited", database.waited.to_string()),
    ];
    for (place, (name, value)) in costs.iter().enumerate() {
        let mut rest = area;
        let pitch = area.height / costs.len() as f32;
        rest.cut_top(pitch * place as f32);
        let row = Area { height: pitch - APART, ..rest };
        let shape = boxed(format!("cost {name}"), row, 2.0, "cell").label(format!("{name}: {value}"));
        let inside = Area { x: GAP, width: row.width - 2.0 * GAP, ..row.own() };
        let shape = put(shape, inside, Anchor::Start, "small", name);
        scene.push(put(shape, inside, Anchor::End, "strong", value));
    }
}
