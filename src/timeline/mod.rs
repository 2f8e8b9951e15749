//! A run, recorded: what each command did, step by step, with a photograph of the engine at each.
//!
//! Going back is a smaller index. A new command at an earlier step forks the run: the future is dropped (and can be had
//! back by [`Recording::undo`]), and a command that stood in the middle is either completed, or, where the new command
//! may follow a cut, ends at that very step: so the plug is pulled between two writes.

mod machine;
mod position;
mod recorder;

pub use machine::{Happened, Machine, own};
pub use position::{Address, BadAddress, Position};
pub use recorder::{Made, Room, SourceLine, Step};

use std::ops::Range;
use std::rc::Rc;

use crate::engine::language::{self, BadCommand, MAX_COMMANDS, Overruled, Place, Statement, Words};
use crate::engine::{Outcome, data};
use machine::{Asked, Performed};

/// A run has no more steps than this: a reader can walk through them, a page can hold them, and a scrubber can tell
/// them apart. Longer runs are for `before`, which is not recorded.
pub const MAX_STEPS: usize = 2_000;
/// Nor do its photographs take up more bytes: a page has little memory, and a telephone less. It is counted in what engines
/// say of themselves ([`crate::engine::Engine::weight`]), and so a run ends at the same step on every machine.
pub const MAX_BYTES: u64 = 160 << 20;
/// The text of all commands of a script, ranges unfolded, is no longer.
const MAX_UNFOLDED: usize = 8 << 20;
/// So many rows of a reader's file are read as commands at a time.
const ROWS_AT_ONCE: usize = 500;
/// How many forks can be taken back.
const MAX_UNDO: usize = 20;

/// A recorded run. Index 0 is the opening, before any command; every further index is a step.
#[derive(Clone)]
pub struct Recording {
    opening: Rc<dyn Machine>,
    entries: Vec<Entry>,
    /// For each entry, the index of its last step.
    ends: Vec<usize>,
    undo: Vec<Undo>,
    full: Option<Full>,
}

/// What a run has no more room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    Steps,
    Bytes,
}

/// One command that was carried out.
#[derive(Clone)]
pub struct Entry {
    pub command: Rc<dyn Asked>,
    pub steps: Vec<Step>,
    pub outcome: Outcome,
    /// The command was cut short after its last step here.
    pub interrupted: bool,
    /// What was decided on the way.
    pub decisions: Vec<Made>,
    /// Where it was told to decide otherwise.
    overruled: Vec<Overruled>,
    after: Rc<dyn Machine>,
    origin: Rc<Origin>,
}

/// The statement that a command comes from: a range makes many commands of one.
struct Origin {
    text: String,
    commands: usize,
}

/// A command read, but not carried out yet.
struct Planned {
    command: Rc<dyn Asked>,
    cut: Option<usize>,
    overruled: Vec<Overruled>,
    place: Place,
    origin: Rc<Origin>,
}

#[derive(Clone)]
struct Undo {
    /// How many entries come from before the fork, the last of them perhaps cut by it.
    kept: usize,
    /// The entries from there on as they were, with the one that was cut.
    entries: Vec<Entry>,
    index: usize,
    full: Option<Full>,
}

impl Recording {
    /// A run that begins with `opening`, after `before` was carried out on it without being recorded.
    pub fn new(mut opening: Box<dyn Machine>, before: &str) -> Result<Recording, BadCommand> {
        for planned in plan(&*opening, before)? {
            if planned.cut.is_some() {
                return Err(BadCommand {
                    place: planned.place,
                    problem: "`@` in `before`, whose steps aren't recorded".to_owned(),
                    accepted: "whole commands".to_owned(),
                });
            }
            opening.perform(&*planned.command, &planned.overruled, Room::NONE);
        }
        Ok(Recording { opening: opening.into(), entries: Vec::new(), ends: Vec::new(), undo: Vec::new(), full: None })
    }

