//! A replica: two partitions, each a replicated log with a disk of its own, as far as they have come. A pure state machine: a
//! message in, messages out.

use std::panic::Location;
use std::rc::Rc;

use super::event::Event;
use super::message::{LogMessage, LogPosition, Message, PARTITIONS, Post};
use crate::replication::checker::Item;
use crate::replication::replicated_log::{self, Role, Rule, Sends};
use crate::replication::{Host, NodeId, NodeSet};
use crate::sim::{DiskError, Time};

/// Room for all posts of a run.
const DISK: u64 = 1 << 22;

/// A read that waits until its node has come far enough.
#[derive(Clone)]
pub struct Held {
    pub from: Host,
    pub call: usize,
    partition: usize,
    page: u8,
    pub at_least: LogPosition,
    since: Time,
}

#[derive(Clone)]
pub struct Node {
    pub id: NodeId,
    logs: [replicated_log::Node; PARTITIONS],
    held: Vec<Held>,
}

/// What a node makes of a message.
pub struct Reaction {
    pub source: &'static Location<'static>,
    pub event: Event,
    pub sends: Vec<(Host, Message)>,
    /// How long reads had been held that are answered now.
    pub waited: Time,
    pub held: bool,
}

impl Reaction {
    #[track_caller]
    fn new(event: Event) -> Reaction {
        Reaction { source: Location::caller(), event, sends: Vec::new(), waited: Time::ZERO, held: false }
    }
}

fn wrap(partition: usize, sends: Sends) -> impl Iterator<Item = (Host, Message)> {
    sends.into_iter().map(move |(to, message)| (to.into(), Message::Log { partition, message }))
}

impl Node {
    /// # Errors
    /// If the disks cannot take their files.
    pub fn new(id: NodeId, peers: NodeSet) -> Result<Node, DiskError> {
        let log = || replicated_log::Node::new(id, peers, Rule::Asynchronous, DISK);
        Ok(Node { id, logs: [log()?, log()?], held: Vec::new() })
    }

    /// A partition's log, as this node has it.
    pub fn log(&self, partition: usize) -> &replicated_log::Node {
        &self.logs[partition]
    }

    /// A partition's posts, as far as this node has them.
    pub fn posts(&self, partition: usize) -> impl Iterator<Item = Post> {
        self.logs[partition].log().iter().filter_map(Post::of)
    }

    pub fn held(&self) -> &[Held] {
        &self.held
    }

    fn position(&self, partition: usize) -> LogPosition {
        self.posts(partition).count() as LogPosition
    }

    /// The node leads both partitions in a new term: what it says to the others.
    ///
    /// # Errors
    /// If a disk cannot take the term.
    pub fn lead(&mut self) -> Result<Vec<(Host, Message)>, DiskError> {
        let mut sends = Vec::new();
        for (partition, log) in self.logs.iter_mut().enumerate() {
            sends.extend(wrap(partition, log.appoint(log.term() + 1)?));
        }
        Ok(sends)
    }

    /// The power goes, and comes back: what is on the disks is there, and nothing else. Returns how many reads were held.
    ///
    /// # Errors
    /// If a disk cannot be read back.
    pub fn restart(&mut self) -> Result<usize, DiskError> {
        self.logs.iter_mut().try_for_each(replicated_log::Node::restart)?;
        Ok(std::mem::take(&mut self.held).len())
    }

    /// What a follower says that has come back.
    pub fn hello(&self) -> Message {
        Message::Hello { positions: self.logs.each_ref().map(replicated_log::Node::end) }
    }

    /// What the leader does with a new post: it appends it, acknowledges it at once, and tells its followers. Nothing, if the
    /// disk cannot take it.
    pub fn append(&mut self, from: Host, call: usize, partition: usize, post: &Rc<Post>) -> Option<Reaction> {
        let (_, sends) = self.logs[partition].write(&post.key(), post.text.as_bytes()).ok()??;
        let position = self.position(partition);
        let mut reaction = Reaction::new(Event::Appended { node: self.id, partition, position, post: post.clone() });
        reaction.sends.push((from, Message::Posted { call, partition, position }));
        reaction.sends.extend(wrap(partition, sends));
        Some(reaction)
    }

    /// What the leader does for a follower that has come back.
    pub fn resume(&mut self, from: NodeId, positions: [usize; PARTITIONS]) -> Reaction {
        let mut lacks = [0; PARTITIONS];
        let mut sends = Vec::new();
        for (partition, position) in positions.into_iter().enumerate() {
            let Some(message) = self.logs[partition].resume(from, position) else { continue };
            let LogMessage::Append { entries, .. } = &message else { continue };
            if entries.is_empty() {
                continue;
            }
            lacks[partition] = entries.iter().filter(|entry| Post::of(entry).is_some()).count();
            sends.extend(wrap(partition, vec![(from, message)]));
        }
        let mut reaction = Reaction::new(Event::Resumed { node: self.id, from, lacks });
        reaction.sends = sends;
        reaction
    }

    /// What a node does with a message of the log. Only what tells of entries is an event; what they answer is not.
    pub fn hear(
        &mut self,
        from: NodeId,
        partition: usize,
        message: &LogMessage,
        now: Time,
    ) -> (Option<Reaction>, Vec<(Host, Message)>) {
        let before = self.position(partition);
        let log = &mut self.logs[partition];
        let answers: Vec<_> = wrap(partition, log.receive(from, message.clone()).unwrap_or_default()).collect();
        if log.role() == Role::Leader || !matches!(message, LogMessage::Append { .. }) {
            return (None, answers);
        }
        let matches = |answer: &(Host, Message)| {
            matches!(answer.1, Message::Log { message: LogMessage::Appended { matches: true, .. }, .. })
        };
        let (id, reached) = (self.id, self.position(partition));
        if !answers.iter().any(matches) {
            return (Some(Reaction::new(Event::Mismatched { node: id, partition, has: reached })), answers);
        }
        if reached == before {
            return (Some(Reaction::new(Event::Known { node: id, partition, position: reached })), answers);
        }
        let posts = self.posts(partition).skip(before as usize).map(|post| post.item).collect();
        let mut reaction = Reaction::new(Event::Applied { node: id, partition, position: reached, posts });
        let (ready, held) = std::mem::take(&mut self.held)
            .into_iter()
            .partition::<Vec<_>, _>(|held| held.partition == partition && held.at_least <= reached);
        self.held = held;
        for held in ready {
            let items = self.items(partition, held.page);
            reaction.sends.push((held.from, Message::Page { call: held.call, partition, position: reached, items }));
            reaction.waited += now - held.since;
        }
        (Some(reaction), answers)
    }

    /// What any node does with a read: it answers with what it has, unless the client has told it to wait for more.
    pub fn fetch(
        &mut self,
        from: Host,
        (call, partition, page): (usize, usize, u8),
        at_least: LogPosition,
        now: Time,
    ) -> Reaction {
        let has = self.position(partition);
        if has < at_least {
            self.held.push(Held { from, call, partition, page, at_least, since: now });
            let mut reaction = Reaction::new(Event::Held { node: self.id, partition, at_least, has });
            reaction.held = true;
            return reaction;
        }
        let items = self.items(partition, page);
        let mut reaction = Reaction::new(Event::Answered { node: self.id, partition, items: items.clone() });
        reaction.sends.push((from, Message::Page { call, partition, position: has, items }));
        reaction
    }

    /// The posts of a page in one partition, as this node has them.
    fn items(&self, partition: usize, page: u8) -> Vec<Item> {
        self.posts(partition).filter(|post| post.page == page).map(|post| post.item).collect()
    }
}
