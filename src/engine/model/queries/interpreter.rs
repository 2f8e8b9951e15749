//! The machine that runs a loop, one line at a time. It does what the text says, in the order in which the text says it:
//! there is nothing to choose.

use std::rc::Rc;

use stepwise_derive::Event;

use super::data::{Data, RowId};
use super::expression::Scope;
use super::program::{Does, How, Over, Program};
use super::value::{Operator, Tuple, Value, Why, combine, flat, spelled};
use crate::contract::Decided;
use crate::wording::count;

#[derive(Clone, Debug)]
pub struct Machine {
    pub program: Rc<Program>,
    next: usize,
    /// The line that has just run, from 0.
    pub line: Option<usize>,
    /// In the order in which they were first given a value.
    pub variables: Vec<(Rc<str>, Held)>,
    loops: Vec<Cursor>,
    pub answer: Vec<Tuple>,
    pub rows_read: u64,
    pub entries_read: u64,
    pub is_done: bool,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Held {
    Value(Value),
    Row(RowId),
    /// In the order in which the keys came.
    Map(Rc<Vec<(Value, Value)>>),
}

/// How far a loop is.
#[derive(Clone, Debug, Default)]
struct Cursor {
    rows: Rc<[RowId]>,
    keys: Rc<[Value]>,
    next: usize,
    by_index: bool,
}

#[derive(Clone, Debug, Event)]
pub enum Did {
    #[told("Line {}: {name} is {row} now, found by the index: {}.", line + 1, spelled(values), when = *by_index)]
    #[told("Line {}: {name} is {row} now: {}.", line + 1, spelled(values))]
    RowTaken { line: usize, name: Rc<str>, row: RowId, values: Tuple, by_index: bool },
    #[told("Line {}: {name} is {key} now.", line + 1)]
    KeyTaken { line: usize, name: Rc<str>, key: Value },
    #[told("Line {}: there is nothing more, and the loop ends after {}.", line + 1, count(*many, "round"))]
    LoopEnded { line: usize, many: usize },
    #[told("Line {}: {condition} holds.", line + 1, when = *holds)]
    #[told("Line {}: {condition} doesn't hold, so what belongs to it is skipped.", line + 1)]
    Tested { line: usize, condition: Rc<str>, holds: bool },
    #[told("Line {}: {name} is {value} now.", line + 1, when = key.is_none())]
    #[told("Line {}: {name}[{}] is {value} now.", line + 1, key.as_ref().map(Value::to_string).unwrap_or_default())]
    VariableSet { line: usize, name: Rc<str>, key: Option<Value>, value: Value },
    #[told("Line {}: the loop is left.", line + 1)]
    LoopLeft { line: usize },
    #[told("Line {}: {} is a row of the answer.", line + 1, spelled(row))]
    Emitted { line: usize, row: Tuple },
    #[told("The program has run to its end, with {}.", count(*rows, "row"))]
    ProgramEnded { rows: usize },
}

impl Machine {
    pub fn new(program: Rc<Program>) -> Machine {
        let loops = vec![Cursor::default(); program.loops];
        Machine {
            program,
            next: 0,
            line: None,
            variables: Vec::new(),
            loops,
            answer: Vec::new(),
            rows_read: 0,
            entries_read: 0,
            is_done: false,
        }
    }

    /// Runs a line. What goes wrong in it ends the run.
    pub fn advance(&mut self, data: &Data) -> Result<Decided<Did>, Why> {
        let program = self.program.clone();
        loop {
            let Some(instruction) = program.code.get(self.next) else {
                (self.line, self.is_done) = (None, true);
                return Ok(Decided::new(Did::ProgramEnded { rows: self.answer.len() }));
            };
            self.next += 1;
            let line = instruction.line;
            let did = self.carry_out(&instruction.does, line, data);
            let did = did.map_err(|why| format!("at line {}, {why}", line + 1))?;
            if let Some(did) = did {
                self.line = Some(line);
                return Ok(did);
            }
        }
    }

    fn carry_out(&mut self, does: &Does, line: usize, data: &Data) -> Result<Option<Decided<Did>>, Why> {
        let did = match does {
            Does::Begin { of, over } => {
                self.loops[*of] = self.begin(over, data)?;
                return Ok(None);
            }
            Does::Jump { to } => {
                self.next = *to;
                return Ok(None);
            }
            Does::Next { of, name, end } => self.take(*of, name, *end, line, data),
            Does::Test { condition, otherwise } => {
                let holds = condition.value(&Seen { machine: self, data })?.is_true()?;
                if !holds {
                    self.next = *otherwise;
                }
                let text = &self.program.lines[line].text;
                let condition = text.trim_start_matches("else ").trim_start_matches("if ").into();
                Decided::new(Did::Tested { line, condition, holds })
            }
            Does::Set { name, key, how, value } => {
                let seen = Seen { machine: self, data };
                let key = key.as_ref().map(|key| key.value(&seen)).transpose()?;
                let given = value.value(&seen)?;
                let value = match how {
                    How::Becomes => given,
                    How::Plus => combine(Operator::Add, &seen.old(name, key.as_ref())?, &given)?,
                    How::Minus => combine(Operator::Subtract, &seen.old(name, key.as_ref())?, &given)?,
                };
                self.set(name, key.as_ref(), value.clone())?;
                Decided::new(Did::VariableSet { line, name: name.clone(), key, value })
            }
            Does::Emit(values) => {
                let seen = Seen { machine: self, data };
                let values = values.iter().map(|value| value.value(&seen)).collect::<Result<Vec<_>, _>>()?;
                let row = flat(values);
                self.answer.push(row.clone());
                Decided::new(Did::Emitted { line, row })
            }
            Does::Break { to } => {
                self.next = *to;
                Decided::new(Did::LoopLeft { line })
            }
        };
        Ok(Some(did))
    }

