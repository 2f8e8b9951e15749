//! A node: a message or a timer in, messages out. It knows the names of the others, and nothing else about the cluster.

use stepwise_derive::Wire;

use super::{Entry, Snapshot, Term};
use crate::replication::{NodeId, NodeSet};
use crate::sim::Disk;
use crate::sim::disk::{Crash, DiskError, FileId};

/// When an entry counts as committed, and its client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// When the leader has it: followers come later, or never.
    Asynchronous,
    /// When more than half of all nodes have it.
    Majority,
    /// When all of the first have it, and one of the second if there are any. The leader, which has it always, is named in
    /// neither: as one of the second it would be waited for by no one.
    Chosen { all: NodeSet, one: NodeSet },
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
#[derive(Clone, Debug, Wire)]
#[cfg_attr(test, derive(PartialEq))]
pub enum Message {
    #[name("ask for a vote")]
    AskVote {
        term: Term,
        position: usize,
        #[label("term of the last entry")]
        last: Term,
    },
    Vote {
        term: Term,
        granted: bool,
    },
    /// The entries after `position`, the one there being of the term `before`; with none it is a heartbeat.
    Append {
        term: Term,
        #[label("position before the entries")]
        position: usize,
        #[label("term of the entry there")]
        before: Term,
        committed: usize,
        entries: Vec<Entry>,
    },
    /// Up to `position` the log is the leader's and synced; if not `matches`, the leader should begin there again.
    Appended {
        term: Term,
        position: usize,
        matches: bool,
    },
}

impl Message {
    pub fn term(&self) -> Term {
        match self {
            Message::AskVote { term, .. } | Message::Vote { term, .. } => *term,
            Message::Append { term, .. } | Message::Appended { term, .. } => *term,
        }
    }

    /// In a word or two for its envelope; of one entry, what `word` has for it.
    pub fn brief(&self, word: &dyn Fn(&Entry) -> String) -> String {
        match self {
            Message::AskVote { .. } => "vote?".to_owned(),
            Message::Vote { granted: true, .. } => "vote".to_owned(),
            Message::Vote { granted: false, .. } => "no vote".to_owned(),
            Message::Append { position, entries, .. } => match &entries[..] {
                [] => String::new(),
                [one] => word(one),
                [_, .., _] => format!("append {}–{}", position + 1, position + entries.len()),
            },
            Message::Appended { position, matches: true, .. } => format!("ok {position}"),
            Message::Appended { position, .. } => format!("back to {position}"),
        }
    }
}

/// What a node wants to send.
pub type Sends = Vec<(NodeId, Message)>;

