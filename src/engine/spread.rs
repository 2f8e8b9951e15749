//! How the times that messages take are spread, as a reader chooses it.

use stepwise_derive::Choice;

use crate::form::Choice;
use crate::sim::Time;
use crate::sim::distribution::Distribution;
use crate::sim::drawn::{Drawn, LINKEDIN_DISK, LINKEDIN_SSD, YAMMER_REST, YAMMER_WRITE};

/// How the times of one way are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Spread {
    /// always the mean
    Fixed,
    /// uniform, up to twice the mean
    Uniform,
    /// exponential
    Exponential,
    /// heavy-tailed (Pareto)
    HeavyTailed,
    /// fitted: LinkedIn, SSD
    LinkedinSsd,
    /// fitted: LinkedIn, writes to disks
    LinkedinDisk,
    /// fitted: Yammer, writes
    YammerWrite,
    /// fitted: Yammer, all but writes
    YammerRest,
}

impl Spread {
    /// What the times are drawn from. Those that are fitted have means of their own.
    pub fn of(self, mean: Time) -> Drawn {
        match self {
            Spread::Fixed => Drawn::Of(Distribution::Fixed { time: mean }),
            Spread::Uniform => Drawn::Of(Distribution::Uniform { mean }),
            Spread::Exponential => Drawn::Of(Distribution::Exponential { mean }),
            Spread::HeavyTailed => Drawn::Of(Distribution::HeavyTailed { mean }),
            Spread::LinkedinSsd => Drawn::Fitted(&LINKEDIN_SSD),
            Spread::LinkedinDisk => Drawn::Fitted(&LINKEDIN_DISK),
            Spread::YammerWrite => Drawn::Fitted(&YAMMER_WRITE),
            Spread::YammerRest => Drawn::Fitted(&YAMMER_REST),
        }
    }
}

/// Of a network: one of these, or a delay and a jitter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkSpread(pub Option<Spread>);

impl NetworkSpread {
    /// The place of delay and jitter among all.
    pub const JITTER: usize = 0;
}

const ALL: usize = Spread::ALL.len() + 1;

impl Choice for NetworkSpread {
    const ALL: &'static [NetworkSpread] = &{
        let mut all = [NetworkSpread(None); ALL];
        let mut place = 1;
        while place < ALL {
            all[place] = NetworkSpread(Some(Spread::ALL[place - 1]));
            place += 1;
        }
        all
    };
    const NAMES: &'static [&'static str] = &{
        let mut all = ["jitter"; ALL];
        let mut place = 1;
        while place < ALL {
            all[place] = Spread::NAMES[place - 1];
            place += 1;
        }
        all
    };
    const WORDS: &'static [(&'static str, &'static str)] = &{
        let mut all = [("jitter", "the delay, and up to the jitter more"); ALL];
        let mut place = 1;
        while place < ALL {
            all[place] = Spread::WORDS[place - 1];
            place += 1;
        }
        all
    };

    fn place(self) -> usize {
        self.0.map_or(0, |spread| spread.place() + 1)
    }
}
