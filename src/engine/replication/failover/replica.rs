//! A node: the log, whom it believes to lead, and how it comes to lead itself.

use std::rc::Rc;

use super::event::{Dropped, Event, NoVote};
use super::message::{Message, RowId, row_in};
use super::settings::{ChosenBy, Settings, Storage};
use super::{Reaction, Timer};
use crate::cluster::{CallId, Host, NodeId, NodeSet, Service};
use crate::contract::{Decision, Way};
use crate::replication::replicated_log::{Entry, Message as LogMessage, Node as Log, Role, Sends, Term, Vote};
use crate::sim::{Rng, Time};
use crate::wording::count;

/// How far apart the seeds of two nodes are, each of which has a chance of its own.
const APART: u64 = 1_008_000;
const ROOM: &str = "the disk has room";

#[derive(Clone)]
pub struct Replica {
    pub(super) settings: Settings,
    pub log: Log,
    rng: Rng,
    /// Whom it believes to lead.
    pub leader: Option<NodeId>,
    /// When it heard that leader last.
    pub heard: Time,
    /// When it calls the leader dead, if it hears nothing until then.
    deadline: Time,
    /// The last term that it has led since it was started; 0 for none.
    pub led: Term,
    pub(super) waiting: Vec<Waiting>,
    /// Reads of rows that a new leader cannot answer yet, for it does not know what is committed.
    pub(super) reads: Vec<(CallId, RowId)>,
    /// A new leader's token, which the storage has not answered yet.
    pub(super) token: Option<Asked>,
}

/// A client that the leader has not told yet.
#[derive(Clone)]
pub(super) struct Waiting {
    pub call: CallId,
    pub row: RowId,
    /// Where in the log its row is.
    pub position: usize,
    /// Whether the storage has been asked, and when.
    pub asked: Option<Asked>,
}

/// The storage was asked, and has not answered: the question may be lost, or the answer. The node asks again, and waits twice
/// as long each time, so that a storage that cannot be reached is not asked without end.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    at: Time,
    patience: Time,
}

impl Asked {
    pub fn new(at: Time, patience: Time) -> Asked {
        Asked { at, patience }
    }

    /// Whether it has been asked again, as there was no answer for long enough.
    pub fn again(&mut self, now: Time) -> bool {
        let is_over = since(self.at, now) >= self.patience;
        if is_over {
            *self = Asked { at: now, patience: self.patience + self.patience };
        }
        is_over
    }
}

/// By a clock that may have been set back.
pub fn since(then: Time, now: Time) -> Time {
    now - then.min(now)
}

/// What happens to it.
impl Replica {
    pub fn new(settings: Settings, log: Log) -> Replica {
        let rng = Rng::new(2 * settings.seed + 1 + APART * u64::from(log.id.number()));
        let (waiting, reads) = (Vec::new(), Vec::new());
        let (heard, deadline) = (Time::ZERO, Time::ZERO);
        Replica { settings, log, rng, leader: None, heard, deadline, led: 0, waiting, reads, token: None }
    }

    /// How long it is busy with that.
    pub(super) fn takes(&self, message: &Message) -> Time {
        match message {
            Message::Queries { queries } => self.settings.work_on(*queries),
            Message::Insert { .. } | Message::Read { .. } if self.leads() => self.settings.work,
            _ => Time::ZERO,
        }
    }

    pub(super) fn hear(&mut self, from: Host, message: &Message, now: Time) -> Option<Reaction> {
        match (message, from) {
            (Message::Log(message), Host::Node(peer)) => self.hear_peer(peer, message, now),
            (Message::Insert { call, name }, _) => Some(self.insert(*call, name, now)),
            (Message::Read { call, row }, _) => Some(self.read(*call, *row)),
            (Message::Queries { queries }, _) => {
                let (many, time) = (*queries, self.settings.work_on(*queries));
                Some(Reaction::new(Event::Busy { node: self.log.id, many, time }))
            }
            (Message::Name { term }, _) => self.take_over(*term, now),
            (Message::Stored { token, row }, _) => self.hear_storage(*token, *row),
            (Message::TooOld { highest }, _) => {
                let led = self.leads();
                self.log.see(*highest).expect(ROOM);
                (led && !self.leads()).then(|| self.step_down(now))
            }
            _ => unreachable!("all else is for others"),
        }
    }

    pub(super) fn wake(&mut self, timer: Timer, now: Time) -> Option<Reaction> {
        match timer {
            Timer::Tick => Some(self.tick(now)),
            Timer::Deadline if self.leads() => {
                self.wait_from(now);
                Some(self.look_again(now, Reaction::silent()))
            }
            Timer::Deadline if self.deadline <= now => {
                let asked = self.ask_for_votes(now, false);
                Some(self.look_again(now, asked))
            }
            Timer::Deadline => Some(self.look_again(now, Reaction::silent())),
            Timer::Reads => self.answer_a_read(),
            Timer::Free(_) | Timer::Watch | Timer::Patience(..) => unreachable!("these are of others"),
        }
    }

    /// The power goes: all that was only in memory is gone.
    pub(super) fn stop(&mut self) {
        self.log.restart().expect(ROOM);
        (self.leader, self.led) = (None, 0);
        self.forget_clients();
    }

