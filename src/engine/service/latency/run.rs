//! Carries out what a reader asks for: takes event after event from the agenda, until the time is up.

use super::command::{Chosen, Fault};
use super::{Command, Counts, Event, KEPT, Latency, Settings};
use crate::contract::{Outcome, Probe, Refused};
use crate::service::arrivals::Rate;
use crate::service::command::{Telling, requests, telling};
use crate::service::{Job, Offer, Running};
use crate::sim::Time;

/// How much longer work takes on a slow server.
const SLOW: u64 = 4;

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
        let forgotten = self.servers.iter().map(|server| server.responses.count() + server.refused).sum();
        for server in &mut self.servers {
            (server.responses, server.refused) = Default::default();
        }
        forgotten
    }

    /// How much of the time of each server's workers is asked for.
    fn used(&self) -> Vec<u64> {
        (0..self.servers.len()).map(|server| self.utilisation(server)).collect()
    }

    /// How long work takes on a server that takes so long on one at full speed.
    pub(super) fn takes(&self, server: usize, work: Time) -> Time {
        if self.servers[server].slow { Time::from_nanos(work.as_nanos() * SLOW) } else { work }
    }

    /// Changes a parameter, and what follows from it at once. What was measured before is no measure of what is now.
    fn change(&mut self, changed: Settings, what: String, probe: &mut impl Probe<Latency>) {
        let before = std::mem::replace(&mut self.settings, changed);
        // What was agreed on changes nothing that is measured.
        let measured = |it: &Settings| (it.load, it.workers, it.queue, it.distribution());
        let forgotten = if measured(&before) == measured(&changed) { 0 } else { self.begin_sample() };
        let Settings { load, workers, queue, .. } = changed;
        if load != self.arrivals.rate() {
            self.set_rate(load);
        }
        for server in 0..self.servers.len() {
            let station = &mut self.servers[server].station;
            station.set_limit(queue);
            for running in station.set_workers(workers, self.now) {
                self.plan_end(server, running);
            }
        }
        let event = || Event::Changed { what, used: self.used(), endless: self.settings.is_endless(), forgotten };
        probe.step(event, self);
    }

    pub(super) fn set_rate(&mut self, rate: Rate) {
        self.arrivals.set_rate(rate, self.now, &mut self.chance);
    }

    fn run(&mut self, time: Time, probe: &mut impl Probe<Latency>) -> Result<(), Refused> {
        let coming = requests(self.settings.load.0, time)?;
        let end = self.now + time;
        let here: usize = self.servers.iter().map(|it| it.station.queue().len() + it.station.busy()).sum();
        let slice = match telling(time, 2 * coming + here as u64) {
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
        let next_arrival = self.arrivals.next_at().filter(|at| *at <= until);
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
        let (request, server, work, offer) = self.arrive();
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
            Offer::Refused => probe.step(|| Event::Shed { request, limit: station.limit() }, self),
        }
        true
    }

    /// A request comes: which, to which server, how much work it is there, and what becomes of it.
    fn arrive(&mut self) -> (u64, usize, Time, Offer) {
        self.arrivals.plan(self.now, &mut self.chance);
        self.counts.arrived += 1;
        let request = self.counts.arrived;
        let chosen = if self.servers.len() == 1 { 0 } else { self.chance.below(self.servers.len() as u64) as usize };
        let work = self.settings.distribution().draw(&mut self.work_chance);
        let work = self.takes(chosen, work);
        let offer = self.servers[chosen].station.offer(Job { id: request, arrived: self.now, work }, self.now);
        match offer {
            Offer::Started(running) => self.plan_end(chosen, running),
            Offer::Queued { .. } => {}
            Offer::Refused => {
                self.counts.refused += 1;
                self.servers[chosen].refused += 1;
            }
        }
        (request, chosen, work, offer)
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
        Event::Finished {
            request: done.job.id,
            waited: done.waited(),
            work: done.job.work,
            next: next.map(|running| running.job.id),
            waiting: self.waiting(),
            waiting_here: self.servers[server].station.queue().len(),
        }
    }

    fn plan_end(&mut self, server: usize, running: Running) {
        self.agenda.plan(running.ends(), (server as u8, running.worker as u8));
    }
}
