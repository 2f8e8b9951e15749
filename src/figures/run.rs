//! One player plays all figures: [`Run`] is what it knows of them, whatever their engine.

mod decisions;
mod writing;

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use super::moment::{CommandMark, Growth, Moment, opening};
use super::{About, Entry, Fault, diagram::Diagram};
use crate::engine::{BadCommand, CommandForm, Counter, Dump, Parameter, Parameters};
use crate::scene::{Breadth, Scene};
use crate::spec::View;
use crate::timeline::{Address, Full, Position, Recording};

/// A recorded run of some figure.
pub struct Run {
    entry: &'static Entry,
    recording: Recording,
    parameters: Parameters,
    told: Told,
}

/// What is asked for at every step and only changes with the run.
#[derive(Default)]
struct Told {
    script: OnceCell<Rc<[String]>>,
    growth: OnceCell<Rc<Growth>>,
    diagram: OnceCell<Option<Diagram>>,
    heights: [OnceCell<f32>; 2],
}

impl Run {
    pub(super) fn new(entry: &'static Entry, recording: Recording, parameters: Parameters) -> Run {
        Run { entry, recording, parameters, told: Told::default() }
    }

    pub fn about(&self) -> &'static About {
        &self.entry.about
    }

    /// Its line in the catalogue.
    pub fn entry(&self) -> &'static Entry {
        self.entry
    }

    /// The values that its engine was opened with.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The parameters that its engine has.
    pub fn declared(&self) -> &'static [Parameter] {
        self.entry.parameters
    }

    pub fn forms(&self) -> &'static [CommandForm] {
        self.entry.commands
    }

    /// The greatest index; 0 is the opening.
    pub fn last(&self) -> usize {
        self.recording.last()
    }

    pub fn position(&self, index: usize) -> Position {
        self.recording.position(index)
    }

    /// The index of an address, or the nearest there is.
    pub fn index(&self, address: impl Into<Address>) -> usize {
        self.recording.index(address)
    }

    /// Whether there is a step of exactly that address.
    pub fn has(&self, address: Address) -> bool {
        self.recording.has(address)
    }

    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.recording.entries().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many statements were typed up to that command: a range makes many commands of one.
    pub fn typed(&self, command: usize) -> usize {
        self.recording.typed(command)
    }

    /// The indices of the steps of a command; the first command is 0.
    pub fn range(&self, command: usize) -> Range<usize> {
        self.recording.range(command)
    }

    /// What happened at a step.
    pub fn moment(&self, index: usize) -> Moment {
        let position = self.recording.position(index);
        let Some(step) = self.recording.step(index) else {
            return Moment {
                position,
                command: String::new(),
                event: "",
                narration: opening(self.recording.entries().len()),
                source: None,
                outcome: None,
            };
        };
        let entry = &self.recording.entries()[position.command - 1];
        let is_last = position.step == entry.steps.len() && !entry.interrupted;
        Moment {
            position,
            command: entry.command.to_string(),
            event: step.event.called(),
            narration: step.event.to_string(),
            source: Some(step.source),
            outcome: is_last.then(|| entry.outcome.clone()),
        }
    }

    /// The commands of the run, in order.
    pub fn commands(&self) -> Vec<CommandMark> {
        let entries = self.recording.entries().iter().enumerate();
        let marks = entries.map(|(place, entry)| {
            let range = self.recording.range(place);
            CommandMark {
                text: entry.command.to_string(),
                first: range.start,
                last: range.end - 1,
                outcome: entry.outcome.clone(),
                interrupted: entry.interrupted,
            }
        });
        marks.collect()
    }

    /// The picture of a step, in one view or the other. Both have the same size, and a figure without a space-time
    /// diagram is drawn as it is.
    pub fn view(&self, view: View, index: usize, breadth: Breadth) -> Scene {
        // Made only for those who look at it: it reads the whole run.
        let diagram = if view == View::Time { self.diagram() } else { None };
        match diagram {
            Some(diagram) => diagram.scene(index, breadth, self.scene(0, breadth).height),
            None => self.scene(index, breadth),
        }
    }

    /// Whether there is a space-time diagram.
    pub fn has_diagram(&self) -> bool {
        (self.entry.cluster)(self.recording.state(0)).is_some()
    }

    pub fn diagram(&self) -> Option<&Diagram> {
        let made = self.told.diagram.get_or_init(|| {
            let see = |index| (self.entry.cluster)(self.recording.state(index));
            let told = |index| {
                let moment = self.moment(index);
                let command = if moment.position.step == 1 { moment.command } else { String::new() };
                (command, moment.narration)
            };
            Diagram::new(&self.recording, &see, &told)
        });
        made.as_ref()
    }

    pub fn scene(&self, index: usize, breadth: Breadth) -> Scene {
        let event = self.recording.step(index).map(|step| &*step.event);
        let height = self.height(breadth);
        let mut scene = (self.entry.draw)(self.recording.state(index), event, breadth, height);
        scene.height = scene.height.max(height);
        scene
    }

    /// What the step asks for that needs most: known before the first is shown, so that nothing jumps.
    fn height(&self, breadth: Breadth) -> f32 {
        let of = |index| (self.entry.height)(self.recording.state(index), breadth);
        let greatest = || (0..=self.last()).filter_map(of).fold(0.0, f32::max);
        *self.told.heights[usize::from(breadth == Breadth::Narrow)].get_or_init(greatest)
    }

    /// What can be broken at that step, the worst first.
    pub fn faults(&self, index: usize) -> Vec<Fault> {
        (self.entry.faults)(self.recording.state(index))
    }

    pub fn counters(&self, index: usize) -> Vec<Counter> {
        self.recording.state(index).counted()
    }

    pub fn growth(&self) -> &Rc<Growth> {
        self.told.growth.get_or_init(|| {
            let steps: Vec<_> = (0..=self.last()).map(|index| self.counters(index)).collect();
            let places = 0..steps[0].len();
            let values = places.clone().map(|place| steps.iter().map(|counters| counters[place].value).collect());
            Rc::new(Growth { values: values.collect(), names: places.map(|place| steps[0][place].name).collect() })
        })
    }

    /// The whole state for a program; the page has no use for it, and is spared its weight.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn state(&self, index: usize) -> serde_json::Value {
        self.recording.state(index).spelled()
    }

    /// The bytes behind the shape of that key at that step, explained.
    pub fn dump(&self, index: usize, key: &str) -> Option<Dump> {
        (self.entry.dump)(self.recording.state(index), key)
    }

    /// Carries out a script at the end; returns the index of its first step.
    pub fn extend(&mut self, script: &str) -> Result<usize, BadCommand> {
        panic_if_asked(script);
        self.told = Told::default();
        self.recording.extend(script)
    }

    /// Carries out a script at a step and drops what came after; returns the index of its first step.
    pub fn fork(&mut self, index: usize, script: &str) -> Result<usize, BadCommand> {
        panic_if_asked(script);
        self.told = Told::default();
        self.recording.fork(index, script)
    }

    /// Takes the last fork back; returns the index that it was made at.
    pub fn undo(&mut self) -> Option<usize> {
        self.told = Told::default();
        self.recording.undo()
    }

    pub fn can_undo(&self) -> bool {
        self.recording.can_undo()
    }

    /// What has ended the run before its script was over.
    pub fn full(&self) -> Option<Full> {
        self.recording.full()
    }

    /// A script that makes this very run again, a statement each.
    pub fn script(&self) -> &Rc<[String]> {
        self.told.script.get_or_init(|| self.recording.script().into())
    }
}

/// A bug to order, so that the browser tests can see a figure fall and get up again.
fn panic_if_asked(script: &str) {
    if cfg!(feature = "panic-for-tests") && script.split_whitespace().next_back() == Some("panic!") {
        panic!("this panic was asked for");
    }
}
