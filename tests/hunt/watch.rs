//! A run watched from outside: when each call began and ended, in the order of the steps.

use stepwise::engine::language::statements;
use stepwise::engine::{Engine, Outcome, Parameters, Probe, Words};

/// A call's place in time, in half steps: what ends in a step ends after all that begins in it, so that no order is claimed
/// that nobody could have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub began: u32,
    pub ended: Option<u32>,
}

impl Span {
    /// Whether this call had ended before the other began.
    pub fn is_before(self, other: Span) -> bool {
        self.ended.is_some_and(|ended| ended < other.began)
    }
}

/// Looks at the engine after each step. `look` tells for each call, in the order in which they began, whether it has ended.
pub struct Watcher<E, F> {
    look: F,
    step: u32,
    pub spans: Vec<Span>,
    /// Called at each step, for what a protocol wants to see besides.
    pub also: Box<dyn FnMut(&E)>,
}

impl<E: Engine, F: Fn(&E) -> Vec<bool>> Watcher<E, F> {
    pub fn new(look: F) -> Watcher<E, F> {
        Watcher { look, step: 0, spans: Vec::new(), also: Box::new(|_| {}) }
    }

    /// Runs a script from the beginning. Every command of it can be read; it may be refused.
    pub fn run(&mut self, parameters: &[(&str, String)], script: &str) -> (E, Vec<Outcome>) {
        let given = parameters.iter().map(|(name, value)| (*name, value.as_str()));
        let parameters = Parameters::new(E::PARAMETERS, given).unwrap_or_else(|bad| panic!("{bad}"));
        let mut engine = E::open(&parameters).unwrap_or_else(|bad| panic!("{bad}"));
        let mut outcomes = Vec::new();
        for statement in statements(script).unwrap_or_else(|bad| panic!("{bad}")) {
            let command = E::parse(&mut Words::new(&statement)).unwrap_or_else(|bad| panic!("{bad}\n{script}"));
            outcomes.push(engine.execute(&command, self));
        }
        (engine, outcomes)
    }
}

impl<E: Engine, F: Fn(&E) -> Vec<bool>> Probe<E> for Watcher<E, F> {
    fn step(&mut self, _: impl FnOnce() -> E::Event, engine: &E) {
        self.step += 1;
        for (place, has_ended) in (self.look)(engine).into_iter().enumerate() {
            if place == self.spans.len() {
                self.spans.push(Span { began: 2 * self.step, ended: None });
            }
            let span = &mut self.spans[place];
            if has_ended && span.ended.is_none() {
                span.ended = Some(2 * self.step + 1);
            }
        }
        (self.also)(engine);
    }
}
