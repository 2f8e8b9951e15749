//! The broker: it keeps messages on its disk, and gives them to consumers.

use super::message::{Letter, Message, Record, Tag};
use super::partition::{Entry, Lease, Partition, Seat};
use super::settings::{Full, Group, Model, Settings};
use super::{Event, PRODUCER, Reaction, Timer};
use crate::cluster::{Host, Power};
use crate::contract::Refused;
use crate::sim::{Crash, Disk};
use crate::wire;
use crate::wording::{count, list, were};

/// What the broker knows. But for members, leases and counts, it is what its files say.
#[derive(Clone)]
pub struct Broker {
    settings: Settings,
    pub disk: Disk,
    pub partitions: Vec<Partition>,
    /// The consumers that it knows, by their names.
    pub members: Vec<Member>,
    leases: u32,
}

#[derive(Clone, Copy)]
pub struct Member {
    pub seat: Seat,
    pub group: Group,
    /// The number of the lease that it got last.
    served: u32,
    /// Which partitions it was told are its own, a bit each.
    told: u8,
}

/// A delivery whose place is found: partition, group, offset.
type Place = (usize, Group, u64);

/// What happens to it.
impl Broker {
    pub fn hear(&mut self, from: Host, message: &Message) -> Option<Reaction> {
        let Host::Client(client) = from else { unreachable!("the store has nothing to say to the broker") };
        let seat = |session| Seat { client, session };
        match *message {
            Message::Send { partition, sequence, reply, ref letter } => {
                Some(self.take(partition as usize, sequence, reply, letter))
            }
            Message::Join { session, group } => self.join(seat(session), group),
            Message::Leave { session } => {
                let group = self.member(seat(session))?.group;
                self.members.retain(|member| member.seat != seat(session));
                let (back, dead) = self.reassign(group);
                Some(self.deliver(Reaction::new(Event::Left { client, back, dead })))
            }
            Message::Poll { session } if self.member(seat(session)).is_some() => None,
            Message::Ack { tag } | Message::Reject { tag } if self.member(seat(tag.session)).is_some() => {
                Some(self.answered(seat(tag.session), tag, matches!(message, Message::Ack { .. })))
            }
            Message::Poll { session }
            | Message::Ack { tag: Tag { session, .. } }
            | Message::Reject { tag: Tag { session, .. } } => {
                Some(Reaction::new(Event::Unknown { client }).send(client, Message::Expired { session }))
            }
            _ => unreachable!("this is for clients, or for the store"),
        }
    }

    /// The time of a lease is over: whoever holds it is taken for dead.
    pub fn wake(&mut self, timer: Timer) -> Option<Reaction> {
        let Timer::Lease(number) = timer else { return None };
        let (_, group, Lease { holder, .. }) = self.leases().find(|(.., lease)| lease.number == number)?;
        self.members.retain(|member| member.seat != holder);
        let (back, dead) = self.reassign(group);
        let Seat { client, session } = holder;
        let event = Event::TakenBack { client, waited: self.settings.timeout, back, dead };
        Some(self.deliver(Reaction::new(event).send(client, Message::Expired { session })))
    }

    pub fn stop(&mut self, power: Power) -> String {
        let before = self.partitions.clone();
        self.disk.crash(if power == Power::Lost { Crash::Lost } else { Crash::Kept });
        self.recover();
        let pairs = before.iter().zip(&self.partitions);
        let lost =
            pairs.flat_map(|(old, new)| old.entries.iter().filter(|entry| new.found(entry.offset).is_none())).count();
        match lost {
            0 => "It forgets its consumers; its disk keeps every message.".to_owned(),
            lost => format!("{} lost, for lack of a sync.", were(lost, "message")),
        }
    }

    pub fn start(&self) -> String {
        let dead = self.partitions.iter().map(Partition::dead).sum::<usize>();
        let dead = if dead > 0 { format!(" and {}", count(dead, "dead letter")) } else { String::new() };
        format!("Its disk has {}{dead}. It doesn't know its consumers yet.", count(self.kept(), "message"))
    }
}

