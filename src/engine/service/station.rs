//! A queue and its workers: whoever comes takes a free worker, or waits behind all who came before.
//!
//! The queue is first come, first served, and that is the cause of *head-of-line blocking*: a request that needs a
//! millisecond waits for the slow ones before it, and its user sees waiting time, not work.
//!
//! A station does not know the time that anything ends at, beyond telling it: whoever runs it puts the end of each
//! [`Running`] down in an agenda, and calls [`Station::finish`] when it comes.

use super::Shared;
use crate::sim::Time;

/// One request at a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The caller's name for it.
    pub id: u64,
    /// When it came to this station.
    pub arrived: Time,
    /// How long a worker will be busy with it.
    pub work: Time,
}

/// A job in the hands of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    pub job: Job,
    pub worker: usize,
    pub started: Time,
}

impl Running {
    pub fn ends(&self) -> Time {
        self.started + self.job.work
    }

    /// How long it stood in the queue.
    pub fn waited(&self) -> Time {
        self.started - self.job.arrived
    }

    /// How long it will have been here in all.
    pub fn response(&self) -> Time {
        self.ends() - self.job.arrived
    }
}

/// One slow job before another that needs much less: head-of-line blocking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The slow job.
    pub by: u64,
    /// How long a worker is still busy, or will be, with it.
    pub still: Time,
    /// How much sooner the other would begin if the slow job needed no more work than itself.
    pub costs: Time,
}

/// What became of a job that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A worker was free: put down its end.
    Started(Running),
    /// So many are before it in the queue.
    Queued { ahead: usize },
    /// The queue is full.
    Refused,
}

#[derive(Clone, Debug)]
pub struct Station {
    /// In order, each with what it does. Those that are to go, and still have something to do, stand last.
    pub workers: Vec<Option<Running>>,
    /// How many of them take on new work.
    hired: usize,
    /// Who waits, the first in line first.
    pub queue: Shared<Job>,
    /// How many may wait.
    pub limit: usize,
}

impl Station {
    /// A station with so many workers and room for `limit` in its queue.
    pub fn new(workers: usize, limit: usize) -> Station {
        Station { workers: vec![None; workers], hired: workers, queue: Shared::new(), limit }
    }

    /// Takes a job on, where there is room.
    pub fn offer(&mut self, job: Job, now: Time) -> Offer {
        if let Some(worker) = self.free_worker() {
            return Offer::Started(self.start(job, worker, now));
        }
        let ahead = self.queue.len;
        if ahead >= self.limit {
            return Offer::Refused;
        }
        self.queue.push(job);
        Offer::Queued { ahead }
    }

    /// The job of a worker is done; the next one in the queue starts, and its end is to be put down. Panics where the
    /// worker has nothing: an end that was put down before a [`Station::clear`] must not be carried out.
    pub fn finish(&mut self, worker: usize, now: Time) -> (Running, Option<Running>) {
        let done = self.workers[worker].take().expect("a worker that finishes had something to do");
        while self.workers.len() > self.hired && self.workers.last().is_some_and(Option::is_none) {
            self.workers.pop();
        }
        let next = (worker < self.hired).then(|| self.queue.pop_first()).flatten();
        (done, next.map(|job| self.start(job, worker, now)))
    }

    /// From now on, so many workers. New ones take on who waits: their ends are to be put down. Those too many finish
    /// what they have, and take on no more.
    pub fn set_workers(&mut self, workers: usize, now: Time) -> Vec<Running> {
        let busy = self.workers.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        self.hired = workers;
        self.workers.resize(workers.max(busy), None);
        let mut started = Vec::new();
        while let Some(worker) = self.free_worker() {
            let Some(job) = self.queue.pop_first() else { break };
            started.push(self.start(job, worker, now));
        }
        started
    }

    /// Whether a job that needs `work`, with the first `ahead` of the queue before it, waits for one slow job: whether it
    /// would begin sooner by at least its own work if that job needed as little as itself. Where several workers go on
    /// beside the slow job, it may hold up no one.
    pub fn blocked(&self, ahead: usize, work: Time, now: Time) -> Option<Blocked> {
        let running = self.workers.iter().flatten().map(|running| (running.job.id, running.ends() - now));
        let before = running.chain(self.queue.iter().take(ahead).map(|job| (job.id, job.work)));
        let (by, still) = before.max_by_key(|(_, still)| *still)?;
        let as_it_is = self.begins(ahead, now, |_, still| still);
        let otherwise = self.begins(ahead, now, |id, still| if id == by { still.min(work) } else { still });
        let costs = as_it_is - otherwise;
        (costs >= work && costs > Time::ZERO).then_some(Blocked { by, still, costs })
    }

    /// In how long a job begins that has the first `ahead` of the queue before it, if each of them needs what `needs`
    /// makes of what is left of it.
    fn begins(&self, ahead: usize, now: Time, needs: impl Fn(u64, Time) -> Time) -> Time {
        let mut free: Vec<Time> = self
            .workers
            .iter()
            .take(self.hired)
            .map(|worker| worker.map_or(Time::ZERO, |running| needs(running.job.id, running.ends() - now)))
            .collect();
        let first = |free: &[Time]| (0..free.len()).min_by_key(|place| free[*place]).expect("a station has workers");
        for job in self.queue.iter().take(ahead) {
            let place = first(&free);
            free[place] += needs(job.id, job.work);
        }
        free[first(&free)]
    }

    fn free_worker(&self) -> Option<usize> {
        self.workers.iter().take(self.hired).position(Option::is_none)
    }

    fn start(&mut self, job: Job, worker: usize, now: Time) -> Running {
        let running = Running { job, worker, started: now };
        self.workers[worker] = Some(running);
        running
    }

    /// Drops all jobs, as a crash does; gives them back.
    pub fn clear(&mut self) -> Vec<Job> {
        let mut dropped: Vec<Job> = self.workers.iter_mut().filter_map(Option::take).map(|it| it.job).collect();
        dropped.extend(self.queue.take());
        dropped
    }

    /// From now on, so many may wait; who waits already stays.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub fn busy(&self) -> usize {
        self.workers.iter().flatten().count()
    }

    /// Whether no one is here.
    pub fn is_idle(&self) -> bool {
        self.busy() == 0 && self.queue.is_empty()
    }
}
