//! A replica: two partitions, each a replicated log with a disk of its own, as far as they have come.

use std::rc::Rc;

use super::event::Event;
use super::message::{LogPosition, Message, PARTITIONS, Post};
use super::settings::LEADER;
use super::{Lag, Reaction, Timer};
use crate::cluster::{self, CallId, Host, NodeId, NodeSet, Power};
use crate::replication::replicated_log::{self, Entry, Message as LogMessage, Role, Rule, Sends};
use crate::sim::{DiskError, Time};

/// Room for all posts of a run.
const DISK: u64 = 1 << 22;

/// A read that waits until its node has come far enough.
#[derive(Clone)]
pub struct Held {
    from: Host,
    call: CallId,
    partition: usize,
    page: Rc<str>,
    at_least: LogPosition,
}

#[derive(Clone)]
pub struct Node {
    pub id: NodeId,
    pub logs: [replicated_log::Node; PARTITIONS],
    pub held: Vec<Held>,
    /// It has been stopped, and not been started since.
    was_off: bool,
}

/// The messages of a partition's log, for the network.
fn wrap(reaction: Reaction, partition: usize, sends: Sends) -> Reaction {
    let wrapped = sends.into_iter().map(|(to, message)| (to, Message::Log { partition, message }));
    wrapped.fold(reaction, |reaction, (to, message)| reaction.send(to, message))
}

impl Node {
    /// # Errors
    /// If the disks cannot take their files.
    fn new(id: NodeId, peers: NodeSet) -> Result<Node, DiskError> {
        let log = || replicated_log::Node::new(id, peers, Rule::Asynchronous, DISK);
        Ok(Node { id, logs: [log()?, log()?], held: Vec::new(), was_off: false })
    }

    /// So many nodes, which have long agreed that the first one leads.
    ///
    /// # Errors
    /// If a disk cannot take its files.
    pub fn cluster(many: u8) -> Result<Vec<Node>, DiskError> {
        let all: NodeSet = (1..=many).map(NodeId::new).collect();
        let alone = |id| [id].into_iter().collect();
        let mut nodes = all.iter().map(|id| Node::new(id, all.without(alone(id)))).collect::<Result<Vec<_>, _>>()?;
        for partition in 0..PARTITIONS {
            for (to, message) in nodes[LEADER.index()].logs[partition].appoint(1)? {
                for (_, answer) in nodes[to.index()].logs[partition].receive(LEADER, message)? {
                    nodes[LEADER.index()].logs[partition].receive(to, answer)?;
                }
            }
        }
        Ok(nodes)
    }

    /// A partition's posts, as far as this node has them.
    pub fn posts(&self, partition: usize) -> impl DoubleEndedIterator<Item = Post> {
        self.logs[partition].log().iter().filter_map(Post::of)
    }

    fn position(&self, partition: usize) -> LogPosition {
        self.logs[partition].log().iter().filter(|entry| !entry.key().is_empty()).count() as LogPosition
    }

    /// The leader appends a new post, acknowledges it at once, and tells its followers. Nothing happens if the disk cannot
    /// take it.
    fn append(&mut self, from: Host, call: CallId, partition: usize, post: &Post) -> Option<Reaction> {
        if let Some(place) = self.posts(partition).position(|other| other.item == post.item) {
            let (node, position) = (self.id, place as LogPosition + 1);
            let known = Reaction::new(Event::PostKnown { node, item: post.item });
            return Some(known.send(from, Message::Posted { call, partition, position }));
        }
        let (_, sends) = self.logs[partition].write(post.key().as_bytes(), post.text.as_bytes()).ok()??;
        let position = self.position(partition);
        let reaction = Reaction::new(Event::Appended { node: self.id, partition, position, post: post.clone() })
            .send(from, Message::Posted { call, partition, position });
        Some(wrap(reaction, partition, sends))
    }

    /// A message of the log. Only what tells of entries is an event; what they answer is not.
    fn follow(&mut self, from: NodeId, partition: usize, message: &LogMessage) -> Reaction {
        let (node, has) = (self.id, self.position(partition));
        let log = &mut self.logs[partition];
        let answers = log.receive(from, message.clone()).unwrap_or_default();
        if log.role() == Role::Leader || !matches!(message, LogMessage::Append { .. }) {
            return wrap(Reaction::silent(), partition, answers);
        }
        let reached = self.position(partition);
        if !answers.iter().any(|(_, answer)| matches!(answer, LogMessage::Appended { matches: true, .. })) {
            return wrap(Reaction::new(Event::Mismatched { node, partition, has: reached }), partition, answers);
        }
        if reached == has {
            return wrap(Reaction::new(Event::Known { node, partition, position: reached }), partition, answers);
        }
        let posts = self.posts(partition).skip(has as usize).map(|post| post.item).collect();
        let is_ready = |held: &mut Held| held.partition == partition && held.at_least <= reached;
        let ready: Vec<Held> = self.held.extract_if(.., is_ready).collect();
        let answered = ready.iter().map(|held| held.call).collect();
        let reaction = Reaction::new(Event::Applied { node, partition, position: reached, posts, answered });
        ready.into_iter().fold(wrap(reaction, partition, answers), |reaction, Held { from, call, page, .. }| {
            reaction
                .send(from, Message::Page { call, partition, position: reached, posts: self.page(partition, &page) })
        })
    }

