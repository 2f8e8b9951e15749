//! A B-tree and an LSM-tree, given the same operations: what does each ask of its disk?
//!
//! # The idea
//!
//! Both engines are the ones of the chapters before, unchanged, each on a simulated disk of its own. A seeded workload
//! ([`crate::workload`]) is drawn once and given to both. What their disks have counted (bytes, seeks, syncs) is turned
//! into time by one device model, and so into throughput and latencies; the same counts give the amplifications:
//! - *write amplification*: bytes written to the disk for each byte that clients wrote;
//! - *read amplification*: bytes read from the disk, compactions included, for each byte that clients read;
//! - *space amplification*: bytes on the disk for each byte of the records that there are.
//!
//! # What is assumed
//!
//! Who wins depends on numbers that neither engine gives, so all of them are parameters, and the figure says them:
//! - both have as many bytes of cache: pages of the B-tree, inner ones included, and blocks of the LSM-tree. The LSM-tree
//!   has its memtables besides (each of an eighth of that, on pages of real size), and in memory what leads to the blocks
//!   (sparse indexes and Bloom filters);
//! - a record has so many bytes, and the slots of the B-tree are as large as that;
//! - both log each write, and sync the log once for as many writes: until then the B-tree has the changed pages in memory,
//!   and the LSM-tree the records of its log, so that neither asks anything of the disk before;
//! - the B-tree's checkpoint comes after so many page images. The LSM-tree's flushes and compactions are done as soon as
//!   there is work, and the operation that made it waits; or late, when a write cannot go on without. Either way the
//!   device's time for them counts.
//!
//! # Simpler than the real one because:
//! - one client, which asks again as soon as it has its answer, and one device that does one thing at a time: real engines
//!   compact and write back beside the clients' operations, which then all take a little longer;
//! - a seek costs the same however far, and an operation costs no processor time;
//! - the B-tree has slots of fixed size and logs whole pages ([`super::btree`]), which costs it room and bytes; blocks of
//!   the LSM-tree are not compressed.

pub mod command;
pub mod event;
pub mod settings;
pub mod side;

mod sweep;
mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use command::Command;
pub use event::Event;
pub use settings::{Compaction, PAGE_BYTES, Settings, Size};
pub use side::{Cost, Name, Side, Throughput, throughput};
pub use sweep::Share;
pub use view::Amplification;

use crate::contract::{Counter, Engine, Outcome, Probe, Refused};
use crate::storage::durable;
use crate::ways::Lift;
use crate::workload::{Kind, Operation, Workload};
use side::Tree;

/// A longer run is told in so many slices.
const SLICES: u64 = 20;

#[derive(Clone)]
pub struct Duel {
    pub settings: Settings,
    workload: Workload,
    /// The B-tree, and the LSM-tree.
    sides: [Side; 2],
    /// Keys and values that clients wrote and read since measuring began.
    bytes_written: u64,
    bytes_read: u64,
    /// Keys and values of all records.
    live_bytes: u64,
    /// The operation that both have carried out last, or one of them just now.
    pub last: Option<Operation>,
    pub points: Rc<Vec<Point>>,
    pub shares: Rc<Vec<Share>>,
    /// How many operations all sweeps have carried out.
    swept: u64,
}

/// After so many operations, how many each had made in a second on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub operations: u64,
    pub throughputs: [Throughput; 2],
}

impl Engine for Duel {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Duel {
        let (mix, law) = settings.mix();
        Duel {
            settings,
            workload: Workload::new(mix, law, settings.seed),
            sides: [Tree::BTree(Box::new(settings.btree())), Tree::Lsm(Box::new(settings.lsm()))]
                .map(|tree| Side::new(tree, settings.record)),
            bytes_written: 0,
            bytes_read: 0,
            live_bytes: 0,
            last: None,
            points: Rc::default(),
            shares: Rc::default(),
            swept: 0,
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Duel>) -> Result<Outcome, Refused> {
        match *command {
            Command::Load { many } => self.many(many, true, probe),
            Command::Run { many } => self.many(many, false, probe),
            Command::Next => self.next(probe),
            Command::Settle => self.settle(probe),
            Command::Sweep { many } => self.sweep(many, probe),
            Command::Forget => {
                self.forget();
                probe.step(|| Event::Forgotten, self);
                Ok(Outcome::Done)
            }
        }
    }

