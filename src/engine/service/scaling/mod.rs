//! The same load on three systems: one larger machine, many machines that share nothing, and many that share a disk.
//!
//! # The two questions
//!
//! A load grows. What happens
//! - if the machines stay the same: *how much slower* does it get?
//! - if the speed is to stay the same: *how many more* machines does it take?
//!
//! Neither has a number for an answer; each has a curve. Near its capacity a queue grows without bounds, so that a load
//! which is a tenth larger may take ten times as long. And ever more machines do not bring ever more capacity.
//!
//! # The universal scalability law
//!
//! Neil Gunther's `C(n) = n / (1 + α(n-1) + βn(n-1))` says how many times the work of one machine n machines do. Of the
//! work a share α (*contention*) can only be done by one at a time: this alone is Amdahl's law, and C never passes 1/α.
//! And each pair of machines needs a share β (*coherence*) to agree: this grows with the square of n, so that beyond
//! √((1-α)/β) machines, one more makes the whole *slower*.
//!
//! # How it runs
//!
//! [Each request is simulated](run): it comes by chance, waits, is worked on, is served. All three systems get the very
//! same arrivals.
//! - *Scale up*: one queue, one machine that is faster. Its [price](system) grows faster than its power, and there is a
//!   largest one. If it is down, everything is.
//! - *Shared nothing*: each machine has its part of the data, and a queue of its own; a request on it takes longer the
//!   more machines there are, by the law. If one is down, its part of the data is out of reach.
//! - *Shared disk*: one queue for all, so that no machine rests while a request waits; if one is down, the others take its
//!   share. What is contention in the law is a lock here, really waited for, while the machine that waits holds on to its
//!   request. And a lock does not come alone: what it protects is written to the disk by the machine that had it, and
//!   read by the next. No one else has the lock for as long as this *transfer* takes, so that the lock, and not the
//!   machines, soon says how much can be served.
//!
//! # How sure a measurement is
//!
//! A fourth of the sample comes first and is not counted, until the queues no longer remember that they were empty. The
//! rest is divided into ten parts; how far their p99 differ says how far off the p99 of all may be: if the parts had nothing
//! to do with each other, it would be no further off in 95 of 100 samples. Near the capacity a rush lasts longer than a
//! part, and the interval holds the truth less often; a larger sample makes up for it. Whether more comes than can be
//! served is [computed](run::System::capacity), because no sample tells it.
//!
//! A page is busy while it measures, so one command [sends only so many requests](MOST_REQUESTS). If it measures often, its
//! samples are smaller, and their errors larger.
//!
//! # Simpler than the real one because
//!
//! - all parts of the data are asked for equally often; a hot key is one machine's trouble;
//! - the work on a request is exponentially distributed, and a machine does one at a time;
//! - with a shared disk every request needs the lock, there is only one, and it goes back to its keeper after each use,
//!   so that even the machine that had it last waits for its transfer. Real lock managers have a lock for each block,
//!   and leave it with the machine that had it until another asks;
//! - with shared nothing no request concerns two parts of the data; what machines still have in common costs each request
//!   time by the law, and no queue is drawn for it;
//! - α and β are given; in reality they are measured, by fitting the law to a load test;
//! - prices are a rule: a dollar for power 1, power to the 1.5 for a larger machine. Real lists have steps;
//! - machines are bought before the load comes, and nothing has to be moved on to them.

pub mod command;
pub mod event;
pub mod run;
mod settings;
pub mod system;
mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use command::Command;
pub use event::Event;
pub use run::{Measured, System};
pub use settings::Settings;
pub use system::{Costs, Way};

use super::arrivals::{MAX_RATE, Rate};
use super::grouped;
use crate::contract::{Counter, Engine, Outcome, Probe, Refused};

