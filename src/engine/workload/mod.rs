//! Workloads: what clients ask of a store, drawn from a seed. The core workloads of YCSB (Cooper and others,
//! *Benchmarking Cloud Serving Systems with YCSB*, 2010), and a mix of the reader's own.
//!
//! A workload is shares of kinds of operations and a law by which keys are chosen. Records are counted in the order in
//! which they were inserted; [`Workload::key`] spreads them over the key space, so that neighbours in time are not
//! neighbours in the tree.
//!
//! # Simpler than the real one because:
//! - a record has one field, so an update writes the whole of it;
//! - YCSB hashes a record's number to make its key, here a multiplication modulo a prime does it: no two collide;
//! - the zipfian law is taken over the records that there are, and not over ten thousand million.

mod zipfian;

use stepwise_derive::Choice;
use zipfian::Zipfian;

use crate::sim::Rng;

/// The keys lie below this prime.
const PRIME: u64 = 2_000_003;
/// The prime over the golden ratio: following numbers fall far from each other.
const STEP: u64 = 1_236_070;
/// A workload holds no more records than this, so that every key differs.
pub const MAX_RECORDS: u64 = PRIME - 1;
/// A scan of workload E takes 1 to this many records, each number as likely.
pub const MAX_SCAN: u64 = 100;

/// Of a hundred operations, how many are of each kind; the rest are updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    pub reads: u64,
    pub inserts: u64,
    pub scans: u64,
    pub read_modify_writes: u64,
}

impl Mix {
    /// Reads, and updates for the rest.
    pub const fn reads(reads: u64) -> Mix {
        Mix { reads, inserts: 0, scans: 0, read_modify_writes: 0 }
    }

    /// The mix of a preset, and its usual law of keys; `reads` are those of a mix of the reader's own.
    pub const fn of(preset: Preset, reads: u64) -> (Mix, Law) {
        match preset {
            Preset::A => (Mix::reads(50), Law::Zipfian),
            Preset::B => (Mix::reads(95), Law::Zipfian),
            Preset::C => (Mix::reads(100), Law::Zipfian),
            Preset::D => (Mix { inserts: 5, ..Mix::reads(95) }, Law::Latest),
            Preset::E => (Mix { inserts: 5, scans: 95, ..Mix::reads(0) }, Law::Zipfian),
            Preset::F => (Mix { read_modify_writes: 50, ..Mix::reads(50) }, Law::Zipfian),
            Preset::Own => (Mix::reads(reads), Law::Uniform),
        }
    }
}

/// A core workload of YCSB, or a mix of the reader's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Preset {
    /// A: half reads, half updates
    A,
    /// B: 95 % reads
    B,
    /// C: reads only
    C,
    /// D: reads of the latest
    D,
    /// E: short scans
    E,
    /// F: read-modify-write
    F,
    /// your own mix
    Own,
}

/// How the record of an operation is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Each as likely as any other.
    Uniform,
    /// A few are asked for again and again; which ones is spread over all records.
    Zipfian,
    /// As zipfian, and the newest are the ones asked for.
    Latest,
    /// One after the other, in the order of their keys; they are inserted in that order as well.
    Sequential,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Read,
    Update,
    Insert,
    Scan,
    ReadModifyWrite,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Read => "read",
            Kind::Update => "update",
            Kind::Insert => "insert",
            Kind::Scan => "scan",
            Kind::ReadModifyWrite => "read-modify-write",
        }
    }

    pub fn writes(self) -> bool {
        matches!(self, Kind::Update | Kind::Insert | Kind::ReadModifyWrite)
    }
}

/// One thing that a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    pub kind: Kind,
    pub key: u64,
    /// Of a scan, how many records; 1 of all others.
    pub records: u64,
    /// What a write writes differs from write to write by this number.
    pub version: u64,
}

/// Operations by chance: the same seed gives the same ones. A clone goes on with the same ones.
#[derive(Clone, Debug)]
pub struct Workload {
    mix: Mix,
    law: Law,
    rng: Rng,
    zipfian: Zipfian,
    /// How many records were inserted.
    pub records: u64,
    drawn: u64,
}

impl Workload {
    pub fn new(mix: Mix, law: Law, seed: u64) -> Workload {
        Workload { mix, law, rng: Rng::new(seed), zipfian: Zipfian::default(), records: 0, drawn: 0 }
    }

    /// Other operations from now on, on the same records.
    pub fn change(&mut self, mix: Mix) {
        self.mix = mix;
    }

    /// The insertion of one more record: loading is nothing but these. `None` if there are [`MAX_RECORDS`].
    pub fn insert(&mut self) -> Option<Operation> {
        if self.records == MAX_RECORDS {
            return None;
        }
        self.records += 1;
        self.drawn += 1;
        Some(Operation { kind: Kind::Insert, key: self.key(self.records - 1), records: 1, version: self.drawn })
    }

