//! How a broker is drawn: producer and consumers at the left; at the right the broker with what its disk has, and the store
//! with the effects.

mod rows;

use self::rows::{Row, effects, lanes, partitions};
use super::About;
use super::plug::{self, Fault, fault};
use super::stage::{Shown, Staged};
use crate::engine::Dump;
use crate::engine::cluster::{ClientId, Cluster, NodeId};
use crate::engine::encoding::queue::consumer::{Doing, Life};
use crate::engine::encoding::queue::message::Record;
use crate::engine::encoding::queue::partition::Partition;
use crate::engine::encoding::queue::producer::Known;
use crate::engine::encoding::queue::settings::{Ack, Model};
use crate::engine::encoding::queue::{BROKER, Consumer, Message, Program, Queue, tally};
use crate::engine::wire::{self, Wire};
use crate::engine::wording::count;
use crate::scene::Scene;
use crate::scene::area::{Area, GAP};
use crate::scene::places::{Places, TALLEST, least, named};
use crate::scene::text::Face;
use crate::scene::vocabulary::{colours, tint};

pub(super) type QueueFigure = Staged<Queue>;

/// `p0@3` or `g1@3` for the record at an offset, `effect 4`.
fn held(cluster: &Cluster<Queue>, key: &str) -> Option<Dump> {
    if let Some(place) = key.strip_prefix("effect ") {
        let row = tally::store(cluster).rows.get(place.parse::<usize>().ok()?)?;
        return Some(wire::dump(&row.letter, format!("{} as the store has it", row.letter.call)));
    }
    let (lane, offset) = key.split_once('@')?;
    let broker = tally::broker(cluster);
    let place = if cluster.settings.model == Model::Queue { 0 } else { lane.strip_prefix('p')?.parse().ok()? };
    let partition: &Partition = broker.partitions.get(place)?;
    let bytes = &partition.found(offset.parse().ok()?)?.bytes;
    let record = Record::read(&mut &broker.disk.peek(partition.file, bytes.clone())[..])?;
    let title = format!("file {}, record at byte {}", cluster.settings.file(place), bytes.start);
    Some(Dump { offset: bytes.start, ..wire::dump(&record, title) })
}

impl Shown for Queue {
    const ABOUT: About = About {
        kind: "queue",
        title: "A broker in between",
        summary: "A producer sends to a topic, and consumers come when they can. When a message is acknowledged \
                  decides whether it can be lost, or be done twice.",
        chapter: "encoding/messages",
        example: "send a 1; send b 2; join c2; join c3; send a 3; settle",
    };

    fn faults(cluster: &Cluster<Queue>) -> Vec<Fault> {
        let mut faults = plug::stop(cluster, None, false);
        if cluster.is_up(BROKER) {
            let about = format!("The power of {BROKER} fails: what wasn't synced is lost");
            faults.push(fault(format!("stop {BROKER} lost"), about));
        }
        let alive = tally::consumers(cluster).filter(|consumer| consumer.group().is_some());
        faults.extend(alive.map(|it| fault(format!("kill {}", it.id), format!("{} dies without a word", it.id))));
        faults
    }

    fn held(cluster: &Cluster<Queue>, key: &str) -> Option<Dump> {
        held(cluster, key)
    }

    fn banner(cluster: &Cluster<Queue>) -> (&'static str, String, String) {
        let (settings, tally) = (&cluster.settings, tally::tally(cluster));
        let kind = match settings.model {
            Model::Queue => format!("a queue, prefetch {}", settings.prefetch),
            Model::Log => format!("a log of {}", count(settings.partitions, "partition")),
        };
        let ack = if settings.ack == Ack::After { "after the work" } else { "before the work" };
        let rule = format!("{kind}; acknowledged {ack}");
        let counts = [("lost", tally.lost), ("counted twice", tally.twice)];
        let broken: Vec<String> = counts.iter().filter(|it| it.1 > 0).map(|it| format!("{}: {}", it.0, it.1)).collect();
        match broken[..] {
            [] => ("good", "Nothing lost, nothing twice ✓".to_owned(), rule),
            _ => ("bad", format!("{} ✗", broken.join(", ")), rule),
        }
    }

