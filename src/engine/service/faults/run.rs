//! Lets time pass: takes event after event from the agenda, and tells those that change something.

use super::flow::{APPS, CACHE_PLACE, DATABASE_PLACE, Due};
use super::{Event, Faults, SECONDS, Settings, Status, Window};
use crate::contract::Probe;
use crate::service::command::{SLICES, Setting};
use crate::sim::Time;

const SECOND: Time = Time::from_millis(1_000);
/// One `run` tells no more events than this beside its parts.
const MOST_TOLD: usize = 60;

impl Faults {
    pub(super) fn set(&mut self, setting: &Setting, probe: &mut impl Probe<Faults>) {
        let parameters = setting.apply(&self.parameters, super::PARAMETERS);
        self.settings = Settings::new(&parameters);
        self.parameters = parameters.into();
        if self.settings.load != self.arrivals.rate() {
            self.arrivals.set_rate(self.settings.load, self.now, &mut self.chance);
        }
        for app in &mut self.components[APPS..] {
            app.station.set_limit(self.settings.queue);
        }
        probe.step(|| Event::Changed { what: format!("{} {}", setting.name, setting.value) }, self);
    }

    pub(super) fn run(&mut self, time: Time, probe: &mut impl Probe<Faults>) -> Result<(), String> {
        let (start, end) = (self.now, self.now + time);
        let mut told = 0;
        // A second says more than a part of one.
        let parts = (time.as_nanos() / SECOND.as_nanos()).clamp(1, SLICES);
        for part in 1..=parts {
            let (from, before) = (self.now, self.seen());
            let until = start + Time::from_nanos(time.as_nanos() / parts * part);
            let until = if part == parts { end } else { until };
            while let Some(event) = self.advance(until) {
                if let Some(event) = event
                    && told < MOST_TOLD
                {
                    told += 1;
                    probe.step(|| event, self);
                }
            }
            self.now = until;
            let event = || {
                let now = self.seen();
                let seen = Window { ok: now.ok - before.ok, errors: now.errors - before.errors };
                let waiting = self.components.iter().map(|it| it.station.queue().len()).sum();
                Event::Passed { time: until - from, seen, status: self.status, waiting }
            };
            probe.step(event, self);
        }
        Ok(())
    }

    /// What users got since the beginning.
    pub(super) fn seen(&self) -> Window {
        let past = self.totals.seen;
        Window { ok: past.ok + self.window.ok, errors: past.errors + self.window.errors }
    }

    /// Carries out the next event, if it is due by `until`: `None` if it is not, and what there is to tell of it.
    fn advance(&mut self, until: Time) -> Option<Option<Event>> {
        let next_arrival = self.arrivals.next_at().filter(|at| *at <= until);
        let Some((now, due)) = self.agenda.pop_until(next_arrival.unwrap_or(until)) else {
            self.now = next_arrival?;
            self.arrivals.plan(self.now, &mut self.chance);
            self.arrive();
            return Some(None);
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
            Due::Second => self.close_second(),
        })
    }

    /// A second is over: the service is judged by it.
    fn close_second(&mut self) -> Option<Event> {
        self.agenda.plan(self.now + SECOND, Due::Second);
        let seen = std::mem::take(&mut self.window);
        self.totals.seen.ok += seen.ok;
        self.totals.seen.errors += seen.errors;
        if self.windows.len() == SECONDS {
            self.windows.pop_front();
        }
        self.windows.push_back(seen);
        let before = self.status;
        self.status = if seen.all() == 0 && !self.requests.is_empty() {
            // Nobody got anything, and somebody waits: it is as it was.
            before
        } else if seen.errors > 0 && seen.errors * 10 >= seen.all() * 3 {
            Status::Failure
        } else if self.components.iter().all(|component| component.is_in_order()) {
            Status::Fine
        } else {
            Status::Fault
        };
        (self.status != before).then_some(Event::StatusChanged { status: self.status, seen })
    }
}
