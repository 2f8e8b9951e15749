//! One page view: its calls leave together, and it ends with the last answer.

use std::rc::Rc;

use super::{Event, Point, Tail};
use crate::contract::{Outcome, Probe, Refused};
use crate::service::command::{MAX_REQUESTS, SLICES};
use crate::sim::{Agenda, Time};

/// So many views are told call by call; more are told in parts.
const FEW: u64 = 3;

/// All times are from the beginning of the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub number: u64,
    pub calls: Vec<Call>,
    /// How far it has come.
    pub passed: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// How long the first attempt takes, or would take.
    pub first: Time,
    /// When it was sent again, and when that attempt answers.
    pub again: Option<(Time, Time)>,
    /// When the first answer came.
    pub answered: Option<Time>,
}

enum Due {
    Answer(usize),
    /// Whoever has no answer by now is sent again.
    Hedge,
}

impl Tail {
    pub(super) fn view_many(&mut self, times: u64, probe: &mut impl Probe<Tail>) -> Result<Outcome, Refused> {
        let calls = self.settings.calls as u64;
        if times * calls > MAX_REQUESTS {
            return Err(Refused::new(format!(
                "{times} views with {calls} calls each are {} calls; one command makes at most {MAX_REQUESTS}, so that \
                 the page stays quick: `view {}`, and again",
                times * calls,
                MAX_REQUESTS / calls
            )));
        }
        let told = times <= FEW;
        let mut left = times;
        for part in 0..SLICES.min(times) {
            let views = left / (SLICES.min(times) - part);
            left -= views;
            let slow = (0..views).filter(|_| self.view_once(told, probe)).count() as u64;
            if !told {
                let point = *self.point();
                let (theory, formula) = (self.settings.theory_of_billion(), self.settings.formula());
                let (all, all_slow) = (point.views, point.slow);
                probe.step(|| Event::Viewed { views, slow, all, all_slow, formula, theory }, self);
            }
        }
        Ok(Outcome::Done)
    }

    /// Whether it was slow.
    fn view_once(&mut self, told: bool, probe: &mut impl Probe<Tail>) -> bool {
        let settings = self.settings;
        let mut agenda = Agenda::new();
        let mut calls = Vec::with_capacity(settings.calls);
        for place in 0..settings.calls {
            let first = self.draw();
            agenda.plan(first, Due::Answer(place));
            calls.push(Call { first, again: None, answered: None });
        }
        if let Some(after) = settings.hedged() {
            agenda.plan(after, Due::Hedge);
        }
        self.views += 1;
        self.attempts += settings.calls as u64;
        let (view, began) = (self.views, self.now);
        self.view = Some(Rc::new(View { number: view, calls, passed: Time::ZERO }));
        if told {
            probe.step(|| Event::Sent { view, calls: settings.calls }, self);
        }
        let mut open = settings.calls;
        // Answers that come at the same moment are one step.
        let mut answers = 0;
        while open > 0 {
            let (at, due) = agenda.pop_until(FOREVER).expect("every call is answered");
            self.now = began + at;
            let view = Rc::make_mut(self.view.as_mut().expect("a view is going on"));
            view.passed = at;
            match due {
                Due::Answer(place) => {
                    // The slower of two attempts is not waited for.
                    let call = &mut view.calls[place];
                    if call.answered.is_none() {
                        call.answered = Some(at);
                        self.call_times.record(at);
                        (open, answers) = (open - 1, answers + 1);
                    }
                }
                Due::Hedge => self.hedge(at, &mut agenda, told, probe),
            }
            if told && answers > 0 && open > 0 && agenda.next_at() != Some(at) {
                probe.step(|| Event::Answered { answers, after: at, open }, self);
                answers = 0;
            }
        }
        let took = self.now - began;
        let slow = took >= settings.slow;
        self.page_times.record(took);
        let point = self.point();
        point.views += 1;
        point.slow += u64::from(slow);
        if told {
            let calls = self.view.iter().flat_map(|view| &view.calls);
            let sooner = calls.filter(|call| call.answered.is_some_and(|at| at < took)).count();
            probe.step(|| Event::Finished { view, took, slow, calls: settings.calls, sooner }, self);
        }
        slow
    }

    /// Sends all calls again that have no answer at `at`.
    fn hedge(&mut self, at: Time, agenda: &mut Agenda<Due>, told: bool, probe: &mut impl Probe<Tail>) {
        let mut sent = 0;
        for place in 0..self.settings.calls {
            let view = self.view.as_ref().expect("a view is going on");
            if view.calls[place].answered.is_some() {
                continue;
            }
            let answer = at + self.draw();
            let view = Rc::make_mut(self.view.as_mut().expect("a view is going on"));
            view.calls[place].again = Some((at, answer));
            agenda.plan(answer, Due::Answer(place));
            sent += 1;
        }
        self.attempts += sent as u64;
        self.hedges += sent as u64;
        if told && sent > 0 {
            probe.step(|| Event::Hedged { calls: sent, after: at }, self);
        }
    }

    /// How long an attempt will take.
    fn draw(&mut self) -> Time {
        self.settings.draw(&mut self.chance)
    }

    /// Where the views of the present settings are counted.
    fn point(&mut self) -> &mut Point {
        let (calls, hedge) = (self.settings.calls, self.settings.hedged());
        let points = Rc::make_mut(&mut self.points);
        let place = points.partition_point(|point| (point.hedge, point.calls) < (hedge, calls));
        if points.get(place).is_none_or(|point| (point.hedge, point.calls) != (hedge, calls)) {
            points.insert(place, Point { calls, hedge, views: 0, slow: 0 });
        }
        &mut points[place]
    }
}

/// Later than any answer.
const FOREVER: Time = Time::from_nanos(u64::MAX);
