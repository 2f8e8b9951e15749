//! Random histories, in which every version is held against what was really seen.

use proptest::prelude::*;

use super::*;
use crate::replication::NodeId;
use crate::sim::Time;

/// Of a history: a writer reads a replica, or writes to one with what it has read last; two replicas hear of each other.
#[derive(Clone, Copy, Debug)]
enum Act {
    Read(usize, usize),
    Write(usize, usize),
    Sync(usize, usize),
}

const REPLICAS: usize = 3;
const WRITERS: usize = 3;

fn any_acts() -> impl Strategy<Value = Vec<Act>> {
    let pair = (0..WRITERS, 0..REPLICAS);
    let act = prop_oneof![
        3 => pair.clone().prop_map(|(writer, replica)| Act::Read(writer, replica)),
        4 => pair.prop_map(|(writer, replica)| Act::Write(writer, replica)),
        2 => (0..REPLICAS, 0..REPLICAS).prop_map(|(one, other)| Act::Sync(one, other)),
    ];
    prop::collection::vec(act, 1..60)
}

/// A store of some kind: what it gives to readers, and what it keeps. Values are the numbers of writes.
trait Store: Default {
    type Seen: Default + Clone;
    fn read(&self, replica: usize) -> (Vec<usize>, Self::Seen);
    fn write(&mut self, replica: usize, seen: &Self::Seen, value: usize);
    fn sync(&mut self, one: usize, other: usize);
}

/// What was really seen: of each write its history, and of each writer what it has read last.
struct Run<S: Store> {
    store: S,
    histories: Vec<History>,
}

fn play<S: Store>(acts: &[Act], replicas: usize) -> Run<S> {
    let mut run = Run { store: S::default(), histories: Vec::new() };
    let mut writers = vec![(Vec::new(), S::Seen::default()); WRITERS];
    for act in acts {
        match *act {
            Act::Read(writer, replica) => writers[writer] = run.store.read(replica % replicas),
            Act::Write(writer, replica) => {
                let (read, seen) = &writers[writer];
                let (number, mut history) = (run.histories.len(), History::default());
                read.iter().for_each(|value| history.extend(&run.histories[*value]));
                history.insert(number);
                run.histories.push(history);
                run.store.write(replica % replicas, seen, number);
            }
            Act::Sync(one, other) => run.store.sync(one % replicas, other % replicas),
        }
    }
    run
}

impl<S: Store> Run<S> {
    /// Writes that no replica holds, and that nothing which is held has seen.
    fn lost(&self, replicas: usize) -> Vec<usize> {
        let mut kept = History::default();
        (0..replicas).flat_map(|replica| self.store.read(replica).0).for_each(|it| kept.extend(&self.histories[it]));
        (0..self.histories.len()).filter(|write| !kept.contains(*write)).collect()
    }

    /// Values that stand beside one that has seen them.
    fn false_siblings(&self, replicas: usize) -> usize {
        let held = (0..replicas).map(|replica| self.store.read(replica).0);
        let many = held.map(|held| {
            let is_false =
                |one: &&usize| held.iter().any(|other| other != *one && self.histories[*other].contains(**one));
            held.iter().filter(is_false).count()
        });
        many.sum()
    }
}

#[derive(Default)]
struct ByDots {
    replicas: [Siblings<Dotted, usize>; REPLICAS],
    all: Vec<Dotted>,
}

impl Store for ByDots {
    type Seen = Vector;

    fn read(&self, replica: usize) -> (Vec<usize>, Vector) {
        (self.replicas[replica].iter().map(|(_, value)| *value).collect(), self.replicas[replica].history())
    }

    fn write(&mut self, replica: usize, seen: &Vector, value: usize) {
        let name = NodeId::new(replica as u8 + 1);
        let count = self.replicas[replica].history().get(name) + 1;
        let version = Dotted { dot: Dot { replica: name, count }, seen: seen.clone() };
        self.all.push(version.clone());
        assert!(self.replicas[replica].add(version, value).kept);
    }

    fn sync(&mut self, one: usize, other: usize) {
        sync(&mut self.replicas, one, other);
    }
}

fn sync<V: Version + Clone>(replicas: &mut [Siblings<V, usize>], one: usize, other: usize) {
    for (from, to) in [(one, other), (other, one)] {
        let sent = replicas[from].clone();
        replicas[to].merge(&sent);
    }
}

#[derive(Default)]
struct ByNumbers {
    replicas: [Siblings<Numbered, usize>; REPLICAS],
    all: Vec<Numbered>,
}

impl Store for ByNumbers {
    type Seen = u64;

    fn read(&self, replica: usize) -> (Vec<usize>, u64) {
        (self.replicas[replica].iter().map(|(_, value)| *value).collect(), self.replicas[replica].newest())
    }

    fn write(&mut self, replica: usize, seen: &u64, value: usize) {
        let version = Numbered { number: self.read(replica).1 + 1, seen: *seen };
        self.all.push(version);
        self.replicas[replica].add(version, value);
    }

    fn sync(&mut self, one: usize, other: usize) {
        sync(&mut self.replicas, one, other);
    }
}

#[derive(Default)]
struct ByVectors {
    replicas: [Together<usize>; REPLICAS],
}

impl Store for ByVectors {
    type Seen = Vector;

    fn read(&self, replica: usize) -> (Vec<usize>, Vector) {
        (self.replicas[replica].values.clone(), self.replicas[replica].vector.clone())
    }

    fn write(&mut self, replica: usize, seen: &Vector, value: usize) {
        self.replicas[replica].put(NodeId::new(replica as u8 + 1), seen, value);
    }

