//! A pipeline at work: documents go from stage to stage, one at a time. `$group` and `$sort` hold them back until the last
//! one has come; the others let them through or drop them.
//!
//! What the first `$match` asks an index can answer, where there is one: a pipeline says what it wants of the documents, and
//! not how they are found.

use std::collections::VecDeque;
use std::rc::Rc;

use stepwise_derive::Event;

use super::data::{Data, INDEX, RowId};
use super::stages::{Accumulator, Does, Lookup, Stages};
use super::value::{Document, Operator, Tuple, Value, Why, combine, flat, spelled};
use crate::contract::Decided;
use crate::order;
use crate::wording::count;

#[derive(Clone, Debug)]
pub struct Pipeline {
    pub stages: Rc<Stages>,
    /// The column whose index finds the documents; none if all are read.
    pub index: Option<usize>,
    source: Rc<[RowId]>,
    next: usize,
    /// What each stage has seen and holds.
    pub states: Vec<State>,
    /// The stage that gives out what it held, and what is left of that.
    outlet: Option<(usize, VecDeque<Document>)>,
    /// No more documents come into the stages before this one.
    closed: usize,
    /// The document of the last step, and where it came to.
    pub flowing: Option<(From, Rc<[End]>)>,
    pub answer: Vec<Tuple>,
    /// With those that a `$lookup` reads.
    pub rows_read: u64,
    pub entries_read: u64,
    pub is_done: bool,
}

#[derive(Clone, Debug, Default)]
pub struct State {
    pub seen: usize,
    pub passed: usize,
    /// What a `$sort` or a `$group` holds back, each group with its key.
    pub held: Rc<Vec<(Value, Document)>>,
}

/// Where a document came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Dropped {
        stage: usize,
    },
    /// A `$group` put it to what it has of this key.
    Grouped {
        stage: usize,
        key: Value,
        new: bool,
    },
    Kept {
        stage: usize,
    },
    /// A `$lookup` found so many others for it, and it went on.
    LookedUp {
        stage: usize,
        many: usize,
    },
    Answered(Tuple),
}

#[derive(Clone, Debug, Event)]
pub enum Did {
    #[told("{} {}.", from.to_string(), ends_told(ends, *stages))]
    Flowed { from: From, ends: Rc<[End]>, stages: usize },
    #[told(
        "Nothing more comes into stage {}, so {name} can say what it holds: {}, one after the other.",
        stage + 1, count(*many, "document")
    )]
    Opened { stage: usize, name: &'static str, many: usize },
    #[told("The pipeline is empty: {} came out of it.", count(*rows, "document"))]
    PipelineEnded { rows: usize },
}

/// Where a document came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    Row(RowId),
    Stage(usize, Tuple),
}

impl std::fmt::Display for From {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            From::Row(row) => write!(out, "Document {}", row.0),
            From::Stage(stage, row) => write!(out, "{} goes on from stage {}, and", spelled(row), stage + 1),
        }
    }
}

impl Pipeline {
    pub fn new(stages: Rc<Stages>, data: &Data) -> Pipeline {
        let found = stages.stages.first().and_then(|first| match &first.does {
            Does::Match(condition) => condition.equal().into_iter().find_map(|(path, value)| {
                let column = data.column(&path.names)?;
                data.indexes.contains(&column).then(|| (column, data.look_up(column, value)))
            }),
            _ => None,
        });
        let (index, source) = found.map_or_else(|| (None, data.scan()), |(column, rows)| (Some(column), rows));
        let states = vec![State::default(); stages.stages.len()];
        Pipeline {
            stages,
            index,
            source,
            next: 0,
            states,
            outlet: None,
            closed: 0,
            flowing: None,
            answer: Vec::new(),
            rows_read: 0,
            entries_read: 0,
            is_done: false,
        }
    }

    /// How the documents are found: `IXSCAN by_fish`, `COLLSCAN`.
    pub fn way(&self, data: &Data) -> String {
        match self.index {
            Some(column) => format!("IXSCAN {INDEX}{}", data.columns[column]),
            None => "COLLSCAN".to_owned(),
        }
    }

