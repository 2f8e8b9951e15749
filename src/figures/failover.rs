//! How a failover is drawn: clients, the cache and the services at the left, the nodes with their logs and with how long they
//! have heard no leader at the right, and below what people would have to answer for. What has a term has its colour.

use super::About;
use super::calls::Proof;
use super::cluster::{hue_of_term, wash_of_term};
use super::plug::{self, Fault};
use super::stage::{Shown, Staged};
use crate::engine::cluster::{ClientId, Cluster, Host, NodeId, Service};
use crate::engine::replication::failover::message::{self, Message, word};
use crate::engine::replication::failover::replica::since;
use crate::engine::replication::failover::settings::{ChosenBy, Storage};
use crate::engine::replication::failover::user::Ask;
use crate::engine::replication::failover::witness::Ended;
use crate::engine::replication::failover::{Failover, Replica, cache, controller, leaders, newest_leader, store, user};
use crate::engine::replication::replicated_log::Entry;
use crate::engine::sim::Time;
use crate::engine::wording::shown;
use crate::engine::{Dump, wire};
use crate::scene::area::{Area, GAP};
use crate::scene::parts::gauge;
use crate::scene::places::{Places, TALLEST, Tile, least};
use crate::scene::text::Face;
use crate::scene::vocabulary::LINE;
use crate::scene::{Scene, Shape};

pub(super) type FailoverFigure = Staged<Failover>;

impl Shown for Failover {
    const ABOUT: About = About {
        kind: "failover",
        title: "When the leader fails",
        summary: "A leader falls silent. Who notices, who leads next, and what was lost? Make two of them lead at once.",
        chapter: "replication/when-the-leader-fails",
        example: "insert ann; delay n1 n2 100ms; delay n1 n3 100ms; begin insert bob; run 30ms; stop n1; run 1s
insert eve as c2; start n1; run 300ms",
    };

    fn faults(cluster: &Cluster<Failover>) -> Vec<Fault> {
        plug::stop(cluster, newest_leader(cluster).map(Host::from), true)
    }

    fn held(cluster: &Cluster<Failover>, key: &str) -> Option<Dump> {
        held(cluster, key)
    }

    const JUDGED: bool = true;

    fn banner(cluster: &Cluster<Failover>) -> (&'static str, String, String) {
        let leaders = leaders(cluster);
        let (class, title) = match (leaders.len(), newest_leader(cluster)) {
            (1, Some(leader)) => ("strong", format!("{leader} leads term {}", replica(cluster, leader).log.term())),
            (0, _) => ("bad", "No one leads".to_owned()),
            _ => ("bad", format!("{leaders} lead at once")),
        };
        let about = format!("timeout {}, heartbeat {}", cluster.settings.timeout, cluster.settings.heartbeat);
        let lost = cluster.witness.lost(&cluster.nodes).into_iter().map(|told| told.name.to_string());
        let lost: Vec<String> = lost.collect();
        (class, title, if lost.is_empty() { about } else { format!("{about}; lost: {}", lost.join(", ")) })
    }

    const BELIEFS: usize = 2;

    /// Whom it believes to lead, and what its newest call came to.
    fn beliefs(cluster: &Cluster<Failover>, client: ClientId) -> Vec<(String, &'static str)> {
        let asks = (format!("asks {}", user(cluster, client).belief), "");
        let newest = cluster.witness.calls.iter().rposition(|call| call.id.client == client);
        let newest = newest.map(|place| (Self::brief(cluster, place), ""));
        std::iter::once(asks).chain(newest).collect()
    }

