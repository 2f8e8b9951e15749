//! One load on one system: every request is simulated, from its arrival until it is served.

use super::system::{Costs, Way};
use crate::histogram::Histogram;
use crate::service::arrivals::Rate;
use crate::service::{Arrivals, Job, Offer, Running, Station, spell};
use crate::sim::distribution::exponential;
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

impl System {
    /// The most requests a second that may come without the queue growing for as long as it goes on, by the law and by
    /// queueing theory; 0 where no one serves.
    ///
    /// No sample tells this: one that has just begun has no queue yet, and near the limit the longest is no surprise.
    pub fn capacity(&self, costs: &Costs) -> f64 {
        let seconds = |time: Time| time.as_nanos() as f64 / 1e9;
        match self.way {
            Way::Up if self.failed => 0.0,
            Way::Up => f64::from(self.size) / seconds(costs.work),
            // A machine gets its part of the requests, whether the others are there or not.
            Way::Nothing if self.alive() == 0 => 0.0,
            Way::Nothing => f64::from(self.size) / seconds(costs.service(self.size)),
            Way::Disk => costs.lock_limit(self.alive(), self.size),
        }
    }

    pub fn is_overloaded(&self, costs: &Costs, rate: Rate) -> bool {
        let capacity = self.capacity(costs);
        capacity > 0.0 && rate.0 as f64 >= capacity
    }

    /// The machines that are not down.
    fn alive(&self) -> u32 {
        let all = if self.way == Way::Up { 1 } else { self.size };
        all - u32::from(self.failed)
    }
}

/// What was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// The requests a second that were offered.
    pub offered: u64,
    /// Of the sample, requests that were served, and those that found their machine down.
    pub served: u64,
    pub failed: u64,
    pub median: Time,
    pub p99: Time,
    /// So far off p99 may be: about twice its standard error, from how far the parts of the sample differ.
    pub p99_error: Time,
    pub mean: Time,
    /// Requests a second that were served, of this sample.
    pub throughput: u64,
    /// Requests a second that can be served in the long run, by theory: if fewer come, they all are.
    pub capacity: u64,
    /// How busy the machines were that are not down, in percent; waiting for a lock is busy as well.
    pub busy: u64,
    /// More comes than can be served: what was measured is only how long it has run so far.
    pub overloaded: bool,
}

/// So many parts of a sample tell how much chance there is in the whole. More of them would be shorter than the rushes that
/// come near the capacity, and then they would differ less than whole samples do.
const PARTS: u64 = 10;
/// How many standard errors 95 of 100 means of [`PARTS`] are within (Student's t with 9 degrees of freedom).
const STUDENT: f64 = 2.26;
/// The warm-up is a fourth of the sample: until then the queues still remember that they were empty.
const WARM_UP: u64 = 4;

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
    /// Response times of the sample, by when the requests came.
    parts: Vec<Histogram>,
    /// Requests that come before the sample, and in it.
    warm_up: u64,
    sample: u64,
    /// All that were served, in the warm-up as well.
    served: u64,
    /// What is measured while neither the first nor the last have an influence: from the end of one request to the end
    /// of another.
    window: Window,
}

/// From the `from`th request that is served to the `to`th: how long that was, and how busy the machines.
#[derive(Default)]
struct Window {
    from: u64,
    to: u64,
    began: Time,
    ended: Time,
    busy: u64,
}

/// How many requests are sent for a sample: its warm-up comes before it.
pub fn requests_for(sample: u64) -> u64 {
    sample + sample / WARM_UP
}

/// The largest sample that takes no more than so many requests.
pub fn sample_of(requests: u64) -> u64 {
    requests * WARM_UP / (WARM_UP + 1)
}

/// Sends `sample` requests at that rate after a warm-up, by chance of that seed, and measures what becomes of them.
pub fn run(system: System, costs: &Costs, rate: Rate, sample: u64, seed: u64) -> Measured {
    let stations = match system.way {
        Way::Up => vec![Station::new(1, usize::MAX)],
        Way::Nothing => vec![Station::new(1, usize::MAX); system.size as usize],
        Way::Disk => vec![Station::new(system.alive() as usize, usize::MAX)],
    };
    let warm_up = sample / WARM_UP;
    // Of those that come, those that find their machine down are not served.
    let down = if system.failed && system.way == Way::Nothing { u64::from(system.size) } else { u64::MAX };
    let all = (sample + warm_up) - (sample + warm_up) / down;
    let run = Run {
        system,
        costs,
        stations,
        lock: Station::new(1, usize::MAX),
        agenda: Agenda::new(),
        rng: Rng::new(seed),
        parts: vec![Histogram::default(); PARTS as usize],
        warm_up,
        sample,
        served: 0,
        window: Window { from: all / 4, to: all * 3 / 4, ..Window::default() },
    };
    run.measure(rate)
}