/// What it is asked to do.
impl Broker {
    pub fn new(settings: Settings) -> Broker {
        let mut disk = Disk::new(u64::MAX);
        for place in 0..settings.files() {
            disk.create(&settings.file(place)).expect("there is power");
        }
        let mut broker = Broker { settings, disk, partitions: Vec::new(), members: Vec::new(), leases: 0 };
        broker.recover();
        broker.bind(Group::G1);
        broker.disk.sync_directory().expect("there is power");
        broker
            .partitions
            .clone()
            .iter()
            .for_each(|partition| broker.disk.sync(partition.file).expect("there is power"));
        broker
    }

    /// A message from the producer.
    fn take(&mut self, place: usize, sequence: u32, reply: bool, letter: &Letter) -> Reaction {
        let call = letter.call;
        let answer = |reaction: Reaction, message| if reply { reaction.send(PRODUCER, message) } else { reaction };
        let partition = &self.partitions[place];
        if sequence > 0 && sequence <= partition.sequence {
            return answer(Reaction::new(Event::Known { call }), Message::Accepted { call });
        }
        let oldest = partition.entries.first().filter(|_| partition.entries.len() >= self.settings.buffer);
        let dropped = match (oldest, self.settings.model, self.settings.full) {
            (Some(_), Model::Queue, Full::Wait) => {
                let event = Event::NoRoom { call, kept: partition.entries.len() };
                return answer(Reaction::new(event), Message::Full { call });
            }
            (Some(oldest), ..) => {
                let concerned = partition.bound.iter().filter(|group| partition.concerns(**group, oldest.offset));
                Some((oldest.letter.call, oldest.offset, list(concerned)))
            }
            (None, ..) => None,
        };
        let offset = partition.next;
        let dropped = dropped.map(|(call, offset, concerned)| {
            self.write(place, Record::Gone { offset });
            (call, concerned)
        });
        self.write(place, Record::Kept { offset, sequence, letter: letter.clone() });
        let (file, synced) = (self.settings.called(place), self.settings.sync);
        let reaction = Reaction::new(Event::Appended { call, file, offset, synced, dropped });
        self.deliver(answer(reaction, Message::Accepted { call }))
    }

    fn join(&mut self, seat: Seat, group: Group) -> Option<Reaction> {
        let old = self.members.iter().find(|member| member.seat.client == seat.client).copied();
        if old.is_some_and(|old| old.seat.session >= seat.session) {
            return None;
        }
        self.members.retain(|member| member.seat.client != seat.client);
        if let Some(old) = old {
            self.reassign(old.group);
        }
        if !self.partitions[0].bound.contains(&group) {
            self.bind(group);
        }
        self.members.push(Member { seat, group, served: 0, told: 0 });
        self.members.sort_by_key(|member| member.seat);
        self.reassign(group);
        let members = list(self.members.iter().filter(|member| member.group == group).map(|member| member.seat.client));
        Some(self.deliver(Reaction::new(Event::Joined { client: seat.client, group, members })))
    }

    /// A consumer is done with a message, or cannot work on it.
    fn answered(&mut self, holder: Seat, tag: Tag, done: bool) -> Reaction {
        let (place, client, offset) = (tag.partition as usize, holder.client, tag.offset);
        let found = self.leases().find(|((at, its), _, lease)| (*at, *its, lease.holder) == (place, offset, holder));
        let Some((_, group, _)) = found else {
            return Reaction::new(Event::TooLate { client }).send(client, Message::Acked { tag, valid: false });
        };
        let call = self.partitions[place].entry(offset).map(|entry| entry.letter.call);
        let call = call.expect("what is held is kept");
        self.partitions[place].lane_mut(group).leases.remove(&offset);
        let acked = Message::Acked { tag, valid: true };
        let reaction = match (done, self.settings.model) {
            (true, Model::Log) => {
                let next = offset + 1;
                self.write(place, Record::Committed { group, next });
                Reaction::new(Event::Committed { group, file: self.settings.called(place), next }).send(client, acked)
            }
            (true, Model::Queue) => {
                self.write(place, Record::Acknowledged { group, offset });
                let last = self.partitions[place].entry(offset).is_none();
                Reaction::new(Event::Deleted { call, group, last }).send(client, acked)
            }
            (false, _) => {
                let dead = self.give_back((place, group, offset));
                Reaction::new(Event::Returned { call, client, dead })
            }
        };
        self.deliver(reaction)
    }

