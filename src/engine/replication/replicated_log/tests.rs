use super::*;
use crate::replication::{Happening, Host, NodeId, NodeSet, World};
use crate::sim::network::Conditions;
use crate::sim::{Fate, Rng, Time};
use crate::wire::{self, is_read_back};

const MS: fn(u64) -> Time = Time::from_millis;

/// Nodes and their messages, driven by chance.
struct Schedule {
    nodes: Vec<Node>,
    world: World<Message, NodeId>,
    rng: Rng,
    /// Who has led in which term.
    leaders: Vec<(Term, NodeId)>,
    /// Writes that a leader has called committed: where in the log, and what.
    told: Vec<(usize, Entry)>,
}

impl Schedule {
    fn new(count: u8, rule: Rule, seed: u64) -> Schedule {
        let all: NodeSet = (1..=count).map(NodeId::new).collect();
        let node = |id: NodeId| {
            let mut own = NodeSet::EMPTY;
            own.insert(id);
            Node::new(id, all.without(own), rule, 1 << 20).expect("the disk has room")
        };
        let conditions = Conditions { delay: MS(1), jitter: MS(30), loss_percent: 5 };
        let nodes = all.iter().map(node).collect();
        let (world, rng) = (World::new(conditions, seed), Rng::new(seed ^ 0x5eed));
        Schedule { nodes, world, rng, leaders: Vec::new(), told: Vec::new() }
    }

    fn send(&mut self, from: NodeId, sends: Vec<(NodeId, Message)>) {
        for (to, message) in sends {
            self.world.send(from.into(), to.into(), message);
        }
        let node = &self.nodes[from.index()];
        if node.role() == Role::Leader {
            if let Some(led) = self.leaders.iter().find(|led| led.0 == node.term()) {
                assert_eq!(led.1, node.id, "two leaders in term {}", node.term());
            } else {
                self.leaders.push((node.term(), node.id));
            }
            let committed = node.log().iter().take(node.committed()).enumerate();
            let fresh = committed.skip(self.told.len()).map(|(at, entry)| (at, entry.clone()));
            self.told.extend(fresh);
        }
    }

    fn deliver(&mut self, until: Time) {
        while let Some(Happening::Message(envelope, fate)) = self.world.next(until) {
            if let (Host::Node(from), Host::Node(to), Fate::Arrived) = (envelope.from, envelope.to, fate) {
                let sends = self.nodes[to.index()].receive(from, envelope.payload.clone()).unwrap();
                self.send(to, sends);
            }
        }
    }

    fn disturb(&mut self, number: u64) {
        let count = self.nodes.len() as u64;
        let [a, b] = [0, 1].map(|_| self.rng.below(count) as usize);
        match self.rng.below(12) {
            0 => {
                let sends = self.nodes[a].election_timeout().unwrap();
                self.send(self.nodes[a].id, sends);
            }
            1 => self.nodes[a].restart().unwrap(),
            2 if a != b => self.world.network.cut(self.nodes[a].id.into(), self.nodes[b].id.into()),
            3 => self.world.network.heal(),
            4..=7 => {
                let written = self.nodes[a].write(b"k", &number.to_le_bytes()).unwrap();
                if let Some((_, sends)) = written {
                    self.send(self.nodes[a].id, sends);
                }
            }
            _ => {
                let sends = self.nodes[a].heartbeat();
                self.send(self.nodes[a].id, sends);
            }
        }
        let until = self.world.now() + MS(self.rng.below(40));
        self.deliver(until);
        self.world.pass(until);
    }

    /// Heals everything, and lets one leader be heard until nothing is missing.
    fn quieten(&mut self) {
        self.world.network.heal();
        for round in 0..2_000 {
            let at = round % self.nodes.len();
            let newest = self.nodes.iter().map(Node::term).max();
            let led = self.nodes.iter().any(|node| node.role() == Role::Leader && Some(node.term()) == newest);
            let sends = if led { self.nodes[at].heartbeat() } else { self.nodes[at].election_timeout().unwrap() };
            self.send(self.nodes[at].id, sends);
            self.deliver(self.world.now() + MS(1_000));
            if led && self.nodes.iter().all(|node| node.log() == self.nodes[0].log()) {
                return;
            }
        }
        panic!("the logs are not equal");
    }
}