    fn service(cluster: &Cluster<Failover>, service: Service) -> (Vec<(String, &'static str)>, String) {
        match service {
            Service::Cache => {
                let rows = cache(cluster).rows.iter().rev();
                (rows.map(|(row, name)| (format!("row {row} {}", shown(name)), "")).collect(), String::new())
            }
            Service::Storage => {
                let store = store(cluster).expect("it is drawn");
                let rows = store.rows.iter().rev();
                let rows =
                    rows.map(|(row, token)| (format!("{} {} token {token}", row.row, row.name), wash_of_term(*token)));
                let is_fenced = cluster.settings.storage == Storage::Fenced;
                (rows.collect(), if is_fenced { format!("≥ t{}", store.highest) } else { String::new() })
            }
            Service::Controller => {
                let controller = controller(cluster).expect("it is drawn");
                let silent = format!("silent {}", whole(cluster.now() - controller.heard));
                let names = format!("{} leads term {}", controller.leader, controller.term);
                (vec![(names, wash_of_term(controller.term)), (silent, "")], String::new())
            }
        }
    }

    fn head(cluster: &Cluster<Failover>, node: NodeId) -> (String, String) {
        let (busy, replica) = (&cluster.nodes[node.index()], replica(cluster, node));
        let role = match (cluster.is_up(node), replica.leads()) {
            (false, _) => String::new(),
            (true, leads) => format!("{}, term\u{a0}{}", if leads { "leads" } else { "follows" }, replica.log.term()),
        };
        let status = match (busy.is_busy(), is_patient(cluster, node)) {
            (true, _) if busy.line.is_empty() => "busy".to_owned(),
            (true, _) => format!("busy, {} wait", busy.line.len()),
            (false, true) => format!("silent {}", whole(silence(cluster, node))),
            _ => String::new(),
        };
        (role, status)
    }

    fn bar(cluster: &Cluster<Failover>, node: NodeId) -> Option<&'static str> {
        let replica = replica(cluster, node);
        (replica.leads() && cluster.is_up(node)).then(|| hue_of_term(replica.log.term()))
    }

    /// Its log, and how much of its patience with a silent leader is used up.
    fn holds(scene: &mut Scene, cluster: &Cluster<Failover>, node: NodeId, mut area: Area) {
        // A low card says only in words how long it has heard nothing.
        let has_room = area.height > LINE + 2.0 * GAP;
        let patience = if has_room { area.cut_bottom(GAP) } else { area };
        area.cut_bottom(if has_room { GAP / 2.0 } else { 0.0 });
        draw_log(scene, cluster, node, area);
        if has_room && is_patient(cluster, node) {
            let timeout = cluster.settings.timeout.as_micros() as f32;
            let share = silence(cluster, node).as_micros() as f32 / timeout;
            let bar = Area { x: 0.0, y: 0.0, ..patience };
            scene.push(gauge(Shape::new(format!("{node}/patience"), patience.x, patience.y), bar, share, "gauge"));
        }
    }

    fn seal(message: &Message) -> (&'static str, &'static str) {
        message.term().map_or(("envelope-seal", ""), |term| (hue_of_term(term), wash_of_term(term)))
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

/// `n1/entry 2`.
fn held(cluster: &Cluster<Failover>, key: &str) -> Option<Dump> {
    let (node, place) = key.split_once("/entry ")?;
    let Host::Node(node) = node.parse().ok()? else { return None };
    let log = cluster.nodes.get(node.index())?.replica.log.log();
    let place: usize = place.parse().ok()?;
    let entry = log.get(place.checked_sub(1)?)?;
    let before: usize = log[..place - 1].iter().map(|entry| entry.encode().len()).sum();
    let title = format!("entry {place} in the log of {node}");
    Some(wire::dump_of_entries(entry, title, before as u64, message::told))
}

/// The newest entries that fit, each with the colour of its term; those known to be committed have a mark. An entry has the
/// same place in all logs.
fn draw_log(scene: &mut Scene, cluster: &Cluster<Failover>, id: NodeId, area: Area) {
    let logs = || cluster.nodes.iter().map(|node| node.replica.log.log());
    let face = Face::of("small strong");
    let widest = logs().flatten().map(|entry| face.width(&word(entry))).fold(0.0, f32::max);
    let all = logs().map(<[Entry]>::len).max().unwrap_or_default();
    let places = Places::new(area.width, widest, all, least(area.width, 6, 3));
    let (log, committed) = (replica(cluster, id).log.log(), replica(cluster, id).log.committed());
    let tile = |place: usize| {
        let entry = log.get(place)?;
        let (word, term) = (word(entry), entry.term);
        Some(Tile {
            key: format!("{id}/entry {}", place + 1),
            note: format!("{} · term {term}", place + 1),
            wash: wash_of_term(term),
            stripe: hue_of_term(term),
            ticked: place < committed,
            label: format!("entry {} of term {term}: {word}", place + 1),
            word,
            ..Tile::default()
        })
    };
    let row = Area { height: area.height.min(TALLEST), ..area };
    places.draw(scene, &id.to_string(), row, &|place| Some((place + 1).to_string()), &tile);
}