    pub(super) fn start(&mut self, now: Time) -> (String, Vec<(Time, Timer)>) {
        self.hear_from(now);
        let mut timers = vec![(self.settings.heartbeat, Timer::Tick)];
        if self.settings.choice == ChosenBy::Vote {
            timers.push((self.deadline - now, Timer::Deadline));
        }
        let entries = count(self.log.log().len(), "entry");
        (format!("It is a follower, with the term {} and {entries} on its disk.", self.log.term()), timers)
    }

    /// The bytes of what may grow.
    pub(super) fn weight(&self) -> u64 {
        const ON_DISK: usize = 32;
        (self.log.log().len() * (size_of::<Entry>() + ON_DISK)) as u64
    }

    pub fn leads(&self) -> bool {
        self.log.role() == Role::Leader
    }
}

/// Who leads.
impl Replica {
    /// Time to be heard. What the storage has not answered for long enough it is sent again.
    fn tick(&mut self, now: Time) -> Reaction {
        let (sends, again) = (self.log.heartbeat(), self.ask_storage_again(now));
        let mut reaction = all(sends, again).wake(self.settings.heartbeat, Timer::Tick);
        if self.settings.choice == ChosenBy::Controller {
            let ((last, position), term, leads) = (self.log.reached(), self.log.term(), self.leads());
            reaction = reaction.send(Service::Controller, Message::Alive { term, last, position, leads });
        }
        reaction
    }

    /// The node has heard the leader just now.
    fn hear_from(&mut self, now: Time) {
        self.heard = now;
        self.wait_from(now);
    }

    /// Each waits for another time, so that two seldom ask for votes at once.
    fn wait_from(&mut self, now: Time) {
        const GRAIN: u64 = 1_000_000;
        let chance = Time::from_nanos(self.rng.below(self.settings.timeout.as_nanos() / GRAIN) * GRAIN);
        self.deadline = now + self.settings.timeout + chance;
    }

    /// The timer of a node runs all the time, and looks each time whether the leader has been heard meanwhile.
    fn look_again(&mut self, now: Time, reaction: Reaction) -> Reaction {
        reaction.wake(since(now, self.deadline), Timer::Deadline)
    }

    pub(super) fn ask_for_votes(&mut self, now: Time, by_hand: bool) -> Reaction {
        let silent = since(self.heard, now);
        let sends = self.log.election_timeout().expect(ROOM);
        self.leader = None;
        self.wait_from(now);
        if self.leads() {
            let own = [self.log.id].into_iter().collect();
            return self.crown(own, sends, now);
        }
        let (node, term) = (self.log.id, self.log.term());
        all(sends, Reaction::new(Event::AskedVotes { node, term, silent, by_hand }))
    }

    fn take_over(&mut self, term: Term, now: Time) -> Option<Reaction> {
        let sends = self.log.appoint(term).expect(ROOM);
        (self.leads() && self.log.term() == term && self.led != term).then(|| self.crown(NodeSet::EMPTY, sends, now))
    }

    /// The node has become leader: by these votes, or by the word of the controller.
    fn crown(&mut self, votes: NodeSet, sends: Sends, now: Time) -> Reaction {
        let (node, term) = (self.log.id, self.log.term());
        self.forget_clients();
        (self.leader, self.led) = (Some(node), term);
        let leads = all(sends, Reaction::new(Event::Leads { node, term, votes, alive: None }));
        if self.settings.storage != Storage::Fenced {
            return leads;
        }
        self.token = Some(Asked::new(now, self.settings.patience));
        leads.send(Service::Storage, Message::Store { token: term, row: None })
    }

    /// What a leader forgets that leads no more: those who wait will ask again.
    fn resign(&mut self, now: Time) {
        self.hear_from(now);
        self.forget_clients();
        self.leader = None;
    }

    fn step_down(&mut self, now: Time) -> Reaction {
        self.resign(now);
        Reaction::new(Event::SteppedDown { node: self.log.id, term: self.log.term() })
    }

    fn forget_clients(&mut self) {
        self.waiting.clear();
        self.reads.clear();
        self.token = None;
    }
}

