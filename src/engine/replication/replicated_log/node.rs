//! A node: a message or a timer in, messages out. It knows the names of the others, and nothing else about the cluster.

use super::{Entry, Term};
use crate::replication::{NodeId, NodeSet};
use crate::sim::Disk;
use crate::sim::disk::{Crash, DiskError, FileId};

/// When an entry counts as committed, and its client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// When the leader has it: followers come later, or never.
    Asynchronous,
    /// When the leader and one of these followers have it.
    OneOf(NodeSet),
    /// When the leader and all these followers have it.
    AllOf(NodeSet),
    /// When more than half of all nodes have it.
    Majority,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Follower,
    /// It has asked for votes and got these, its own among them.
    Candidate {
        votes: NodeSet,
    },
    Leader,
}

/// Positions are numbers of entries from the front of the log: 0 is before the first.
#[derive(Clone, Debug)]
pub enum Message {
    AskVote {
        term: Term,
        position: usize,
        last: Term,
    },
    Vote {
        term: Term,
        granted: bool,
    },
    /// The entries after `position`, the one there being of the term `before`; with none it is a heartbeat.
    Append {
        term: Term,
        position: usize,
        before: Term,
        entries: Vec<Entry>,
        committed: usize,
    },
    /// Up to `position` the log is the leader's and synced; if not `matches`, the leader should begin there again.
    Appended {
        term: Term,
        position: usize,
        matches: bool,
    },
}

impl Message {
    fn term(&self) -> Term {
        match self {
            Message::AskVote { term, .. } | Message::Vote { term, .. } => *term,
            Message::Append { term, .. } | Message::Appended { term, .. } => *term,
        }
    }
}

/// What a node wants to send.
pub type Sends = Vec<(NodeId, Message)>;

#[derive(Clone)]
pub struct Node {
    pub id: NodeId,
    peers: NodeSet,
    rule: Rule,
    disk: Disk,
    log_file: FileId,
    vote_file: FileId,
    term: Term,
    voted: Option<NodeId>,
    log: Vec<Entry>,
    committed: usize,
    role: Role,
    /// Of each node by its index, as the leader knows it: where it sends from next, and how far it has acknowledged.
    next: Vec<usize>,
    acknowledged: Vec<usize>,
}

impl Node {
    /// A node with an empty disk of `capacity` bytes. `peers` are the others.
    ///
    /// # Errors
    /// If the disk cannot take its two files.
    pub fn new(id: NodeId, peers: NodeSet, rule: Rule, capacity: u64) -> Result<Node, DiskError> {
        let mut disk = Disk::new(capacity);
        let [log_file, vote_file] = [disk.create("log")?, disk.create("vote")?];
        disk.sync_directory()?;
        let places = peers.iter().map(NodeId::index).max().map_or(0, |last| last + 1);
        let (next, acknowledged) = (vec![0; places], vec![0; places]);
        let (term, voted, log, committed, role) = (0, None, Vec::new(), 0, Role::Follower);
        Ok(Node { id, peers, rule, disk, log_file, vote_file, term, voted, log, committed, role, next, acknowledged })
    }

