//! The way of a request: from its user through an app server, the cache and perhaps the database, and back.

use super::component::Name;
use super::dns::Answer;
use super::level::Cause;
use super::{Event, Faults};
use crate::contract::Decided;
use crate::service::breaker::{Admission, State};
use crate::service::shared::At;
use crate::service::{Job, Offer, Running};
use crate::sim::Time;
use crate::sim::distribution::exponential;

/// A user who has no answer by then leaves.
const PATIENCE: Time = Time::from_millis(2_000);
/// How long an app server computes, the cache and the database take, in nanoseconds on average.
const APP: f64 = 20e6;
const CACHE: f64 = 2e6;
const DATABASE: f64 = 20e6;
/// How long it takes to learn that no one is there.
const REFUSAL: Time = Time::from_millis(10);
/// So many times as long does a slow component take.
const SLOW: u64 = 100;
/// One in so many is not in the cache.
const MISSES_ONE_IN: u64 = 10;
/// A job at the database is named by its request and the attempt.
const ATTEMPTS: u64 = 1 << 32;

/// One that is somewhere in an app server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub number: u64,
    pub app: u8,
    /// Its worker; the queue is where it is while it has none.
    pub worker: Option<u8>,
    pub arrived: Time,
    /// How many calls to the database it has made.
    pub calls: u32,
    /// It waits for an answer to the last of them.
    pub waits: bool,
    /// That the breaker let the last of them through, if there was one.
    pub admitted: Option<Admission>,
    /// No one waits for it any more.
    pub left: bool,
}

/// What is going to happen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    /// A worker of an app server has done its own part.
    Worked {
        request: u64,
    },
    CacheDone {
        worker: u8,
        life: u32,
    },
    /// The cache is not there, and the worker has noticed.
    CacheMissed {
        request: u64,
    },
    DatabaseDone {
        worker: u8,
        life: u32,
    },
    TimedOut {
        request: u64,
        call: u32,
    },
    Call {
        request: u64,
    },
    Left {
        request: u64,
    },
    Restart {
        place: u8,
        life: u32,
    },
    Leak {
        place: u8,
        life: u32,
    },
    Tick,
}

/// Places in the list of components.
pub(super) const DNS: usize = 0;
pub(super) const BALANCER: usize = 1;
pub(super) const CACHE_PLACE: usize = 2;
pub(super) const DATABASE_PLACE: usize = 3;
pub(super) const APPS: usize = 4;

impl Faults {
    /// A user asks for something: first for where the service is.
    pub(super) fn arrive(&mut self) -> Option<Decided<Event>> {
        self.arrived += 1;
        let number = self.arrived;
        let answer = self.resolvers.ask(number, self.components[DNS].is_up(), self.settings.ttl, self.now);
        if let Answer::Nothing { first_at } = answer {
            self.level.seen.failed(Cause::NoWayIn);
            let knowing = self.resolvers.know(self.now).into_iter().filter(|knows| *knows).count();
            return first_at.map(|resolver| Decided::new(Event::AnswerExpired { resolver, knowing }));
        }
        if self.components[BALANCER].is_up() {
            self.accept(number);
        } else {
            self.level.seen.failed(Cause::NoWayIn);
        }
        None
    }

    /// The balancer hands a request to an app server.
    fn accept(&mut self, number: u64) {
        let Some(app) = self.choose_app(number) else {
            self.level.seen.failed(Cause::NoServer);
            return;
        };
        let work = self.time_at(APPS + app, APP);
        let request = Request {
            number,
            app: app as u8,
            worker: None,
            arrived: self.now,
            calls: 0,
            waits: false,
            admitted: None,
            left: false,
        };
        match self.components[APPS + app].station.offer(Job { id: number, arrived: self.now, work }, self.now) {
            Offer::Refused => {
                self.totals.shed += 1;
                self.level.seen.failed(Cause::Refused);
            }
            Offer::Queued { .. } => self.take_on(request),
            Offer::Started(running) => {
                self.take_on(request);
                self.start(running);
            }
        }
    }