/// No system here grows larger: by then the law has long turned.
pub const MAX_SIZE: u64 = 64;
/// How many loads a sweep measures.
const SWEEP: u64 = 10;
/// One command sends no more requests than about this, warm-ups included: a page takes less than a second for them.
const MOST_REQUESTS: u64 = 1_500_000;
/// Once so many requests have been sent, nothing more is measured: a run is done in three seconds.
const MOST_OF_A_RUN: u64 = 10_000_000;
/// So many requests tell whether a size is so much too slow that a whole sample of it would be a waste.
const GLANCE: u64 = 4_000;
/// The numbers of machines whose capacity is measured.
const CAPACITIES: [u32; 9] = [1, 2, 4, 8, 12, 16, 24, 32, 48];

/// Cents as dollars: `$8.00`.
pub fn dollars(cents: u64) -> String {
    format!("${}.{:02}", grouped(cents / 100), cents % 100)
}

/// A point of the sweep.
#[derive(Clone, Copy)]
pub struct Swept {
    pub load: u64,
    pub all: [Measured; 3],
}

/// A point of the capacities, in requests a second.
#[derive(Clone, Copy)]
pub struct Capacity {
    pub machines: u32,
    pub nothing: u64,
    pub disk: u64,
}

#[derive(Clone)]
pub struct Scaling {
    pub settings: Settings,
    pub rate: Rate,
    /// Power, machines, machines.
    sizes: [u32; 3],
    /// What was measured last of each system.
    measured: [Option<Measured>; 3],
    /// Whether that was with one machine down.
    pub failed: bool,
    pub sweep: Rc<Vec<Swept>>,
    pub capacities: Rc<Vec<Capacity>>,
    /// How many requests were sent for all measurements.
    sent: u64,
}

type Done = Result<Outcome, Refused>;

impl Engine for Scaling {
    type Settings = Settings;
    type Command = Command;
    type Event = Event;

    fn new(settings: Settings) -> Scaling {
        Scaling {
            settings,
            rate: settings.rate,
            sizes: [settings.power, settings.machines, settings.machines],
            measured: [None; 3],
            failed: false,
            sweep: Rc::default(),
            capacities: Rc::default(),
            sent: 0,
        }
    }

    fn carry_out(&mut self, command: &Command, probe: &mut impl Probe<Scaling>) -> Done {
        Refused::beyond(MOST_OF_A_RUN, self.sent, "requests")?;
        match *command {
            Command::Load { rate } => self.load(rate, &Way::ALL, probe),
            Command::Double => self.double(probe),
            Command::Keep => self.keep(probe),
            Command::Machines { number } => {
                self.set_size(Way::Nothing, number);
                self.set_size(Way::Disk, number);
                self.load(self.rate, &[Way::Nothing, Way::Disk], probe)
            }
            Command::Power { power } => self.power(power, probe),
            Command::Fail => self.fail(probe),
            Command::Sweep => self.sweep(probe),
            Command::Capacity => self.capacity(probe),
        }
    }

    fn counters(&self) -> Vec<Counter> {
        view::counters(self)
    }

    fn state(&self) -> serde_json::Value {
        view::state(self)
    }
}

impl Scaling {
    /// Measures one system at a load by a whole sample.
    fn measure(&mut self, way: Way, size: u32, rate: Rate, failed: bool) -> Measured {
        self.measure_with(self.settings.sample, System { way, size, failed }, rate)
    }

    fn measure_with(&mut self, sample: u64, system: System, rate: Rate) -> Measured {
        self.sent += run::requests_for(sample);
        run::run(system, &self.settings.costs(), rate, sample, self.settings.seed)
    }

    /// The sample for a command that measures so many times.
    fn sample_for(&self, measurements: u64) -> u64 {
        self.settings.sample.min(run::sample_of(MOST_REQUESTS / measurements))
    }

    /// A sweep is one of systems of their size of then.
    fn set_size(&mut self, way: Way, size: u32) {
        if std::mem::replace(&mut self.sizes[way as usize], size) != size {
            self.sweep = Rc::default();
        }
    }

