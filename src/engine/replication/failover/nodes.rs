//! What happens at the nodes: a message, a timer or the reader's hand comes in, and what they do about it is told.

use std::rc::Rc;

use super::Failover;
use super::cluster::Timer;
use super::event::{Dropped, Event, Next, NoVote};
use super::execute::Done;
use super::message::{Ask, CONTROLLER, Message, RowId, STORAGE, key_of, row_in};
use super::seat::{Asked, Job, Waiting};
use super::settings::{ChosenBy, Storage};
use crate::contract::{Outcome, Probe, Refused};
use crate::replication::replicated_log::{Entry, Message as NodeMessage, Role};
use crate::replication::{CallId, Host, NodeId, NodeSet};
use crate::sim::Time;
use crate::sim::disk::DiskError;

impl Failover {
    /// Does the job now, or lets it wait in line.
    pub(super) fn work_on(&mut self, node: NodeId, job: Job, probe: &mut impl Probe<Self>) {
        if !self.is_up(node) {
            return;
        }
        if self.seat(node).is_busy(self.now()) {
            self.seat_mut(node).wait(job);
        } else {
            self.work(node, job, probe);
        }
    }

    /// The node is free: the jobs in line, until one of them keeps it busy again.
    pub(super) fn work_off(&mut self, node: NodeId, probe: &mut impl Probe<Self>) {
        while self.is_up(node) && self.now() >= self.seat(node).busy_until && !self.seat(node).jobs.is_empty() {
            let job = self.seat_mut(node).jobs.remove(0);
            self.work(node, job, probe);
        }
    }

    fn work(&mut self, node: NodeId, job: Job, probe: &mut impl Probe<Self>) {
        self.passed = None;
        let done = match job {
            Job::Heartbeat => {
                self.be_heard(node);
                self.ask_storage_again(node, probe);
                Ok(())
            }
            Job::Election => self.consider_election(node, probe),
            Job::Promotion if self.seat(node).leads() => Ok(()),
            Job::Promotion => self.ask_for_votes(node, true, probe),
            Job::Message(envelope) => {
                self.passed = Some((envelope.clone(), false));
                let from = envelope.from;
                match (&envelope.payload, from) {
                    (Message::Node(message), Host::Node(peer)) => self.hear_peer(node, peer, message, probe),
                    (Message::Request { call, ask }, _) => self.serve(node, from, *call, ask, probe),
                    (Message::Queries(many), _) => {
                        let until = self.keep_busy(node, times(self.settings.work, *many));
                        let many = *many;
                        probe.step(|| Event::Busy { node, many, until }, self);
                        Ok(())
                    }
                    (Message::Name { term }, _) => self.take_over(node, *term, probe),
                    (Message::Stored { token, row }, _) => {
                        self.hear_storage(node, *token, *row, probe);
                        Ok(())
                    }
                    (Message::TooOld { highest }, _) => {
                        let highest = *highest;
                        let led = self.seat(node).leads();
                        self.seat_mut(node).node.see(highest).map(|()| {
                            if led && !self.seat(node).leads() {
                                self.resign(node);
                                probe.step(|| Event::SteppedDown { node, term: highest }, self);
                            }
                        })
                    }
                    _ => Ok(()),
                }
            }
        };
        // A node that cannot write down what it promises must not go on.
        if done.is_err() {
            self.stop(node);
            probe.step(|| Event::Stopped { node, full: true }, self);
        }
    }

    /// Keeps the node busy for that much longer; returns until when.
    pub(super) fn keep_busy(&mut self, node: NodeId, time: Time) -> Time {
        let now = self.now();
        let seat = self.seat_mut(node);
        let until = seat.busy_until.max(now) + time;
        seat.busy_until = until;
        self.world.set_timer(until - now, Timer::Free(node));
        until
    }

    fn be_heard(&mut self, node: NodeId) {
        let sends = self.seat_mut(node).node.heartbeat();
        self.send_all(node, sends);
        if self.settings.choice == ChosenBy::Controller {
            let seat = self.seat(node);
            let ((last, position), term, leads) = (seat.node.reached(), seat.node.term(), seat.leads());
            self.world.send(node.into(), CONTROLLER.into(), Message::Alive { term, last, position, leads });
        }
    }

    /// The node has heard the leader just now, or has reason to wait as if it had. Each waits for another time, so that
    /// two seldom ask for votes at once.
    pub(super) fn hear(&mut self, node: NodeId) {
        const GRAIN: u64 = 1_000_000;
        let chance = Time::from_nanos(self.chance(self.settings.timeout.as_nanos() / GRAIN) * GRAIN);
        let (now, timeout) = (self.now(), self.settings.timeout);
        let seat = self.seat_mut(node);
        (seat.heard, seat.deadline) = (now, now + timeout + chance);
    }

