//! Home timelines in three ways, over the same users, follows and posts: who does the work, the writer of a post or its
//! many readers?
//!
//! # The idea
//!
//! A user posts; each of the followers sees the post in a home timeline: the newest posts of everyone they follow.
//!
//! - *[Join on read](join)*: a post is one row. A timeline is a query, which looks at the posts of everyone the
//!   reader follows.
//! - *[Fan-out on write](mailboxes)*: a post is copied into a mailbox of each follower. A timeline is ready to be read.
//! - *[Hybrid](hybrid)*: as fan-out on write, but for celebrities, whose posts would be copied a million times: these
//!   are merged in by readers.
//!
//! Which is best depends on the load, and "posts a second" does not describe it: what counts is the reads beside the
//! writes, and how followers are spread over users. Twitter (in 2012) had 4,600 posts and 300,000 timeline reads a
//! second, and 75 followers a user on average: 345,000 writes a second into mailboxes, and worth it; but some users had
//! 30 million followers. (Raffi Krikorian, *Timelines at Scale*, 2012; Martin Kleppmann, *Designing Data-Intensive
//! Applications*, chapter 1.)
//!
//! # What is counted
//!
//! Each way keeps its own tables, and counts each row that it writes, reads, looks up or deletes. All must show the same
//! timeline, for any crowd and any posts; every time that one is opened, they are compared. A figure may leave the hybrid
//! out; then it does nothing.
//!
//! # Simpler than the real one because
//!
//! - all rows cost the same here: in memory or on disk, near or far, and in one piece or scattered;
//! - there is one machine; real mailboxes are spread over a thousand machines and replicated, and a fan-out takes seconds;
//! - a mailbox holds all posts. Real ones are cut (Twitter's at 800), and are only kept for users who come back;
//! - nothing is deleted, and a timeline is in the order of time.

pub mod command;
pub mod event;
pub mod follows;
pub mod hybrid;
pub mod join;
pub mod lists;
pub mod mailboxes;
pub mod paged;
mod settings;
mod view;
pub mod world;

#[cfg(test)]
mod tests;

use std::fmt::{self, Display};
use std::panic::Location;
use std::rc::Rc;

pub use command::Command;
pub use event::Event;
pub use follows::Shape;
pub use settings::{Compared, Settings};

use self::follows::Follows;
use self::hybrid::Hybrid;
use self::mailboxes::Mailboxes;
use self::world::{Post, World};
use super::grouped;
use crate::contract::{Counter, Decided, Engine, Outcome, Probe, Refused};
use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words};
use crate::sim::Rng;

/// One user more than a million, so that one of them can have a million followers.
pub const MAX_USERS: u64 = 1_000_001;
/// All mailboxes of one way together take no more rows than this: 32 MB, or a million followers four times.
pub const MAX_MAILBOX_ROWS: u64 = 4_000_000;

/// A user, written from 1: `u1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserId(pub u32);

/// A post, written from 1; a later one is larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PostId(pub u32);

impl UserId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl PostId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// As in `u7`, or just the number, so that `post 1..9 hello` makes nine posts.
impl Value for UserId {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<UserId, BadCommand> {
        let word = words.required(what)?;
        let digits = word.text.strip_prefix('u').unwrap_or(&word.text);
        match digits.parse::<u64>() {
            Ok(number @ 1..=MAX_USERS) => Ok(UserId(number as u32 - 1)),
            _ => Err(words.refuse(
                word,
                format!("`{}` is no user", word.quote()),
                format!("a user as in u1 or 1, up to u{MAX_USERS}"),
            )),
        }
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

impl Display for UserId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "u{}", self.0 + 1)
    }
}

impl Display for PostId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "p{}", self.0 + 1)
    }
}

/// The three ways, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Join,
    FanOut,
    Hybrid,
}

impl Way {
    pub const ALL: [Way; 3] = [Way::Join, Way::FanOut, Way::Hybrid];

    pub fn name(self) -> &'static str {
        match self {
            Way::Join => "join on read",
            Way::FanOut => "fan-out on write",
            Way::Hybrid => "hybrid",
        }
    }
}

/// The rows that one way has touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows written into mailboxes by posts.
    pub delivered: u64,
    /// Rows read by timelines.
    pub read: u64,
    /// Rows touched because someone followed or unfollowed.
    pub upkeep: u64,
    /// Rows touched by the last command, if this way has taken part in it by now.
    pub last: Option<u64>,
}

/// What the last command was about.
#[derive(Clone)]
pub enum Focus {
    Nothing,
    Post(PostId),
    /// The timeline of a user, as far as it has been read in each way.
    Timeline(UserId, [Option<Rc<[PostId]>>; 3]),
    Pair(UserId, UserId),
}