    /// Carries out `script` at the end of the run; returns the index of its first step. A mistake anywhere in it leaves
    /// the run as it is.
    pub fn extend(&mut self, script: &str) -> Result<usize, BadCommand> {
        let plan = plan(&*self.opening, script)?;
        self.check(&plan, self.entries.len(), self.ends_in_a_cut())?;
        let first = self.last() + 1;
        self.carry_out(plan);
        Ok(first.min(self.last()))
    }

    /// Carries out `script` at the step `index`, dropping what came after; returns the index of its first step.
    pub fn fork(&mut self, index: usize, script: &str) -> Result<usize, BadCommand> {
        assert!(index <= self.last(), "a fork begins at a step of the run");
        let plan = plan(&*self.opening, script)?;
        let Some(first) = plan.first() else { return Ok(index) };
        let at = self.position(index);
        let in_the_middle = index > 0 && index < self.ends[at.command - 1];
        let cuts = in_the_middle && self.opening.may_be_cut_by(&*first.command);
        let after_a_cut = at.command > 0 && !cuts && self.entries[at.command - 1].interrupted;
        self.check(&plan, at.command, after_a_cut)?;

        let changed_from = if cuts { at.command - 1 } else { at.command };
        self.undo.push(Undo {
            kept: changed_from,
            entries: self.entries[changed_from..].to_vec(),
            index,
            full: self.full,
        });
        let weight = |undo: &Undo| undo.entries.iter().map(Entry::weight).sum::<u64>();
        while self.undo.len() > MAX_UNDO || self.undo.len() > 1 && self.undo.iter().map(weight).sum::<u64>() > MAX_BYTES
        {
            self.undo.remove(0);
        }
        self.truncate(at.command);
        if cuts {
            self.entries[at.command - 1].cut(at.step);
            self.ends[at.command - 1] = index;
        }
        self.full = None;
        let first = self.last() + 1;
        self.carry_out(plan);
        Ok(first.min(self.last()))
    }

