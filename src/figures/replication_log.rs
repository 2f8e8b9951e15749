//! How a replication log is drawn: clients above, then the leader's table, what is shipped, and the follower's table, each
//! row where it lies on its replica's disk. Where the two differ is marked on both.

mod log;
mod plan;
mod table;

use self::log::draw_log;
use self::plan::Plan;
use self::table::draw_table;
use super::cluster::draw_messages;
use super::diagram;
use super::plug::{self, Fault, fault};
use super::stage::{self, Shown};
use super::{About, Figure};
use crate::engine::Dump;
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId};
use crate::engine::replication::replication_log::{
    Event, FOLLOWER, Heard, LEADER, Message, Method, ReplicationLog, dump, follower, leader, replica, told, waiting,
};
use crate::engine::table::Value;
use crate::engine::wording::count;
use crate::scene::area::Area;
use crate::scene::parts::{Card, banner, banner_height};
use crate::scene::seats::{person, tall};
use crate::scene::{Breadth, Scene};

pub struct ReplicationLogFigure;

type Seen = Cluster<ReplicationLog>;

impl Figure for ReplicationLogFigure {
    type Engine = Seen;

    const ABOUT: About = ReplicationLog::ABOUT;
    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(cluster: &Seen, event: Option<&Event>, breadth: Breadth) -> Scene {
        let plan = Plan::new(breadth);
        let mut scene = Scene::new(breadth.width(), plan.height);
        let (class, title, more) = ReplicationLog::banner(cluster);
        let time = cluster.now().to_string();
        banner(
            &mut scene,
            Area { height: banner_height(breadth), ..Area::stage(breadth, plan.height) },
            (class, &title),
            &time,
            &more,
        );
        for id in cluster.client_ids() {
            let status = if cluster.clients[id.index()].in_transaction { "in a transaction" } else { "" };
            let (named, beliefs) = (id.to_string(), ReplicationLog::beliefs(cluster, id));
            person(&mut scene, (named.clone(), &named, "client"), plan.area(id.into()), status, &beliefs);
        }
        let (on_leader, on_follower): (&[usize], &[usize]) = match event {
            Some(Event::Executed { slots, .. }) => (slots, &[]),
            Some(Event::Applied { slots, .. }) => (&[], slots),
            _ => (&[], &[]),
        };
        if let Some(area) = plan.sums {
            draw_sums(&mut scene, cluster, area);
        }
        draw_table(&mut scene, cluster, &plan, LEADER, on_leader);
        draw_table(&mut scene, cluster, &plan, FOLLOWER, on_follower);
        draw_log(&mut scene, cluster, &plan);
        draw_messages(&mut scene, &plan, cluster);
        scene
    }

    fn cluster(cluster: &Seen) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Seen) -> Vec<Fault> {
        let mut faults = plug::stop(cluster, None, false);
        if let Some(Fault { command, .. }) = faults.first() {
            faults.push(fault(format!("{command} lost"), "The same, and its power fails: what wasn't synced is lost"));
        }
        faults
    }

    /// `message m5`, `entry 3`, `leader/row 2`, `follower/row 2`.
    fn dump(cluster: &Seen, key: &str) -> Option<Dump> {
        stage::dump(cluster, key).or_else(|| dump(cluster, key))
    }
}

impl Shown for ReplicationLog {
    const ABOUT: About = About {
        kind: "replication-log",
        title: "What is in a replication log",
        summary: "The same writes, shipped as statements, as bytes of the write-ahead log, as rows or by triggers.",
        chapter: "replication/logs",
        example: "INSERT INTO tickets (holder) VALUES ('ann'), ('bob'), ('eve')
UPDATE tickets SET lot = RAND() WHERE holder <> 'bob'
UPDATE tickets SET at = NOW() LIMIT 1",
    };