#[derive(Clone)]
pub struct Fanout {
    pub settings: Settings,
    pub world: World,
    pub mailboxes: Mailboxes,
    pub hybrid: Hybrid,
    tallies: [Tally; 3],
    /// How many timelines have been opened.
    pub timelines: u64,
    pub focus: Focus,
    rng: Rng,
}

type Done = Result<Outcome, Refused>;

impl Engine for Fanout {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Fanout {
        let follows = Follows::new(settings.shape, settings.users, settings.follows, settings.seed);
        Fanout {
            settings,
            world: World::new(follows, settings.page as usize),
            mailboxes: Mailboxes::new(settings.users),
            hybrid: Hybrid::new(settings.users),
            tallies: [Tally::default(); 3],
            timelines: 0,
            focus: Focus::Nothing,
            rng: Rng::new(settings.seed),
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Fanout>) -> Done {
        self.focus = Focus::Nothing;
        for tally in &mut self.tallies {
            tally.last = None;
        }
        match *command {
            Command::Post { user, ref text } => self.post(user, text, probe),
            Command::Timeline { user } => self.timeline(user, probe),
            Command::Follow { follower, followee } => self.follow(follower, followee, probe),
            Command::Unfollow { follower, followee } => self.unfollow(follower, followee, probe),
            Command::Celebrity { limit } => self.move_limit(limit, probe),
            Command::Followers { shape } => self.replace_crowd(shape, probe),
            Command::Traffic { posts, timelines } => self.traffic(posts, timelines, probe),
        }
    }

