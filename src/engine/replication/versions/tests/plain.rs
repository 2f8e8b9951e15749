//! The oracle: what each replica holds as sets of writes, with all that was really seen, without a version, a message or a clock.

use std::collections::{BTreeMap, BTreeSet};

/// All that has been seen, by the places of writes.
type Seen = BTreeSet<usize>;

#[derive(Clone, Default)]
struct Replica {
    holds: Vec<usize>,
    /// All that who reads it has seen.
    seen: Seen,
}

#[derive(Clone, Default)]
struct Device {
    items: BTreeMap<&'static str, bool>,
    seen: Seen,
}

pub struct Plain {
    clock: &'static str,
    tombstones: bool,
    /// In the order in which they were sent.
    writes: Vec<(BTreeMap<&'static str, bool>, Seen)>,
    /// Of each, when it was stored: the round, the place in it at its replica, and the replica.
    times: Vec<(usize, usize, usize)>,
    replicas: Vec<Replica>,
    devices: Vec<Device>,
    round: usize,
}

/// What a device does in a round, and by which replica.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Add(&'static str),
    Remove(&'static str),
    Get,
}

impl Plain {
    pub fn new(clock: &'static str, replicas: u8, tombstones: bool) -> Plain {
        let (replicas, devices) = (vec![Replica::default(); replicas.into()], vec![Device::default(); 3]);
        Plain { clock, tombstones, writes: Vec::new(), times: Vec::new(), replicas, devices, round: 0 }
    }

    pub fn has(&self, device: usize, item: &str) -> bool {
        self.devices[device].items.get(item) == Some(&true)
    }

    /// Devices act at the same moment, in that order; each has its answer before the next round.
    pub fn round(&mut self, acts: &[(usize, usize, Act)]) {
        self.round += 1;
        for (device, _, act) in acts {
            let Device { items, seen } = &mut self.devices[*device];
            match *act {
                Act::Add(item) => {
                    items.insert(item, true);
                }
                Act::Remove(item) if self.tombstones => {
                    items.insert(item, false);
                }
                Act::Remove(item) => {
                    items.remove(item);
                }
                Act::Get => continue,
            }
            let mut seen = seen.clone();
            seen.insert(self.writes.len());
            self.writes.push((items.clone(), seen));
            self.times.push((0, 0, 0));
        }
        let mut next = self.writes.len() - acts.iter().filter(|act| !matches!(act.2, Act::Get)).count();
        for (place, (device, replica, act)) in acts.iter().enumerate() {
            if !matches!(act, Act::Get) {
                self.times[next] = (self.round, place, *replica);
                self.store(*replica, next);
                next += 1;
            }
            let Replica { holds, seen } = &self.replicas[*replica];
            let mut items = BTreeMap::new();
            for (item, is_in) in holds.iter().flat_map(|write| &self.writes[*write].0) {
                let both = items.entry(*item).or_insert(*is_in);
                *both &= is_in;
            }
            self.devices[*device] = Device { items, seen: seen.clone() };
        }
    }

    fn store(&mut self, replica: usize, write: usize) {
        let Replica { holds, seen } = &mut self.replicas[replica];
        let had_seen = &self.writes[write].1;
        match self.clock {
            "lww" => holds.clear(),
            // All or nothing.
            "vector" if seen.is_subset(had_seen) => holds.clear(),
            "vector" => {}
            _ => holds.retain(|other| !had_seen.contains(other)),
        }
        holds.push(write);
        seen.extend(had_seen);
        if self.clock == "lww" {
            *seen = had_seen.clone();
        }
    }

    pub fn sync(&mut self, one: usize, other: usize) {
        for (from, to) in [(one, other), (other, one)] {
            let theirs = self.replicas[from].clone();
            let Replica { holds, seen } = &mut self.replicas[to];
            match self.clock {
                "lww" => {
                    // Of one moment at two replicas, the name of the replica decides, and within one replica the order.
                    let time = |write: &usize| {
                        let (round, place, replica) = self.times[*write];
                        let before = self.times.iter().filter(|it| it.0 == round && it.2 == replica && it.1 < place);
                        (round, before.count(), replica)
                    };
                    holds.extend(theirs.holds);
                    holds.sort_by_key(time);
                    holds.drain(..holds.len().saturating_sub(1));
                    *seen = holds.iter().flat_map(|write| self.writes[*write].1.clone()).collect();
                }
                "vector" => {
                    if theirs.seen.is_subset(seen) && theirs.seen != *seen {
                        continue;
                    }
                    if seen.is_subset(&theirs.seen) && theirs.seen != *seen {
                        holds.clear();
                    }
                    holds.extend(theirs.holds);
                    seen.extend(theirs.seen);
                }
                _ => {
                    holds.retain(|write| theirs.holds.contains(write) || !theirs.seen.contains(write));
                    holds.extend(theirs.holds.iter().filter(|write| !seen.contains(*write)));
                    seen.extend(theirs.seen);
                }
            }
            holds.sort_unstable();
            holds.dedup();
        }
    }

    /// The writes that a replica holds, by their places.
    pub fn holds(&self, replica: usize) -> &[usize] {
        &self.replicas[replica].holds
    }

    /// What a device has in its cart.
    pub fn items(&self, device: usize) -> Vec<&str> {
        self.devices[device].items.iter().filter(|(_, is_in)| **is_in).map(|(item, _)| *item).collect()
    }
}
