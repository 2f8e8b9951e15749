//! The three systems that can be bought for a load, what they cost, and how much of their work is coordination.

use crate::service::theory;
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
    /// How long the lock of a shared disk takes from one machine to the next.
    pub transfer: Time,
}

impl Costs {
    /// The mean time that a request takes on one of `machines`, by the universal scalability law: n machines do C(n)
    /// times the work of one, so each takes n / C(n) times as long.
    pub fn service(&self, machines: u32) -> Time {
        let (contention, coherence) = self.shares();
        self.works(f64::from(machines) / theory::scalability(machines, contention, coherence))
    }

    /// The mean time before the lock, where the contention is a lock that is really waited for.
    pub fn before_lock(&self, machines: u32) -> Time {
        let (contention, coherence) = self.shares();
        self.works(f64::from(machines) / theory::scalability(machines, 0.0, coherence) - contention)
    }

    /// The mean time that a machine has the lock, beginning with its way there. Alone, it has it already; and where
    /// nothing is done under the lock, no one needs it.
    pub fn under_lock(&self, machines: u32) -> Time {
        let locked = Time::from_nanos(self.work.as_nanos() * self.contention / 1_000);
        if machines == 1 || self.contention == 0 { locked } else { locked + self.transfer }
    }

    fn shares(&self) -> (f64, f64) {
        (self.contention as f64 / 1e3, self.coherence as f64 / 1e4)
    }

    fn works(&self, times: f64) -> Time {
        Time::from_nanos((self.work.as_nanos() as f64 * times) as u64)
    }

    /// The most requests a second that so many machines can serve, by the law.
    pub fn law(&self, machines: u32) -> u64 {
        let (contention, coherence) = self.shares();
        (theory::scalability(machines, contention, coherence) * 1e9 / self.work.as_nanos() as f64 + 0.5) as u64
    }

    /// The most requests a second that so many machines can serve with a shared disk and its lock, of a system that was
    /// built for `size` of them.
    pub fn lock_limit(&self, machines: u32, size: u32) -> f64 {
        let seconds = |time: Time| time.as_nanos() as f64 / 1e9;
        theory::closed_throughput(machines, seconds(self.before_lock(size)), seconds(self.under_lock(size)))
    }

    /// The number of machines, up to `most`, that serve the most; of equals the least.
    pub fn best(&self, way: Way, most: u32) -> u32 {
        let serves =
            |machines| if way == Way::Disk { self.lock_limit(machines, machines) } else { self.law(machines) as f64 };
        let mut best = 1;
        for machines in 2..=most {
            if serves(machines) > serves(best) {
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