    const BELIEFS: usize = 2;

    fn beliefs(cluster: &Cluster<Queue>, client: ClientId) -> Vec<(String, &'static str)> {
        match &*cluster.clients[client.index()] {
            Program::Consumer(consumer) => beliefs(cluster, consumer),
            Program::Producer(producer) => producer
                .sent
                .iter()
                .rev()
                .map(|(letter, known)| {
                    let known = match known {
                        Known::Open => "…",
                        Known::Assumed => "sent?",
                        Known::Acknowledged => "kept ✓",
                        Known::Unknown => "kept or not?",
                        Known::NoRoom => "no room ✗",
                    };
                    (format!("{}: {known}", letter.call), tint(&letter.key))
                })
                .collect(),
        }
    }

    fn head(cluster: &Cluster<Queue>, node: NodeId) -> (String, String) {
        if node == BROKER {
            let kept = tally::broker(cluster).kept();
            return ("the broker".to_owned(), count(kept, "message"));
        }
        ("the store".to_owned(), count(tally::store(cluster).rows.len(), "effect"))
    }

    fn holds(scene: &mut Scene, cluster: &Cluster<Queue>, node: NodeId, mut area: Area) {
        let rows = match (node == BROKER, cluster.settings.model) {
            (false, _) => effects(cluster),
            (true, Model::Log) => partitions(cluster),
            (true, Model::Queue) => lanes(cluster),
        };
        let face = Face::of("small strong");
        let widest = rows.iter().flat_map(|row| &row.tiles).map(|tile| face.width(&tile.word));
        let widest = widest.fold(face.width(" 0 ▲g1"), f32::max);
        let name = rows.iter().map(|row| &*row.name).max_by_key(|name| name.len()).unwrap_or_default();
        let tall = area.height / rows.len() as f32;
        for Row { name: own, tiles, end } in &rows {
            let mut at = area.cut_top(tall);
            at.height = (tall - GAP / 2.0).min(TALLEST);
            let key = format!("{node} row {own}");
            named(scene, &key, &mut at, own, name);
            let all = tiles.len() + usize::from(end.is_some());
            let places = Places::new(at.width, widest, all, least(at.width, 6, 2));
            // The place after the last says which groups are there.
            let free = |place: usize| Some(end.clone().filter(|_| place == tiles.len()).unwrap_or_default());
            places.draw(scene, &key, at, &free, &|place| tiles.get(place).cloned());
        }
    }

    fn seal(message: &Message) -> (&'static str, &'static str) {
        message.letter().map_or(("envelope-seal", ""), |letter| colours(&letter.key))
    }
}

fn beliefs(cluster: &Cluster<Queue>, consumer: &Consumer) -> Vec<(String, &'static str)> {
    let group = match consumer.life {
        Life::Away => return vec![("doesn't consume".to_owned(), "")],
        Life::Dead => return vec![("dead ✗".to_owned(), "")],
        Life::Member(group) => group,
    };
    let own = match cluster.settings.model {
        Model::Queue => format!("in {group}"),
        Model::Log => {
            format!("{group}: {}", cluster.settings.names(consumer.partitions).replace(" and", "").replace(',', ""))
        }
    };
    let Some((call, key)) = consumer.inbox.front().map(|item| (item.letter.call, &item.letter.key)) else {
        return vec![(own, ""), ("idle".to_owned(), "")];
    };
    let doing = match consumer.doing {
        Doing::Nothing => format!("has {call}"),
        Doing::Work => format!("works on {call}"),
        Doing::Apply => format!("{call}: store?"),
        Doing::Acknowledge => format!("{call}: broker?"),
    };
    let more = if consumer.inbox.len() > 1 { format!(", +{}", consumer.inbox.len() - 1) } else { String::new() };
    vec![(own, ""), (format!("{doing}{more}"), tint(key))]
}
