//! SQL at work: the planner of the [table ground](crate::table) has chosen, and rows flow through the operators of its plan.

use std::rc::Rc;

use stepwise_derive::Event;

use super::data::{Data, RowId};
use super::panes::short;
use super::value::{Tuple, Value, Why, flat, spelled};
use crate::contract::Decided;
use crate::table::Mistake;
use crate::table::database::Database;
use crate::table::datum::{Datum, Type};
use crate::table::plan::{self, Operator, OperatorId, Plan, Step};
use crate::table::query::{ColumnDefinition, Name, Query};
use crate::table::run::{self, Move, Run};
use crate::wording::count;

#[derive(Clone, Debug)]
pub struct Select {
    pub plan: Rc<Plan>,
    pub run: Run,
    /// The row of the last step, and where it came to.
    pub flowing: Option<Flowing>,
    /// The row of the table that was read in the last step.
    pub reading: Option<RowId>,
    /// What operators hold back: each with the key of a group, or a row's place, and how many rows it has.
    held: Rc<Vec<(OperatorId, Tuple, usize)>>,
    /// The operator that gives out now what it held, one in each step.
    open: Option<OperatorId>,
    pub answer: Vec<Tuple>,
    pub is_done: bool,
}

#[derive(Clone, Debug)]
pub struct Flowing {
    pub operator: OperatorId,
    pub row: Tuple,
    pub is_dropped: bool,
}

#[derive(Clone, Debug, Event)]
pub enum Did {
    #[told("{}", moves_told(plan, moves))]
    RowPushed { plan: Rc<Plan>, moves: Rc<[Move]> },
    #[told("The plan has run to its end: {}.", count(*rows, "row"))]
    PlanEnded { rows: usize },
}

/// A plan for a query, by what the planner knows of the table.
pub fn planned(query: &Query, database: &Database) -> Result<Plan, Mistake> {
    plan::plan(query, database)
}

/// The table as a database has it.
pub fn database(data: &Data) -> Database {
    filled(data).unwrap_or_else(|mistake| panic!("{}: {}", data.name, mistake.problem))
}

fn filled(data: &Data) -> Result<Database, Mistake> {
    let mut database = Database::new();
    let table = Name::new(data.name.clone());
    let kind = |numbers: bool| if numbers { Type::Integer } else { Type::Text };
    let columns = data.columns.iter().zip(&data.numbers);
    let columns = columns.map(|(name, numbers)| ColumnDefinition::new(Name::new(name.clone()), kind(*numbers)));
    database.create_table(&table, &columns.collect::<Vec<_>>())?;
    database.fill(&table, data.rows.iter().map(|row| row.iter().map(datum).collect()))?;
    for column in &data.indexes {
        let column = &data.columns[*column];
        database.create_index(&Name::new(format!("by_{column}")), &table, &[Name::new(column.clone())], false)?;
    }
    database.analyze();
    Ok(database)
}

fn datum(value: &Value) -> Datum {
    match value {
        Value::Number(number) => Datum::Integer(*number),
        Value::Text(text) => Datum::Text(text.clone()),
        _ => Datum::Null,
    }
}

fn value(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::Nothing,
        Datum::Integer(number) => Value::Number(*number),
        Datum::Text(text) => Value::Text(text.clone()),
        // A fraction is as it is shown: the other languages have none.
        Datum::Real(_) => Value::text(&datum.to_string()),
    }
}

pub fn tuple(row: &[Datum]) -> Tuple {
    flat(row.iter().map(value))
}

impl Select {
    pub fn new(plan: Plan, database: &Database) -> Select {
        let plan = Rc::new(plan);
        let run = Run::new(plan.clone(), database);
        Select {
            plan,
            run,
            flowing: None,
            reading: None,
            held: Rc::default(),
            open: None,
            answer: Vec::new(),
            is_done: false,
        }
    }

    /// Whether its text asks for an order.
    pub fn is_ordered(&self) -> bool {
        self.plan.steps().any(|(.., step)| matches!(step.operator, Operator::Sort { .. }))
    }

    /// Pushes one row as far as it gets.
    pub fn advance(&mut self) -> Result<Decided<Did>, Why> {
        let moves = self.run.advance().map_err(|mistake| mistake.problem)?;
        (self.flowing, self.reading) = (None, None);
        let Some(moves) = moves else {
            self.is_done = true;
            return Ok(Decided::new(Did::PlanEnded { rows: self.answer.len() }));
        };
        if let Some(place) = self.held.iter().position(|(by, ..)| Some(*by) == self.open) {
            Rc::make_mut(&mut self.held).remove(place);
        }
        moves.iter().for_each(|each| self.note(each));
        self.answer = self.run.answer().rows.iter().map(|row| tuple(row)).collect();
        Ok(Decided::new(Did::RowPushed { plan: self.plan.clone(), moves: moves.into() }))
    }