    /// Takes one document as far as it gets.
    pub fn advance(&mut self, data: &Data) -> Result<Decided<Did>, Why> {
        if let Some((stage, documents)) = &mut self.outlet {
            let stage = *stage;
            if let Some(document) = documents.pop_front() {
                let from = From::Stage(stage, row_of(&document));
                return self.flow(from, document, stage + 1, data);
            }
            self.outlet = None;
        } else if self.closed == 0
            && let Some(row) = self.source.get(self.next).copied()
        {
            self.next += 1;
            self.rows_read += 1;
            self.entries_read += u64::from(self.index.is_some());
            let fields = data.columns.iter().cloned().zip(data.row(row).iter().cloned());
            return self.flow(From::Row(row), fields.collect(), 0, data);
        }
        self.open()
    }

    /// Whether its text asks for an order: nothing that comes after its last `$sort` makes documents anew.
    pub fn is_ordered(&self) -> bool {
        let last =
            self.stages.stages.iter().rev().find(|stage| matches!(stage.does, Does::Sort(_) | Does::Group { .. }));
        last.is_some_and(|stage| matches!(stage.does, Does::Sort(_)))
    }

    /// The next stage that holds documents back gives them out.
    fn open(&mut self) -> Result<Decided<Did>, Why> {
        self.flowing = None;
        while let Some(stage) = self.stages.stages.get(self.closed) {
            let place = self.closed;
            self.closed += 1;
            let name = match &stage.does {
                Does::Group { .. } => "$group",
                Does::Sort(_) => "$sort",
                _ => continue,
            };
            let documents = self.release(place)?;
            let many = documents.len();
            self.outlet = Some((place, documents));
            return Ok(Decided::new(Did::Opened { stage: place, name, many }));
        }
        self.is_done = true;
        Ok(Decided::new(Did::PipelineEnded { rows: self.answer.len() }))
    }

    fn flow(&mut self, from: From, document: Document, first: usize, data: &Data) -> Result<Decided<Did>, Why> {
        let mut ends = Vec::new();
        self.push(document, first, data, &mut ends)?;
        let (stages, ends): (usize, Rc<[End]>) = (self.stages.stages.len(), ends.into());
        self.flowing = Some((from.clone(), ends.clone()));
        Ok(Decided::new(Did::Flowed { from, ends, stages }))
    }

    fn push(&mut self, document: Document, first: usize, data: &Data, ends: &mut Vec<End>) -> Result<(), Why> {
        let stages = self.stages.clone();
        let mut document = document;
        for (stage, here) in stages.stages.iter().enumerate().skip(first) {
            self.states[stage].seen += 1;
            let goes_on = match &here.does {
                Does::Match(condition) => condition.holds(&document),
                Does::Limit(most) => {
                    let passes = self.states[stage].passed < *most;
                    if self.states[stage].passed + 1 >= *most {
                        self.close(stage);
                    }
                    passes
                }
                Does::Project { keep, omit } => {
                    document = projected(&document, keep, omit)?;
                    true
                }
                Does::Lookup(lookup) => {
                    let many;
                    (document, many) = self.looked_up(lookup, &document, data);
                    ends.push(End::LookedUp { stage, many });
                    true
                }
                Does::Unwind(path) => {
                    let each = unwound(&document, &path.names);
                    if each.is_empty() {
                        ends.push(End::Dropped { stage });
                    }
                    self.states[stage].passed += each.len();
                    return each.into_iter().try_for_each(|each| self.push(each, stage + 1, data, ends));
                }
                Does::Group { key, fields } => {
                    let key = key.of(&document)?;
                    let new = self.gather(stage, &key, fields, &document)?;
                    ends.push(End::Grouped { stage, key, new });
                    return Ok(());
                }
                Does::Sort(_) => {
                    Rc::make_mut(&mut self.states[stage].held).push((Value::Nothing, document));
                    ends.push(End::Kept { stage });
                    return Ok(());
                }
            };
            if !goes_on {
                ends.push(End::Dropped { stage });
                return Ok(());
            }
            self.states[stage].passed += 1;
        }
        let row = row_of(&document);
        self.answer.push(row.clone());
        ends.push(End::Answered(row));
        Ok(())
    }

