//! What queueing theory says of the service as it is now: for each server its own load, its own speed, and all its workers.

use super::{Latency, Settings};
use crate::service::{Distribution, theory};
use crate::sim::Time;

/// What should come of it in the long run.
#[derive(Clone, Debug)]
pub struct Theory {
    /// Of which kind the queue is, in Kendall's notation: `M/M/1`.
    pub name: String,
    pub mean: Time,
    /// Nothing where theory knows only the mean.
    queues: Vec<theory::Exponential>,
}

impl Theory {
    pub fn percentile(&self, per_mille: u64) -> Option<Time> {
        let queues = Some(&self.queues).filter(|queues| !queues.is_empty())?;
        Some(time(theory::percentile(queues, per_mille as f64 / 1_000.0)))
    }
}

fn time(seconds: f64) -> Time {
    Time::from_nanos((seconds * 1e9 + 0.5) as u64)
}

impl Latency {
    /// How much of the time of a server's workers is asked for, in a thousand; more than 1,000 is more than they have.
    pub fn utilisation(&self, server: usize) -> u64 {
        let queue = self.queue(server);
        (queue.utilisation() * 1_000.0 + 0.5) as u64
    }

    /// A server's queue, as if its work were exponentially distributed.
    fn queue(&self, server: usize) -> theory::Exponential {
        let settings = &self.settings;
        theory::Exponential {
            arrivals: settings.load.0 as f64 / settings.servers as f64,
            work: self.takes(server, settings.distribution().mean()).as_nanos() as f64 / 1e9,
            workers: settings.workers,
        }
    }

    /// Of users before one worker whose work is exponential, the mean, by Little's law for the whole circle: what is left of
    /// users / throughput after they have thought.
    fn closed(&self) -> Option<Theory> {
        let Settings { users, think, workers, servers, queue, .. } = self.settings;
        let is_exponential = matches!(self.settings.distribution(), Distribution::Exponential { .. });
        if !is_exponential || (workers, servers) != (1, 1) || users > queue as u64 + 1 {
            return None;
        }
        let (think, work) = (think.as_nanos() as f64 / 1e9, self.queue(0).work);
        let throughput = theory::closed_throughput(users as u32, think, work);
        let mean = (users as f64 / throughput - think).max(work);
        Some(Theory { name: format!("M/M/1//{users}"), mean: time(mean), queues: Vec::new() })
    }

    /// The response times in the long run. `None` where no one comes, where more comes to a server than it can do, where
    /// the queue has an end, and where no one has found the formula: several workers whose work is not exponential.
    pub fn theory(&self) -> Option<Theory> {
        let settings = &self.settings;
        if settings.users > 0 {
            return self.closed();
        }
        let queues: Vec<_> = (0..settings.servers).map(|server| self.queue(server)).collect();
        let is_stable = queues.iter().all(|queue| queue.utilisation() < 1.0);
        if settings.load.0 == 0 || !settings.is_endless() || !is_stable {
            return None;
        }
        let mean =
            |of: &dyn Fn(&theory::Exponential) -> f64| time(queues.iter().map(of).sum::<f64>() / queues.len() as f64);
        match settings.distribution() {
            Distribution::Exponential { .. } => {
                let (name, mean) = (format!("M/M/{}", settings.workers), mean(&theory::Exponential::mean));
                Some(Theory { name, mean, queues })
            }
            service if settings.workers == 1 => {
                let second = service.second_moment();
                let mean = mean(&|queue| queue.work + theory::mean_wait(queue.arrivals, queue.work, second));
                Some(Theory { name: "M/G/1".to_owned(), mean, queues: Vec::new() })
            }
            _ => None,
        }
    }
}
