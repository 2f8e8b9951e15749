//! A figure is opened from its spec: whatever can be left out of a wrong one is left out, and told.

use super::{Goal, Loading, Question, Run, find, questions};
use crate::engine::Parameters;
use crate::spec::{BadSpec, FigureSpec};

/// A figure that is ready to be looked at.
pub struct Opened {
    pub run: Run,
    /// The step that it opens at.
    pub index: usize,
    /// What is to be predicted on the way.
    pub questions: Vec<Question>,
    /// What is to be reached, if the spec is an exercise.
    pub goal: Option<Goal>,
    /// What was wrong with the parts of the spec that were left out.
    pub problems: Vec<BadSpec>,
    /// The line of the script that could not be read, counted from 1.
    pub wrong_line: Option<usize>,
}

/// Opens a figure and runs its script. Whatever can be left out of a wrong spec is left out, and told; only a figure
/// that does not exist is refused.
pub fn open(spec: &FigureSpec) -> Result<Opened, BadSpec> {
    open_on(spec, None)
}

/// [`open`], on an engine into which the reader's own rows are written, if there is one that fits the spec.
pub fn open_on(spec: &FigureSpec, loaded: Option<&Loading>) -> Result<Opened, BadSpec> {
    let entry = find(&spec.kind)?;
    let mut problems = Vec::new();
    let mut accepted: Vec<(&str, &str)> = Vec::new();
    for (name, value) in &spec.parameters {
        let pair = (name.as_str(), value.as_str());
        match Parameters::new(entry.parameters, [pair]) {
            Ok(_) => accepted.push(pair),
            Err(mistake) => problems.push(BadSpec(mistake.to_string())),
        }
    }
    let parameters = Parameters::new(entry.parameters, accepted).map_err(|mistake| BadSpec(mistake.to_string()))?;
    // Values that are each right may not fit each other, and what comes before may be wrong: then the defaults, bare.
    let mut run = entry.start(&parameters, loaded, &spec.before).or_else(|mistake| {
        problems.push(mistake);
        let parameters = Parameters::new(entry.parameters, []).map_err(|mistake| BadSpec(mistake.to_string()))?;
        entry.start(&parameters, None, "")
    })?;
    let mut wrong_line = None;
    if let Err(mistake) = run.extend(&spec.run) {
        wrong_line = Some(mistake.place.line);
        problems.push(BadSpec(mistake.to_string()));
    }
    let index = spec.step.map_or(0, |step| run.index(step));
    // A run that has reached its limit says so itself.
    if let Some(step) = spec.step.filter(|step| !run.has(*step) && run.full().is_none()) {
        problems.push(BadSpec(format!("this run has no step {step}; the nearest is {}", run.position(index))));
    }
    let (questions, wrong) = questions(&spec.ask, &run);
    problems.extend(wrong);
    let goal = Goal::new(&spec.goal, &run).unwrap_or_else(|mistake| {
        problems.push(mistake);
        None
    });
    Ok(Opened { run, index, questions, goal, problems, wrong_line })
}
