//! What tests of all engines need.

use crate::contract::{Engine, Outcome, Probe};
use crate::form::Parameters;
use crate::language::{Words, statements};

/// A new engine with these parameters.
pub fn opened<E: Engine>(parameters: &[(&str, &str)]) -> E {
    E::open(&Parameters::new(E::PARAMETERS, parameters.iter().copied()).unwrap()).unwrap()
}

/// The commands of a script.
pub fn commands<E: Engine>(script: &str) -> Vec<E::Command> {
    let unfolded = statements(script).unwrap().into_iter().flat_map(|each| each.unfold().unwrap());
    unfolded.map(|one| E::parse(&mut Words::new(&one)).unwrap_or_else(|bad| panic!("{bad}"))).collect()
}

/// An engine with these parameters, after a script, and what each command came to.
pub fn run<E: Engine>(parameters: &[(&str, &str)], script: &str) -> (E, Vec<Outcome>) {
    let mut engine = opened(parameters);
    let outcomes = go_on(&mut engine, script, &mut ());
    (engine, outcomes)
}

/// More of a script.
pub fn go_on<E: Engine>(engine: &mut E, script: &str, probe: &mut impl Probe<E>) -> Vec<Outcome> {
    commands::<E>(script).iter().map(|one| engine.execute(one, probe)).collect()
}

/// The value of a counter.
pub fn counter<E: Engine>(engine: &E, name: &str) -> u64 {
    let found = engine.counters().into_iter().find(|counter| counter.name == name);
    found.unwrap_or_else(|| panic!("there is no counter {name}")).value
}

/// More of a script: all that is told of it, and what its last command came to.
pub fn told<E: Engine>(engine: &mut E, script: &str) -> (String, Outcome) {
    struct Told(Vec<String>);
    impl<E: Engine> Probe<E> for Told {
        fn step(&mut self, event: impl FnOnce() -> E::Event, _: &E) {
            self.0.push(event().to_string());
        }
    }
    let mut told = Told(Vec::new());
    let outcomes = go_on(engine, script, &mut told);
    (told.0.join("\n"), outcomes.last().expect("a command").clone())
}