/// How it stands with a vote that a node is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    Free,
    /// In this term it has voted for another, or for itself.
    Given(NodeId),
    /// Whoever asks has a log that is behind.
    Behind,
}

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
    /// How a reader has decided the vote that it is asked for next.
    overruled: Option<bool>,
    /// What stands for the entries before the log: nothing, or a snapshot that the node began with.
    base: Snapshot,
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
        let (term, voted, base, log, committed, role) = (0, None, Snapshot::default(), Vec::new(), 0, Role::Follower);
        Ok(Node {
            id,
            peers,
            rule,
            disk,
            log_file,
            vote_file,
            term,
            voted,
            overruled: None,
            base,
            log,
            committed,
            role,
            next,
            acknowledged,
        })
    }

    pub fn term(&self) -> Term {
        self.term
    }

    pub fn role(&self) -> Role {
        self.role
    }

    /// The entries after the snapshot that the node began with, if it did.
    pub fn log(&self) -> &[Entry] {
        &self.log
    }

    /// What the node began with; it stands for no entry if that was nothing.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The position of the last entry.
    pub fn end(&self) -> usize {
        self.base.position + self.log.len()
    }

    /// The last entry of a key, and its position.
    pub fn find(&self, key: &[u8]) -> Option<(usize, &Entry)> {
        let place = self.log.iter().rposition(|entry| entry.key() == key);
        let of_log = place.map(|place| (self.base.position + place + 1, &self.log[place]));
        of_log.or_else(|| self.base.find(key).map(|(position, entry)| (*position, entry)))
    }

    /// A consistent copy of what the log says now.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = self.base.clone();
        self.log.iter().for_each(|entry| snapshot.add(entry));
        snapshot
    }

    /// Takes a snapshot, unless the node has all that it stands for: then the log stays, and with it all that comes after
    /// the snapshot, which the node may have acknowledged long ago (Raft, figure 13, rule 6). Returns whether it was taken.
    ///
    /// # Errors
    /// If the disk cannot take it.
    pub fn install(&mut self, snapshot: Snapshot) -> Result<bool, DiskError> {
        if self.has(snapshot.position, snapshot.term()) {
            return Ok(false);
        }
        self.begin_anew(snapshot)?;
        Ok(true)
    }

    /// Puts a snapshot in the place of all that the node has. The file is replaced by a renaming, so that a crash leaves
    /// the old one or the new. What of it is committed, the next message of the leader tells.
    fn begin_anew(&mut self, snapshot: Snapshot) -> Result<(), DiskError> {
        let file = self.disk.create("snapshot.new")?;
        self.disk.append(file, &snapshot.encode())?;
        self.disk.sync(file)?;
        self.disk.rename("snapshot.new", "snapshot")?;
        self.disk.sync_directory()?;
        self.disk.truncate(self.log_file, 0)?;
        self.disk.sync(self.log_file)?;
        self.log.clear();
        self.committed = 0;
        self.base = snapshot;
        Ok(())
    }

    pub fn peers(&self) -> NodeSet {
        self.peers
    }

    /// From now on `peer` belongs to the cluster.
    pub fn admit(&mut self, peer: NodeId) {
        self.peers.insert(peer);
        let places = self.next.len().max(peer.index() + 1);
        self.next.resize(places, 0);
        self.acknowledged.resize(places, 0);
    }

    pub fn set_rule(&mut self, rule: Rule) {
        self.rule = rule;
        if self.role == Role::Leader {
            self.commit();
        }
    }

    /// How far a node has acknowledged, as this leader knows.
    pub fn acknowledged_by(&self, peer: NodeId) -> usize {
        self.acknowledged.get(peer.index()).copied().unwrap_or(0)
    }

    /// A follower has come back, and has entries up to `position`: what it lacks.
    pub fn resume(&mut self, peer: NodeId, position: usize) -> Option<Message> {
        if self.role != Role::Leader || !self.peers.contains(peer) {
            return None;
        }
        self.next[peer.index()] = position.min(self.end());
        self.append_for(peer)
    }

    /// The term of the last entry and its position: of two logs the one with the greater pair is the more up to date.
    pub fn reached(&self) -> (Term, usize) {
        (self.term_at(self.end()), self.end())
    }

    /// How many entries are committed, as far as this node has heard.
    pub fn committed(&self) -> usize {
        self.committed
    }

    /// Whether a leader knows how many of its entries are committed. A new one does not, until one of its own term is: those
    /// before it may be committed or not (Raft, section 8).
    pub fn knows_committed(&self) -> bool {
        self.role == Role::Leader && self.term_at(self.committed) == self.term
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
        self.role = Role::Follower;
        if let Some(file) = self.disk.open("snapshot") {
            let bytes = self.disk.read(file, 0..self.disk.len(file));
            self.base = Snapshot::decode(&bytes).unwrap_or_default();
        }
        self.committed = 0;
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
    /// If the disk cannot take the new term: then no one is asked.
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
        let (last, position) = self.reached();
        let ask = Message::AskVote { term: self.term, position, last };
        Ok(self.peers.iter().map(|peer| (peer, ask.clone())).collect())
    }

    /// Someone outside the cluster has chosen this node to lead `term`: no one votes. Whether at most one node leads in a
    /// term is then for those outside to see to. Nothing happens if the node knows of such a term already.
    ///
    /// # Errors
    /// If the disk cannot take the new term or its opening entry.
    pub fn appoint(&mut self, term: Term) -> Result<Sends, DiskError> {
        if term <= self.term {
            return Ok(Vec::new());
        }
        self.promise(term, Some(self.id))?;
        self.lead()?;
        Ok(self.heartbeat())
    }

    /// The node hears of a term, by something else than a message of another node. If it is newer, someone else leads.
    ///
    /// # Errors
    /// If the disk cannot take the new term.
    pub fn see(&mut self, term: Term) -> Result<(), DiskError> {
        if term > self.term {
            self.promise(term, None)?;
            self.role = Role::Follower;
        }
        Ok(())
    }

    /// It is time for the leader to be heard: each follower gets what it lacks.
    pub fn heartbeat(&mut self) -> Sends {
        if self.role != Role::Leader {
            return Vec::new();
        }
        self.peers.iter().filter_map(|peer| Some((peer, self.append_for(peer)?))).collect()
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
        Ok(Some((self.end(), self.heartbeat())))
    }

    /// A message from another node.
    ///
    /// # Errors
    /// If the disk cannot take what the answer would promise: then there is no answer.
    pub fn receive(&mut self, from: NodeId, message: Message) -> Result<Sends, DiskError> {
        self.see(message.term())?;
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
        let own = current && free && log >= self.reached();
        let granted = self.overruled.take().unwrap_or(own);
        if granted && self.voted != Some(from) {
            self.promise(self.term, Some(from))?;
        }
        Ok(Message::Vote { term: self.term, granted })
    }

    /// Whether it would vote for a node that asks in that term with a log that has reached so far, and why, or why not; no
    /// answer where the term is over: then there is nothing to decide.
    pub fn would_vote(&self, from: NodeId, term: Term, log: (Term, usize)) -> Option<Vote> {
        let voted = if term > self.term { None } else { self.voted };
        match voted {
            _ if term < self.term => None,
            Some(other) if other != from => Some(Vote::Given(other)),
            _ if log < self.reached() => Some(Vote::Behind),
            _ => Some(Vote::Free),
        }
    }

    /// The vote that it is asked for next is given or not, whatever it would do.
    pub fn overrule(&mut self, granted: bool) {
        self.overruled = Some(granted);
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
        if !self.has(position, before) {
            let position = position.saturating_sub(1).min(self.end());
            // A snapshot cannot be shortened: if it is not what the leader has, the node begins anew.
            let position = if position < self.base.position { 0 } else { position };
            return Ok(Message::Appended { term, position, matches: false });
        }
        // What is there already stays: the message may be an old one, and shorter than the log.
        let is_known = |(place, entry): &(usize, &Entry)| self.has(position + place + 1, entry.term);
        let known = entries.iter().enumerate().take_while(is_known).count();
        if position + known < self.base.position && known < entries.len() {
            if position > 0 {
                return Ok(Message::Appended { term, position: 0, matches: false });
            }
            self.begin_anew(Snapshot::default())?;
            self.store(entries)?;
        } else if known < entries.len() {
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
        self.append_for(from)
    }

    /// Entries of earlier terms are committed only along with one of this term: alone, a later leader might lack them.
    fn commit(&mut self) {
        let reached = (self.committed + 1..=self.end()).rev();
        let mut reached = reached.filter(|position| self.term_at(*position) == self.term);
        self.committed = reached.find(|position| self.holds(*position)).unwrap_or(self.committed);
    }

    /// Whether enough nodes have the log up to `position`, as the rule counts them.
    fn holds(&self, position: usize) -> bool {
        let had: NodeSet = self.peers.iter().filter(|peer| self.acknowledged[peer.index()] >= position).collect();
        match self.rule {
            Rule::Asynchronous => true,
            Rule::Chosen { all, one } => all.without(had).is_empty() && (one.is_empty() || one.without(had) != one),
            Rule::Majority => 2 * (had.len() + 1) > self.peers.len() + 1,
        }
    }

    fn lead_if_elected(&mut self, votes: NodeSet) -> Result<(), DiskError> {
        if 2 * votes.len() > self.peers.len() + 1 { self.lead() } else { Ok(()) }
    }

    /// A new leader begins with an empty entry of its own term: with it all earlier entries are committed, and followers
    /// drop what they have beyond its log.
    fn lead(&mut self) -> Result<(), DiskError> {
        let end = self.end();
        self.next.fill(end);
        self.acknowledged.fill(0);
        let opening = Entry::new(self.term, b"", b"");
        self.store(opening.as_slice())?;
        self.role = Role::Leader;
        self.commit();
        Ok(())
    }

    /// What a follower lacks; `None` if it begins before this log does, and so needs a snapshot.
    fn append_for(&self, peer: NodeId) -> Option<Message> {
        let position = self.next[peer.index()];
        let entries = self.log[position.checked_sub(self.base.position)?..].to_vec();
        let before = self.term_at(position);
        Some(Message::Append { term: self.term, position, before, entries, committed: self.committed })
    }

    /// The term of the entry at a position up to the end of the log; 0 before the first.
    pub fn term_at(&self, position: usize) -> Term {
        match position.checked_sub(self.base.position) {
            None | Some(0) => self.base.term_at(position),
            Some(place) => self.log[place - 1].term,
        }
    }

    /// Whether the entry of that term at that position is in the log, or in the snapshot before it; and then so is all that
    /// came before that entry, for one node alone appends in a term (Raft, section 5.3: *log matching*).
    pub fn has(&self, position: usize, term: Term) -> bool {
        position <= self.end() && self.term_at(position) == term
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

    /// Drops the entries after `position`. With [`Rule::Majority`] none of them is committed; with other rules one may be
    /// all the same, as an earlier leader counted.
    fn cut(&mut self, position: usize) -> Result<(), DiskError> {
        let bytes: usize = self.log[..position - self.base.position].iter().map(|entry| entry.encode().len()).sum();
        self.disk.truncate(self.log_file, bytes as u64)?;
        self.log.truncate(position - self.base.position);
        self.committed = self.committed.min(position);
        Ok(())
    }
}