    pub fn term(&self) -> Term {
        self.term
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn log(&self) -> &[Entry] {
        &self.log
    }

    /// How many entries are committed, as far as this node has heard.
    pub fn committed(&self) -> usize {
        self.committed
    }

    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The power goes, and comes back: what was not synced is gone, and so is all that was only in memory.
    ///
    /// # Errors
    /// If the disk cannot drop a torn end of the log.
    pub fn restart(&mut self) -> Result<(), DiskError> {
        self.disk.crash(Crash::Lost);
        (self.role, self.committed) = (Role::Follower, 0);
        let votes = self.disk.read(self.vote_file, 0..self.disk.len(self.vote_file));
        (self.term, self.voted) = (0, None);
        if let Some(&[a, b, c, d, voted]) = votes.chunks_exact(5).next_back() {
            self.term = Term::from_le_bytes([a, b, c, d]);
            self.voted = (1..=31).contains(&voted).then(|| NodeId::new(voted));
        }
        let bytes = self.disk.read(self.log_file, 0..self.disk.len(self.log_file));
        let mut at = 0;
        self.log.clear();
        while let Some((entry, len)) = Entry::decode(&bytes[at..]) {
            self.log.push(entry);
            at += len;
        }
        self.disk.truncate(self.log_file, at as u64)?;
        self.disk.sync(self.log_file)
    }

    /// The leader has been silent for too long: the node asks to lead a new term.
    ///
    /// # Errors
    /// If the disk cannot take the new term: then nobody is asked.
    pub fn election_timeout(&mut self) -> Result<Sends, DiskError> {
        if self.role == Role::Leader {
            return Ok(Vec::new());
        }
        self.promise(self.term + 1, Some(self.id))?;
        let mut votes = NodeSet::EMPTY;
        votes.insert(self.id);
        self.role = Role::Candidate { votes };
        self.lead_if_elected(votes)?;
        if self.role == Role::Leader {
            return Ok(self.heartbeat());
        }
        let ask = Message::AskVote { term: self.term, position: self.log.len(), last: self.term_at(self.log.len()) };
        Ok(self.peers.iter().map(|peer| (peer, ask.clone())).collect())
    }

    /// It is time for the leader to be heard: each follower gets what it lacks.
    pub fn heartbeat(&mut self) -> Sends {
        if self.role != Role::Leader {
            return Vec::new();
        }
        self.peers.iter().map(|peer| (peer, self.append_for(peer))).collect()
    }

    /// A client's write. `Ok(None)` if this node does not lead, or the key or the value is longer than 255 bytes.
    ///
    /// # Errors
    /// If the disk cannot take the entry.
    pub fn write(&mut self, key: &[u8], value: &[u8]) -> Result<Option<(usize, Sends)>, DiskError> {
        let entry = Entry::new(self.term, key, value).filter(|_| self.role == Role::Leader);
        let Some(entry) = entry else { return Ok(None) };
        self.store(std::slice::from_ref(&entry))?;
        self.commit();
        Ok(Some((self.log.len(), self.heartbeat())))
    }

    /// A message from another node.
    ///
    /// # Errors
    /// If the disk cannot take what the answer would promise: then there is no answer.
    pub fn receive(&mut self, from: NodeId, message: Message) -> Result<Sends, DiskError> {
        if message.term() > self.term {
            self.promise(message.term(), None)?;
            self.role = Role::Follower;
        }
        let current = message.term() == self.term;
        let answer = match message {
            Message::AskVote { position, last, .. } => Some(self.consider(from, current, (last, position))?),
            Message::Append { position, before, entries, committed, .. } => {
                Some(self.follow(current, (position, before), &entries, committed)?)
            }
            Message::Vote { granted, .. } => {
                if let Role::Candidate { mut votes } = self.role
                    && granted
                    && current
                {
                    votes.insert(from);
                    self.role = Role::Candidate { votes };
                    self.lead_if_elected(votes)?;
                    return Ok(self.heartbeat());
                }
                None
            }
            Message::Appended { position, matches, .. } => {
                if self.role != Role::Leader || !current {
                    return Ok(Vec::new());
                }
                self.acknowledge(from, position, matches)
            }
        };
        Ok(answer.map(|answer| (from, answer)).into_iter().collect())
    }

    /// Each node has one vote in a term, for whoever asks first with a log that is at least as far as its own.
    fn consider(&mut self, from: NodeId, current: bool, log: (Term, usize)) -> Result<Message, DiskError> {
        let free = self.voted.is_none_or(|voted| voted == from);
        let granted = current && free && log >= (self.term_at(self.log.len()), self.log.len());
        if granted && self.voted.is_none() {
            self.promise(self.term, Some(from))?;
        }
        Ok(Message::Vote { term: self.term, granted })
    }

    fn follow(
        &mut self,
        current: bool,
        (position, before): (usize, Term),
        entries: &[Entry],
        committed: usize,
    ) -> Result<Message, DiskError> {
        let term = self.term;
        if !current {
            return Ok(Message::Appended { term, position: 0, matches: false });
        }
        self.role = Role::Follower;
        if position > self.log.len() || self.term_at(position) != before {
            let position = position.saturating_sub(1).min(self.log.len());
            return Ok(Message::Appended { term, position, matches: false });
        }
        // What is there already stays: the message may be an old one, and shorter than the log.
        let known = entries.iter().zip(&self.log[position..]).take_while(|(new, old)| new.term == old.term).count();
        if known < entries.len() {
            self.cut(position + known)?;
            self.store(&entries[known..])?;
        }
        let position = position + entries.len();
        self.committed = self.committed.max(committed.min(position));
        Ok(Message::Appended { term, position, matches: true })
    }

    fn acknowledge(&mut self, from: NodeId, position: usize, matches: bool) -> Option<Message> {
        let place = from.index();
        if matches {
            self.acknowledged[place] = self.acknowledged[place].max(position);
            self.next[place] = self.acknowledged[place];
            self.commit();
            return None;
        }
        self.next[place] = position.max(self.acknowledged[place]);
        Some(self.append_for(from))
    }

    /// Entries of earlier terms are committed only along with one of this term: alone, a later leader might lack them.
    fn commit(&mut self) {
        let reached = (self.committed + 1..=self.log.len()).rev();
        let mut reached = reached.filter(|position| self.term_at(*position) == self.term);
        self.committed = reached.find(|position| self.holds(*position)).unwrap_or(self.committed);
    }

    /// Whether enough nodes have the log up to `position`, as the rule counts them.
    fn holds(&self, position: usize) -> bool {
        let had: NodeSet = self.peers.iter().filter(|peer| self.acknowledged[peer.index()] >= position).collect();
        match self.rule {
            Rule::Asynchronous => true,
            Rule::OneOf(some) => had.iter().any(|peer| some.contains(peer)),
            Rule::AllOf(all) => all.without(had).is_empty(),
            Rule::Majority => 2 * (had.len() + 1) > self.peers.len() + 1,
        }
    }

    /// A new leader begins with an empty entry of its own term: with it all earlier entries are committed, and followers
    /// drop what they have beyond its log.
    fn lead_if_elected(&mut self, votes: NodeSet) -> Result<(), DiskError> {
        if 2 * votes.len() <= self.peers.len() + 1 {
            return Ok(());
        }
        self.next.fill(self.log.len());
        self.acknowledged.fill(0);
        let opening = Entry::new(self.term, b"", b"");
        self.store(opening.as_slice())?;
        self.role = Role::Leader;
        self.commit();
        Ok(())
    }

    fn append_for(&self, peer: NodeId) -> Message {
        let position = self.next[peer.index()];
        let (before, entries) = (self.term_at(position), self.log[position..].to_vec());
        Message::Append { term: self.term, position, before, entries, committed: self.committed }
    }

    fn term_at(&self, position: usize) -> Term {
        position.checked_sub(1).map_or(0, |index| self.log[index].term)
    }

    /// Puts the term and the vote on disk before anybody hears of them.
    fn promise(&mut self, term: Term, voted: Option<NodeId>) -> Result<(), DiskError> {
        let [a, b, c, d] = term.to_le_bytes();
        self.disk.append(self.vote_file, &[a, b, c, d, voted.map_or(0, NodeId::number)])?;
        self.disk.sync(self.vote_file)?;
        (self.term, self.voted) = (term, voted);
        Ok(())
    }

    fn store(&mut self, entries: &[Entry]) -> Result<(), DiskError> {
        for entry in entries {
            self.disk.append(self.log_file, &entry.encode())?;
            self.log.push(entry.clone());
        }
        self.disk.sync(self.log_file)
    }

    /// Drops the entries after `position`, which no leader has committed.
    fn cut(&mut self, position: usize) -> Result<(), DiskError> {
        let bytes: usize = self.log[..position].iter().map(|entry| entry.encode().len()).sum();
        self.disk.truncate(self.log_file, bytes as u64)?;
        self.log.truncate(position);
        Ok(())
    }
}
