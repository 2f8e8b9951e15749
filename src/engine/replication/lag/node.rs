//! A replica: the logs of the two partitions, as far as they have come. A pure state machine: a message in, messages out.

use std::panic::Location;
use std::rc::Rc;

use super::event::Event;
use crate::replication::checker::Item;
use crate::replication::{Host, NodeId};
use crate::sim::Time;

/// How many partitions there are. Each has a log of its own.
pub const PARTITIONS: usize = 2;

/// A message that somebody has posted.
#[derive(Clone)]
pub struct Post {
    pub item: Item,
    /// The page that it stands on, by its number.
    pub page: u8,
    pub user: u8,
    pub text: Rc<str>,
}

/// How many entries of a partition's log there are, from the first on.
pub type LogPosition = u32;

#[derive(Clone)]
pub enum Message {
    Post { call: usize, partition: usize, post: Rc<Post> },
    Posted { call: usize, partition: usize, position: LogPosition },
    Replicate { partition: usize, position: LogPosition, post: Rc<Post> },
    Fetch { call: usize, partition: usize, page: u8, at_least: LogPosition },
    Page { call: usize, items: Vec<Item> },
}

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
    logs: [Rc<Vec<Rc<Post>>>; PARTITIONS],
    /// Entries that have overtaken others, which must come first.
    early: Rc<Vec<(usize, LogPosition, Rc<Post>)>>,
    held: Rc<Vec<Held>>,
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

impl Node {
    pub fn new(id: NodeId) -> Node {
        Node { id, logs: Default::default(), early: Rc::default(), held: Rc::default() }
    }

    /// A partition's log, as far as this node has it.
    pub fn log(&self, partition: usize) -> &[Rc<Post>] {
        &self.logs[partition]
    }

    pub fn held(&self) -> &[Held] {
        &self.held
    }

    fn position(&self, partition: usize) -> LogPosition {
        self.logs[partition].len() as LogPosition
    }

    /// What the leader does with a new post: it appends it, acknowledges it at once, and tells its followers.
    pub fn append(
        &mut self,
        from: Host,
        call: usize,
        partition: usize,
        post: &Rc<Post>,
        others: &[NodeId],
    ) -> Reaction {
        Rc::make_mut(&mut self.logs[partition]).push(post.clone());
        let position = self.position(partition);
        let mut reaction = Reaction::new(Event::Appended { node: self.id, partition, position, post: post.clone() });
        reaction.sends.push((from, Message::Posted { call, partition, position }));
        for other in others {
            let replicate = Message::Replicate { partition, position, post: post.clone() };
            reaction.sends.push(((*other).into(), replicate));
        }
        reaction
    }

    /// What a follower does with an entry: it applies it in the order of the log, and what had waited for it.
    pub fn apply(&mut self, partition: usize, position: LogPosition, post: &Rc<Post>, now: Time) -> Reaction {
        if position > self.position(partition) + 1 {
            Rc::make_mut(&mut self.early).push((partition, position, post.clone()));
            let has = self.position(partition);
            return Reaction::new(Event::Overtook { node: self.id, partition, position, has });
        }
        let mut next = Some(post.clone());
        while let Some(post) = next {
            Rc::make_mut(&mut self.logs[partition]).push(post);
            let wanted = self.position(partition) + 1;
            let ready = self.early.iter().position(|early| (early.0, early.1) == (partition, wanted));
            next = ready.map(|place| Rc::make_mut(&mut self.early).swap_remove(place).2);
        }
        let reached = self.position(partition);
        let mut reaction =
            Reaction::new(Event::Applied { node: self.id, partition, position: reached, post: post.clone() });
        let ready = |held: &Held| held.partition == partition && held.at_least <= reached;
        for held in self.held.iter().filter(|held| ready(held)) {
            reaction.sends.push((held.from, self.page(held.call, partition, held.page)));
            reaction.waited += now - held.since;
        }
        Rc::make_mut(&mut self.held).retain(|held| !ready(held));
        reaction
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
            Rc::make_mut(&mut self.held).push(Held { from, call, partition, page, at_least, since: now });
            let mut reaction = Reaction::new(Event::Held { node: self.id, partition, at_least, has });
            reaction.held = true;
            return reaction;
        }
        let answer = self.page(call, partition, page);
        let items = match &answer {
            Message::Page { items, .. } => items.clone(),
            _ => Vec::new(),
        };
        let mut reaction = Reaction::new(Event::Answered { node: self.id, partition, items });
        reaction.sends.push((from, answer));
        reaction
    }

    /// The posts of a page in one partition, as this node has them.
    fn page(&self, call: usize, partition: usize, page: u8) -> Message {
        let posts = self.logs[partition].iter().filter(|post| post.page == page);
        Message::Page { call, items: posts.map(|post| post.item).collect() }
    }
}