    fn banner(cluster: &Seen) -> (&'static str, String, String) {
        let method = match cluster.settings.method {
            Method::Statements => "log of statements",
            Method::WriteAheadLog => "write-ahead log",
            Method::Rows => "log of rows",
            Method::Triggers => "change table",
        };
        let (waiting, differences) = (waiting(cluster), &cluster.witness.differences);
        let off = [LEADER, FOLLOWER].into_iter().find(|id| !cluster.is_up(*id));
        let (class, what, why) = match (off, &follower(cluster).halted, differences.first()) {
            (Some(id), ..) => ("strong", format!("The {} is off", name(id)), None),
            (_, Some(reason), _) => ("bad", "The follower has stopped ✗".to_owned(), Some(reason.to_string())),
            (.., Some(first)) => {
                let many = differences.len();
                ("bad", format!("Diverged: {many} difference{} ✗", if many == 1 { "" } else { "s" }), Some(told(first)))
            }
            _ if waiting > 0 => ("strong", format!("The follower is {waiting} behind"), None),
            _ if leader(cluster).log.is_empty() => ("strong", "Nothing is written yet".to_owned(), None),
            _ => ("good", "Both hold the same ✓".to_owned(), None),
        };
        (class, what, why.map_or(method.to_owned(), |why| format!("{method}: {why}")))
    }

    /// What it has asked last, and what it has heard.
    fn beliefs(cluster: &Seen, client: ClientId) -> Vec<(String, &'static str)> {
        let Some((text, heard)) = &cluster.clients[client.index()].last else { return Vec::new() };
        let heard = match heard {
            Heard::Nothing => "…",
            Heard::Done(_) => "✓",
            Heard::Refused => "✗",
            Heard::GaveUp => "?",
        };
        vec![(format!("{heard} {text}"), "")]
    }

    fn head(cluster: &Seen, node: NodeId) -> (String, String) {
        let status = match (cluster.is_up(node), node == FOLLOWER && follower(cluster).halted.is_some()) {
            (false, _) => "off: what its disk has".to_owned(),
            (_, true) => "stopped".to_owned(),
            _ if cluster.network().is_isolated(node.into()) => "isolated".to_owned(),
            _ => {
                let now = cluster.clocks[node.index()].clock(cluster.now());
                Value::Time(replica(cluster, node).clock(now)).to_string()
            }
        };
        (format!("{} · version {}", name(node), replica(cluster, node).table.schema.version), status)
    }

    fn links(_: &Seen) -> Vec<(Host, Host)> {
        vec![(LEADER.into(), FOLLOWER.into())]
    }

    /// Its table is drawn by [`draw_table`].
    fn holds(_: &mut Scene, _: &Seen, _: NodeId, _: Area) {}

    fn seal(message: &Message) -> (&'static str, &'static str) {
        match message {
            Message::Done { .. } | Message::Position { .. } => ("good", ""),
            Message::Refusal { .. } | Message::Halted { .. } => ("bad", ""),
            _ => ("envelope-seal", ""),
        }
    }

    /// Of an entry those that it has in the log.
    fn bytes(cluster: &Seen, message: &Message, title: String) -> Dump {
        let entry = message.entry().and_then(|number| dump(cluster, &format!("entry {number}")));
        entry.unwrap_or_else(|| crate::engine::wire::dump(message, title))
    }
}

fn name(node: NodeId) -> &'static str {
    if node == LEADER { "leader" } else { "follower" }
}

/// How long the log is.
fn logged(cluster: &Seen) -> String {
    let log = &leader(cluster).log;
    let bytes = log.iter().map(|entry| entry.bytes.len()).sum::<usize>();
    format!("{} in {}", count(bytes, "byte"), count(log.len(), "entry"))
}

/// How long the log is, and how far the follower has come in it.
fn draw_sums(scene: &mut Scene, cluster: &Seen, area: Area) {
    let logged = logged(cluster);
    let applied = format!("the follower has executed {}", follower(cluster).applied);
    let label = format!("the log has {logged}; {applied}");
    Card::new("sums", area, "").line("name", logged).line("small", applied).push(scene, label);
}

/// The clients, and the channel between them and the leader.
const CLIENT: f32 = tall(1);
const CHANNEL: f32 = 26.0;
/// The top of a table, with its name and those of its columns.
const HEAD: f32 = 38.0;
/// How wide a table is, and the shares of its columns by their tags.
const TABLE: f32 = 324.0;
const COLUMNS: [f32; 6] = [0.0, 20.0, 46.0, 34.0, 82.0, 34.0];
/// At the right of a row, for what differs and whose it is.
const MARK: f32 = 22.0;
/// A row of a table, on a wide stage and on a narrow one, and the log of a narrow one, which stands below the tables.
const ROW: [f32; 2] = [21.0, 14.5];
const BETWEEN: f32 = 1.5;
const LOG: f32 = 85.0;
/// A line of small text.
const LINE: f32 = 15.0;
/// Between the edge of a row and its text.
const PAD: f32 = 4.0;
/// The baseline of the first line.
const LANE: f32 = 16.0;
