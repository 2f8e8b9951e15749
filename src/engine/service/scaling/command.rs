//! What a reader may do to the load and to the systems.

use stepwise_derive::Command;

use super::MAX_SIZE;
use crate::service::arrivals::Rate;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Command)]
pub enum Command {
    /// Send another load, and measure.
    #[button]
    Load {
        #[example("250/s")]
        rate: Rate,
    },
    /// Send twice the load to the same machines: how much slower?
    #[button]
    Double,
    /// Grow until the service level is met: how much more?
    #[button]
    Keep,
    /// Scale out to this many machines, and measure.
    #[button]
    Machines {
        #[example("8")]
        #[range(1..=MAX_SIZE)]
        number: u32,
    },
    /// Scale up to a machine of that power, and measure.
    #[button]
    Power {
        #[example("8")]
        #[range(1..=MAX_SIZE)]
        power: u32,
    },
    /// Measure while one machine of each system is down.
    #[button]
    Fail,
    /// Measure at ten loads, for the chart.
    #[button]
    Sweep,
    /// Measure how much ever more machines can serve, for the chart.
    #[button]
    Capacity,
}