    /// The app server for a request: one that is up, or, without redundancy, the user's own.
    fn choose_app(&self, number: u64) -> Option<usize> {
        let apps = self.settings.apps;
        let own = (number % apps as u64) as usize;
        let tried = if self.settings.redundancy { apps } else { 1 };
        (0..tried).map(|next| (own + next) % apps).find(|app| self.components[APPS + app].is_up())
    }

    fn take_on(&mut self, request: Request) {
        self.agenda.plan(self.now + PATIENCE, Due::Left { request: request.number });
        self.requests.push(request);
    }

    /// A worker of an app server takes a request from the queue.
    fn start(&mut self, running: Running) {
        if let Some(request) = self.request_mut(running.job.id) {
            request.worker = Some(running.worker as u8);
        }
        self.agenda.plan(running.ends(), Due::Worked { request: running.job.id });
    }

    /// The worker has computed, and asks the cache.
    pub(super) fn ask_cache(&mut self, number: u64) {
        if self.request_mut(number).is_none() {
            return;
        }
        if !self.components[CACHE_PLACE].is_up() {
            self.agenda.plan(self.now + REFUSAL, Due::CacheMissed { request: number });
            return;
        }
        let job = Job { id: number, arrived: self.now, work: self.time_at(CACHE_PLACE, CACHE) };
        match self.components[CACHE_PLACE].station.offer(job, self.now) {
            Offer::Started(running) => self.plan_end(CACHE_PLACE, running),
            Offer::Queued { .. } => {}
            Offer::Refused => self.agenda.plan(self.now + REFUSAL, Due::CacheMissed { request: number }),
        }
    }

    pub(super) fn cache_done(&mut self, worker: usize) -> Option<Decided<Event>> {
        let number = self.finish_at(CACHE_PLACE, worker);
        self.request_mut(number)?;
        if self.chance.one_in(MISSES_ONE_IN) {
            return self.call(number);
        }
        self.answer(number, true);
        None
    }

    /// Calls the database, if the breaker lets it.
    pub(super) fn call(&mut self, number: u64) -> Option<Decided<Event>> {
        let app = usize::from(self.request_mut(number)?.app);
        let (mut tells, mut admitted) = (None, None);
        if self.settings.breaker {
            let (now, component) = (self.now, &mut self.components[APPS + app]);
            let was_open = matches!(component.breaker.state, State::Open { .. });
            admitted = component.breaker.admit(now);
            tells = (was_open && admitted.is_some()).then(|| Decided::new(Event::BreakerTries { app: component.name }));
            if admitted.is_none() {
                self.answer(number, false);
                return None;
            }
        }
        let request = self.request_mut(number)?;
        request.calls += 1;
        request.waits = true;
        request.admitted = admitted;
        let call = request.calls;
        self.totals.retries += u64::from(call > 1);
        let job = Job {
            id: number * ATTEMPTS + u64::from(call),
            arrived: self.now,
            work: self.time_at(DATABASE_PLACE, DATABASE),
        };
        let database = &mut self.components[DATABASE_PLACE];
        let offer = if database.is_up() { database.station.offer(job, self.now) } else { Offer::Refused };
        match offer {
            Offer::Started(running) => self.plan_end(DATABASE_PLACE, running),
            Offer::Queued { .. } => {}
            Offer::Refused => {
                self.agenda.plan(self.now + REFUSAL, Due::TimedOut { request: number, call });
                return tells;
            }
        }
        if let Some(timeout) = self.settings.patience() {
            self.agenda.plan(self.now + timeout, Due::TimedOut { request: number, call });
        }
        tells
    }

    pub(super) fn database_done(&mut self, worker: usize) -> Option<Decided<Event>> {
        let job = self.finish_at(DATABASE_PLACE, worker);
        let (number, call) = (job / ATTEMPTS, job % ATTEMPTS);
        let waits = |request: &&mut Request| request.waits && u64::from(request.calls) == call;
        let Some(request) = self.request_mut(number).filter(waits) else {
            self.totals.wasted += 1;
            return None;
        };
        let (app, left, admitted) = (APPS + usize::from(request.app), request.left, request.admitted);
        self.totals.wasted += u64::from(left);
        let component = &mut self.components[app];
        let closed = admitted.is_some_and(|call| component.breaker.succeeded(call));
        let app = component.name;
        self.answer(number, true);
        closed.then(|| Decided::new(Event::BreakerClosed { app }))
    }