    /// Cut between the two, one would be an operation ahead for good.
    fn may_follow_a_cut(_: &Command) -> bool {
        false
    }

    fn weight(&self, before: &Duel) -> u64 {
        self.sides.iter().zip(&before.sides).map(|(now, then)| durable::weight(now.disk(), then.disk())).sum()
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Duel {
    fn draw(&mut self, is_load: bool) -> Result<Operation, Refused> {
        let drawn = if is_load { self.workload.insert() } else { self.workload.draw() };
        let Some(operation) = drawn else {
            return Err(match self.workload.records {
                0 => Refused::new("there are no records to ask for; `load` some first"),
                most => Refused::new(format!("there are {most} records, and no more fit")),
            });
        };
        let bytes = operation.key.to_string().len() as u64 + self.settings.record;
        self.live_bytes += bytes * u64::from(operation.kind == Kind::Insert);
        self.bytes_written += bytes * u64::from(operation.kind.writes());
        let reads = !matches!(operation.kind, Kind::Insert | Kind::Update);
        self.bytes_read += bytes * operation.records * u64::from(reads);
        self.last = Some(operation);
        Ok(operation)
    }

    /// Gives both the next `many` operations.
    pub fn advance(&mut self, many: u64, is_load: bool) -> Result<(), Refused> {
        for _ in 0..many {
            let operation = self.draw(is_load)?;
            for side in &mut self.sides {
                side.operate(&operation, &self.settings, &mut ())?;
            }
        }
        Ok(())
    }

    fn throughputs(&self) -> [Throughput; 2] {
        [self.sides[0].throughput(), self.sides[1].throughput()]
    }

    fn many(&mut self, of: u64, is_load: bool, probe: &mut impl Probe<Duel>) -> Result<Outcome, Refused> {
        let slice = of.div_ceil(SLICES);
        let mut done = 0;
        while done < of {
            let many = slice.min(of - done);
            self.advance(many, is_load)?;
            done += many;
            let point = Point { operations: self.operations(), throughputs: self.throughputs() };
            Rc::make_mut(&mut self.points).push(point);
            probe.step(|| Event::Advanced { done, of, throughputs: self.throughputs() }, self);
        }
        Ok(Outcome::Done)
    }

    fn next(&mut self, probe: &mut impl Probe<Duel>) -> Result<Outcome, Refused> {
        let operation = self.draw(false)?;
        let mut found = [None, None];
        for (place, name) in [Name::BTree, Name::Lsm].into_iter().enumerate() {
            let mut lift = Lift::default();
            found[place] = self.sides[place].operate(&operation, &self.settings, &mut lift)?;
            let cost = self.sides[place].last;
            lift.step(probe, || Event::Operated { name, operation, cost }, self);
        }
        let [btree, lsm] = found;
        assert_eq!(btree, lsm, "both hold the same records");
        Ok(if operation.kind == Kind::Read { Outcome::Value(btree) } else { Outcome::Done })
    }

    fn settle(&mut self, probe: &mut impl Probe<Duel>) -> Result<Outcome, Refused> {
        self.finish()?;
        let costs = [self.sides[0].last, self.sides[1].last];
        probe.step(|| Event::Settled { costs }, self);
        Ok(Outcome::Done)
    }

    /// Both do what they had put off, and the time for it counts.
    pub fn finish(&mut self) -> Result<(), Refused> {
        let device = self.settings.device();
        self.sides.iter_mut().try_for_each(|side| side.settle(&device))
    }

    /// Measures anew from here on.
    pub fn forget(&mut self) {
        self.sides.iter_mut().for_each(Side::forget);
        (self.bytes_written, self.bytes_read) = (0, 0);
        self.points = Rc::default();
    }
}