    fn sync(&mut self, one: usize, other: usize) {
        for (from, to) in [(one, other), (other, one)] {
            let sent = self.replicas[from].clone();
            self.replicas[to].merge(&sent);
        }
    }
}

#[derive(Default)]
struct ByStamps {
    replicas: [Siblings<Stamp, usize>; REPLICAS],
}

impl Store for ByStamps {
    type Seen = ();

    fn read(&self, replica: usize) -> (Vec<usize>, ()) {
        (self.replicas[replica].iter().map(|(_, value)| *value).collect(), ())
    }

    fn write(&mut self, replica: usize, (): &(), value: usize) {
        let stamp = Stamp { time: Time::from_nanos(value as u64), replica: NodeId::new(replica as u8 + 1) };
        self.replicas[replica].add(stamp, value);
    }

    fn sync(&mut self, one: usize, other: usize) {
        sync(&mut self.replicas, one, other);
    }
}

fn agree<V: Version + std::fmt::Debug>(versions: &[V], histories: &[History]) -> Result<(), TestCaseError> {
    for (one, version) in versions.iter().enumerate() {
        for (other, second) in versions.iter().enumerate() {
            let (said, is) = (version.compare(second), histories[one].compare(&histories[other]));
            prop_assert_eq!(said, is, "{} {:?} and {} {:?}", one, version, other, second);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// A dotted version says of any two writes what their histories say; nothing is lost, and no sibling is false.
    #[test]
    fn dotted_versions_are_causal_histories(acts in any_acts()) {
        let run = play::<ByDots>(&acts, REPLICAS);
        agree(&run.store.all, &run.histories)?;
        prop_assert_eq!(run.lost(REPLICAS), [0; 0]);
        prop_assert_eq!(run.false_siblings(REPLICAS), 0);
    }

    /// So do the numbers of one replica.
    #[test]
    fn numbers_of_one_replica_are_causal_histories(acts in any_acts()) {
        let run = play::<ByNumbers>(&acts, 1);
        agree(&run.store.all, &run.histories)?;
        prop_assert_eq!(run.lost(1), [0; 0]);
        prop_assert_eq!(run.false_siblings(1), 0);
    }

    /// One vector for all values loses nothing. That it has false siblings is shown below.
    #[test]
    fn values_together_under_a_vector_lose_nothing(acts in any_acts()) {
        prop_assert_eq!(play::<ByVectors>(&acts, REPLICAS).lost(REPLICAS), [0; 0]);
    }

    /// A stamp is before, after or the same, and nothing else; and one that is after is kept.
    #[test]
    fn the_last_write_wins_and_nothing_is_concurrent(times in prop::collection::vec((0..20_u64, 1..4_u8), 1..30)) {
        let stamps: Vec<_> = times.iter().map(|(time, node)| {
            Stamp { time: Time::from_nanos(*time), replica: NodeId::new(*node) }
        }).collect();
        let mut kept = Siblings::default();
        for (place, one) in stamps.iter().enumerate() {
            stamps.iter().for_each(|other| assert_ne!(one.compare(other), Relation::Concurrent));
            kept.add(*one, place);
            prop_assert_eq!(kept.iter().count(), 1);
        }
        prop_assert_eq!(kept.iter().next().map(|(stamp, _)| *stamp), stamps.iter().max().copied());
    }

    /// Whatever a vector says of what two replicas hold is what is so of all that they have heard of.
    #[test]
    fn vectors_are_unions_of_histories(counts in prop::collection::vec((1..4_u8, 1..5_u64), 0..8), cut in 0..8_usize) {
        let (mut vectors, mut histories) = ([Vector::default(), Vector::default()], [History::default(), History::default()]);
        for (place, (node, count)) in counts.iter().enumerate() {
            let side = usize::from(place >= cut);
            vectors[side].see(Dot { replica: NodeId::new(*node), count: *count });
            (1..=*count).for_each(|each| histories[side].insert(*node as usize * 10 + each as usize));
        }
        prop_assert_eq!(vectors[0].compare(&vectors[1]), histories[0].compare(&histories[1]));
        let mut both = (vectors[0].clone(), histories[0].clone());
        both.0.merge(&vectors[1]);
        both.1.extend(&histories[1]);
        prop_assert_eq!(both.0.compare(&vectors[1]), both.1.compare(&histories[1]));
    }
}

/// Two writers, each of whom reads before it writes and writes before it has read what the other wrote.
const IN_TURN: &[Act] = &[Act::Write(0, 0), Act::Write(1, 0), Act::Read(0, 0), Act::Write(1, 0), Act::Write(0, 0)];

#[test]
fn a_vector_has_a_false_sibling_where_a_dot_has_none() {
    // The first writer has seen 0 and 1 when it writes 3; the second has seen nothing, twice.
    assert_eq!(play::<ByVectors>(IN_TURN, 1).false_siblings(1), 2);
    assert_eq!(play::<ByVectors>(IN_TURN, 1).store.read(0).0, [0, 1, 2, 3]);
    assert_eq!(play::<ByDots>(IN_TURN, 1).store.read(0).0, [2, 3]);
}

#[test]
fn numbers_of_several_replicas_lose_writes_and_so_do_stamps() {
    let apart = [Act::Write(0, 0), Act::Write(1, 1), Act::Read(1, 1), Act::Write(1, 1), Act::Sync(0, 1)];
    assert_eq!(play::<ByNumbers>(&apart, REPLICAS).lost(REPLICAS), [0]);
    assert_eq!(play::<ByStamps>(&apart, REPLICAS).lost(REPLICAS), [0]);
    assert_eq!(play::<ByDots>(&apart, REPLICAS).lost(REPLICAS), [0; 0]);
}