/// What others of its kind say.
impl Replica {
    /// Whether it votes for a peer that asks is put to the reader.
    pub(super) fn decision(&self, from: Host, message: &Message) -> Option<Decision> {
        let (Message::Log(message), Host::Node(peer)) = (message, from) else { return None };
        let (term, log) = asked(message)?;
        let (node, own, vote) = (self.log.id, self.log.reached(), self.log.would_vote(peer, term, log)?);
        let reaches = |(term, end): (Term, usize)| match end {
            0 => "is empty".to_owned(),
            _ => format!("ends with entry {end}, of term {term}"),
        };
        let known = match vote {
            Vote::Given(other) if other == node => format!("It asks for votes itself in term {term}"),
            Vote::Given(other) => format!("It has voted for {other} in term {term}"),
            Vote::Free | Vote::Behind => format!("It has voted for no one else in term {term}"),
        };
        let asks = format!(
            "{peer} asks {node} for its vote in term {term}. {known}. The log of {peer} {}, its own {}. Does it vote for {peer}?",
            reaches(log),
            reaches(own)
        );
        let (yes, no) = match vote {
            Vote::Free => (
                format!(
                    "Its vote is free, and no entry that {node} has acknowledged is missing from the log of {peer}."
                ),
                format!("Nothing is against {peer}; without votes there is no leader, and nothing can be written."),
            ),
            Vote::Given(_) => (
                "With two votes a node, two candidates could both have a majority: two leaders in one term.".to_owned(),
                format!("It has one vote in term {term}, and that is given."),
            ),
            Vote::Behind => (
                format!(
                    "A leader overwrites the logs of others with its own: entries that {node} has, and perhaps a majority, would be lost."
                ),
                format!("The log of {peer} lacks what {node} has, and that may have been acknowledged."),
            ),
        };
        let ways = vec![Way::new(format!("It votes for {peer}"), yes).about(peer), Way::new("It doesn't", no)];
        Some(Decision { asks, ways, own: usize::from(vote != Vote::Free) })
    }

    fn hear_peer(&mut self, peer: NodeId, message: &LogMessage, now: Time) -> Option<Reaction> {
        let (role, old_term, committed) = (self.log.role(), self.log.term(), self.log.committed());
        let brings_entries = matches!(message, LogMessage::Append { entries, .. } if !entries.is_empty());
        let (old_log, reached) = (brings_entries.then(|| self.log.log().to_vec()), self.log.reached());
        let led = self.leads();
        let vote = asked(message).and_then(|(term, log)| self.log.would_vote(peer, term, log));
        let sends = self.log.receive(peer, message.clone()).expect(ROOM);
        let resigned = led && !self.leads();
        if resigned {
            self.resign(now);
        } else if self.log.term() > old_term {
            self.leader = None;
        }
        match *message {
            LogMessage::AskVote { position, last, .. } => {
                let is_free = vote == Some(Vote::Free);
                let is_behind = reached > (last, position);
                Some(self.considered(peer, message.term(), (is_free, is_behind), resigned, sends, now))
            }
            LogMessage::Vote { granted, .. } => {
                let Role::Candidate { mut votes } = role else { return None };
                if !led && self.leads() {
                    votes.insert(peer);
                    return Some(self.crown(votes, sends, now));
                }
                let (node, term) = (self.log.id, self.log.term());
                let heard = Event::VoteHeard { node, peer, granted, term };
                (message.term() >= old_term).then(|| all(sends, Reaction::new(heard)))
            }
            LogMessage::Append { .. } => {
                if message.term() == self.log.term() {
                    self.leader = Some(peer);
                    self.hear_from(now);
                }
                Some(all(sends, self.followed(peer, old_log, resigned)))
            }
            LogMessage::Appended { .. } if resigned => Some(self.step_down(now)),
            LogMessage::Appended { .. } if self.log.committed() > committed => Some(all(sends, self.report(peer, now))),
            LogMessage::Appended { .. } => Some(all(sends, Reaction::silent())),
        }
    }

    /// It was asked for its vote, and has given it or not.
    fn considered(
        &mut self,
        peer: NodeId,
        asked: Term,
        (is_free, is_behind): (bool, bool),
        resigned: bool,
        sends: Sends,
        now: Time,
    ) -> Reaction {
        let (node, term) = (self.log.id, self.log.term());
        let refused = match () {
            () if matches!(sends.first(), Some((_, LogMessage::Vote { granted: true, .. }))) => None,
            () if asked < term => Some(NoVote::Over(asked)),
            () if is_free => Some(NoVote::Overruled),
            () if is_behind => Some(NoVote::Behind),
            () => Some(NoVote::Given),
        };
        if refused.is_none() {
            self.wait_from(now);
        }
        all(sends, Reaction::new(Event::Voted { node, peer, term, refused, resigned }))
    }

    /// It has followed the log of its leader, where that was not its own.
    fn followed(&self, peer: NodeId, old: Option<Vec<Entry>>, resigned: bool) -> Reaction {
        let (node, term, log) = (self.log.id, self.log.term(), self.log.log());
        let old = old.as_deref().unwrap_or(log);
        let same = old.iter().zip(log).take_while(|(old, new)| old == new).count();
        let rows = old[same..].iter().filter_map(row_in);
        let lost = rows.map(|(row, call, name)| Dropped { row, call, name: Rc::from(name), told: false }).collect();
        let (added, position) = (log.len() - same, log.len());
        if !resigned && added == 0 {
            return Reaction::silent();
        }
        Reaction::new(Event::Followed { node, peer, term, resigned, lost, added, position })
    }
}

pub(super) fn all(sends: Sends, reaction: Reaction) -> Reaction {
    sends.into_iter().fold(reaction, |reaction, (to, message)| reaction.send(to, Message::Log(message)))
}

/// The term in which a vote is asked for, and how far the log of who asks has reached.
fn asked(message: &LogMessage) -> Option<(Term, (Term, usize))> {
    match *message {
        LogMessage::AskVote { term, position, last } => Some((term, (last, position))),
        _ => None,
    }
}