    fn load(&mut self, rate: Rate, ways: &[Way], probe: &mut impl Probe<Scaling>) -> Done {
        self.change_load(rate);
        for way in ways.iter().copied() {
            let size = self.sizes[way as usize];
            let measured = self.measure(way, size, rate, false);
            self.measured[way as usize] = Some(measured);
            let price = self.price(way);
            probe.step(|| Event::Loaded { way, size, measured, price }, self);
        }
        Ok(Outcome::Done)
    }

    /// What was measured with another load, or with a machine down, does not count any more.
    fn change_load(&mut self, rate: Rate) {
        if rate != self.rate || self.failed {
            self.measured = [None; 3];
        }
        (self.rate, self.failed) = (rate, false);
    }

    /// The first question: twice the load, and the same machines.
    fn double(&mut self, probe: &mut impl Probe<Scaling>) -> Done {
        let twice = Rate(self.rate.0 * 2);
        if twice.0 > MAX_RATE {
            return Err(Refused::new(format!(
                "{twice} is more than can be simulated in good time, at most {MAX_RATE}/s"
            )));
        }
        let known = if self.failed { [None; 3] } else { self.measured };
        let before = Way::ALL.map(|way| {
            let size = self.sizes[way as usize];
            known[way as usize].unwrap_or_else(|| self.measure(way, size, self.rate, false))
        });
        self.change_load(twice);
        for (way, before) in Way::ALL.into_iter().zip(before) {
            let size = self.sizes[way as usize];
            let after = self.measure(way, size, twice, false);
            self.measured[way as usize] = Some(after);
            probe.step(|| Event::Slower { way, size, before, after }, self);
        }
        Ok(Outcome::Done)
    }

    /// The second question: the same speed, and as much more as it takes.
    fn keep(&mut self, probe: &mut impl Probe<Scaling>) -> Done {
        self.change_load(self.rate);
        let goal = self.settings.goal;
        let mut left = MOST_REQUESTS;
        for way in Way::ALL {
            let (before, price_before) = (self.sizes[way as usize], self.price(way));
            let most = self.most_useful(way);
            let Some(size) = self.grow(way, most, &mut left, probe) else {
                self.set_size(way, before);
                self.measured[way as usize] = Some(self.measure(way, before, self.rate, false));
                probe.step(|| Event::NotKept { way, most, goal }, self);
                continue;
            };
            let price = self.price(way);
            probe.step(|| Event::Kept { way, before, size, price_before, price }, self);
        }
        Ok(Outcome::Done)
    }

    /// The size beyond which nothing is gained: the largest machine that there is, or the number of machines that serve
    /// the most.
    fn most_useful(&self, way: Way) -> u32 {
        match way {
            Way::Up => self.settings.largest,
            Way::Nothing | Way::Disk => self.settings.costs().best(way, MAX_SIZE as u32),
        }
    }

    /// Tries ever larger sizes, and then, where none is enough, smaller ones: fewer machines have less to agree on. A step
    /// is taken for the first that are tried, and for the one that is enough.
    fn grow(&mut self, way: Way, most: u32, left: &mut u64, probe: &mut impl Probe<Scaling>) -> Option<u32> {
        /// More of them would only say "not enough" again.
        const MOST_TOLD: usize = 3;
        let now = self.sizes[way as usize];
        let smaller = if way == Way::Up { 0 } else { most.min(now - 1) };
        let sizes = (now..=most.max(now)).chain((1..=smaller).rev());
        for (place, size) in sizes.enumerate() {
            let told = place < MOST_TOLD;
            let Some(measured) = self.try_size(System { way, size, failed: false }, told, left) else { continue };
            let met = self.meets(&measured);
            if met || told {
                self.set_size(way, size);
                self.measured[way as usize] = Some(measured);
                probe.step(|| Event::Tried { way, size, measured, met }, self);
            }
            if met {
                return Some(size);
            }
        }
        None
    }