    /// The timer of a node runs all the time, and looks each time whether the leader has been heard meanwhile.
    pub(super) fn look_at_deadline(&mut self, node: NodeId, probe: &mut impl Probe<Self>) {
        let (now, deadline) = (self.now(), self.seat(node).deadline);
        let is_over = deadline <= now;
        self.world.set_timer(if is_over { self.settings.timeout } else { deadline - now }, Timer::Deadline(node));
        if is_over {
            self.work_on(node, Job::Election, probe);
        }
    }

    fn consider_election(&mut self, node: NodeId, probe: &mut impl Probe<Self>) -> Result<(), DiskError> {
        let (now, seat) = (self.now(), self.seat(node));
        if seat.leads() {
            self.hear(node);
        } else if now >= seat.deadline {
            self.ask_for_votes(node, false, probe)?;
        }
        Ok(())
    }

    fn ask_for_votes(&mut self, node: NodeId, by_hand: bool, probe: &mut impl Probe<Self>) -> Result<(), DiskError> {
        let silent = self.now() - self.seat(node).heard;
        let sends = self.seat_mut(node).node.election_timeout()?;
        self.seat_mut(node).leader = None;
        let heard = self.seat(node).heard;
        self.hear(node);
        self.seat_mut(node).heard = heard;
        self.send_all(node, sends);
        let term = self.seat(node).node.term();
        probe.step(|| Event::AskedVotes { node, term, silent, by_hand }, self);
        if self.seat(node).leads() {
            self.crown(node, [node].into_iter().collect(), probe);
        }
        Ok(())
    }

    pub(super) fn promote(&mut self, node: NodeId, probe: &mut impl Probe<Self>) -> Done {
        self.check_runs(node)?;
        if self.seat(node).leads() {
            return Err(Refused::new(format!("{node} leads already")));
        }
        match self.settings.choice {
            ChosenBy::Controller => self.name(node, None, probe),
            ChosenBy::Vote if self.seat(node).is_busy(self.now()) => {
                let until = self.seat(node).busy_until;
                self.seat_mut(node).wait(Job::Promotion);
                probe.step(|| Event::PromotionWaits { node, until }, self);
            }
            ChosenBy::Vote => self.ask_for_votes(node, true, probe)?,
        }
        Ok(Outcome::Done)
    }

    fn take_over(&mut self, node: NodeId, term: u32, probe: &mut impl Probe<Self>) -> Result<(), DiskError> {
        let sends = self.seat_mut(node).node.appoint(term)?;
        if !self.seat(node).leads() || self.seat(node).node.term() != term {
            return Ok(());
        }
        self.send_all(node, sends);
        self.crown(node, NodeSet::EMPTY, probe);
        Ok(())
    }

    /// A node has become leader: by these votes, or by the word of the controller.
    fn crown(&mut self, node: NodeId, votes: NodeSet, probe: &mut impl Probe<Self>) {
        let term = self.seat(node).node.term();
        let last = self.reigns.newest().0;
        let alive = self.nodes().iter().find(|old| {
            *old != node && self.seat(*old).led == last && self.network().is_open(node.into(), (*old).into())
        });
        self.tally.replaced_alive += u64::from(alive.is_some());
        let asked = Asked::new(self.now(), self.settings.patience);
        let seat = self.seat_mut(node);
        (seat.leader, seat.led) = (Some(node), term);
        seat.forget_clients();
        self.reigns.begin(term, node);
        if self.settings.storage == Storage::Fenced {
            self.seat_mut(node).token = Some(asked);
            self.world.send(node.into(), STORAGE.into(), Message::Store { token: term, row: None });
        }
        probe.step(|| Event::Leads { node, term, votes, alive }, self);
    }

    /// What a leader forgets that leads no more: those who wait will ask again.
    fn resign(&mut self, node: NodeId) {
        self.hear(node);
        let seat = self.seat_mut(node);
        seat.forget_clients();
        seat.leader = None;
    }