    /// The next operation of the mix. `None` without records, or where there is no room for one more.
    pub fn draw(&mut self) -> Option<Operation> {
        if self.records == 0 {
            return None;
        }
        let Mix { reads, inserts, scans, read_modify_writes } = self.mix;
        let mut place = self.rng.below(100);
        let shares = [
            (Kind::Read, reads),
            (Kind::Insert, inserts),
            (Kind::Scan, scans),
            (Kind::ReadModifyWrite, read_modify_writes),
        ];
        let mut kind = Kind::Update;
        for (each, share) in shares {
            if place < share {
                kind = each;
                break;
            }
            place -= share;
        }
        if kind == Kind::Insert {
            return self.insert();
        }
        let record = self.choose();
        let key = self.key(record);
        let records = if kind == Kind::Scan { 1 + self.rng.below(MAX_SCAN) } else { 1 };
        self.drawn += 1;
        Some(Operation { kind, key, records, version: self.drawn })
    }

    /// Which record is asked for.
    fn choose(&mut self) -> u64 {
        match self.law {
            Law::Uniform => self.rng.below(self.records),
            Law::Sequential => self.drawn % self.records,
            Law::Zipfian => fnv(self.zipfian.rank(self.records, self.rng.unit())) % self.records,
            Law::Latest => self.records - 1 - self.zipfian.rank(self.records, self.rng.unit()),
        }
    }

    /// The key of the record that was inserted as the n-th, counted from 0.
    fn key(&self, record: u64) -> u64 {
        if self.law == Law::Sequential { record + 1 } else { (record + 1) * STEP % PRIME }
    }
}

/// FNV-1a of the eight bytes: what YCSB scatters its ranks with.
fn fnv(number: u64) -> u64 {
    number
        .to_le_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::form::Choice;

    fn loaded(mix: Mix, law: Law, records: u64) -> Workload {
        let mut workload = Workload::new(mix, law, 7);
        (0..records).for_each(|_| assert!(workload.insert().is_some()));
        workload
    }

    #[test]
    fn every_record_has_a_key_of_its_own() {
        let mut workload = Workload::new(Mix::reads(0), Law::Uniform, 1);
        let keys: BTreeSet<u64> = (0..20_000).map(|_| workload.insert().expect("there is room").key).collect();
        assert_eq!(keys.len(), 20_000);
    }

    #[test]
    fn kinds_come_in_their_shares() {
        for preset in Preset::ALL {
            let (mix, law) = Mix::of(*preset, 30);
            let mut workload = loaded(mix, law, 500);
            let drawn: Vec<Operation> = (0..20_000).map(|_| workload.draw().expect("there are records")).collect();
            let shares = [
                (Kind::Read, mix.reads),
                (Kind::Insert, mix.inserts),
                (Kind::Scan, mix.scans),
                (Kind::ReadModifyWrite, mix.read_modify_writes),
            ];
            for (kind, share) in shares {
                let found = drawn.iter().filter(|each| each.kind == kind).count() as u64;
                assert!(found.abs_diff(share * 200) <= 300, "{preset:?}: {found} of {kind:?}, not {share} %");
            }
            assert!(drawn.iter().all(|each| (1..=MAX_SCAN).contains(&each.records)));
        }
    }

    /// Of `law`, how often the most asked-for tenth of a thousand records is asked for, in per cent.
    fn head(law: Law) -> u64 {
        let mut workload = loaded(Mix::reads(100), law, 1_000);
        let mut counts = vec![0_u64; 1_000];
        for _ in 0..50_000 {
            let key = workload.draw().expect("there are records").key;
            let record = (0..1_000).find(|each| workload.key(*each) == key).expect("a key that was inserted");
            counts[record as usize] += 1;
        }
        counts.sort_unstable();
        counts[900..].iter().sum::<u64>() / 500
    }

    #[test]
    fn keys_follow_their_law() {
        assert!((10..=13).contains(&head(Law::Uniform)));
        assert_eq!(head(Law::Sequential), 10);
        // The first hundred ranks of a thousand have H(100) / H(1000) of all chances, with exponent 0.99: 68 in a hundred.
        assert!((65..=72).contains(&head(Law::Latest)), "{}", head(Law::Latest));
        assert!((65..=75).contains(&head(Law::Zipfian)), "{}", head(Law::Zipfian));
    }

    #[test]
    fn the_same_seed_gives_the_same_operations() {
        let (mix, law) = Mix::of(Preset::E, 0);
        let (mut one, mut other) = (loaded(mix, law, 50), loaded(mix, law, 50));
        assert!((0..1_000).all(|_| one.draw() == other.draw()));
        assert_eq!(Workload::new(mix, law, 1).draw(), None, "there is nothing to ask for");
    }
}