    /// Measures a system, if it may keep the service level or is to be told of; by a whole sample, if so many requests
    /// are `left` to be sent.
    fn try_size(&mut self, system: System, told: bool, left: &mut u64) -> Option<Measured> {
        let whole = self.settings.sample;
        let overloaded = system.is_overloaded(&self.settings.costs(), self.rate);
        if overloaded && !told {
            return None;
        }
        let glance = self.measure_with(whole.min(GLANCE), system, self.rate);
        if overloaded {
            return Some(glance);
        }
        let error = glance.p99_error;
        if !told && glance.p99 > self.settings.goal + error + error {
            return None;
        }
        let Some(rest) = left.checked_sub(run::requests_for(whole)) else { return Some(glance) };
        *left = rest;
        Some(self.measure_with(whole, system, self.rate))
    }

    fn power(&mut self, power: u32, probe: &mut impl Probe<Scaling>) -> Done {
        let largest = self.settings.largest;
        if power > largest {
            return Err(Refused::new(format!("there is no machine of power {power}; the largest has {largest}")));
        }
        self.set_size(Way::Up, power);
        self.load(self.rate, &[Way::Up], probe)
    }

    fn fail(&mut self, probe: &mut impl Probe<Scaling>) -> Done {
        self.failed = true;
        self.measured = [None; 3];
        for way in Way::ALL {
            let size = self.sizes[way as usize];
            let measured = self.measure(way, size, self.rate, true);
            self.measured[way as usize] = Some(measured);
            probe.step(|| Event::Failed { way, size, measured }, self);
        }
        Ok(Outcome::Done)
    }

    /// Ever more load, up to a fifth more than the largest of the systems should serve, or until none keeps up.
    fn sweep(&mut self, probe: &mut impl Probe<Scaling>) -> Done {
        self.sweep = Rc::default();
        let costs = self.settings.costs();
        let most = costs.linear(self.sizes[0]).max(costs.law(self.sizes[1]));
        let most = (most * 6 / 5).clamp(SWEEP, MAX_RATE);
        let sample = self.sample_for(SWEEP * Way::ALL.len() as u64);
        for point in 1..=SWEEP {
            let load = most * point / SWEEP;
            let all = Way::ALL.map(|way| {
                let system = System { way, size: self.sizes[way as usize], failed: false };
                self.measure_with(sample, system, Rate(load))
            });
            Rc::make_mut(&mut self.sweep).push(Swept { load, all });
            probe.step(|| Event::Swept { load, all }, self);
            if all.iter().all(|measured| measured.overloaded) {
                break;
            }
        }
        Ok(Outcome::Done)
    }

    /// The most that ever more machines can serve: offered far too much, they serve what they can.
    fn capacity(&mut self, probe: &mut impl Probe<Scaling>) -> Done {
        self.capacities = Rc::default();
        let sample = self.sample_for(2 * CAPACITIES.len() as u64);
        for machines in CAPACITIES {
            let costs = self.settings.costs();
            let flood = Rate((costs.linear(machines) * 4).min(MAX_RATE));
            let mut served = |way| {
                let system = System { way, size: machines, failed: false };
                self.measure_with(sample, system, flood).throughput
            };
            let (nothing, disk) = (served(Way::Nothing), served(Way::Disk));
            Rc::make_mut(&mut self.capacities).push(Capacity { machines, nothing, disk });
            let (law, linear) = (costs.law(machines), costs.linear(machines));
            probe.step(|| Event::CapacityMeasured { machines, nothing, disk, law, linear }, self);
        }
        Ok(Outcome::Done)
    }

    /// Whether the service level is kept, the error of the sample included: what is only just within it may be luck.
    fn meets(&self, measured: &Measured) -> bool {
        !measured.overloaded && measured.p99 + measured.p99_error <= self.settings.goal
    }
}
