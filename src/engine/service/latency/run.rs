//! Carries out what a reader asks for: takes event after event from the agenda, until the time is up.

use super::command::{Chosen, Fault};
use super::settings::Source;
use super::users::Afterwards;
use super::{Command, Counts, Event, KEPT, Latency, Settings, Users};
use crate::contract::{Outcome, Probe, Refused};
use crate::service::arrivals::Rate;
use crate::service::command::{MAX_REQUESTS, Telling, requests, telling, too_many};
use crate::service::spell::time as spell;
use crate::service::{Job, Offer, Running};
use crate::sim::Time;
use crate::wording::count;

/// How much longer work takes on a slow server.
const SLOW: u64 = 4;

/// A request that has come.
struct Arrived {
    request: u64,
    server: usize,
    work: Time,
    offer: Offer,
    /// What its user does, where it was refused and is of one.
    user: Option<Afterwards>,
}

impl Latency {
    pub(super) fn run_command(
        &mut self,
        command: &Command,
        probe: &mut impl Probe<Latency>,
    ) -> Result<Outcome, Refused> {
        match command {
            Command::Run { time } => self.run(*time, probe)?,
            Command::Load { rate } => {
                let changed = Settings { load: *rate, ..self.settings };
                self.change(changed, format!("load {}", rate.0), probe);
            }
            Command::Set(setting) => self.change(setting.changed(&self.settings)?, setting.what(), probe),
            Command::Inject { fault: Fault::Slow, server } => self.slow(*server, true, probe)?,
            Command::Repair { fault: Fault::Slow, server } => self.slow(*server, false, probe)?,
            Command::Forget => {
                let requests = self.begin_sample();
                self.recent.clear();
                probe.step(|| Event::Forgotten { requests }, self);
            }
        }
        Ok(Outcome::Done)
    }

    fn slow(&mut self, chosen: Chosen, slow: bool, probe: &mut impl Probe<Latency>) -> Result<(), Refused> {
        let servers = self.servers.len();
        let Some(server) = self.servers.get_mut(chosen as usize) else {
            return Err(Refused::new(format!("there is no {}, only {servers} server", chosen.name())));
        };
        server.slow = slow;
        let forgotten = self.begin_sample();
        probe.step(|| Event::Slowed { server: chosen, slow, used: self.used(), forgotten }, self);
        Ok(())
    }

    /// Forgets what was measured of each server; of how many that was.
    fn begin_sample(&mut self) -> u64 {
        let forgotten = self.servers.iter().map(|server| server.responses.count + server.refused).sum();
        for server in &mut self.servers {
            (server.responses, server.refused) = Default::default();
        }
        forgotten
    }

    /// How much of the time of each server's workers is asked for; nothing where users ask for as much as they get.
    fn used(&self) -> Vec<u64> {
        let servers = if self.users.wanted > 0 { 0 } else { self.servers.len() };
        (0..servers).map(|server| self.utilisation(server)).collect()
    }

    /// How long work takes on a server that takes so long on one at full speed.
    pub(super) fn takes(&self, server: usize, work: Time) -> Time {
        if self.servers[server].slow { Time::from_nanos(work.as_nanos() * SLOW) } else { work }
    }

    /// Changes a parameter, and what follows from it at once. What was measured before is no measure of what is now.
    fn change(&mut self, changed: Settings, what: String, probe: &mut impl Probe<Latency>) {
        let before = std::mem::replace(&mut self.settings, changed);
        // What was agreed on changes nothing that is measured.
        let measured = |it: &Settings| (it.source(), it.workers, it.queue, it.distribution());
        let forgotten = if measured(&before) == measured(&changed) { 0 } else { self.begin_sample() };
        let Settings { load, workers, queue, .. } = changed;
        if changed.source() != before.source() {
            self.set_source(changed.source());
        }
        for server in 0..self.servers.len() {
            let station = &mut self.servers[server].station;
            station.set_limit(queue);
            for running in station.set_workers(workers, self.now) {
                self.plan_end(server, running);
            }
        }
        let is_open_again = before.users > 0 && changed.users == 0;
        let what = if is_open_again { format!("{what}: requests come at the load again, {load}") } else { what };
        let (users, endless) = (self.users, self.settings.is_endless());
        let event = || Event::Changed { what, users, used: self.used(), endless, forgotten };
        probe.step(event, self);
    }

    /// From now on, requests come from there.
    pub(super) fn set_source(&mut self, source: Source) {
        let (rate, users, think) = match source {
            Source::Open(rate) => (rate, 0, Time::ZERO),
            Source::Closed { users, think } => (Rate(0), users, think),
        };
        self.arrivals.set_rate(rate, self.now, &mut self.chance);
        self.users.set(users, think, self.counts.arrived, self.now, &mut self.chance);
    }

