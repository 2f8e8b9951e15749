//! Somebody who posts and reads, on two devices: what they have asked for, and what is remembered for the next time.

use std::rc::Rc;

use super::command::Command;
use super::device::{Device, Machine, User};
use super::event::Event;
use super::message::{LogPosition, Message, PARTITIONS, Post};
use super::session::{Asking, Route, Session, route};
use super::settings::{Kept, LEADER, Settings};
use super::{Lag, Reaction, Timer};
use crate::cluster::calls::push;
use crate::cluster::{self, CallId, Host, NodeId};
use crate::contract::{Outcome, Refused};
use crate::form::Choice;
use crate::replication::checker::Item;
use crate::replication::replicated_log::Entry;
use crate::sim::Time;

/// A client waits no longer for its answer.
const TIMEOUT: Time = Time::from_millis(60_000);

/// What a page shows: its name, and its posts by their numbers.
pub type Shown = (Rc<str>, Rc<[Item]>);

#[derive(Clone)]
pub struct Person {
    settings: Settings,
    user: User,
    /// By device. What is kept with the account is kept with the first, or by data centre if there are two.
    sessions: [Session; Machine::ALL.len()],
    /// By device, what it shows: the page that it has read last.
    pub shows: [Option<Shown>; Machine::ALL.len()],
    /// The pages that the user has posted on.
    posted_on: Rc<Vec<Rc<str>>>,
    open: Rc<Vec<Rc<Open>>>,
    /// How often it has posted, and read.
    pub posts: u32,
    pub reads: usize,
    /// What the site tells it for the next call: the number of the next post, and a follower for each partition.
    pub next_post: Item,
    pub chances: [u64; PARTITIONS],
}

/// A call that is not answered yet.
#[derive(Clone)]
struct Open {
    call: CallId,
    device: Device,
    began: Time,
    asked: Asked,
}

#[derive(Clone)]
enum Asked {
    Post { item: Item },
    Read { page: Rc<str>, left: Vec<Route>, found: Vec<(Item, Rc<str>)> },
}

impl Person {
    pub fn new(settings: Settings, user: User) -> Person {
        Person {
            settings,
            user,
            sessions: Default::default(),
            shows: Default::default(),
            posted_on: Rc::default(),
            open: Rc::default(),
            posts: 0,
            reads: 0,
            next_post: 0,
            chances: [0; PARTITIONS],
        }
    }

    /// Where the memory of a device is kept.
    fn session(&mut self, machine: Machine) -> &mut Session {
        let place = match self.settings.session {
            Kept::Device => machine.place(),
            Kept::User => self.settings.routed(Device { user: self.user, machine }).map_or(0, |centre| centre as usize),
        };
        &mut self.sessions[place]
    }

    fn begin(&mut self, call: CallId, machine: Machine, began: Time, asked: Asked) -> Device {
        let device = Device { user: self.user, machine };
        push(&mut self.open, Rc::new(Open { call, device, began, asked }));
        device
    }

    fn close(&mut self, call: CallId) -> Option<Rc<Open>> {
        let place = self.open.iter().position(|open| open.call == call)?;
        Some(Rc::make_mut(&mut self.open).remove(place))
    }

    fn post(&mut self, call: CallId, page: &Rc<str>, text: &Rc<str>, machine: Machine, now: Time) -> Reaction {
        let item = self.next_post;
        self.posts += 1;
        if !self.posted_on.contains(page) {
            Rc::make_mut(&mut self.posted_on).push(page.clone());
        }
        let partition = self.settings.partition(page, item);
        let device = self.begin(call, machine, now, Asked::Post { item });
        let post = Post { item, page: page.clone(), user: self.user, text: text.clone() };
        Reaction::new(Event::PostSent { call, device, item, page: page.clone(), partition })
            .send(LEADER, Message::Post { call, partition, post })
            .wake(TIMEOUT, Timer::Patience(call))
    }

