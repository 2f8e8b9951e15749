//! The three systems that can be bought for a load, what they cost, and how much of their work is coordination.

use crate::sim::Time;

/// The three ways to grow, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Scale up: one machine, of more power.
    Up,
    /// Scale out, shared nothing: each machine has its part of the data, and the requests for it.
    Nothing,
    /// Scale out, shared disk: any machine takes any request, and they agree by locks on what they share.
    Disk,
}

impl Way {
    pub const ALL: [Way; 3] = [Way::Up, Way::Nothing, Way::Disk];

    pub fn name(self) -> &'static str {
        match self {
            Way::Up => "Scale up",
            Way::Nothing => "Shared nothing",
            Way::Disk => "Shared disk",
        }
    }
}

/// What a request costs, and what machines cost one another.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// The mean work of a request, on a machine of power 1.
    pub work: Time,
    /// The share of the work that only one machine can do at a time, in thousandths: the law's α.
    pub contention: u64,
    /// What each pair of machines costs to keep in agreement, in ten thousandths of the work: the law's β.
    pub coherence: u64,
}

impl Costs {
    /// The mean time that a request takes on one of `machines`, by the universal scalability law
    /// `C(n) = n / (1 + α(n-1) + βn(n-1))`: n machines of which each takes C(1)/C(n) times n longer.
    pub fn service(&self, machines: u32) -> Time {
        Time::from_nanos((self.work.as_nanos() as f64 * self.slowdown(machines, true)) as u64)
    }

    /// The mean time before the lock, where the contention is a lock that is really waited for.
    pub fn before_lock(&self, machines: u32) -> Time {
        let alone = self.slowdown(machines, false) - self.contention as f64 / 1_000.0;
        Time::from_nanos((self.work.as_nanos() as f64 * alone) as u64)
    }

    /// The mean time under the lock.
    pub fn under_lock(&self) -> Time {
        Time::from_nanos(self.work.as_nanos() * self.contention / 1_000)
    }

    fn slowdown(&self, machines: u32, contention: bool) -> f64 {
        let (n, alpha, beta) = (f64::from(machines), self.contention as f64 / 1e3, self.coherence as f64 / 1e4);
        let waits = if contention { alpha * (n - 1.0) } else { 0.0 };
        1.0 + waits + beta * n * (n - 1.0)
    }

    /// The most requests a second that so many machines can serve, by the law.
    pub fn law(&self, machines: u32) -> u64 {
        (f64::from(machines) * 1e9 / self.service(machines).as_nanos() as f64) as u64
    }

    /// The number of machines, up to `most`, that serve the most by the law; of equals the least.
    pub fn best(&self, most: u32) -> u32 {
        let mut best = 1;
        for machines in 2..=most {
            if self.law(machines) > self.law(best) {
                best = machines;
            }
        }
        best
    }

    /// As many times what one machine can serve: the dream.
    pub fn linear(&self, machines: u32) -> u64 {
        u64::from(machines) * 1_000_000_000 / self.work.as_nanos()
    }
}

/// What one machine of that power costs in an hour, in cents: a dollar times the power to the 1.5. Twice the power costs
/// nearly three times as much.
pub fn price_of_power(power: u32) -> u64 {
    // The root of 100² p³, in whole cents.
    (10_000 * u64::from(power).pow(3)).isqrt()
}

/// What so many machines of power 1 cost in an hour, in cents.
pub fn price_of_machines(machines: u32) -> u64 {
    100 * u64::from(machines)
}