#[test]
fn a_majority_loses_nothing_whatever_the_schedule() {
    let runs = option_env!("STEPWISE_SCHEDULES").and_then(|runs| runs.parse().ok()).unwrap_or(1_000);
    let mut told = 0;
    for seed in 0..runs {
        let mut schedule = Schedule::new(3 + (seed % 2) as u8 * 2, Rule::Majority, seed);
        (0..60).for_each(|number| schedule.disturb(number));
        schedule.quieten();
        for node in &schedule.nodes {
            for (at, entry) in &schedule.told {
                assert_eq!(node.log().get(*at), Some(entry), "seed {seed}, {}", node.id);
            }
        }
        told += schedule.told.iter().filter(|(_, entry)| !entry.key().is_empty()).count();
    }
    assert!(told as u64 > runs, "the schedules must commit something: {told}");
}

#[test]
fn asynchronous_writes_can_be_lost() {
    let lost = |seed| {
        let mut schedule = Schedule::new(3, Rule::Asynchronous, seed);
        (0..60).for_each(|number| schedule.disturb(number));
        schedule.quieten();
        schedule.told.iter().any(|(at, entry)| schedule.nodes[0].log().get(*at) != Some(entry))
    };
    assert!((0..100).any(lost), "no seed loses a write");
}

#[test]
fn a_message_is_read_as_it_is_written() {
    for seed in 0..100 {
        let mut rng = Rng::new(seed);
        let mut number = || rng.below(1 << 20) as u32;
        let (term, position, last) = (number(), number() as usize, number());
        let text = "k".repeat(number() as usize % 9);
        let entries = (0..number() % 4).filter_map(|_| Entry::new(term, text.as_bytes(), b"value")).collect();
        let granted = number() % 2 == 0;
        for message in [
            Message::AskVote { term, position, last },
            Message::Vote { term, granted },
            Message::Append { term, position, before: last, committed: position / 2, entries },
            Message::Appended { term, position, matches: granted },
        ] {
            assert!(is_read_back(&message));
        }
    }
}

#[test]
fn an_entry_is_read_as_it_is_written_and_no_torn_one_is() {
    let entry = Entry::new(7, b"key", b"value").unwrap();
    let bytes = entry.encode();
    assert_eq!((is_read_back(&entry), wire::bytes(&entry)), (true, bytes.clone()));
    assert_eq!(Entry::decode(&bytes), Some((entry, bytes.len())));
    for len in 0..bytes.len() {
        assert_eq!(Entry::decode(&bytes[..len]), None);
    }
    assert_eq!(Entry::new(1, &[0; 256], b""), None);
}

/// A follower of n1 that has been told to append these terms, one entry each.
fn follower(terms: &[Term]) -> Node {
    let others = [1, 3].map(NodeId::new).into_iter().collect();
    let mut node = Node::new(NodeId::new(2), others, Rule::Majority, 1 << 16).unwrap();
    append(&mut node, 0, 0, terms);
    node
}

fn entries(terms: &[Term]) -> Vec<Entry> {
    terms.iter().map(|term| Entry::new(*term, b"k", &term.to_le_bytes()).unwrap()).collect()
}

/// What the node answers to entries after a position, from the leader of the newest term among them.
fn append(node: &mut Node, position: usize, before: Term, terms: &[Term]) -> Message {
    let term = terms.iter().copied().max().unwrap_or(before).max(node.term());
    let message = Message::Append { term, position, before, entries: entries(terms), committed: 0 };
    node.receive(NodeId::new(1), message).unwrap().remove(0).1
}