    fn reload(&mut self, call: CallId, page: &Rc<str>, machine: Machine, via: Option<NodeId>, now: Time) -> Reaction {
        self.reads += 1;
        let device = Device { user: self.user, machine };
        let is_own_page = self.posted_on.contains(page);
        let (settings, chances) = (self.settings, self.chances);
        let session = self.session(machine);
        let ways = settings.partitions(page).zip(chances).map(|(partition, chance)| {
            route(settings, session, &Asking { device, page, partition, is_own_page, via, chance, now })
        });
        let left: Vec<Route> = ways.collect();
        let routes: Rc<[Route]> = left.as_slice().into();
        self.begin(call, machine, now, Asked::Read { page: page.clone(), left, found: Vec::new() });
        let reaction = Reaction::new(Event::ReadSent { call, device, page: page.clone(), routes: routes.clone() });
        let reaction = routes.iter().fold(reaction, |reaction, Route { partition, node, at_least, .. }| {
            let (partition, page, at_least) = (*partition, page.clone(), *at_least);
            reaction.send(*node, Message::Fetch { call, partition, page, at_least })
        });
        reaction.wake(TIMEOUT, Timer::Patience(call))
    }

    fn acknowledged(&mut self, call: CallId, partition: usize, position: LogPosition, now: Time) -> Reaction {
        let Some(open) = self.close(call) else { return Reaction::new(Event::TooLate { call }) };
        let Open { device, began, asked: Asked::Post { item }, .. } = *open else { unreachable!("it was a post") };
        self.session(device.machine).remember_post(partition, position, now);
        Reaction::new(Event::Acknowledged { call, device, item, took: now - began }).end(call, Outcome::Done)
    }

    /// A part of a page, which is whole when all partitions have answered.
    fn take_part(&mut self, call: CallId, partition: usize, position: LogPosition, posts: &[Entry]) -> Reaction {
        let late = || Reaction::new(Event::TooLate { call });
        let Some(place) = self.open.iter().position(|open| open.call == call) else { return late() };
        let open = Rc::make_mut(&mut Rc::make_mut(&mut self.open)[place]);
        let Asked::Read { page, left, found } = &mut open.asked else { unreachable!("it was a read") };
        let Some(way) = left.iter().position(|route| route.partition == partition) else { return late() };
        let is_from_leader = left.remove(way).node == LEADER;
        let posts: Vec<Post> = posts.iter().filter_map(Post::of).collect();
        let part: Vec<Item> = posts.iter().map(|post| post.item).collect();
        found.extend(posts.into_iter().map(|post| (post.item, post.text)));
        found.sort_unstable_by_key(|(item, _)| *item);
        let (device, page, is_whole) = (open.device, page.clone(), left.is_empty());
        if is_from_leader {
            self.session(device.machine).remember_shown(&page, partition, position);
        }
        if !is_whole {
            return Reaction::new(Event::PartRead { device, items: part });
        }
        let open = self.close(call).expect("it is open");
        let Asked::Read { found, .. } = &open.asked else { unreachable!("it was a read") };
        let items: Rc<[Item]> = found.iter().map(|(item, _)| *item).collect();
        self.shows[device.machine.place()] = Some((page.clone(), items.clone()));
        let entries = found.iter().map(|(item, text)| (item.to_string(), text.to_string())).collect();
        Reaction::new(Event::Read { call, device, page, items, breaches: Rc::default() })
            .end(call, Outcome::Entries(entries))
    }
}

impl cluster::Client<Lag> for Person {
    fn ask(&mut self, call: CallId, command: &Command, now: Time) -> Result<Reaction, Refused> {
        Ok(match command {
            Command::Post { page, text, device, .. } => self.post(call, page, text, *device, now),
            Command::Reload { page, device, via, .. } => self.reload(call, page, *device, *via, now),
            Command::Fate(_) => unreachable!("fate asks nobody"),
        })
    }

    fn hear(&mut self, _: Host, message: &Message, now: Time) -> Option<Reaction> {
        Some(match message {
            Message::Posted { call, partition, position } => self.acknowledged(*call, *partition, *position, now),
            Message::Page { call, partition, position, posts } => self.take_part(*call, *partition, *position, posts),
            _ => unreachable!("clients are asked nothing"),
        })
    }

    fn wake(&mut self, timer: Timer, _: Time) -> Option<Reaction> {
        let Timer::Patience(call) = timer else { unreachable!("the other timer is of nodes") };
        let open = self.close(call)?;
        let (device, is_post) = (open.device, matches!(open.asked, Asked::Post { .. }));
        let outcome = Outcome::Unanswered(is_post.then_some("whether the post was stored"));
        Some(Reaction::new(Event::GaveUp { device, call, is_post }).end(call, outcome))
    }

    fn weight(&self, before: &Person) -> u64 {
        let open = if Rc::ptr_eq(&self.open, &before.open) { 0 } else { self.open.len() * size_of::<Rc<Open>>() };
        (size_of::<Person>() + open) as u64
    }
}
