//! What theory says of queues, for comparison with what was simulated.
//!
//! All is for the long run: a queue that has been left alone until it no longer remembers how it began. Times are in
//! seconds, rates in requests a second. The names M/M/c and M/G/1 are Kendall's: how requests come (M, at random), how
//! long the work on one takes (M, exponentially distributed; G, any distribution), and how many workers there are.

/// M/M/c: any number of workers before whom one queue stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    /// Requests a second.
    pub arrivals: f64,
    /// The mean work on one.
    pub work: f64,
    pub workers: usize,
}

impl Exponential {
    /// The share of the workers' time that is asked for; from 1 on, the queue grows without bound.
    pub fn utilisation(&self) -> f64 {
        self.arrivals * self.work / self.workers as f64
    }

    /// Erlang's C: the share of requests that find all workers busy.
    pub fn waits(&self) -> f64 {
        let offered = self.arrivals * self.work;
        // Erlang's B, the share that would be lost without a queue, by its recursion from no worker to all.
        let blocked = (1..=self.workers).fold(1.0, |blocked, workers| {
            let busy = offered * blocked;
            busy / (workers as f64 + busy)
        });
        let utilisation = self.utilisation();
        blocked / (1.0 - utilisation * (1.0 - blocked))
    }

    /// The mean response time: the work, and the wait of those who wait.
    pub fn mean(&self) -> f64 {
        self.work + self.waits() / (self.workers as f64 / self.work - self.arrivals)
    }

    /// The share of requests that take longer than so many seconds.
    pub fn longer_than(&self, seconds: f64) -> f64 {
        let (rate, waits) = (1.0 / self.work, self.waits());
        // Who waits, waits exponentially at this rate, and is then worked on: the sum of two exponential times.
        let drain = self.workers as f64 * rate - self.arrivals;
        let (worked, drained) = (libm::exp(-rate * seconds), libm::exp(-drain * seconds));
        let both = if (drain - rate).abs() < rate * 1e-9 {
            worked * (1.0 + rate * seconds)
        } else {
            (drain * worked - rate * drained) / (drain - rate)
        };
        (1.0 - waits) * worked + waits * both
    }
}

/// The time that a share of all requests takes at most, of several queues of which each gets as many.
pub fn percentile(queues: &[Exponential], share: f64) -> f64 {
    let longer = |seconds| queues.iter().map(|queue| queue.longer_than(seconds)).sum::<f64>() / queues.len() as f64;
    let mut most = queues.iter().map(Exponential::mean).fold(0.0, f64::max);
    while longer(most) > 1.0 - share {
        most *= 2.0;
    }
    let mut least = 0.0;
    // Each halving is a bit of the answer, and a number has 52.
    for _ in 0..60 {
        let middle = (least + most) / 2.0;
        if longer(middle) > 1.0 - share { least = middle } else { most = middle }
    }
    most
}

/// M/G/1, by Pollaczek and Khinchine: the mean wait before one worker, whatever the work is like. It grows with the
/// second moment of the work (in squares of its mean): what varies makes others wait.
pub fn mean_wait(arrivals: f64, work: f64, second_moment: f64) -> f64 {
    arrivals * work * work * second_moment / (2.0 * (1.0 - arrivals * work))
}

/// The share of pages that are slow, if each makes so many calls and one slow call is enough.
pub fn slow_pages(slow_calls: f64, calls: usize) -> f64 {
    1.0 - libm::pow(1.0 - slow_calls, calls as f64)
}

/// The universal scalability law (Gunther): how many times the work of one machine n machines do.
pub fn scalability(machines: u32, contention: f64, coherence: f64) -> f64 {
    let n = f64::from(machines);
    n / (1.0 + contention * (n - 1.0) + coherence * n * (n - 1.0))
}

/// How often a second so many go round if each is first alone and then needs the one that serves all, as machines need a
/// lock and users who think need a server: a closed network of two stations, by mean value analysis. It is exact where
/// both times are exponentially distributed.
pub fn closed_throughput(many: u32, alone: f64, served: f64) -> f64 {
    let (mut queue, mut throughput) = (0.0, 0.0);
    for others in 0..many {
        // Who comes to be served finds what would be there without itself.
        let response = served * (1.0 + queue);
        throughput = f64::from(others + 1) / (alone + response);
        queue = throughput * response;
    }
    throughput
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-3 * expected.abs(), "{found}, expected {expected}");
    }

    /// Values from tables and from formulas that stand in textbooks on their own.
    #[test]
    fn known_values() {
        // M/M/1: 1 / (mu - lambda), and an exponential response time.
        let one = Exponential { arrivals: 80.0, work: 0.01, workers: 1 };
        near(one.waits(), 0.8);
        near(one.mean(), 0.05);
        near(percentile(&[one], 0.99), 0.05 * libm::log(100.0));
        // Erlang's C for ten workers of whom eight are asked for (a standard entry of its table).
        let ten = Exponential { arrivals: 8.0, work: 1.0, workers: 10 };
        near(ten.waits(), 0.4092);
        // Two workers: C is 2a² / (2 + a) / 2 with a = lambda / mu, here 1.
        near(Exponential { arrivals: 1.0, work: 1.0, workers: 2 }.waits(), 1.0 / 3.0);
        // The rates of work and of the queue's draining are the same here; the formula has a hole there.
        let hole = Exponential { arrivals: 1.0, work: 1.0, workers: 2 };
        let beside = Exponential { arrivals: 1.0 + 1e-6, ..hole };
        near(hole.longer_than(2.0), beside.longer_than(2.0));
        // Pollaczek and Khinchine: exponential work is M/M/1 again; constant work waits half as long.
        near(mean_wait(80.0, 0.01, 2.0), one.mean() - 0.01);
        near(mean_wait(80.0, 0.01, 1.0), (one.mean() - 0.01) / 2.0);
        near(slow_pages(0.01, 100), 0.634);
        near(slow_pages(0.0001, 2_000), 0.1813);
        near(scalability(32, 0.03, 0.002), 8.18);
        // One machine never waits for its own lock, and the lock lets no more through than it can.
        near(closed_throughput(1, 0.009, 0.001), 100.0);
        near(closed_throughput(1_000, 0.009, 0.001), 1_000.0);
        near(closed_throughput(2, 1.0, 1.0), 4.0 / 5.0);
    }

    /// Percentiles and the mean belong to one distribution: the mean is the integral of all that is longer.
    #[test]
    fn the_mean_is_the_area_above_the_distribution() {
        let queue = Exponential { arrivals: 3.2, work: 1.0, workers: 4 };
        let sum: f64 = (0..100_000).map(|part| queue.longer_than((f64::from(part) + 0.5) / 1_000.0) / 1_000.0).sum();
        near(sum, queue.mean());
        near(queue.longer_than(percentile(&[queue], 0.95)), 0.05);
        // Of two queues that each get half, the merged percentile lies between both.
        let slow = Exponential { arrivals: 0.5, work: 1.0, workers: 1 };
        let merged = percentile(&[queue, slow], 0.99);
        assert!(
            percentile(&[queue], 0.99) != merged && merged < percentile(&[queue], 0.99).max(percentile(&[slow], 0.99))
        );
    }
}
