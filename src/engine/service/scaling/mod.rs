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
//!   read by the next. Nobody else has the lock for as long as this *transfer* takes, so that the lock, and not the
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
mod state;
pub mod system;

#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use command::{Command, Settings};
pub use event::Event;
pub use run::{Measured, System};
pub use system::{Costs, Way};

use self::command::{COMMANDS, MAX_SIZE, PARAMETERS};
use super::arrivals::{MAX_RATE, Rate};
use super::grouped;
use crate::command::{BadCommand, Words};
use crate::contract::{BadParameter, CommandForm, Counter, Engine, Outcome, Parameter, Parameters, Probe};

/// How many loads a sweep measures.
const SWEEP: u64 = 10;
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
    settings: Settings,
    rate: Rate,
    /// Power, machines, machines.
    sizes: [u32; 3],
    /// What was measured last of each system.
    measured: [Option<Measured>; 3],
    /// Whether that was with one machine down.
    failed: bool,
    sweep: Rc<Vec<Swept>>,
    capacities: Rc<Vec<Capacity>>,
}

type Done = Result<Outcome, String>;

impl Engine for Scaling {
    type Command = Command;
    type Event = Event;

    const PARAMETERS: &'static [Parameter] = PARAMETERS;
    const COMMANDS: &'static [CommandForm] = COMMANDS;

    fn open(parameters: &Parameters) -> Result<Scaling, BadParameter> {
        let settings = Settings::new(parameters);
        if settings.power > settings.largest {
            return Err(BadParameter {
                name: "power".to_owned(),
                found: settings.power.to_string(),
                accepted: format!("at most {}, the largest machine there is", settings.largest),
            });
        }
        Ok(Scaling {
            settings,
            rate: settings.rate,
            sizes: [settings.power, settings.machines, settings.machines],
            measured: [None; 3],
            failed: false,
            sweep: Rc::default(),
            capacities: Rc::default(),
        })
    }

    fn parse(words: &mut Words) -> Result<Command, BadCommand> {
        command::parse(words)
    }

    fn execute(&mut self, command: &Command, probe: &mut impl Probe<Scaling>) -> Outcome {
        let done = match command {
            Command::Load(rate) => self.load(*rate, &Way::ALL, probe),
            Command::Double => self.double(probe),
            Command::Keep => self.keep(probe),
            Command::Machines(number) => {
                self.sizes[1] = *number;
                self.sizes[2] = *number;
                self.load(self.rate, &[Way::Nothing, Way::Disk], probe)
            }
            Command::Power(power) => self.power(*power, probe),
            Command::Fail => self.fail(probe),
            Command::Sweep => self.sweep(probe),
            Command::Capacity => self.capacity(probe),
        };
        done.unwrap_or_else(|reason| {
            probe.step(|| Event::Refused { reason: reason.as_str().into() }, self);
            Outcome::Refused(reason)
        })
    }

    /// Between two measurements everything is at rest.
    fn may_follow_a_cut(_: &Command) -> bool {
        true
    }

    fn counters(&self) -> Vec<Counter> {
        self.count()
    }

    fn state(&self) -> serde_json::Value {
        self.describe()
    }
}

impl Scaling {
    /// Measures one system at a load.
    fn measure(&self, way: Way, size: u32, rate: Rate, failed: bool) -> Measured {
        let Settings { costs, sample, seed, .. } = &self.settings;
        run::run(System { way, size, failed }, costs, rate, *sample, *seed)
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
            return Err(format!("{twice} is more than can be simulated in good time, at most {MAX_RATE}/s"));
        }
        let known = if self.failed { [None; 3] } else { self.measured };
        let before = Way::ALL.map(|way| {
            known[way as usize].unwrap_or_else(|| self.measure(way, self.sizes[way as usize], self.rate, false))
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
        for way in Way::ALL {
            let (before, price_before) = (self.sizes[way as usize], self.price(way));
            let most = self.most_useful(way);
            let Some(size) = self.grow(way, most, probe) else {
                self.sizes[way as usize] = before;
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
        let Settings { costs, largest, .. } = self.settings;
        match way {
            Way::Up => largest,
            Way::Nothing | Way::Disk => costs.best(way, MAX_SIZE as u32),
        }
    }

    /// Tries ever larger sizes; a step is taken for the first ones, and for the one that is enough.
    fn grow(&mut self, way: Way, most: u32, probe: &mut impl Probe<Scaling>) -> Option<u32> {
        /// More of them would only say "not enough" again.
        const MOST_TOLD: u32 = 3;
        let first = self.sizes[way as usize].min(most);
        for size in first..=most {
            let measured = self.measure(way, size, self.rate, false);
            let met = self.meets(&measured);
            self.sizes[way as usize] = size;
            self.measured[way as usize] = Some(measured);
            if met || size - first < MOST_TOLD {
                probe.step(|| Event::Tried { way, size, measured, met }, self);
            }
            if met {
                return Some(size);
            }
        }
        None
    }

    fn power(&mut self, power: u32, probe: &mut impl Probe<Scaling>) -> Done {
        let largest = self.settings.largest;
        if power > largest {
            return Err(format!("there is no machine of power {power}; the largest has {largest}"));
        }
        self.sizes[0] = power;
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
        let costs = &self.settings.costs;
        let most = costs.linear(self.sizes[0]).max(costs.law(self.sizes[1]));
        let most = (most * 6 / 5).clamp(SWEEP, MAX_RATE);
        for point in 1..=SWEEP {
            let load = most * point / SWEEP;
            let all = Way::ALL.map(|way| self.measure(way, self.sizes[way as usize], Rate(load), false));
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
        for machines in CAPACITIES {
            let costs = self.settings.costs;
            let flood = Rate((costs.linear(machines) * 4).min(MAX_RATE));
            let nothing = self.measure(Way::Nothing, machines, flood, false).throughput;
            let disk = self.measure(Way::Disk, machines, flood, false).throughput;
            Rc::make_mut(&mut self.capacities).push(Capacity { machines, nothing, disk });
            let (law, linear) = (costs.law(machines), costs.linear(machines));
            probe.step(|| Event::CapacityMeasured { machines, nothing, disk, law, linear }, self);
        }
        Ok(Outcome::Done)
    }

    /// Whether the service level is kept for sure: what is within it only by the luck of a sample is not.
    fn meets(&self, measured: &Measured) -> bool {
        !measured.overloaded && measured.p99 + measured.p99_error <= self.settings.goal
    }
}