    /// The document with a list of those of the table whose field is equal to its own; an index on that field is used. Of a
    /// list, one value has to be equal.
    fn looked_up(&mut self, lookup: &Lookup, document: &Document, data: &Data) -> (Document, usize) {
        let wanted = match lookup.local.of(document).unwrap_or(Value::Nothing) {
            Value::List(values) => values,
            one => [one].into(),
        };
        let column = data.column(&lookup.foreign.names).unwrap_or_default();
        let is_indexed = data.indexes.contains(&column);
        let fits = |row: &RowId| wanted.contains(&data.row(*row)[column]);
        let rows: Vec<RowId> = data.scan().iter().copied().filter(fits).collect();
        self.rows_read += if is_indexed { rows.len() } else { data.rows.len() } as u64;
        self.entries_read += if is_indexed { rows.len() as u64 } else { 0 };
        let found = |row: RowId| {
            let fields = data.columns.iter().cloned().zip(data.row(row).iter().cloned());
            Value::Document(fields.collect())
        };
        let many = rows.len();
        let list = Value::List(rows.into_iter().map(found).collect());
        let others = document.iter().filter(|(name, _)| *name != lookup.into).cloned();
        (others.chain([(lookup.into.clone(), list)]).collect(), many)
    }

    /// A limit is reached: what comes before it needs not go on.
    fn close(&mut self, limit: usize) {
        self.closed = self.closed.max(limit + 1);
        if let Some((stage, documents)) = &mut self.outlet
            && *stage < limit
        {
            documents.clear();
        }
    }

    fn gather(
        &mut self,
        stage: usize,
        key: &Value,
        fields: &[(Rc<str>, Accumulator, super::stages::Made)],
        document: &Document,
    ) -> Result<bool, Why> {
        let held = Rc::make_mut(&mut self.states[stage].held);
        let place = held.iter().position(|(each, _)| each == key);
        let old = place.map(|place| held[place].1.clone());
        let mut group = vec![(Rc::from("_id"), key.clone())];
        for (field, (name, accumulator, made)) in fields.iter().enumerate() {
            let before = old.as_ref().map(|old| old[field + 1].1.clone());
            group.push((name.clone(), accumulator.add(before, made.of(document)?)?));
        }
        match place {
            Some(place) => held[place].1 = group.into(),
            None => held.push((key.clone(), group.into())),
        }
        Ok(place.is_none())
    }

    /// What a stage has held, in the order in which it gives it out.
    fn release(&mut self, stage: usize) -> Result<VecDeque<Document>, Why> {
        let held = std::mem::take(&mut self.states[stage].held);
        let mut documents: Vec<Document> = held.iter().map(|(_, document)| document.clone()).collect();
        if let Does::Sort(by) = &self.stages.stages[stage].does {
            order::sort_by(&mut documents, |one, other| {
                let orders = by.iter().map(|(path, ascending)| {
                    // A list is ordered by its least value, or, downwards, by its greatest.
                    let value = |document| match path.of(document).unwrap_or(Value::Nothing) {
                        Value::List(values) if *ascending => values.iter().min().cloned().unwrap_or(Value::Nothing),
                        Value::List(values) => values.iter().max().cloned().unwrap_or(Value::Nothing),
                        other => other,
                    };
                    let order = value(one).cmp(&value(other));
                    if *ascending { order } else { order.reverse() }
                });
                orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
            });
        }
        self.states[stage].passed = documents.len();
        Ok(documents.into())
    }
}