    /// Takes the last fork back; returns the index that it was made at.
    pub fn undo(&mut self) -> Option<usize> {
        let undo = self.undo.pop()?;
        self.truncate(undo.kept);
        for entry in undo.entries {
            self.push(entry);
        }
        self.full = undo.full;
        Some(undo.index)
    }

    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// The greatest index.
    pub fn last(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// What has ended the run before its script was over: [`MAX_STEPS`] or [`MAX_BYTES`].
    pub fn full(&self) -> Option<Full> {
        self.full
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The indices of the steps of an entry.
    pub fn range(&self, entry: usize) -> Range<usize> {
        let first = if entry == 0 { 1 } else { self.ends[entry - 1] + 1 };
        first..self.ends[entry] + 1
    }

    /// The engine as it was at a step.
    pub fn state(&self, index: usize) -> &dyn Machine {
        &**self.step(index).map_or(&self.opening, |step| &step.state)
    }

    /// What happened at a step; nothing at the opening.
    pub fn step(&self, index: usize) -> Option<&Step> {
        let at = self.position(index);
        (at.command > 0).then(|| &self.entries[at.command - 1].steps[at.step - 1])
    }

    /// The address of a step.
    pub fn position(&self, index: usize) -> Position {
        let entry = self.ends.partition_point(|end| *end < index);
        if index == 0 || entry == self.ends.len() {
            assert!(index == 0, "there is no step {index}");
            return Position::OPENING;
        }
        Position { command: entry + 1, step: index - self.range(entry).start + 1 }
    }

    /// The index of an address, or the nearest there is.
    pub fn index(&self, address: impl Into<Address>) -> usize {
        let address = address.into();
        if address.command() == 0 {
            return 0;
        }
        if address.command() > self.entries.len() {
            return self.last();
        }
        let range = self.range(address.command() - 1);
        match address {
            Address::Step(position) => (range.start + position.step - 1).min(range.end - 1),
            Address::EndOf(_) => range.end - 1,
        }
    }

    /// Whether there is a step of exactly that address.
    pub fn has(&self, address: Address) -> bool {
        match address {
            Address::Step(position) => self.position(self.index(position)) == position,
            Address::EndOf(command) => command <= self.entries.len(),
        }
    }

    /// Of how many statements the commands up to that one come.
    pub fn typed(&self, command: usize) -> usize {
        let same = |pair: &[Entry]| Rc::ptr_eq(&pair[0].origin, &pair[1].origin);
        1 + self.entries[..=command].windows(2).filter(|pair| !same(pair)).count()
    }

    /// What was decided in the run, in order: the index of the step before each, and the decision.
    pub fn decisions(&self) -> impl Iterator<Item = (usize, &Made)> {
        let entries = self.entries.iter().enumerate();
        entries.flat_map(|(place, entry)| {
            let first = self.range(place).start;
            entry.decisions.iter().map(move |made| (first - 1 + made.after, made))
        })
    }

    /// Carries out again the command that decides just after the step `index`, and what came after it: that decision goes
    /// another way, and a later one of the same command is the engine's own. Returns the index of the step before it.
    pub fn overrule(&mut self, index: usize, overruled: Overruled) -> Result<usize, BadCommand> {
        let entry = self.position(index + 1).command - 1;
        let mut again = self.entries[entry..].to_vec();
        again[0].overruled.retain(|each| each.decision < overruled.decision);
        again[0].overruled.push(overruled);
        self.fork(self.range(entry).start - 1, &script(&again).join("; "))?;
        Ok(index)
    }

    /// A script that makes this very run again, a statement each.
    pub fn script(&self) -> Vec<String> {
        script(&self.entries)
    }
    fn ends_in_a_cut(&self) -> bool {
        self.entries.last().is_some_and(|entry| entry.interrupted)
    }

    /// That the plan fits after `kept` entries, the last of them cut or not.
    fn check(&self, plan: &[Planned], kept: usize, mut after_a_cut: bool) -> Result<(), BadCommand> {
        for (place, planned) in plan.iter().enumerate() {
            if after_a_cut && !self.opening.may_be_cut_by(&*planned.command) {
                return Err(BadCommand {
                    place: planned.place,
                    problem: format!("`{}` after a command that was cut short", planned.command),
                    accepted: "crash".to_owned(),
                });
            }
            if kept + place >= MAX_COMMANDS {
                return Err(BadCommand {
                    place: planned.place,
                    problem: "the run has too many commands".to_owned(),
                    accepted: format!("at most {MAX_COMMANDS}"),
                });
            }
            after_a_cut = planned.cut.is_some();
        }
        Ok(())
    }

    fn carry_out(&mut self, plan: Vec<Planned>) {
        let mut weight: u64 = self.entries.iter().map(Entry::weight).sum();
        for planned in plan {
            let room = Room { steps: MAX_STEPS - self.last(), bytes: MAX_BYTES.saturating_sub(weight) };
            if let Some(full) = Full::of(room) {
                self.full = Some(full);
                return;
            }
            // A cut that was asked for at the end of a command whose steps turn out fewer cuts nothing; the next
            // command was checked as if it had, and holds in either case.
            let limit = planned.cut.unwrap_or(room.steps).min(room.steps);
            let mut engine = self.entries.last().map_or(&self.opening, |entry| &entry.after).photograph();
            let Performed { steps, overflowed, decisions, outcome } =
                engine.perform(&*planned.command, &planned.overruled, Room { steps: limit, ..room });
            assert!(!steps.is_empty(), "`{}` took no step", planned.command);
            #[cfg(not(target_arch = "wasm32"))]
            debug_assert!(
                overflowed || engine.spelled() == steps[steps.len() - 1].state.spelled(),
                "`{}` changed something after its last step",
                planned.command
            );
            let mut entry = Entry {
                command: planned.command,
                steps,
                outcome,
                interrupted: false,
                decisions,
                overruled: planned.overruled,
                after: engine.into(),
                origin: planned.origin,
            };
            let kept = entry.steps.len();
            if overflowed {
                entry.cut(kept);
            }
            weight += entry.weight();
            self.push(entry);
            if overflowed && planned.cut.is_none_or(|cut| cut > kept) {
                self.full = Some(if kept == room.steps { Full::Steps } else { Full::Bytes });
                return;
            }
        }
    }

    fn push(&mut self, entry: Entry) {
        self.ends.push(self.last() + entry.steps.len());
        self.entries.push(entry);
    }

    fn truncate(&mut self, entries: usize) {
        self.entries.truncate(entries);
        self.ends.truncate(entries);
    }
}

impl Full {
    fn of(room: Room) -> Option<Full> {
        match room {
            Room { steps: 0, .. } => Some(Full::Steps),
            Room { bytes: 0, .. } => Some(Full::Bytes),
            _ => None,
        }
    }
}

impl Entry {
    fn weight(&self) -> u64 {
        self.steps.iter().map(|step| step.weight).sum()
    }

    /// Ends the command after `steps` steps: what it would have done after is undone.
    fn cut(&mut self, steps: usize) {
        self.steps.truncate(steps);
        self.decisions.retain(|made| made.after < steps);
        self.after = self.steps[steps - 1].state.clone();
        self.interrupted = true;
    }
}

/// A script of commands that were carried out, a statement each.
fn script(entries: &[Entry]) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = entries;
    while let Some(entry) = rest.first() {
        let is_whole =
            |each: &&Entry| Rc::ptr_eq(&each.origin, &entry.origin) && !each.interrupted && each.overruled.is_empty();
        let (together, whole) = (rest.iter().take_while(is_whole).count(), entry.origin.commands);
        if whole > 1 && together >= whole {
            parts.push(entry.origin.text.clone());
            rest = &rest[whole..];
            continue;
        }
        let overruled: String = entry.overruled.iter().map(|each| format!(" {each}")).collect();
        let cut = if entry.interrupted { format!(" @{}", entry.steps.len()) } else { String::new() };
        parts.push(format!("{}{overruled}{cut}", entry.command));
        rest = &rest[1..];
    }
    parts
}

/// Writes a reader's own rows into an engine, a `put` each, without recording them; the error names the line of the file
/// that the engine cannot read, or refuses, with the rows before it written.
pub fn load(engine: &mut dyn Machine, rows: &[data::Row]) -> Result<(), data::BadData> {
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let planned = plan(engine, &data::script(rows)).map_err(|mistake| data::BadData {
            line: rows[mistake.place.line - 1].line,
            problem: mistake.problem,
            accepted: mistake.accepted,
        })?;
        for (row, planned) in rows.iter().zip(planned) {
            if let Outcome::Refused(reason) = engine.perform(&*planned.command, &[], Room::NONE).outcome {
                let accepted = "rows that the figure, with its parameters, has room for".to_owned();
                return Err(data::BadData { line: row.line, problem: reason, accepted });
            }
        }
    }
    Ok(())
}