impl Measured {
    /// Requests a second that are served in the long run: what a sample served may by chance be more than came.
    pub fn served_per_second(&self) -> u64 {
        if self.overloaded {
            return self.capacity;
        }
        spell::rounded(self.offered * self.served, (self.served + self.failed).max(1))
    }
}

impl Run<'_> {
    fn measure(mut self, rate: Rate) -> Measured {
        let mut arrivals = Arrivals::new(rate, Time::ZERO, &mut self.rng);
        let mut failed = 0;
        for number in 0..self.warm_up + self.sample {
            let Some(now) = arrivals.next_at() else { break };
            self.work_until(now);
            arrivals.plan(now, &mut self.rng);
            // The key of the request decides which part of the data it is for.
            let station = self.rng.below(self.stations.len() as u64) as usize;
            let job = Job { id: number, arrived: now, work: Time::ZERO };
            if self.is_down(station) {
                failed += u64::from(number >= self.warm_up);
            } else if let Offer::Started(running) = self.stations[station].offer(job, now) {
                self.start(station, running);
            }
        }
        self.work_until(Time::from_nanos(u64::MAX));
        self.tell(rate, failed)
    }

    fn tell(&self, rate: Rate, failed: u64) -> Measured {
        let mut all = Histogram::default();
        for part in &self.parts {
            all.merge(part);
        }
        // Of those that come, a machine that is down serves its part of none.
        let up = if self.system.failed && self.system.way == Way::Nothing {
            f64::from(self.system.alive()) / f64::from(self.system.size)
        } else {
            1.0
        };
        let Window { from, to, began, ended, busy } = self.window;
        let took = (ended - began).as_nanos();
        let machine_time = u128::from(took) * u128::from(self.system.alive());
        let busy = (u128::from(busy) * 100 + machine_time / 2).checked_div(machine_time).unwrap_or(0);
        Measured {
            offered: rate.0,
            served: all.count,
            failed,
            median: all.percentile(500),
            p99: all.percentile(990),
            p99_error: self.error_of(990),
            mean: all.mean(),
            throughput: if took == 0 { 0 } else { ((to - from) as f64 * 1e9 / took as f64 + 0.5) as u64 },
            capacity: (self.system.capacity(self.costs) * up) as u64,
            busy: busy.min(100) as u64,
            overloaded: self.system.is_overloaded(self.costs, rate),
        }
    }

    /// How far off a percentile of the sample may be, from how far its parts differ.
    fn error_of(&self, per_mille: u64) -> Time {
        let found =
            self.parts.iter().filter(|part| part.count > 0).map(|part| part.percentile(per_mille).as_nanos() as f64);
        let number = found.clone().count() as f64;
        if number < 2.0 {
            return Time::ZERO;
        }
        let mean = found.clone().sum::<f64>() / number;
        let variance = found.map(|each| (each - mean) * (each - mean)).sum::<f64>() / (number - 1.0);
        Time::from_nanos((STUDENT * libm::sqrt(variance / number)) as u64)
    }

    /// Whether no one serves there.
    fn is_down(&self, station: usize) -> bool {
        self.system.failed && (station == 0 && self.system.way != Way::Disk || self.stations[0].workers.is_empty())
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
        let work = self.costs.under_lock(self.system.size);
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
        if let Some(place) = done.job.id.checked_sub(self.warm_up) {
            self.parts[(place * PARTS / self.sample) as usize].record(now - done.job.arrived);
        }
        self.served += 1;
        let window = &mut self.window;
        if (window.from + 1..=window.to).contains(&self.served) {
            window.busy += (now - done.started).as_nanos();
        }
        if self.served == window.from {
            window.began = now;
        }
        if self.served == window.to {
            window.ended = now;
        }
        if let Some(next) = next {
            self.start(station, next);
        }
    }
}