    /// A follower has come back: the leader sends it what it lacks.
    fn resume(&mut self, from: NodeId, positions: [usize; PARTITIONS]) -> Reaction {
        let mut lacks = [0; PARTITIONS];
        let mut sends = Vec::new();
        for (partition, position) in positions.into_iter().enumerate() {
            let Some(message) = self.logs[partition].resume(from, position) else { continue };
            let LogMessage::Append { entries, .. } = &message else { continue };
            if entries.is_empty() {
                continue;
            }
            lacks[partition] = entries.iter().filter(|entry| !entry.key().is_empty()).count();
            sends.push((partition, (from, message)));
        }
        let reaction = Reaction::new(Event::Resumed { node: self.id, from, lacks });
        sends.into_iter().fold(reaction, |reaction, (partition, send)| wrap(reaction, partition, vec![send]))
    }

    /// What any node does with a read: it answers with what it has, unless the client has told it to wait for more.
    fn fetch(
        &mut self,
        from: Host,
        call: CallId,
        (partition, page): (usize, &Rc<str>),
        at_least: LogPosition,
    ) -> Reaction {
        let (node, has) = (self.id, self.position(partition));
        if has < at_least {
            self.held.push(Held { from, call, partition, page: page.clone(), at_least });
            return Reaction::new(Event::Held { node, call, partition, at_least, has });
        }
        let posts = self.page(partition, page);
        let items = posts.iter().filter_map(Post::of).map(|post| post.item).collect();
        Reaction::new(Event::Answered { node, partition, items })
            .send(from, Message::Page { call, partition, position: has, posts })
    }

    /// The posts of a page in one partition, as this node has them.
    fn page(&self, partition: usize, page: &str) -> Vec<Entry> {
        let is_there = |entry: &&Entry| Post::of(entry).is_some_and(|post| &*post.page == page);
        self.logs[partition].log().iter().filter(is_there).cloned().collect()
    }
}

impl cluster::Node<Lag> for Node {
    fn hear(&mut self, from: Host, message: &Message, _: Time) -> Option<Reaction> {
        match (message, from) {
            (Message::Post { call, partition, post }, _) => self.append(from, *call, *partition, post),
            (Message::Log { partition, message }, Host::Node(from)) => Some(self.follow(from, *partition, message)),
            (Message::Hello { a, b }, Host::Node(from)) => Some(self.resume(from, [*a, *b])),
            (Message::Fetch { call, partition, page, at_least }, _) => {
                Some(self.fetch(from, *call, (*partition, page), *at_least))
            }
            _ => unreachable!("answers go to clients, and only nodes tell each other of their logs"),
        }
    }

    /// It is back, or its links are: the leader says what others may not have, and a follower how far it has come.
    fn wake(&mut self, _: Timer, _: Time) -> Option<Reaction> {
        if self.id != LEADER {
            let [a, b] = self.logs.each_ref().map(replicated_log::Node::end);
            return Some(Reaction::silent().send(LEADER, Message::Hello { a, b }));
        }
        Some(self.logs.iter_mut().enumerate().fold(Reaction::silent(), |reaction, (partition, log)| {
            let mut sends = log.heartbeat();
            sends.retain(|(_, it)| matches!(it, LogMessage::Append { entries, .. } if !entries.is_empty()));
            wrap(reaction, partition, sends)
        }))
    }

    /// What it has told of was synced before, and so the power makes no difference.
    fn stop(&mut self, _: Power) -> String {
        for log in &mut self.logs {
            log.restart().expect("a disk with room takes what it reads back");
        }
        self.was_off = true;
        let reads = match std::mem::take(&mut self.held).len() {
            0 => String::new(),
            1 => ", with a read that waited there".to_owned(),
            held => format!(", with {held} reads that waited there"),
        };
        format!("Its memory is gone{reads}. Each post that it had answered for was synced, and is on its disks.")
    }

    fn start(&mut self, _: Time) -> (String, Vec<(Time, Timer)>) {
        if !std::mem::take(&mut self.was_off) {
            return (String::new(), Vec::new());
        }
        let does = if self.id == LEADER {
            for log in &mut self.logs {
                log.appoint(log.term() + 1).expect("its disk has room for a term");
            }
            "leads in a new term. It lets its followers know"
        } else {
            "lets the leader know how far that is"
        };
        (format!("It has what its disks have, and {does}."), vec![(Time::ZERO, Timer::Back)])
    }

    fn reconnect(&mut self) -> Vec<(Time, Timer)> {
        if self.id == LEADER { vec![(Time::ZERO, Timer::Back)] } else { Vec::new() }
    }

    fn weight(&self, _: &Node) -> u64 {
        let entries: usize = self.logs.iter().map(|log| log.log().len()).sum();
        (entries * size_of::<Entry>() + self.held.len() * size_of::<Held>()) as u64
    }
}