    fn begin(&self, over: &Over, data: &Data) -> Result<Cursor, Why> {
        match over {
            Over::Index(name, value) => {
                let value = value.value(&Seen { machine: self, data })?;
                let column = data.index(name).ok_or_else(|| {
                    format!("it asks the index {name}, and there is none; the text of the loop has to be changed")
                })?;
                Ok(Cursor { rows: data.look_up(column, &value), by_index: true, ..Cursor::default() })
            }
            Over::Name(name, _) => match self.held(name) {
                Some(Held::Map(map)) => {
                    let keys = map.iter().map(|(key, _)| key.clone()).collect();
                    Ok(Cursor { keys, ..Cursor::default() })
                }
                Some(_) => Err(format!("{name} is no map")),
                None if *name == data.name => Ok(Cursor { rows: data.scan(), ..Cursor::default() }),
                // A map into which nothing has come.
                None => Ok(Cursor::default()),
            },
        }
    }

    fn take(&mut self, of: usize, name: &Rc<str>, end: usize, line: usize, data: &Data) -> Decided<Did> {
        let cursor = &mut self.loops[of];
        let place = cursor.next;
        cursor.next += 1;
        let (by_index, name) = (cursor.by_index, name.clone());
        if let Some(row) = cursor.rows.get(place).copied() {
            self.rows_read += 1;
            self.entries_read += u64::from(by_index);
            self.hold(&name, Held::Row(row));
            let values = data.row(row).clone();
            return Decided::new(Did::RowTaken { line, name, row, values, by_index });
        }
        if let Some(key) = cursor.keys.get(place).cloned() {
            self.hold(&name, Held::Value(key.clone()));
            return Decided::new(Did::KeyTaken { line, name, key });
        }
        self.next = end;
        Decided::new(Did::LoopEnded { line, many: place })
    }

    fn held(&self, name: &str) -> Option<&Held> {
        self.variables.iter().find(|(each, _)| **each == *name).map(|(_, held)| held)
    }

    fn hold(&mut self, name: &Rc<str>, new: Held) {
        match self.variables.iter_mut().find(|(each, _)| each == name) {
            Some((_, held)) => *held = new,
            None => self.variables.push((name.clone(), new)),
        }
    }

    fn set(&mut self, name: &Rc<str>, key: Option<&Value>, value: Value) -> Result<(), Why> {
        let Some(key) = key else {
            self.hold(name, Held::Value(value));
            return Ok(());
        };
        let mut map = match self.held(name) {
            None => Rc::default(),
            Some(Held::Map(map)) => map.clone(),
            Some(_) => return Err(format!("{name} is no map")),
        };
        let entries = Rc::make_mut(&mut map);
        match entries.iter_mut().find(|(each, _)| each == key) {
            Some((_, old)) => *old = value,
            None => entries.push((key.clone(), value)),
        }
        self.hold(name, Held::Map(map));
        Ok(())
    }
}

/// What a line can see.
struct Seen<'a> {
    machine: &'a Machine,
    data: &'a Data,
}

impl Seen<'_> {
    /// What `+=` adds to: 0 where nothing was set.
    fn old(&self, name: &str, key: Option<&Value>) -> Result<Value, Why> {
        match (key, self.machine.held(name)) {
            (_, None) => Ok(Value::Number(0)),
            (Some(key), Some(_)) => self.entry(name, key),
            (None, Some(_)) => self.name(name),
        }
    }
}

impl Scope for Seen<'_> {
    fn name(&self, name: &str) -> Result<Value, Why> {
        match self.machine.held(name) {
            Some(Held::Value(value)) => Ok(value.clone()),
            Some(Held::Row(row)) => Ok(Value::List(self.data.row(*row).clone())),
            Some(Held::Map(_)) => Err(format!("{name} is a map, and only its entries have values")),
            None => Err(format!("{name} has no value yet")),
        }
    }

    fn column(&self, row: &str, column: &str) -> Result<Value, Why> {
        match self.machine.held(row) {
            Some(Held::Row(row)) => {
                self.data.value(*row, column).cloned().ok_or_else(|| format!("there is no column {column}"))
            }
            _ => Err(format!("{row} is no row, and has no columns")),
        }
    }

    fn entry(&self, map: &str, key: &Value) -> Result<Value, Why> {
        match self.machine.held(map) {
            Some(Held::Map(entries)) => {
                let found = entries.iter().find(|(each, _)| each == key);
                Ok(found.map_or(Value::Number(0), |(_, value)| value.clone()))
            }
            Some(_) => Err(format!("{map} is no map")),
            None => Ok(Value::Number(0)),
        }
    }
}
