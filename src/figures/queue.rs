//! How a broker is drawn: producer and consumers at the left; at the right the broker with what its disk has, and the store
//! with the effects.

use super::plug::{self, Fault, fault};
use super::stage::{self, Shown};
use super::{About, Figure, diagram};
use crate::engine::Dump;
use crate::engine::cluster::{ClientId, Cluster, NodeId};
use crate::engine::contract::Choice;
use crate::engine::encoding::queue::consumer::{Doing, Life};
use crate::engine::encoding::queue::message::{Letter, Record};
use crate::engine::encoding::queue::partition::Partition;
use crate::engine::encoding::queue::producer::Known;
use crate::engine::encoding::queue::settings::{Ack, Group, Model};
use crate::engine::encoding::queue::{BROKER, Consumer, Event, Message, Program, Queue, tally};
use crate::engine::wire::{self, Wire};
use crate::engine::wording::count;
use crate::scene::area::Area;
use crate::scene::parts::{Cell, cells};
use crate::scene::vocabulary::hue;
use crate::scene::{Breadth, Scene};

pub struct QueueFigure;

impl Figure for QueueFigure {
    type Engine = Cluster<Queue>;

    const ABOUT: About = About {
        kind: "queue",
        title: "A broker in between",
        summary: "A producer sends to a topic, and consumers come when they can. What is acknowledged, and when, decides \
                  what is lost and what is done twice.",
        chapter: "encoding/messages",
        example: "send a 1; send b 2; join c2; join c3; send a 3; settle",
    };

    const PLUG: Option<&'static str> = Some(plug::STOP);

    fn draw(cluster: &Cluster<Queue>, _: Option<&Event>, breadth: Breadth) -> Scene {
        stage::draw(cluster, breadth)
    }

    fn cluster(cluster: &Cluster<Queue>) -> Option<&dyn diagram::Cluster> {
        Some(cluster)
    }

    fn faults(cluster: &Cluster<Queue>) -> Vec<Fault> {
        let mut faults = plug::stop(cluster, None, false);
        if cluster.is_up(BROKER) {
            let about = format!("The power of {BROKER} fails: what was not synced is lost");
            faults.push(fault(format!("stop {BROKER} lost"), about));
        }
        let alive = tally::consumers(cluster).filter(|consumer| consumer.group().is_some());
        faults.extend(alive.map(|it| fault(format!("kill {}", it.id), format!("{} dies without a word", it.id))));
        faults
    }

    /// `message m5`, `p0@3` or `g1@3` for the record at an offset, `effect 4`.
    fn dump(cluster: &Cluster<Queue>, key: &str) -> Option<Dump> {
        if let Some(place) = key.strip_prefix("effect ") {
            let row = tally::store(cluster).rows.get(place.parse::<usize>().ok()?)?;
            return Some(wire::dump(&row.letter, format!("{} as the store has it", row.letter.call)));
        }
        let Some((lane, offset)) = key.split_once('@') else { return stage::dump(cluster, key) };
        let broker = tally::broker(cluster);
        let place = if cluster.settings.model == Model::Queue { 0 } else { lane.strip_prefix('p')?.parse().ok()? };
        let partition: &Partition = broker.partitions.get(place)?;
        let bytes = &partition.found(offset.parse().ok()?)?.bytes;
        let record = Record::read(&mut &broker.disk.peek(partition.file, bytes.clone())[..])?;
        let title = format!("file {}, record at byte {}", cluster.settings.file(place), bytes.start);
        Some(Dump { offset: bytes.start, ..wire::dump(&record, title) })
    }
}

impl Shown for Queue {
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

    fn beliefs(cluster: &Cluster<Queue>, client: ClientId) -> Vec<String> {
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
                    format!("{}: {known}", letter.call)
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
        for (name, row) in &rows {
            cells(scene, &format!("{node} row {name}"), &mut area, name, row);
        }
    }

    fn seal(message: &Message) -> &'static str {
        message.letter().map_or("envelope-seal", |letter| hue(&letter.key))
    }
}

/// A row of cells: its name, and what is in it.
type Row = (String, Vec<Cell>);

/// A message in a row, of which a record is on the disk of the broker.
fn cell(key: String, letter: &Letter, note: String, label: String) -> Cell {
    let field = letter.body.unknown().map_or_else(String::new, |field| format!("+{field}"));
    let held = Some((letter.key.to_string(), format!("{}{field}", letter.body.value())));
    Cell { key, held, class: "", hatched: false, note, label }
}

