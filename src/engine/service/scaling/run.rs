//! One load on one system: every request is simulated, from its arrival until it is served.

use super::system::{Costs, Way};
use crate::service::arrivals::Rate;
use crate::service::distribution::exponential;
use crate::service::{Arrivals, Histogram, Job, Offer, Running, Station};
use crate::sim::{Agenda, Rng, Time};

/// A system, as it is run.
#[derive(Clone, Copy, Debug)]
pub struct System {
    pub way: Way,
    /// The power of the one machine, or how many machines there are.
    pub size: u32,
    /// Whether one machine is down.
    pub failed: bool,
}

/// What was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// The requests a second that were offered.
    pub offered: u64,
    /// Requests that were served, and those that found their machine down.
    pub served: u64,
    pub failed: u64,
    pub median: Time,
    pub p99: Time,
    pub mean: Time,
    /// Requests a second that were served, while there was no lack of them.
    pub throughput: u64,
    /// How busy the machines were, in percent; waiting for a lock is busy as well.
    pub busy: u64,
    /// The queue has grown from the beginning to the end: what was measured is only how long it has run so far.
    pub overloaded: bool,
}

/// What is put down in the agenda.
enum Due {
    /// A machine has done its work on a request; with a shared disk, the part before the lock.
    Worked { station: usize, worker: usize },
    /// The holder of the lock lets go of it.
    Unlocked,
}

struct Run<'a> {
    system: System,
    costs: &'a Costs,
    /// One for each part of the data: a queue and its machines.
    stations: Vec<Station>,
    /// The lock of a shared disk: a station with one worker, whose jobs are the machines that wait.
    lock: Station,
    agenda: Agenda<Due>,
    rng: Rng,
    histogram: Histogram,
    busy: u64,
    machines: u32,
    /// When half of the sample had been served.
    half_served: Time,
    sample: u64,
}

/// Sends `sample` requests at that rate, by chance of that seed, and measures what becomes of them.
pub fn run(system: System, costs: &Costs, rate: Rate, sample: u64, seed: u64) -> Measured {
    let machines = if system.way == Way::Up { 1 } else { system.size };
    let stations = match system.way {
        Way::Up => vec![Station::new(1, usize::MAX)],
        Way::Nothing => vec![Station::new(1, usize::MAX); machines as usize],
        Way::Disk => vec![Station::new((machines - u32::from(system.failed)) as usize, usize::MAX)],
    };
    let run = Run {
        system,
        costs,
        stations,
        lock: Station::new(1, usize::MAX),
        agenda: Agenda::new(),
        rng: Rng::new(seed),
        histogram: Histogram::default(),
        busy: 0,
        machines,
        half_served: Time::ZERO,
        sample,
    };
    run.measure(rate)
}

impl Run<'_> {
    fn measure(mut self, rate: Rate) -> Measured {
        let mut arrivals = Arrivals::new(rate, Time::ZERO, &mut self.rng);
        let mut measured = Measured { offered: rate.0, ..Measured::default() };
        let mut last = Time::ZERO;
        for number in 0..self.sample {
            let Some(now) = arrivals.next_at() else { break };
            self.work_until(now);
            arrivals.plan(now, &mut self.rng);
            // The key of the request decides which part of the data it is for.
            let station = self.rng.below(self.stations.len() as u64) as usize;
            let job = Job { id: number, arrived: now, work: Time::ZERO };
            if self.is_down(station) {
                measured.failed += 1;
            } else if let Offer::Started(running) = self.stations[station].offer(job, now) {
                self.start(station, running);
            }
            last = now;
        }
        let in_time = self.histogram.count();
        self.work_until(Time::from_nanos(u64::MAX));
        measured.served = self.histogram.count();
        measured.median = self.histogram.percentile(500);
        measured.p99 = self.histogram.percentile(990);
        measured.mean = self.histogram.mean();
        // In a flood all have come before much is served; then half of them are the better measure.
        measured.throughput = if self.half_served > last {
            per_second(self.sample / 2, self.half_served)
        } else {
            per_second(in_time, last)
        };
        let capacity = last.as_nanos() as u128 * u128::from(self.machines);
        measured.busy = (u128::from(self.busy) * 100).checked_div(capacity).unwrap_or(0).min(100) as u64;
        // One in twenty left when the last came is more than a queue in balance leaves of a sample; and without a pause
        // there is no balance, however short the sample was.
        measured.overloaded = (measured.served - in_time) * 20 > measured.served || measured.busy >= 99;
        measured
    }

    /// Whether nobody serves there.
    fn is_down(&self, station: usize) -> bool {
        self.system.failed && (station == 0 && self.system.way != Way::Disk || self.stations[0].workers().is_empty())
    }

    /// Lets everything happen that is due until then.
    fn work_until(&mut self, until: Time) {
        while let Some((now, due)) = self.agenda.pop_until(until) {
            match due {
                Due::Worked { station, worker } if self.system.way == Way::Disk => self.lock(station, worker, now),
                Due::Worked { station, worker } => self.finish(station, worker, now),
                Due::Unlocked => {
                    let (done, next) = self.lock.finish(0, now);
                    if let Some(next) = next {
                        self.agenda.plan(next.ends(), Due::Unlocked);
                    }
                    self.finish(0, done.job.id as usize, now);
                }
            }
        }
    }

    /// A machine begins with a request.
    fn start(&mut self, station: usize, running: Running) {
        let mean = match self.system.way {
            Way::Up => Time::from_nanos(self.costs.work.as_nanos() / u64::from(self.system.size)),
            Way::Nothing => self.costs.service(self.system.size),
            Way::Disk => self.costs.before_lock(self.system.size),
        };
        let work = exponential(mean.as_nanos() as f64, &mut self.rng);
        self.agenda.plan(running.started + work, Due::Worked { station, worker: running.worker });
    }

    /// A machine needs the lock, and holds on to its request until it has had it.
    fn lock(&mut self, station: usize, worker: usize, now: Time) {
        let work = self.costs.under_lock();
        if work == Time::ZERO {
            return self.finish(station, worker, now);
        }
        let work = exponential(work.as_nanos() as f64, &mut self.rng);
        if let Offer::Started(running) = self.lock.offer(Job { id: worker as u64, arrived: now, work }, now) {
            self.agenda.plan(running.ends(), Due::Unlocked);
        }
    }

    /// A request is served, and the machine takes the next.
    fn finish(&mut self, station: usize, worker: usize, now: Time) {
        let (done, next) = self.stations[station].finish(worker, now);
        self.histogram.record(now - done.job.arrived);
        self.busy += (now - done.started).as_nanos();
        if self.histogram.count() == self.sample / 2 {
            self.half_served = now;
        }
        if let Some(next) = next {
            self.start(station, next);
        }
    }
}

fn per_second(number: u64, time: Time) -> u64 {
    (u128::from(number) * 1_000_000_000).checked_div(u128::from(time.as_nanos())).unwrap_or(0) as u64
}
