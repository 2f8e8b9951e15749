//! What the systems are opened with.

use stepwise_derive::Parameters;

use super::{Costs, MAX_SIZE};
use crate::form::BadParameter;
use crate::service::arrivals::{MAX_RATE, Rate};
use crate::sim::Time;

/// Of fewer requests the ten parts of a sample are too short: each has hardly a slow request, so that they differ less than
/// whole samples do, and a measurement would claim to be surer than it is.
pub const LEAST_SAMPLE: u64 = 10_000;

#[derive(Clone, Copy, Parameters)]
#[parameters(power_can_be_bought)]
pub struct Settings {
    /// How many requests come
    #[name("load")]
    #[parameter(160, 0..=MAX_RATE, "a second")]
    pub rate: Rate,
    /// How long a request takes on a machine of power 1
    #[parameter(10, 1..=1_000, "ms")]
    pub work: Time,
    /// How many machines scale out
    #[parameter(4, 1..=MAX_SIZE)]
    pub machines: u32,
    /// How many times the power of one the large machine has
    #[parameter(4, 1..=MAX_SIZE)]
    pub power: u32,
    /// The most power that one machine can have
    #[parameter(16, 1..=MAX_SIZE)]
    pub largest: u32,
    /// 99 of 100 requests take no longer
    #[label("Service level")]
    #[parameter(150, 1..=60_000, "ms")]
    pub goal: Time,
    /// Work that one machine does at a time
    #[parameter(30, 0..=1_000, "in 1,000")]
    pub contention: u64,
    /// Work for each pair of machines to agree
    #[parameter(20, 0..=1_000, "in 10,000")]
    pub coherence: u64,
    /// How long a shared disk's lock takes to the next machine
    #[label("Lock transfer")]
    #[parameter(2, 0..=1_000, "ms")]
    pub transfer: Time,
    /// How many requests are measured, after a warm-up; fewer where a command measures often
    #[parameter(40_000, LEAST_SAMPLE..=200_000)]
    pub sample: u64,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u64,
}

impl Settings {
    pub fn costs(&self) -> Costs {
        let Settings { work, contention, coherence, transfer, .. } = *self;
        Costs { work, contention, coherence, transfer }
    }
}

fn power_can_be_bought(settings: &Settings) -> Result<(), BadParameter> {
    if settings.power <= settings.largest {
        return Ok(());
    }
    Err(BadParameter {
        name: "power".to_owned(),
        found: settings.power.to_string(),
        accepted: format!("at most {}, the largest machine there is", settings.largest),
    })
}
