//! Lets time pass: takes event after event from the agenda, and tells those that change something.

use super::flow::{APPS, CACHE_PLACE, DATABASE_PLACE, Due};
use super::level::TICK;
use super::{Event, Faults, Settings};
use crate::contract::{Decided, Probe, Refused};
use crate::service::command::SLICES;
use crate::sim::Time;

const SECOND: Time = Time::from_millis(1_000);
/// One `run` tells no more events than this beside its parts.
const MOST_TOLD: usize = 60;
/// Once so many things have happened, no time passes any more: whoever tries again without bound makes ten of a request.
pub(super) const MOST_HAPPENINGS: u64 = 10_000_000;

impl Faults {
    pub(super) fn change(&mut self, changed: Settings, what: String, probe: &mut impl Probe<Faults>) {
        let before = std::mem::replace(&mut self.settings, changed);
        if before == changed {
            probe.step(|| Event::Unchanged { what }, self);
            return;
        }
        if changed.load != before.load {
            self.arrivals.set_rate(changed.load, self.now, &mut self.chance);
        }
        if changed.supervisor != before.supervisor {
            self.supervise();
        }
        for app in &mut self.components[APPS..] {
            app.station.set_limit(changed.queue());
            if changed.breaker != before.breaker {
                app.breaker.reset();
            }
        }
        self.level.agree(changed.agreed);
        probe.step(|| Event::Changed { what }, self);
    }

    pub(super) fn run(&mut self, time: Time, probe: &mut impl Probe<Faults>) -> Result<(), Refused> {
        Refused::beyond(MOST_HAPPENINGS, self.happenings, "requests, calls and time-outs")?;
        let (start, end) = (self.now, self.now + time);
        let mut told = 0;
        // A second says more than a part of one.
        let parts = (time.as_nanos() / SECOND.as_nanos()).clamp(1, SLICES);
        for part in 1..=parts {
            let (from, before) = (self.now, self.level.seen);
            let until = start + Time::from_nanos(time.as_nanos() / parts * part);
            let until = if part == parts { end } else { until };
            while let Some(event) = self.advance(until) {
                if let Some(event) = event
                    && told < MOST_TOLD
                {
                    told += 1;
                    probe.step_at(event.source, || event.event, self);
                }
            }
            self.now = until;
            let event = || {
                let waiting = self.components.iter().map(|it| it.station.queue.len).sum();
                let seen = self.level.seen.since(&before);
                Event::Passed { time: until - from, seen, verdict: self.verdict(), waiting }
            };
            probe.step(event, self);
        }
        Ok(())
    }

    /// Carries out the next event, if it is due by `until`: `None` if it is not, and what there is to tell of it.
    fn advance(&mut self, until: Time) -> Option<Option<Decided<Event>>> {
        self.happenings += 1;
        let next_arrival = self.arrivals.next_at().filter(|at| *at <= until);
        let Some((now, due)) = self.agenda.pop_until(next_arrival.unwrap_or(until)) else {
            self.now = next_arrival?;
            self.arrivals.plan(self.now, &mut self.chance);
            return Some(self.arrive());
        };
        self.now = now;
        Some(match due {
            Due::Worked { request } => {
                self.ask_cache(request);
                None
            }
            Due::CacheDone { worker, life } if life == self.components[CACHE_PLACE].life => {
                self.cache_done(usize::from(worker))
            }
            Due::DatabaseDone { worker, life } if life == self.components[DATABASE_PLACE].life => {
                self.database_done(usize::from(worker))
            }
            // The process that would have finished it is gone.
            Due::CacheDone { .. } | Due::DatabaseDone { .. } => None,
            Due::CacheMissed { request } | Due::Call { request } => self.call(request),
            Due::TimedOut { request, call } => self.timed_out(request, call),
            Due::Left { request } => {
                self.leave(request);
                None
            }
            Due::Restart { place, life } => self.restart(usize::from(place), life),
            Due::Leak { place, life } => self.leak(usize::from(place), life),
            Due::Tick => self.tick(),
        })
    }

    /// The service is judged.
    fn tick(&mut self) -> Option<Decided<Event>> {
        self.agenda.plan(self.now + TICK, Due::Tick);
        let before = self.status();
        self.level.tick(self.settings.agreed, !self.requests.is_empty());
        (self.status() != before).then(|| Decided::new(Event::StatusChanged { verdict: self.verdict() }))
    }
}
