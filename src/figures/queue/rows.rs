//! What broker and store hold, as rows of places.

use crate::engine::cluster::Cluster;
use crate::engine::contract::Choice;
use crate::engine::encoding::queue::message::Letter;
use crate::engine::encoding::queue::partition::Partition;
use crate::engine::encoding::queue::settings::Group;
use crate::engine::encoding::queue::{Queue, tally};
use crate::scene::places::Tile;
use crate::scene::vocabulary::colours;

/// A row of places: its name, what is in it, and what is said of its end.
pub(super) struct Row {
    pub name: String,
    pub tiles: Vec<Tile>,
    pub end: Option<String>,
}

/// A message in a row, of which a record is on the disk of the broker.
fn tile(key: String, letter: &Letter, note: String, label: String) -> Tile {
    let field = letter.body.unknown().map_or_else(String::new, |field| format!(" +{field}"));
    let (stripe, wash) = colours(&letter.key);
    let (word, note) = (format!("{}={}", letter.key, letter.body.value()), format!("{note}{field}").trim().to_owned());
    Tile { key, word, note, stripe, wash, label, ..Tile::default() }
}

/// Of a log: each partition, with where each group goes on.
pub(super) fn partitions(cluster: &Cluster<Queue>) -> Vec<Row> {
    let broker = tally::broker(cluster);
    let row = |(place, partition): (usize, &Partition)| {
        let name = cluster.settings.file(place);
        let groups = |from: u64, to: u64| {
            let here = partition.bound.iter().filter(|it| (from..to).contains(&partition.lane(**it).position));
            here.map(|group| format!(" ▲{group}")).collect::<String>()
        };
        let mut from = 0;
        let mut tiles = Vec::new();
        for entry in partition.entries.iter() {
            let next = groups(from, entry.offset + 1);
            from = entry.offset + 1;
            let (note, key) = (format!("{}{next}", entry.offset), format!("{name}@{}", entry.offset));
            let label = format!("{name}, offset {note}: {}", says(&entry.letter));
            let hatched = broker.has_unsynced(partition, entry);
            tiles.push(Tile { hatched, ..tile(key, &entry.letter, note, label) });
        }
        Row { name, tiles, end: Some(groups(from, u64::MAX).trim_start().to_owned()) }
    };
    broker.partitions.iter().enumerate().map(row).collect()
}

/// Of a queue: what each group has before it, and the dead letters.
pub(super) fn lanes(cluster: &Cluster<Queue>) -> Vec<Row> {
    let broker = tally::broker(cluster);
    let partition = &broker.partitions[0];
    let lane = |group: &Group| {
        let concerned = partition.entries.iter().filter(|entry| partition.concerns(*group, entry.offset));
        let tiles = concerned.map(|entry| {
            let lease = partition.lane(*group).leases.get(&entry.offset);
            let (class, note, held) = match lease.map(|lease| lease.holder.client) {
                None => ("", String::new(), "waits".to_owned()),
                Some(client) => ("copy", format!("→ {client}"), format!("held by {client}")),
            };
            let (key, label) =
                (format!("{group}@{}", entry.offset), format!("{group}: {}, {held}", says(&entry.letter)));
            let hatched = broker.has_unsynced(partition, entry);
            Tile { class, hatched, ..tile(key, &entry.letter, note, label) }
        });
        Row { name: group.to_string(), tiles: tiles.collect(), end: None }
    };
    let dead = |group: &Group| {
        let tiles = partition.lane(*group).dead.iter().map(|entry| {
            let (key, label) =
                (format!("{group} dead@{}", entry.offset), format!("dead letter: {}", says(&entry.letter)));
            Tile { class: "dead", ..tile(key, &entry.letter, format!("of {group}"), label) }
        });
        tiles.collect::<Vec<_>>()
    };
    let dead: Vec<Tile> = partition.bound.iter().flat_map(dead).collect();
    let lanes = partition.bound.iter().map(lane);
    lanes.chain((!dead.is_empty()).then(|| Row { name: "dead".to_owned(), tiles: dead, end: None })).collect()
}

/// What the store has, of each group.
pub(super) fn effects(cluster: &Cluster<Queue>) -> Vec<Row> {
    let rows = &tally::store(cluster).rows;
    let of_group = |group: &Group| {
        let own = rows.iter().enumerate().filter(|(_, row)| row.group == *group);
        let tiles = own.map(|(place, row)| {
            let same = rows[..=place].iter().filter(|it| (it.group, it.letter.call) == (*group, row.letter.call));
            let note =
                Some(same.count()).filter(|times| *times > 1).map_or_else(String::new, |times| format!("✗ {times}×"));
            let label = format!("effect for {group}: {} {note}", says(&row.letter)).trim_end().to_owned();
            tile(format!("effect {place}"), &row.letter, note, label)
        });
        Row { name: group.to_string(), tiles: tiles.collect(), end: None }
    };
    let rows: Vec<Row> = Group::ALL.iter().map(of_group).filter(|row: &Row| !row.tiles.is_empty()).collect();
    if rows.is_empty() { vec![Row { end: Some("no effect".to_owned()), ..of_group(&Group::ALL[0]) }] } else { rows }
}

fn says(letter: &Letter) -> String {
    format!("{}, {letter}", letter.call)
}
