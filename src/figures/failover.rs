//! How a failover is drawn: clients, the cache and the services at the left, the nodes with their logs and with how long they
//! have heard no leader at the right, and below what people would have to answer for. What has a term has its colour.

use super::calls::Proof;
use super::cluster::hue_of_term;
use super::plug::{self, Fault};
use super::stage::{self, Shown};
use super::{About, Figure, diagram};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId, Service};
use crate::engine::replication::failover::message::{self, Message, row_in};
use crate::engine::replication::failover::replica::since;
use crate::engine::replication::failover::settings::{ChosenBy, Storage};
use crate::engine::replication::failover::user::Ask;
use crate::engine::replication::failover::witness::Ended;
use crate::engine::replication::failover::{
    Event, Failover, Replica, cache, controller, leaders, newest_leader, store, user,
};
use crate::engine::sim::Time;
use crate::engine::wording::{count, shown};
use crate::engine::{Dump, wire};
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::gauge;
use crate::scene::text::{SMALL, fit, width as width_of};
use crate::scene::vocabulary::{LINE, sealed};
use crate::scene::{Anchor, Breadth, Point, Scene, Shape};

pub struct FailoverFigure;

impl Figure for FailoverFigure {
    type Engine = Cluster<Failover>;

    const ABOUT: About = About {
        kind: "failover",
        title: "When the leader fails",
        summary: "A leader falls silent. Who notices, who leads next, and what was lost? Make two of them lead at once.",
        chapter: "replication/when-the-leader-fails",
        example: "insert ann; delay n1 n2 100ms; delay n1 n3 100ms; begin insert bob; run 30ms; stop n1; run 1s
insert eve as c2; start n1; run 300ms",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(cluster: &Cluster<Failover>, _: Option<&Event>, breadth: Breadth) -> Scene {
        stage::draw(cluster, breadth)
    }

    fn cluster(cluster: &Cluster<Failover>) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Cluster<Failover>) -> Vec<Fault> {
        plug::stop(cluster, newest_leader(cluster).map(Host::from), true)
    }

    /// `message m5`, `n1/entry 2`.
    fn dump(cluster: &Cluster<Failover>, key: &str) -> Option<Dump> {
        let Some((node, place)) = key.split_once("/entry ") else { return stage::dump(cluster, key) };
        let Host::Node(node) = node.parse().ok()? else { return None };
        let log = cluster.nodes.get(node.index())?.replica.log.log();
        let place: usize = place.parse().ok()?;
        let entry = log.get(place.checked_sub(1)?)?;
        let before: usize = log[..place - 1].iter().map(|entry| entry.encode().len()).sum();
        let title = format!("entry {place} in the log of {node}");
        Some(wire::dump_of_entries(entry, title, before as u64, message::told))
    }
}

impl Shown for Failover {
    const JUDGED: bool = true;

    fn banner(cluster: &Cluster<Failover>) -> (&'static str, String, String) {
        let leaders = leaders(cluster);
        let (class, title) = match (leaders.len(), newest_leader(cluster)) {
            (1, Some(leader)) => ("strong", format!("{leader} leads term {}", replica(cluster, leader).log.term())),
            (0, _) => ("bad", "Nobody leads".to_owned()),
            _ => ("bad", format!("{leaders} lead at once")),
        };
        let about = format!("timeout {}, heartbeat {}", cluster.settings.timeout, cluster.settings.heartbeat);
        let lost = cluster.witness.lost(&cluster.nodes).into_iter().map(|told| told.name.to_string());
        let lost: Vec<String> = lost.collect();
        (class, title, if lost.is_empty() { about } else { format!("{about}; lost: {}", lost.join(", ")) })
    }

    fn beliefs(cluster: &Cluster<Failover>, client: ClientId) -> Vec<String> {
        vec![format!("asks {}", user(cluster, client).belief)]
    }

    fn service(cluster: &Cluster<Failover>, service: Service) -> (Vec<String>, String) {
        match service {
            Service::Cache => {
                let rows = cache(cluster).rows.iter().rev();
                (rows.map(|(row, name)| format!("{row} {}", shown(name))).collect(), String::new())
            }
            Service::Storage => {
                let store = store(cluster).expect("it is drawn");
                let rows = store.rows.iter().rev().map(|(row, token)| format!("{} {} t{token}", row.row, row.name));
                let is_fenced = cluster.settings.storage == Storage::Fenced;
                (rows.collect(), if is_fenced { format!("≥ t{}", store.highest) } else { String::new() })
            }
            Service::Controller => {
                let controller = controller(cluster).expect("it is drawn");
                let silent = format!("silent {}", whole(cluster.now() - controller.heard));
                (vec![format!("{}, term {}", controller.leader, controller.term), silent], String::new())
            }
        }
    }

    fn head(cluster: &Cluster<Failover>, node: NodeId) -> (String, String) {
        let (busy, replica) = (&cluster.nodes[node.index()], replica(cluster, node));
        let role = match (cluster.is_up(node), replica.leads()) {
            (false, _) => String::new(),
            (true, leads) => format!("{}, term {}", if leads { "leads" } else { "follows" }, replica.log.term()),
        };
        let status = match (busy.is_busy(), is_patient(cluster, node)) {
            (true, _) if busy.line.is_empty() => "busy".to_owned(),
            (true, _) => format!("busy, {} wait", busy.line.len()),
            (false, true) => format!("silent {}", whole(silence(cluster, node))),
            _ => String::new(),
        };
        (role, status)
    }