    /// Lets a group read a log again.
    pub fn replay(&mut self, group: Group, offset: u64) -> Result<Reaction, Refused> {
        self.check_log("has no offsets: what is acknowledged is deleted")?;
        if !self.partitions[0].bound.contains(&group) {
            return Err(Refused::new(format!("no one has joined {group} yet")));
        }
        let newest = self.partitions.iter().map(|partition| partition.next).max().unwrap_or(0);
        let offset = offset.min(newest);
        for place in 0..self.partitions.len() {
            let next = offset.min(self.partitions[place].next);
            self.partitions[place].lane_mut(group).leases.clear();
            self.write(place, Record::Committed { group, next });
        }
        Ok(self.deliver(Reaction::new(Event::Replayed { group, offset })))
    }

    /// Writes each file anew, with the newest message of each key. Offsets stay.
    pub fn compact(&mut self) -> Result<Reaction, Refused> {
        self.check_log("can't be compacted: it doesn't keep what was read")?;
        let before = self.kept();
        for place in 0..self.partitions.len() {
            let old = self.partitions[place].clone();
            let is_newest =
                |at: usize| !old.entries[at + 1..].iter().any(|later| later.letter.key == old.entries[at].letter.key);
            let name = format!("{}.new", self.settings.file(place));
            let file = self.disk.create(&name).expect("there is power");
            self.partitions[place] = Partition::new(self.settings.model, file);
            for group in old.bound.iter().copied() {
                self.write(place, Record::Bound { group });
                self.write(place, Record::Committed { group, next: old.lane(group).position });
            }
            for entry in (0..old.entries.len()).filter(|at| is_newest(*at)).map(|at| &old.entries[at]) {
                self.write(place, Record::Kept { offset: entry.offset, sequence: 0, letter: entry.letter.clone() });
            }
            self.write(place, Record::Compacted { next: old.next, sequence: old.sequence });
            for group in old.bound.iter().copied() {
                let (lane, old) = (self.partitions[place].lane_mut(group), old.lane(group));
                (lane.leases, lane.times) = (old.leases.clone(), old.times.clone());
            }
            self.disk.sync(file).expect("there is power");
            self.disk.rename(&name, &self.settings.file(place)).expect("there is power");
        }
        self.disk.sync_directory().expect("there is power");
        let kept = self.kept();
        Ok(Reaction::new(Event::Compacted { removed: before - kept, kept }))
    }
}

/// Who gets what.
impl Broker {
    /// Sends all that can be sent: messages to consumers that have room, and to each consumer which partitions are its own.
    fn deliver(&mut self, mut reaction: Reaction) -> Reaction {
        for place in 0..self.members.len() {
            let Member { seat: Seat { client, session }, group, told, .. } = self.members[place];
            let own = (0..self.partitions.len()).filter(|at| self.owns(*at, group, self.members[place].seat));
            let partitions = own.fold(0, |bits, at| bits | 1 << at);
            if partitions != told {
                self.members[place].told = partitions;
                reaction = reaction.send(client, Message::Assigned { session, partitions });
            }
        }
        while let Some(((place, group, offset), at)) = self.due() {
            self.leases += 1;
            let (number, holder) = (self.leases, self.members[at].seat);
            self.members[at].served = number;
            let partition = &mut self.partitions[place];
            let letter = partition.entry(offset).expect("it is due").letter.clone();
            let lane = partition.lane_mut(group);
            lane.waiting.remove(&offset);
            lane.leases.insert(offset, Lease { holder, number });
            let times = lane.times.entry(offset).or_default();
            *times += 1;
            let tag = Tag { session: holder.session, partition: place as u32, offset };
            reaction = reaction.send(holder.client, Message::Deliver { tag, times: *times, letter });
            reaction = reaction.wake(self.settings.timeout, Timer::Lease(number));
        }
        reaction
    }

    /// A message that can be delivered, and the place of the member that gets it.
    fn due(&self) -> Option<(Place, usize)> {
        let lanes = (0..self.partitions.len())
            .flat_map(|place| self.partitions[0].bound.iter().map(move |group| (place, *group)));
        lanes.into_iter().find_map(|(place, group)| {
            let (partition, lane) = (&self.partitions[place], self.partitions[place].lane(group));
            let held = |seat| lane.leases.values().filter(|lease| lease.holder == seat).count();
            let owners = (0..self.members.len()).filter(|at| self.owns(place, group, self.members[*at].seat));
            match self.settings.model {
                Model::Queue => {
                    let offset = *lane.waiting.first()?;
                    let free = owners.filter(|at| held(self.members[*at].seat) < self.settings.prefetch);
                    let member = free.min_by_key(|at| (held(self.members[*at].seat), self.members[*at].served))?;
                    Some(((place, group, offset), member))
                }
                Model::Log if !lane.leases.is_empty() => None,
                Model::Log => {
                    let next = partition.entries.iter().find(|entry| entry.offset >= lane.position)?;
                    Some(((place, group, next.offset), owners.into_iter().next()?))
                }
            }
        })
    }

