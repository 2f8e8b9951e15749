//! Carries out what a reader asks for: takes event after event from the agenda, until the time is up.

use super::{Command, Counts, Event, KEPT, Latency, Settings};
use crate::contract::Probe;
use crate::service::arrivals::Rate;
use crate::service::command::{Setting, Telling, requests, telling};
use crate::service::{Job, Offer, Running};
use crate::sim::Time;

/// How much longer work takes on a slow server.
const SLOW: u64 = 4;

impl Latency {
    /// The error says why nothing was done.
    pub(super) fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Latency>) -> Result<(), String> {
        match command {
            Command::Run(time) => return self.run(*time, probe),
            Command::Load(rate) => {
                let what = Setting { name: "load", value: rate.0.to_string() };
                return self.set(&what, probe);
            }
            Command::Set(setting) => return self.set(setting, probe),
            Command::Slow { server, slow } => {
                let servers = self.servers.len();
                let Some(found) = self.servers.get_mut(*server) else {
                    return Err(format!("there is no s{}, only {servers} server", server + 1));
                };
                found.slow = *slow;
                probe.step(|| Event::Slowed { server: *server, slow: *slow }, self);
            }
            Command::Forget => {
                let requests = self.servers.iter().map(|server| server.responses.count()).sum();
                for server in &mut self.servers {
                    server.responses = Default::default();
                }
                self.recent.clear();
                probe.step(|| Event::Forgotten { requests }, self);
            }
        }
        Ok(())
    }

    /// Changes a parameter, and what follows from it at once.
    fn set(&mut self, setting: &Setting, probe: &mut impl Probe<Latency>) -> Result<(), String> {
        let parameters = setting.apply(&self.parameters, super::PARAMETERS);
        self.settings = Settings::new(&parameters);
        self.parameters = parameters.into();
        let Settings { load, workers, queue, .. } = self.settings;
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
        let utilisation = self.settings.utilisation();
        probe.step(|| Event::Changed { what: format!("{} {}", setting.name, setting.value), utilisation }, self);
        Ok(())
    }

    pub(super) fn set_rate(&mut self, rate: Rate) {
        self.arrivals.set_rate(rate, self.now, &mut self.chance);
    }

    fn run(&mut self, time: Time, probe: &mut impl Probe<Latency>) -> Result<(), String> {
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
            let (now, merged) = (self.counts, self.merged());
            Event::Passed {
                time: self.now - from,
                arrived: now.arrived - before.arrived,
                finished: now.finished - before.finished,
                refused: now.refused - before.refused,
                waiting: self.waiting(),
                p99: merged.percentile(990),
                level: self.level(&merged),
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
        let event = self.arrive();
        if told {
            probe.step(|| event, self);
        }
        true
    }

    fn arrive(&mut self) -> Event {
        self.arrivals.plan(self.now, &mut self.chance);
        self.counts.arrived += 1;
        let request = self.counts.arrived;
        let chosen = if self.servers.len() == 1 { 0 } else { self.chance.below(self.servers.len() as u64) as usize };
        let server = &mut self.servers[chosen];
        let mut work = self.settings.service.draw(&mut self.work_chance);
        if server.slow {
            work = Time::from_nanos(work.as_nanos() * SLOW);
        }
        match server.station.offer(Job { id: request, arrived: self.now, work }, self.now) {
            Offer::Started(running) => {
                self.plan_end(chosen, running);
                Event::Started { request, work }
            }
            Offer::Queued { ahead } => {
                let busy = server.station.workers().iter().flatten().map(|running| running.ends() - self.now);
                let queue = server.station.queue().iter().take(ahead).map(|job| job.work);
                let longest = if ahead < KEPT { busy.chain(queue).max() } else { None };
                Event::Queued { request, work, ahead, longest: longest.unwrap_or_default() }
            }
            Offer::Refused => {
                self.counts.refused += 1;
                Event::Shed { request, limit: server.station.limit() }
            }
        }
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
        let next = next.map(|running| running.job.id);
        Event::Finished { request: done.job.id, waited: done.waited(), work: done.job.work, next }
    }

    fn plan_end(&mut self, server: usize, running: Running) {
        self.agenda.plan(running.ends(), (server as u8, running.worker as u8));
    }
}