    /// Remembers what can be seen of a move.
    fn note(&mut self, each: &Move) {
        let operator = each.operator;
        match &each.did {
            run::Did::Read(row) => {
                self.flowing = Some(Flowing { operator, row: tuple(row), is_dropped: false });
                self.reading = usize::try_from(self.run.last_read).ok().map(RowId);
            }
            run::Did::Passed(row) => {
                self.flowing = Some(Flowing { operator, row: tuple(row), is_dropped: false });
            }
            run::Did::Dropped => {
                if let Some(flowing) = &mut self.flowing {
                    (flowing.operator, flowing.is_dropped) = (operator, true);
                }
            }
            run::Did::Grouped { key, .. } => {
                let key = tuple(key);
                let held = Rc::make_mut(&mut self.held);
                match held.iter_mut().find(|(by, other, _)| *by == operator && *other == key) {
                    Some((.., many)) => *many += 1,
                    None => held.push((operator, key, 1)),
                }
                self.flowing = None;
            }
            run::Did::Kept => {
                let row = self.flowing.take().map(|flowing| flowing.row).unwrap_or_default();
                Rc::make_mut(&mut self.held).push((operator, row, 1));
            }
            run::Did::Answered(_) => self.flowing = None,
            run::Did::Opened(_) => self.open = Some(operator),
            run::Did::Joined(_) | run::Did::Hop { .. } => {}
        }
    }

    /// What an operator holds back: each as it is shown, and what it is coloured by.
    pub fn holdings(&self, operator: OperatorId) -> Vec<(String, String)> {
        let is_group =
            self.plan.steps().any(|(.., step)| step.id == operator && matches!(step.operator, Operator::Group { .. }));
        let mine = self.held.iter().filter(|(by, ..)| *by == operator);
        mine.map(|(_, row, many)| {
            let text = if is_group { format!("{} ×{many}", spelled(row)) } else { spelled(row) };
            (text, row.first().map(Value::to_string).unwrap_or_default())
        })
        .collect()
    }
}

fn step(plan: &Plan, id: OperatorId) -> Option<&Step> {
    plan.steps().map(|(.., step)| step).find(|step| step.id == id)
}

/// An operator in a word.
pub(super) fn operator(plan: &Plan, id: OperatorId) -> &'static str {
    step(plan, id).map_or("plan", |step| short(&step.operator))
}

/// A row that is joined to many others makes many moves: the first are told, and how many rows of the answer came of all.
fn moves_told(plan: &Plan, moves: &[Move]) -> String {
    const MOST: usize = 6;
    let shown = if moves.len() > MOST { MOST - 1 } else { moves.len() };
    let told = moves[..shown].iter().filter_map(|each| Some(move_told(step(plan, each.operator)?, &each.did)));
    let mut told: Vec<String> = told.collect();
    if shown < moves.len() {
        let answered = moves.iter().filter(|each| matches!(each.did, run::Did::Answered(_))).count();
        told.push(format!("and so on, with {} of the answer in all", count(answered, "row")));
    }
    format!("{}.", told.join("; "))
}

fn move_told(step: &Step, did: &run::Did) -> String {
    let says = &step.says;
    match did {
        run::Did::Read(row) => format!("{says} gives {}", spelled(&tuple(row))),
        run::Did::Passed(row) => format!("{says} lets through {}", spelled(&tuple(row))),
        run::Did::Dropped => format!("{says} drops it"),
        run::Did::Joined(many) => format!("{says} finds {} for it", count(*many, "row")),
        run::Did::Grouped { key, new: true } => format!("{says} opens a group for {}", spelled(&tuple(key))),
        run::Did::Grouped { key, .. } => format!("{says} adds it to the group {}", spelled(&tuple(key))),
        run::Did::Kept => format!("{says} keeps it until the last one has come"),
        run::Did::Opened(many) => format!("{says} has all it needs, and gives out {}", count(*many, "row")),
        run::Did::Answered(row) => format!("({}) is a row of the answer", spelled(&tuple(row))),
        run::Did::Hop { frontier, .. } => format!("the recursion goes on with {}", count(*frontier, "row")),
    }
}