    fn hear_peer(
        &mut self,
        node: NodeId,
        peer: NodeId,
        message: &NodeMessage,
        probe: &mut impl Probe<Self>,
    ) -> Result<(), DiskError> {
        let seat = self.seat(node);
        let (led, before) = (seat.leads(), seat.node.role());
        let (old_term, reached, committed) = (seat.node.term(), seat.node.reached(), seat.node.committed());
        let brings_entries = matches!(message, NodeMessage::Append { entries, .. } if !entries.is_empty());
        let old_log = if brings_entries { seat.node.log().to_vec() } else { Vec::new() };
        let sends = self.seat_mut(node).node.receive(peer, message.clone())?;
        let granted = matches!(sends.first(), Some((_, NodeMessage::Vote { granted: true, .. })));
        let elected = !led && self.seat(node).leads();
        let resigned = led && !self.seat(node).leads();
        if resigned {
            self.resign(node);
        } else if self.seat(node).node.term() > old_term {
            self.seat_mut(node).leader = None;
        }
        self.send_all(node, sends);
        let term = self.seat(node).node.term();
        match message {
            NodeMessage::AskVote { position, last, .. } => {
                if granted {
                    let heard = self.seat(node).heard;
                    self.hear(node);
                    self.seat_mut(node).heard = heard;
                }
                let refused = match () {
                    () if granted => None,
                    () if message.term() < term => Some(NoVote::Over(message.term())),
                    () if reached > (*last, *position) => Some(NoVote::Behind),
                    () => Some(NoVote::Given),
                };
                probe.step(|| Event::Voted { node, peer, term, refused, resigned }, self);
            }
            NodeMessage::Vote { granted, .. } => {
                let Role::Candidate { mut votes } = before else { return Ok(()) };
                if elected {
                    votes.insert(peer);
                    self.crown(node, votes, probe);
                } else if message.term() >= old_term {
                    let granted = *granted;
                    probe.step(|| Event::VoteHeard { node, peer, granted, term }, self);
                }
            }
            NodeMessage::Append { .. } => {
                if message.term() == term {
                    self.seat_mut(node).leader = Some(peer);
                    self.hear(node);
                }
                let log = self.seat(node).node.log();
                let position = log.len();
                let same = if brings_entries {
                    old_log.iter().zip(log).take_while(|(old, new)| old == new).count()
                } else {
                    position
                };
                let lost = self.rows_of(&old_log[same.min(old_log.len())..], peer);
                let added = position - same;
                if resigned || added > 0 {
                    probe.step(|| Event::Followed { node, peer, term, resigned, lost, added, position }, self);
                }
            }
            NodeMessage::Appended { .. } => {
                if resigned {
                    probe.step(|| Event::SteppedDown { node, term }, self);
                } else if self.seat(node).node.committed() > committed {
                    let (told, asked) = self.report(node);
                    let position = self.seat(node).node.committed();
                    let reads = self.take_reads(node);
                    if !told.is_empty() || !asked.is_empty() || !reads.is_empty() {
                        probe.step(|| Event::Committed { node, peer, position, told, asked }, self);
                    }
                    for (call, row) in reads {
                        self.look_up(node, call, row, probe);
                    }
                }
            }
        }
        Ok(())
    }

    /// The rows in these entries, each with whether its client has been told that it is written, and its leader does not
    /// have it: a client that had asked twice may have been told of another row.
    fn rows_of(&self, entries: &[Entry], leader: NodeId) -> Vec<Dropped> {
        let rows = entries.iter().filter_map(row_in);
        let dropped = rows.map(|(row, call, name)| Dropped {
            row,
            name: name.into(),
            told: self.told.iter().any(|told| told.call == call) && !self.has(leader, call),
        });
        dropped.collect()
    }

    fn serve(
        &mut self,
        node: NodeId,
        client: Host,
        call: CallId,
        ask: &Ask,
        probe: &mut impl Probe<Self>,
    ) -> Result<(), DiskError> {
        if !self.seat(node).leads() {
            let leader = self.seat(node).leader;
            self.world.send(node.into(), client, Message::Redirect { call, leader });
            probe.step(|| Event::Declined { node, call, leader }, self);
            return Ok(());
        }
        if self.settings.work > Time::ZERO {
            self.keep_busy(node, self.settings.work);
        }
        match ask {
            Ask::Read(row) if self.seat(node).node.knows_committed() => self.look_up(node, call, *row, probe),
            Ask::Read(row) => self.hold_read(node, call, *row, probe),
            Ask::Insert(name) => self.append(node, call, name, probe)?,
        }
        Ok(())
    }

    /// What is not committed may be discarded yet, and nobody shall have seen it.
    fn look_up(&mut self, node: NodeId, call: CallId, row: RowId, probe: &mut impl Probe<Self>) {
        let seen = &self.seat(node).node.log()[..self.seat(node).node.committed()];
        let mut rows = seen.iter().filter_map(row_in);
        let name: Option<Rc<str>> = rows.rfind(|(other, ..)| *other == row).map(|(.., name)| name.into());
        self.world.send(node.into(), call.client.into(), Message::Found { call, name: name.clone() });
        probe.step(|| Event::LookedUp { node, row, name, call }, self);
    }

    /// What was committed by an earlier leader a new one may have and not know of: if it answered, a row would seem to be gone.
    fn hold_read(&mut self, node: NodeId, call: CallId, row: RowId, probe: &mut impl Probe<Self>) {
        let seat = self.seat_mut(node);
        if !seat.reads.contains(&(call, row)) {
            seat.reads.push((call, row));
        }
        let term = seat.node.term();
        let before = seat.node.log().iter().take_while(|entry| entry.term < term).count();
        probe.step(|| Event::ReadHeld { node, row, call, term, position: before + 1 }, self);
    }