    fn weight(&self, before: &Fanout) -> u64 {
        self.world.weight(&before.world) + self.mailboxes.weight(&before.mailboxes) + self.hybrid.weight(&before.hybrid)
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Fanout {
    /// Counts rows that a way has touched, for the last command and by `kind` in all.
    fn touch(&mut self, way: Way, rows: u64, kind: fn(&mut Tally) -> &mut u64) {
        let tally = &mut self.tallies[way as usize];
        *tally.last.get_or_insert(0) += rows;
        *kind(tally) += rows;
    }

    fn post(&mut self, author: UserId, text: &str, probe: &mut impl Probe<Fanout>) -> Done {
        self.check_user(author)?;
        self.check_room(author)?;
        let followers = u64::from(self.world.follows.follower_count(author));
        let post = self.store(author, text.into());
        self.focus = Focus::Post(post);
        probe.step(|| Event::PostStored { post, author, followers }, self);
        let source = self.fan_out(post);
        probe.step_at(source, || Event::FannedOut { author, mailboxes: followers }, self);
        if self.settings.ways.has_hybrid() {
            self.post_by_hybrid(post, author, followers, probe);
        }
        Ok(Outcome::Value(Some(post.to_string())))
    }

    fn post_by_hybrid(&mut self, post: PostId, author: UserId, followers: u64, probe: &mut impl Probe<Fanout>) {
        let limit = self.settings.limit;
        let Decided { event: is_delivered, source } = self.deliver(post);
        if is_delivered {
            probe.step_at(source, || Event::Delivered { author, mailboxes: followers, limit }, self);
        } else {
            probe.step_at(source, || Event::LeftOut { author, followers, limit }, self);
        }
    }

    /// Join on read stores a post: the row that all ways write.
    fn store(&mut self, author: UserId, text: Rc<str>) -> PostId {
        self.tallies[Way::Join as usize].last = Some(1);
        self.world.add(author, text)
    }

    /// Returns the line that did it, as all do that follow: each way is told where its own code stands.
    fn fan_out(&mut self, post: PostId) -> &'static Location<'static> {
        self.tallies[Way::FanOut as usize].last = Some(1);
        let Decided { event: rows, source } = self.mailboxes.deliver(&self.world, post);
        self.touch(Way::FanOut, rows, |tally| &mut tally.delivered);
        source
    }

    /// The hybrid delivers a post, or leaves it out; returns whether it was delivered.
    fn deliver(&mut self, post: PostId) -> Decided<bool> {
        self.tallies[Way::Hybrid as usize].last = Some(1);
        if self.is_celebrity(self.world.post(post).author) {
            let source = self.hybrid.leave_out(&self.world, post).source;
            return Decided { event: false, source };
        }
        let Decided { event: rows, source } = self.hybrid.deliver(&self.world, post);
        self.touch(Way::Hybrid, rows, |tally| &mut tally.delivered);
        Decided { event: true, source }
    }

    fn timeline(&mut self, reader: UserId, probe: &mut impl Probe<Fanout>) -> Done {
        self.check_user(reader)?;
        self.timelines += 1;
        let Decided { event: joined, source } = self.read_by_join(reader);
        let found = joined.page.clone();
        self.focus = Focus::Timeline(reader, [Some(joined.page), None, None]);
        let (followees, posts) = (joined.followees, joined.posts);
        probe.step_at(source, || Event::Joined { reader, followees, posts, found: found.clone() }, self);

        let Decided { event: (page, rows), source } = self.read_mailbox(reader);
        let same = page == found;
        self.show(Way::FanOut, page);
        probe.step_at(source, || Event::MailboxRead { reader, rows, same }, self);

        if self.settings.ways.has_hybrid() {
            let Decided { event: merged, source } = self.read_hybrid(reader);
            let same = merged.page == found;
            self.show(Way::Hybrid, merged.page);
            let (mailbox, lookups, left_out) = (merged.mailbox, merged.lookups, merged.left_out);
            probe.step_at(source, || Event::Merged { reader, mailbox, lookups, left_out, same }, self);
        }

        let entries = found.iter().map(|post| {
            let Post { author, text } = self.world.post(*post);
            (format!("{post} {author}"), text.to_string())
        });
        Ok(Outcome::Entries(entries.collect()))
    }

    fn show(&mut self, way: Way, page: Rc<[PostId]>) {
        if let Focus::Timeline(_, pages) = &mut self.focus {
            pages[way as usize] = Some(page);
        }
    }

    fn read_by_join(&mut self, reader: UserId) -> Decided<join::Joined> {
        let joined = join::timeline(&self.world, reader);
        self.touch(Way::Join, joined.event.followees + joined.event.posts, |tally| &mut tally.read);
        joined
    }

    fn read_mailbox(&mut self, reader: UserId) -> Decided<(Rc<[PostId]>, u64)> {
        let read = mailboxes::timeline(&self.mailboxes, &self.world, reader);
        self.touch(Way::FanOut, read.event.1, |tally| &mut tally.read);
        read
    }

    fn read_hybrid(&mut self, reader: UserId) -> Decided<hybrid::Merged> {
        let read = self.hybrid.timeline(&self.world, reader);
        let merged = &read.event;
        self.touch(Way::Hybrid, merged.mailbox + merged.lookups + merged.left_out, |tally| &mut tally.read);
        read
    }

    fn follow(&mut self, follower: UserId, followee: UserId, probe: &mut impl Probe<Fanout>) -> Done {
        self.check_pair(follower, followee)?;
        if self.world.follows.has(follower, followee) {
            return Err(Refused::new(format!("{follower} follows {followee} already")));
        }
        self.check_rows(self.mailboxes.of(follower).count() + self.world.posts_of(followee).count())?;
        let followers = self.turn(follower, followee);
        probe.step(|| Event::Followed { follower, followee, followers }, self);
        let Decided { event: rows, source } =
            self.mailboxes.fill(follower, &self.world.posts_of(followee).collect::<Vec<_>>());
        self.touch(Way::FanOut, rows + 1, |tally| &mut tally.upkeep);
        probe.step_at(source, || Event::MailboxFilled { follower, followee, rows, hybrid: false }, self);
        if self.settings.ways.has_hybrid() {
            let Decided { event: rows, source } = self.hybrid.fill(&self.world, follower, followee);
            self.touch(Way::Hybrid, rows + 1, |tally| &mut tally.upkeep);
            probe.step_at(source, || Event::MailboxFilled { follower, followee, rows, hybrid: true }, self);
        }
        Ok(Outcome::Done)
    }

    fn unfollow(&mut self, follower: UserId, followee: UserId, probe: &mut impl Probe<Fanout>) -> Done {
        self.check_pair(follower, followee)?;
        if !self.world.follows.has(follower, followee) {
            return Err(Refused::new(format!("{follower} doesn't follow {followee}")));
        }
        self.check_rows(self.mailboxes.of(follower).count())?;
        let followers = self.turn(follower, followee);
        probe.step(|| Event::Unfollowed { follower, followee, followers }, self);
        let Decided { event: rows, source } = self.mailboxes.purge(&self.world, follower, followee);
        self.touch(Way::FanOut, rows + 1, |tally| &mut tally.upkeep);
        probe.step_at(source, || Event::MailboxPurged { follower, followee, rows, hybrid: false }, self);
        if self.settings.ways.has_hybrid() {
            let Decided { event: rows, source } = self.hybrid.purge(&self.world, follower, followee);
            self.touch(Way::Hybrid, rows + 1, |tally| &mut tally.upkeep);
            probe.step_at(source, || Event::MailboxPurged { follower, followee, rows, hybrid: true }, self);
        }
        Ok(Outcome::Done)
    }

    /// Turns a pair over in the table of follows; returns how many followers the followee has then.
    fn turn(&mut self, follower: UserId, followee: UserId) -> u64 {
        self.focus = Focus::Pair(follower, followee);
        self.world.follows.turn(follower, followee);
        self.touch(Way::Join, 1, |tally| &mut tally.upkeep);
        u64::from(self.world.follows.follower_count(followee))
    }

    fn move_limit(&mut self, limit: u64, probe: &mut impl Probe<Fanout>) -> Done {
        if !self.settings.ways.has_hybrid() {
            return Err(Refused::new("only the hybrid has celebrities, and it is compared where `ways` is `three`"));
        }
        self.settings.limit = limit;
        let above = (0..self.settings.users).filter(|user| self.is_celebrity(UserId(*user))).count() as u64;
        probe.step(|| Event::LimitMoved { limit, above }, self);
        Ok(Outcome::Done)
    }

    fn replace_crowd(&mut self, shape: Shape, probe: &mut impl Probe<Fanout>) -> Done {
        *self = Fanout::new(Settings { shape, ..self.settings });
        let counts = (0..self.settings.users).map(|user| self.world.follows.follower_count(UserId(user)));
        let most = u64::from(counts.max().unwrap_or(0));
        let pairs = self.world.follows.pairs();
        probe.step(|| Event::CrowdReplaced { shape, most, pairs }, self);
        Ok(Outcome::Done)
    }

    /// Posts and timelines of users by chance, in turns, as evenly mixed as their numbers allow.
    fn traffic(&mut self, posts: u64, timelines: u64, probe: &mut impl Probe<Fanout>) -> Done {
        let ways = self.settings.ways;
        let mut rows = [0; 3];
        let (mut posted, mut opened, mut same) = (0, 0, true);
        let mut full = Ok(());
        while posted < posts || opened < timelines {
            let user = UserId(self.rng.below(u64::from(self.settings.users)) as u32);
            if posted * timelines <= opened * posts && posted < posts {
                full = self.check_room(user);
                if full.is_err() {
                    break;
                }
                let post = self.store(user, Rc::from(""));
                self.fan_out(post);
                if ways.has_hybrid() {
                    self.deliver(post);
                }
                posted += 1;
            } else {
                for tally in &mut self.tallies {
                    tally.last = None;
                }
                let page = self.read_by_join(user).event.page;
                same &= page == self.read_mailbox(user).event.0;
                same &= !ways.has_hybrid() || page == self.read_hybrid(user).event.page;
                self.timelines += 1;
                opened += 1;
            }
            for (sum, tally) in rows.iter_mut().zip(&self.tallies) {
                *sum += tally.last.unwrap_or(0);
            }
        }
        for way in ways.ways() {
            self.tallies[*way as usize].last = Some(rows[*way as usize]);
        }
        let at_scale = self.at_scale();
        probe.step(|| Event::TrafficServed { posts: posted, timelines: opened, ways, rows, same, at_scale }, self);
        full.map(|()| Outcome::Done)
    }
}

/// What is refused, each with its reason.
impl Fanout {
    fn check_user(&self, user: UserId) -> Result<(), Refused> {
        let users = self.settings.users;
        if user.0 < users {
            return Ok(());
        }
        Err(Refused::new(format!("there is no user {user}; users are u1 to u{users}")))
    }

    fn check_pair(&self, follower: UserId, followee: UserId) -> Result<(), Refused> {
        self.check_user(follower)?;
        self.check_user(followee)?;
        if follower == followee {
            return Err(Refused::new(format!("{follower} is one user, and following takes two")));
        }
        Ok(())
    }

    /// That there is room for a post of `author` in the mailboxes of all followers.
    fn check_room(&self, author: UserId) -> Result<(), Refused> {
        self.check_rows(self.world.follows.follower_count(author) as usize)
    }

    fn check_rows(&self, more: usize) -> Result<(), Refused> {
        // The hybrid's mailboxes never take more rows than these.
        let rows = self.mailboxes.rows() as u64;
        if rows + more as u64 <= MAX_MAILBOX_ROWS {
            return Ok(());
        }
        Err(Refused::new(format!(
            "the mailboxes have taken {} rows, this takes {} more, and the figure has memory for {}; `followers` begins \
             anew",
            grouped(rows),
            grouped(more as u64),
            grouped(MAX_MAILBOX_ROWS)
        )))
    }
}