    /// How many requests come in a time, or fewer; the error says why they are too many for one `run`.
    fn coming(&self, time: Time) -> Result<u64, Refused> {
        let Users { wanted, think, waiting, .. } = self.users;
        if wanted == 0 {
            return requests(self.settings.load.0, time);
        }
        // As if all of them always thought; then, of those who are never refused, each sends one and awaits its answer.
        let mut coming = wanted * time.as_nanos() / think.as_nanos();
        let others = self.here() - waiting;
        let Settings { workers, queue, .. } = self.settings;
        if wanted + others <= (queue + workers) as u64 {
            let mean = self.settings.distribution().mean();
            let done = |server| workers as u64 * time.as_nanos() / self.takes(server, mean).as_nanos().max(1);
            coming = coming.min(wanted + (0..self.servers.len()).map(done).sum::<u64>());
        }
        if coming <= MAX_REQUESTS {
            return Ok(coming);
        }
        let most = (time.as_nanos() as f64 / coming as f64 * (MAX_REQUESTS - wanted) as f64) as u64;
        let who = format!("from {}, {} may bring", count(wanted, "user"), spell(time));
        Err(too_many(&who, coming, Time::from_millis(most / 1_000_000)))
    }

    /// How many are here, waiting or worked on.
    fn here(&self) -> u64 {
        self.servers.iter().map(|it| (it.station.queue.len + it.station.busy()) as u64).sum()
    }

    fn run(&mut self, time: Time, probe: &mut impl Probe<Latency>) -> Result<(), Refused> {
        let coming = self.coming(time)?;
        let end = self.now + time;
        let slice = match telling(time, 2 * coming + self.here()) {
            Telling::Each => time,
            Telling::Every(slice) => slice,
        };
        let each = slice == time;
        while self.now < end {
            let (from, before) = (self.now, self.counts);
            // What is left over by the division belongs to the last slice.
            let rest = end - from;
            let until = if rest.as_nanos() < 2 * slice.as_nanos() { end } else { from + slice };
            while self.advance(until, each, probe) {}
            self.now = until;
            self.tell_passed(from, before, probe);
        }
        if time == Time::ZERO {
            self.tell_passed(self.now, self.counts, probe);
        }
        Ok(())
    }

    fn tell_passed(&self, from: Time, before: Counts, probe: &mut impl Probe<Latency>) {
        let event = || {
            let now = self.counts;
            Event::Passed {
                time: self.now - from,
                arrived: now.arrived - before.arrived,
                finished: now.finished - before.finished,
                refused: now.refused - before.refused,
                waiting: self.waiting(),
                level: self.level(),
            }
        };
        probe.step(event, self);
    }

    /// Carries out the next event, if it is due by `until`; whether it was.
    pub(super) fn advance(&mut self, until: Time, told: bool, probe: &mut impl Probe<Latency>) -> bool {
        let next_arrival = self.arrivals.next_at().or(self.users.next_at()).filter(|at| *at <= until);
        // Who is done at the very moment at which another comes makes room first.
        if let Some((now, (server, worker))) = self.agenda.pop_until(next_arrival.unwrap_or(until)) {
            self.now = now;
            let event = self.finish(usize::from(server), usize::from(worker));
            if told {
                probe.step(|| event, self);
            }
            return true;
        }
        let Some(at) = next_arrival else { return false };
        self.now = at;
        let Arrived { request, server, work, offer, user } = self.arrive();
        if !told {
            return true;
        }
        let station = &self.servers[server].station;
        match offer {
            Offer::Started(_) => probe.step(|| Event::Started { request, work }, self),
            Offer::Queued { ahead } => {
                let blocked = station.blocked(ahead, work, self.now);
                probe.step(|| Event::Queued { request, work, ahead, blocked }, self);
            }
            Offer::Refused => probe.step(|| Event::Shed { request, limit: station.limit, user }, self),
        }
        true
    }

    /// A request comes: which, to which server, how much work it is there, and what becomes of it.
    fn arrive(&mut self) -> Arrived {
        match self.users.wanted {
            0 => self.arrivals.plan(self.now, &mut self.chance),
            _ => self.users.send(self.now, &mut self.chance),
        }
        self.counts.arrived += 1;
        let request = self.counts.arrived;
        let chosen = if self.servers.len() == 1 { 0 } else { self.chance.below(self.servers.len() as u64) as usize };
        let work = self.settings.distribution().draw(&mut self.work_chance);
        let work = self.takes(chosen, work);
        let offer = self.servers[chosen].station.offer(Job { id: request, arrived: self.now, work }, self.now);
        let mut user = None;
        match offer {
            Offer::Started(running) => self.plan_end(chosen, running),
            Offer::Queued { .. } => {}
            Offer::Refused => {
                self.counts.refused += 1;
                self.servers[chosen].refused += 1;
                user = self.users.answer(request, self.now, &mut self.chance);
            }
        }
        Arrived { request, server: chosen, work, offer, user }
    }

    fn finish(&mut self, server: usize, worker: usize) -> Event {
        let (done, next) = self.servers[server].station.finish(worker, self.now);
        if let Some(running) = next {
            self.plan_end(server, running);
        }
        self.servers[server].responses.record(done.response());
        self.counts.finished += 1;
        self.counts.waited += done.waited();
        self.counts.worked += done.job.work;
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(done);
        let user = self.users.answer(done.job.id, self.now, &mut self.chance);
        Event::Finished {
            request: done.job.id,
            waited: done.waited(),
            work: done.job.work,
            next: next.map(|running| running.job.id),
            waiting: self.waiting(),
            waiting_here: self.servers[server].station.queue.len,
            user,
        }
    }

    fn plan_end(&mut self, server: usize, running: Running) {
        self.agenda.plan(running.ends(), (server as u8, running.worker as u8));
    }
}