/// Whether `engine` can read a script.
pub fn is_readable(engine: &dyn Machine, script: &str) -> bool {
    plan(engine, script).is_ok()
}

/// Reads a script as commands of `engine`, ranges unfolded.
fn plan(engine: &dyn Machine, script: &str) -> Result<Vec<Planned>, BadCommand> {
    let (mut plan, mut length) = (Vec::new(), 0);
    for statement in language::statements(script)? {
        length += statement.count()?.saturating_mul(statement.source.len());
        if length > MAX_UNFOLDED {
            return Err(BadCommand {
                place: place(&statement),
                problem: "the script stands for too much text".to_owned(),
                accepted: format!("at most {MAX_UNFOLDED} bytes, each command of a range counted"),
            });
        }
        let unfolded = statement.unfold()?;
        let origin = Rc::new(Origin { text: script[statement.source.clone()].to_owned(), commands: unfolded.len() });
        for one in &unfolded {
            plan.push(Planned {
                command: engine.read(&mut Words::new(one))?,
                cut: one.cut,
                overruled: one.overruled.clone(),
                place: place(one),
                origin: origin.clone(),
            });
            if plan.len() > MAX_COMMANDS {
                return Err(BadCommand {
                    place: place(one),
                    problem: "the script has too many commands".to_owned(),
                    accepted: format!("at most {MAX_COMMANDS}"),
                });
            }
        }
    }
    Ok(plan)
}

fn place(statement: &Statement) -> Place {
    statement.words[0].place
}

#[cfg(test)]
mod tests;