#[test]
fn a_snapshot_knows_of_which_term_each_entry_was_and_is_read_as_it_is_written() {
    for seed in 0..100 {
        let mut rng = Rng::new(seed);
        let (mut term, mut terms) = (1, Vec::new());
        for _ in 0..rng.below(20) {
            term += rng.below(2) as Term * rng.below(3) as Term;
            terms.push(term);
        }
        let snapshot = follower(&terms).snapshot();
        assert_eq!((snapshot.position, snapshot.term()), (terms.len(), terms.last().copied().unwrap_or(0)));
        for (place, term) in terms.iter().enumerate() {
            assert_eq!(snapshot.term_at(place + 1), *term, "seed {seed}");
        }
        let bytes = snapshot.encode();
        assert_eq!(Snapshot::decode(&bytes).as_ref(), Some(&snapshot));
        assert_eq!((is_read_back(&snapshot), wire::bytes(&snapshot)), (true, bytes.clone()));
        // Torn in the middle of an entry it is none; torn between two, its rows are fewer.
        (0..bytes.len()).for_each(|len| assert_ne!(Snapshot::decode(&bytes[..len]).as_ref(), Some(&snapshot)));
    }
}

/// FAULTS R1, at the node: whatever comes late or is short takes nothing away from what it stands for.
#[test]
fn r1_what_comes_late_takes_nothing_away() {
    let early = follower(&[1, 1, 2]).snapshot();
    let mut node = follower(&[1, 1, 2, 2, 2]);
    assert!(!node.install(early.clone()).unwrap(), "it has all that");
    assert_eq!((node.end(), node.base().position), (5, 0));
    // One that began with a snapshot keeps what came after it, when the snapshot or an older one comes again.
    let mut node = follower(&[]);
    assert!(node.install(early.clone()).unwrap());
    assert_eq!(append(&mut node, 3, 2, &[2, 2]), Message::Appended { term: 2, position: 5, matches: true });
    assert!(!node.install(early.clone()).unwrap() && !node.install(follower(&[1, 1]).snapshot()).unwrap());
    assert_eq!(node.end(), 5);
    // So it does when entries come late that the snapshot stands for.
    assert_eq!(append(&mut node, 0, 0, &[1, 1]), Message::Appended { term: 2, position: 2, matches: true });
    assert_eq!(append(&mut node, 1, 1, &[1, 2, 2]), Message::Appended { term: 2, position: 4, matches: true });
    node.restart().unwrap();
    assert_eq!((node.end(), node.reached(), node.committed()), (5, (2, 5), 0));
    // What the leader of a newer term has instead takes the place of all of it, from the front or as a snapshot.
    let mut other = node.clone();
    assert_eq!(append(&mut node, 2, 1, &[3]), Message::Appended { term: 3, position: 0, matches: false });
    assert_eq!(node.end(), 5, "nothing is dropped before what replaces it is there");
    assert_eq!(append(&mut node, 0, 0, &[1, 1, 3]), Message::Appended { term: 3, position: 3, matches: true });
    assert!(other.install(follower(&[1, 3]).snapshot()).unwrap());
    assert_eq!((node.reached(), other.reached()), ((3, 3), (3, 2)));
}

/// FAULTS R7, at the node: a new leader knows what is committed when an entry of its own term is.
#[test]
fn r7_a_new_leader_knows_what_is_committed_with_its_opening_entry() {
    let mut node = follower(&[1, 1]);
    node.appoint(2).unwrap();
    assert!(!node.knows_committed());
    node.receive(NodeId::new(1), Message::Appended { term: 2, position: 2, matches: true }).unwrap();
    assert!(!node.knows_committed(), "what is on a majority needn't be committed");
    node.receive(NodeId::new(1), Message::Appended { term: 2, position: 3, matches: true }).unwrap();
    assert!(node.knows_committed());
    node.see(3).unwrap();
    assert!(!node.knows_committed(), "it leads no more");
}