    fn holds(scene: &mut Scene, cluster: &Cluster<Failover>, node: NodeId, area: Area) {
        let [mut log, patience] = area.rows([Size::Units(LINE), Size::Share(1.0)]);
        let replica = replica(cluster, node);
        if replica.leads() && cluster.is_up(node) {
            let term = log.cut_left(GAP);
            let shape = Shape::new(format!("{node}/term"), term.x, term.y);
            scene.push(shape.rect(0.0, 0.0, GAP / 2.0, LINE - 2.0, 0.0, hue_of_term(replica.log.term())));
        }
        draw_log(scene, replica, log);
        if is_patient(cluster, node) {
            // How much of its patience with a silent leader is used up.
            let timeout = cluster.settings.timeout.as_micros() as f32;
            let share = silence(cluster, node).as_micros() as f32 / timeout;
            let bar = Area { x: 0.0, y: GAP, height: GAP, ..patience };
            scene.push(gauge(Shape::new(format!("{node}/patience"), patience.x, patience.y), bar, share, "gauge"));
        }
    }

    /// Heartbeats and their like are many, and small.
    fn look(message: &Message, key: String, at: Point) -> Shape {
        let seal = message.term().map_or("envelope-seal", hue_of_term);
        if message.is_routine() {
            Shape::new(key, at.x, at.y).circle(0.0, 0.0, GAP / 2.0, seal)
        } else {
            sealed(key, at.x, at.y, seal)
        }
    }

    fn checks(cluster: &Cluster<Failover>) -> Vec<(&'static str, u64)> {
        cluster.witness.verdicts(&cluster.nodes).to_vec()
    }

    /// The newest broken promise.
    fn proof(cluster: &Cluster<Failover>) -> Option<Proof> {
        let broken = cluster.witness.broken(&cluster.nodes);
        let (call, broken) = broken.iter().enumerate().rev().find_map(|(place, it)| Some((place, it.as_ref()?)))?;
        let against = broken.against().and_then(|id| cluster.calls.iter().position(|call| call.id == id));
        Some(Proof { call, against, told: broken.to_string() })
    }

    fn brief(cluster: &Cluster<Failover>, place: usize) -> String {
        let call = &cluster.witness.calls[place];
        let end = match &call.ended {
            None => "…".to_owned(),
            Some(Ended::Inserted(row)) => format!("→ row {row}"),
            Some(Ended::Found(name)) => format!("→ {}", name.as_deref().unwrap_or("nothing")),
            Some(Ended::GivenUp) => "?".to_owned(),
        };
        match &call.ask {
            Ask::Insert(name) => format!("{} {name} {end}", call.id),
            Ask::Read(row) => format!("{} row {row} {end}", call.id),
        }
    }

    fn bytes(_: &Cluster<Failover>, message: &Message, title: String) -> Dump {
        wire::dump_of_entries(message, title, 0, message::told)
    }
}

fn replica(cluster: &Cluster<Failover>, node: NodeId) -> &Replica {
    &cluster.nodes[node.index()].replica
}

/// Whether a node waits for a leader to fall silent.
fn is_patient(cluster: &Cluster<Failover>, node: NodeId) -> bool {
    let votes = cluster.settings.choice == ChosenBy::Vote && cluster.settings.nodes > 1;
    votes && cluster.is_up(node) && !replica(cluster, node).leads()
}

fn silence(cluster: &Cluster<Failover>, node: NodeId) -> Time {
    since(replica(cluster, node).heard, cluster.clock(node.into()))
}

/// Milliseconds, without a fraction.
fn whole(time: Time) -> String {
    format!("{} ms", time.as_micros() / 1000)
}

/// The newest entries that fit, each with the colour of its term; those known to be committed have a mark.
fn draw_log(scene: &mut Scene, replica: &Replica, area: Area) {
    let (id, log) = (replica.log.id, replica.log.log());
    let word = |entry| match row_in(entry) {
        Some((row, _, name)) => format!("{row} {}", shown(name)),
        None => format!("t{}", entry.term),
    };
    let words: Vec<String> = log.iter().map(word).collect();
    let widths: Vec<f32> = words.iter().map(|word| width_of(word, SMALL) + 2.0 * GAP).collect();
    let (hidden, places) = area.newest(&widths);
    if hidden > 0 {
        let more = Shape::new(format!("{id}/more"), area.x, area.y).text(0.0, SMALL, Anchor::Start, "small", "…");
        scene.push(more.label(count(hidden, "older entry")));
    }
    for ((place, word), at) in words.iter().enumerate().skip(hidden).zip(places) {
        let (entry, tall) = (&log[place], at.height - 2.0);
        let shape = Shape::new(format!("{id}/entry {}", place + 1), at.x, at.y)
            .rect(0.0, 0.0, at.width - 2.0, tall, 2.0, "cell")
            .rect(0.0, 0.0, GAP / 2.0, tall, 2.0, hue_of_term(entry.term))
            .text(GAP, SMALL + 1.0, Anchor::Start, "small", fit(word, at.width - GAP, SMALL))
            .label(format!("entry {} of term {}: {word}", place + 1, entry.term))
            .selects();
        let is_committed = place < replica.log.committed();
        let mark = format!("M{GAP} {}H{}", tall - 1.0, at.width - GAP);
        scene.push(if is_committed { shape.path(mark, "tick") } else { shape });
    }
}