/// Of a log: each partition, with where each group goes on.
fn partitions(cluster: &Cluster<Queue>) -> Vec<Row> {
    let broker = tally::broker(cluster);
    let row = |(place, partition): (usize, &Partition)| {
        let name = cluster.settings.file(place);
        let groups = |from: u64, to: u64| {
            let here = partition.bound.iter().filter(|it| (from..to).contains(&partition.lane(**it).position));
            here.map(|group| format!(" ▲{group}")).collect::<String>()
        };
        let mut from = 0;
        let mut cells = Vec::new();
        for entry in partition.entries.iter() {
            let next = groups(from, entry.offset + 1);
            from = entry.offset + 1;
            let (note, key) = (format!("{}{next}", entry.offset), format!("{name}@{}", entry.offset));
            let label = format!("{name}, offset {note}: {}", says(&entry.letter));
            cells
                .push(Cell { hatched: broker.has_unsynced(partition, entry), ..cell(key, &entry.letter, note, label) });
        }
        let (key, note) = (format!("{name} end"), groups(from, u64::MAX).trim_start().to_owned());
        let label = format!("the end of {name} {note}");
        cells.push(Cell { key, held: None, class: "", hatched: false, note, label });
        (name, cells)
    };
    broker.partitions.iter().enumerate().map(row).collect()
}

/// Of a queue: what each group has before it, and the dead letters.
fn lanes(cluster: &Cluster<Queue>) -> Vec<Row> {
    let broker = tally::broker(cluster);
    let partition = &broker.partitions[0];
    let lane = |group: &Group| {
        let concerned = partition.entries.iter().filter(|entry| partition.concerns(*group, entry.offset));
        let cells = concerned.map(|entry| {
            let lease = partition.lane(*group).leases.get(&entry.offset);
            let (class, note, held) = match lease.map(|lease| lease.holder.client) {
                None => ("", String::new(), "waits".to_owned()),
                Some(client) => ("copy", format!("→ {client}"), format!("held by {client}")),
            };
            let (key, label) =
                (format!("{group}@{}", entry.offset), format!("{group}: {}, {held}", says(&entry.letter)));
            Cell { class, hatched: broker.has_unsynced(partition, entry), ..cell(key, &entry.letter, note, label) }
        });
        (group.to_string(), cells.collect())
    };
    let dead = |group: &Group| {
        let cells = partition.lane(*group).dead.iter().map(|entry| {
            let (key, label) =
                (format!("{group} dead@{}", entry.offset), format!("dead letter: {}", says(&entry.letter)));
            Cell { class: "dead", ..cell(key, &entry.letter, format!("of {group}"), label) }
        });
        cells.collect::<Vec<_>>()
    };
    let dead: Vec<Cell> = partition.bound.iter().flat_map(dead).collect();
    let lanes = partition.bound.iter().map(lane);
    lanes.chain((!dead.is_empty()).then(|| ("dead".to_owned(), dead))).collect()
}

/// What the store has, of each group.
fn effects(cluster: &Cluster<Queue>) -> Vec<Row> {
    let rows = &tally::store(cluster).rows;
    let of_group = |group: &Group| {
        let own = rows.iter().enumerate().filter(|(_, row)| row.group == *group);
        let cells = own.map(|(place, row)| {
            let same = rows[..=place].iter().filter(|it| (it.group, it.letter.call) == (*group, row.letter.call));
            let note =
                Some(same.count()).filter(|times| *times > 1).map_or_else(String::new, |times| format!("✗ {times}×"));
            let label = format!("effect for {group}: {} {note}", says(&row.letter));
            cell(format!("effect {place}"), &row.letter, note, label)
        });
        (group.to_string(), cells.collect())
    };
    Group::ALL.iter().map(of_group).filter(|(_, cells): &Row| !cells.is_empty()).collect()
}

fn says(letter: &Letter) -> String {
    format!("{}, {letter}", letter.call)
}

fn beliefs(cluster: &Cluster<Queue>, consumer: &Consumer) -> Vec<String> {
    let group = match consumer.life {
        Life::Away => return vec!["does not consume".to_owned()],
        Life::Dead => return vec!["dead ✗".to_owned()],
        Life::Member(group) => group,
    };
    let own = match cluster.settings.model {
        Model::Queue => format!("in {group}"),
        Model::Log => {
            format!("{group}: {}", cluster.settings.names(consumer.partitions).replace(" and", "").replace(',', ""))
        }
    };
    let Some(call) = consumer.inbox.front().map(|item| item.letter.call) else { return vec![own, "idle".to_owned()] };
    let doing = match consumer.doing {
        Doing::Nothing => format!("has {call}"),
        Doing::Work => format!("works on {call}"),
        Doing::Apply => format!("{call}: store?"),
        Doing::Acknowledge => format!("{call}: broker?"),
    };
    let more = if consumer.inbox.len() > 1 { format!(", +{}", consumer.inbox.len() - 1) } else { String::new() };
    vec![own, format!("{doing}{more}")]
}