    /// Whether a consumer may have messages of a partition: in a queue all of the group, in a log one.
    fn owns(&self, place: usize, group: Group, seat: Seat) -> bool {
        let members: Vec<Seat> = self.members.iter().filter(|it| it.group == group).map(|it| it.seat).collect();
        match self.settings.model {
            Model::Queue => members.contains(&seat),
            Model::Log => !members.is_empty() && members[place % members.len()] == seat,
        }
    }

    /// Takes back what is held by those who may not have it any more: how many messages go back, and how many of them to the
    /// dead letters.
    fn reassign(&mut self, group: Group) -> (usize, usize) {
        let held: Vec<Place> = self
            .leases()
            .filter(|(_, its, _)| *its == group)
            .filter(|((place, _), group, lease)| !self.owns(*place, *group, lease.holder))
            .map(|((place, offset), group, _)| (place, group, offset))
            .collect();
        let dead = held.iter().filter(|place| self.give_back(**place)).count();
        (held.len() - dead, dead)
    }

    /// A message is free again, unless it was delivered too often: whether it is dead.
    fn give_back(&mut self, (place, group, offset): Place) -> bool {
        let lane = self.partitions[place].lane_mut(group);
        lane.leases.remove(&offset);
        if self.settings.model == Model::Log {
            return false;
        }
        if lane.times.get(&offset).is_some_and(|times| *times >= self.settings.deliveries) {
            self.write(place, Record::Dead { group, offset });
            return true;
        }
        lane.waiting.insert(offset);
        false
    }

    fn member(&self, seat: Seat) -> Option<&Member> {
        self.members.iter().find(|member| member.seat == seat)
    }

    /// All that is held: partition and offset, group, and by whom.
    fn leases(&self) -> impl Iterator<Item = ((usize, u64), Group, Lease)> {
        self.partitions.iter().enumerate().flat_map(move |(place, partition)| {
            self.partitions[0].bound.iter().flat_map(move |group| {
                let leases = partition.lane(*group).leases.iter();
                leases.map(move |(offset, lease)| ((place, *offset), *group, *lease))
            })
        })
    }
}

/// Its disk.
impl Broker {
    fn bind(&mut self, group: Group) {
        (0..self.partitions.len()).for_each(|place| self.write(place, Record::Bound { group }));
    }

    fn write(&mut self, place: usize, record: Record) {
        let file = self.partitions[place].file;
        let bytes = wire::bytes(&record);
        let start = self.disk.append(file, &bytes).expect("the disk has room, and power");
        if self.settings.sync {
            self.disk.sync(file).expect("there is power");
        }
        self.partitions[place].apply(record, start..start + bytes.len() as u64);
    }

    /// What memory holds, read from the files.
    fn recover(&mut self) {
        self.members.clear();
        self.partitions.clear();
        for place in 0..self.settings.files() {
            let file = self.disk.open(&self.settings.file(place)).expect("names are synced");
            let mut partition = Partition::new(self.settings.model, file);
            let len = self.disk.len(file);
            let bytes = self.disk.read(file, 0..len);
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let start = len - rest.len() as u64;
                let record = wire::Wire::read(&mut rest).expect("the power takes whole records");
                partition.apply(record, start..len - rest.len() as u64);
            }
            self.partitions.push(partition);
        }
    }

    pub fn has_unsynced(&self, partition: &Partition, entry: &Entry) -> bool {
        self.disk.unsynced(partition.file).any(|range| range.contains(&entry.bytes.start))
    }

    pub fn kept(&self) -> usize {
        self.partitions.iter().map(|partition| partition.entries.len()).sum()
    }

    fn check_log(&self, why: &str) -> Result<(), Refused> {
        if self.settings.model == Model::Log { Ok(()) } else { Err(Refused::new(format!("a queue {why}"))) }
    }
}