    /// The caller has waited long enough: it tries again, or gives up.
    pub(super) fn timed_out(&mut self, number: u64, call: u32) -> Option<Decided<Event>> {
        let request = self.request_mut(number).filter(|request| request.waits && request.calls == call)?;
        request.waits = false;
        let (component, admitted) = (APPS + usize::from(request.app), request.admitted);
        self.totals.timeouts += 1;
        let breaker = &mut self.components[component].breaker;
        let again = breaker.state == State::HalfOpen;
        let opened = admitted.is_some_and(|call| breaker.failed(call, self.now));
        match self.settings.retry().pause(call, &mut self.chance) {
            Some(pause) if !opened => self.agenda.plan(self.now + pause, Due::Call { request: number }),
            _ => {
                self.answer(number, false);
            }
        }
        opened.then(|| Decided::new(Event::BreakerOpened { app: self.components[component].name, again }))
    }

    /// The user's patience is over.
    pub(super) fn leave(&mut self, number: u64) {
        if let Some(request) = self.request_mut(number) {
            request.left = true;
            self.level.seen.failed(Cause::Waited);
        }
    }

    /// The app server answers, and its worker takes on the next.
    fn answer(&mut self, number: u64, ok: bool) {
        let Some(place) = self.place_of(number) else { return };
        let request = self.requests.remove(place);
        if !request.left {
            self.count(request, ok);
        }
        let worker = usize::from(request.worker.expect("who is answered had a worker"));
        let (_, next) = self.components[APPS + usize::from(request.app)].station.finish(worker, self.now);
        if let Some(running) = next {
            self.start(running);
        }
    }

    fn count(&mut self, request: Request, ok: bool) {
        if ok {
            self.level.seen.ok += 1;
            self.responses.record(self.now - request.arrived);
        } else {
            self.level.seen.failed(Cause::Database);
        }
    }

    /// All that a component had in hand is lost; how many requests of users that were.
    pub(super) fn lose(&mut self, place: usize) -> usize {
        let dropped = self.components[place].end_life();
        if place >= APPS {
            for job in &dropped {
                let Some(at) = self.place_of(job.id) else { continue };
                let request = self.requests.remove(at);
                if !request.left {
                    self.level.seen.failed(Cause::Lost);
                }
            }
            return dropped.len();
        }
        // The callers learn soon that their connection is gone.
        for job in &dropped {
            if place == CACHE_PLACE {
                self.agenda.plan(self.now + REFUSAL, Due::CacheMissed { request: job.id });
                continue;
            }
            let (request, call) = (job.id / ATTEMPTS, (job.id % ATTEMPTS) as u32);
            self.agenda.plan(self.now + REFUSAL, Due::TimedOut { request, call });
        }
        0
    }

    /// The worker of a cache or a database has finished; whose job it was.
    fn finish_at(&mut self, place: usize, worker: usize) -> u64 {
        let (done, next) = self.components[place].station.finish(worker, self.now);
        if let Some(running) = next {
            self.plan_end(place, running);
        }
        done.job.id
    }

    fn plan_end(&mut self, place: usize, running: Running) {
        let (worker, life) = (running.worker as u8, self.components[place].life);
        let due = if self.components[place].name == Name::Cache {
            Due::CacheDone { worker, life }
        } else {
            Due::DatabaseDone { worker, life }
        };
        self.agenda.plan(running.ends(), due);
    }

    fn time_at(&mut self, place: usize, mean: f64) -> Time {
        let time = exponential(mean, &mut self.chance);
        if self.components[place].slow { Time::from_nanos(time.as_nanos() * SLOW) } else { time }
    }

    fn place_of(&self, number: u64) -> Option<At> {
        self.requests.find(number, |request| request.number)
    }

    fn request_mut(&mut self, number: u64) -> Option<&mut Request> {
        let place = self.place_of(number)?;
        Some(self.requests.get_mut(place))
    }
}