impl Accumulator {
    fn add(self, before: Option<Value>, new: Value) -> Result<Value, Why> {
        Ok(match (self, before) {
            // What is no number adds nothing.
            (Accumulator::Sum, before) if !matches!(new, Value::Number(_)) => before.unwrap_or(Value::Number(0)),
            // What is not there is neither the least nor the greatest.
            (Accumulator::Least | Accumulator::Greatest, Some(before)) if new == Value::Nothing => before,
            (Accumulator::Least | Accumulator::Greatest, Some(Value::Nothing)) => new,
            (Accumulator::Sum | Accumulator::Count, before) => {
                combine(Operator::Add, &before.unwrap_or(Value::Number(0)), &new)?
            }
            (Accumulator::Push, before) => {
                let mut values = match before {
                    Some(Value::List(values)) => values.to_vec(),
                    _ => Vec::new(),
                };
                values.push(new);
                Value::List(values.into())
            }
            (_, None) => new,
            (Accumulator::Least, Some(before)) => before.min(new),
            (Accumulator::Greatest, Some(before)) => before.max(new),
            (Accumulator::First, Some(before)) => before,
        })
    }
}

/// A row of the answer, as other languages give it.
pub fn row_of(document: &Document) -> Tuple {
    flat(document.iter().map(|(_, value)| value.clone()))
}

fn projected(document: &Document, keep: &[(Rc<str>, super::stages::Made)], omit: &[Rc<str>]) -> Result<Document, Why> {
    if keep.is_empty() {
        return Ok(document.iter().filter(|(name, _)| !omit.contains(name)).cloned().collect());
    }
    // The _id stays unless it is left out, as in the stores that have one.
    let is_made = keep.iter().any(|(name, _)| &**name == "_id") || omit.iter().any(|name| &**name == "_id");
    let id = document.iter().filter(|(name, _)| &**name == "_id" && !is_made).cloned();
    // A field that is not there is not kept.
    let is_there = |made: &super::stages::Made| match made {
        super::stages::Made::Field(path) => path.of(document).is_some(),
        _ => true,
    };
    let kept = keep.iter().filter(|(_, made)| is_there(made));
    let made = kept.map(|(name, made)| Ok((name.clone(), made.of(document)?)));
    Ok(id.chain(made.collect::<Result<Vec<_>, Why>>()?).collect())
}

/// One document for each value of a list; a field that is no list counts as a list of one, and one that is not there as none.
fn unwound(document: &Document, name: &str) -> Vec<Document> {
    let values: Rc<[Value]> = match super::value::field(document, name) {
        None | Some(Value::Nothing) => return Vec::new(),
        Some(Value::List(values)) => values.clone(),
        Some(other) => [other.clone()].into(),
    };
    let with = |value: &Value| {
        document
            .iter()
            .map(|(each, old)| (each.clone(), if **each == *name { value.clone() } else { old.clone() }))
            .collect()
    };
    values.iter().map(with).collect()
}

fn ends_told(ends: &[End], stages: usize) -> String {
    const MOST: usize = 5;
    let shown = if ends.len() > MOST { MOST - 1 } else { ends.len() };
    let mut told: Vec<String> = ends[..shown].iter().map(|end| end_told(end, stages)).collect();
    if shown < ends.len() {
        let answered = ends.iter().filter(|end| matches!(end, End::Answered(_))).count();
        told.push(format!("and so on, with {} of the answer in all", count(answered, "document")));
    }
    told.join("; ")
}

fn end_told(end: &End, stages: usize) -> String {
    match end {
        End::Dropped { stage } => format!("goes no further than stage {} of {stages}", stage + 1),
        End::Grouped { stage, key, new: true } => {
            format!("goes to stage {}, which opens a group for {key}", stage + 1)
        }
        End::Grouped { stage, key, .. } => format!("goes to stage {}, to its group {key}", stage + 1),
        End::Kept { stage } => format!("goes to stage {}, which keeps it until the last one has come", stage + 1),
        End::LookedUp { stage, many } => {
            format!("goes through stage {}, which finds {} for it", stage + 1, count(*many, "document"))
        }
        End::Answered(row) => format!("is in the answer: {}", spelled(row)),
    }
}