    /// The reads that can be answered now.
    fn take_reads(&mut self, node: NodeId) -> Vec<(CallId, RowId)> {
        let seat = self.seat_mut(node);
        if seat.node.knows_committed() { std::mem::take(&mut seat.reads) } else { Vec::new() }
    }

    /// A row gets the next number after those in the log. A call that is in the log already was carried out: its answer
    /// has been lost, or its leader.
    fn append(
        &mut self,
        node: NodeId,
        call: CallId,
        name: &Rc<str>,
        probe: &mut impl Probe<Self>,
    ) -> Result<(), DiskError> {
        let log = self.seat(node).node.log();
        let rows = |entry: &Entry| row_in(entry).map(|(row, call, _)| (row, call));
        let known = log.iter().position(|entry| rows(entry).is_some_and(|(_, other)| other == call));
        let (row, position) = match known {
            Some(place) => (rows(&log[place]).map_or(0, |(row, _)| row), place + 1),
            None => (log.iter().filter_map(rows).map(|(row, _)| row).max().unwrap_or(0) + 1, log.len() + 1),
        };
        if known.is_none()
            && let Some((_, sends)) = self.seat_mut(node).node.write(&key_of(row, call), name.as_bytes())?
        {
            self.send_all(node, sends);
        }
        if !self.seat(node).waiting.iter().any(|waiting| waiting.call == call) {
            self.seat_mut(node).waiting.push(Waiting { call, row, position, asked: None });
        }
        let (told, asked) = self.report(node);
        let (name, known) = (name.clone(), known.is_some());
        let waits = self.seat(node).waiting.iter().find(|waiting| waiting.call == call);
        let next = match waits {
            None => Next::Tells,
            Some(_) if asked.contains(&row) => Next::AsksStorage,
            Some(Waiting { asked: Some(_), .. }) => Next::WaitsForStorage,
            Some(_) => Next::WaitsForFollowers { then_storage: self.settings.storage != Storage::Off },
        };
        debug_assert_eq!(told.contains(&row), matches!(next, Next::Tells));
        probe.step(|| Event::Appended { node, row, name, call, position, known, next }, self);
        Ok(())
    }

    /// Tells the clients of rows that are committed; where there is a storage, it comes first. Returns the rows of which
    /// a client was told, and those that the storage was asked for.
    fn report(&mut self, node: NodeId) -> (Vec<RowId>, Vec<RowId>) {
        let (mut told, mut asked) = (Vec::new(), Vec::new());
        let committed = self.seat(node).node.committed();
        for place in (0..self.seat(node).waiting.len()).rev() {
            let waiting = self.seat(node).waiting[place].clone();
            if waiting.position > committed || waiting.asked.is_some() {
                continue;
            }
            if self.settings.storage == Storage::Off {
                self.seat_mut(node).waiting.remove(place);
                self.acknowledge(node, &waiting);
                told.insert(0, waiting.row);
            } else {
                let first = Asked::new(self.now(), self.settings.patience);
                self.seat_mut(node).waiting[place].asked = Some(first);
                self.ask_storage(node, waiting.position);
                asked.insert(0, waiting.row);
            }
        }
        (told, asked)
    }

    pub(super) fn acknowledge(&mut self, node: NodeId, waiting: &Waiting) {
        let (call, row) = (waiting.call, waiting.row);
        // Whoever leads the newest term may know nothing of it: then two nodes lead, each for itself.
        let (_, newest) = self.reigns.newest();
        let old = newest != node && !self.has(newest, call);
        if old && let Some(call) = Rc::make_mut(&mut self.calls).iter_mut().find(|other| other.id == call) {
            call.by_old_leader = true;
        }
        self.world.send(node.into(), call.client.into(), Message::Inserted { call, row });
    }

    pub(super) fn stop(&mut self, node: NodeId) {
        self.world.network.set_up(node.into(), false);
        self.seat_mut(node).forget();
    }

    pub(super) fn start(&mut self, node: NodeId, probe: &mut impl Probe<Self>) -> Done {
        self.check_host(node.into())?;
        if self.is_up(node) {
            return Err(Refused::new(format!("{node} runs already")));
        }
        self.seat_mut(node).node.restart()?;
        self.world.network.set_up(node.into(), true);
        self.hear(node);
        let (term, entries) = (self.seat(node).node.term(), self.seat(node).node.log().len());
        self.done(Event::Started { node, term, entries }, probe)
    }

    fn send_all(&mut self, node: NodeId, sends: Vec<(NodeId, NodeMessage)>) {
        for (to, message) in sends {
            self.world.send(node.into(), to.into(), Message::Node(message));
        }
    }
}

fn times(time: Time, many: u32) -> Time {
    Time::from_nanos(time.as_nanos() * u64::from(many))
}
