//! The pipeline's language: a list of stages, each a document, as a document store takes it. It is JSON, with the liberties of
//! such a store's shell: names need no quotes, and texts may have single ones.
//!
//! ```text
//! {$match: {fish: 'cod', kilos: {$gt: 10}}}        $eq $ne $gt $gte $lt $lte $in, and $or: [ … ]
//! {$group: {_id: '$day', kilos: {$sum: '$kilos'}}}   $sum $min $max $first $push $count, of all that have the same _id
//! {$project: {day: '$_id', kilos: 1, _id: 0}}       what is kept, made or left out
//! {$sort: {kilos: -1}}   {$limit: 2}   {$unwind: '$boats'}
//! {$lookup: {from: 'catches', localField: 'day', foreignField: 'day', as: 'others'}}      a list of the documents that fit
//! ```

use std::rc::Rc;

use super::data::Data;
use super::text::{Is, Reader};
use super::value::{Document, Operator, Value, Why, combine, field};
use crate::table::Mistake;

#[derive(Debug)]
pub struct Stages {
    pub stages: Vec<Stage>,
}

#[derive(Debug)]
pub struct Stage {
    /// As it is shown.
    pub text: Rc<str>,
    pub does: Does,
}

#[derive(Debug)]
pub enum Does {
    Match(Condition),
    Group { key: Made, fields: Vec<(Rc<str>, Accumulator, Made)> },
    Project { keep: Vec<(Rc<str>, Made)>, omit: Vec<Rc<str>> },
    Sort(Vec<(Path, bool)>),
    Unwind(Path),
    Limit(usize),
    Lookup(Lookup),
}

/// The documents of a collection whose field is equal to one of the document that comes: a join, whose result is a list.
#[derive(Debug)]
pub struct Lookup {
    /// The collection, and where its name stands.
    pub from: (Rc<str>, usize),
    pub local: Path,
    pub foreign: Path,
    pub into: Rc<str>,
}

/// What a document must be.
#[derive(Debug)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare(Path, Operator, Value),
    In(Path, Vec<Value>),
}

/// A value that is made of a document.
#[derive(Debug)]
pub enum Made {
    Value(Value),
    Field(Path),
    Document(Vec<(Rc<str>, Made)>),
    Combined(Operator, Vec<Made>),
}

/// A field, or one within a document within it, and where it stands in the text.
#[derive(Clone, Debug)]
pub struct Path {
    pub names: Rc<str>,
    at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accumulator {
    Sum,
    Least,
    Greatest,
    First,
    Push,
    Count,
}

const ACCUMULATORS: [(&str, Accumulator); 6] = [
    ("$sum", Accumulator::Sum),
    ("$min", Accumulator::Least),
    ("$max", Accumulator::Greatest),
    ("$first", Accumulator::First),
    ("$push", Accumulator::Push),
    ("$count", Accumulator::Count),
];
const COMPARISONS: [(&str, Operator); 6] = [
    ("$eq", Operator::Equal),
    ("$ne", Operator::Unequal),
    ("$gt", Operator::Greater),
    ("$gte", Operator::AtLeast),
    ("$lt", Operator::Less),
    ("$lte", Operator::AtMost),
];
const OPERATORS: [(&str, Operator); 3] =
    [("$add", Operator::Add), ("$subtract", Operator::Subtract), ("$multiply", Operator::Multiply)];

/// More stages are refused: they have to be seen at once.
const MAX_STAGES: usize = 6;

fn wrong(at: usize, problem: String, accepted: impl Into<String>) -> Mistake {
    Mistake { at, problem, accepted: accepted.into() }
}

/// One of a table of names; the mistake lists them.
fn one_of<T: Copy>(table: &[(&str, T)], name: &str, at: usize, what: &str) -> Result<T, Mistake> {
    table.iter().find(|(each, _)| *each == name).map(|(_, value)| *value).ok_or_else(|| {
        let accepted: Vec<&str> = table.iter().map(|(each, _)| *each).collect();
        wrong(at, format!("there is no {what} `{name}`"), accepted.join(", "))
    })
}

impl Stages {
    pub fn parse(text: &str) -> Result<Stages, Mistake> {
        let mut reader = Reader::new(text)?;
        let mut stages = Vec::new();
        reader.require("[")?;
        while !reader.take("]") {
            if !stages.is_empty() {
                reader.require(",")?;
            }
            if stages.len() == MAX_STAGES {
                let accepted = format!("at most {MAX_STAGES} stages");
                return Err(wrong(reader.at(), "the pipeline has too many stages".to_owned(), accepted));
            }
            let from = reader.at();
            reader.require("{")?;
            let (name, at) = name(&mut reader, "the name of a stage")?;
            reader.require(":")?;
            let does = stage(&mut reader, &name, at)?;
            reader.require("}")?;
            stages.push(Stage { text: reader.since(from), does });
        }
        reader.end()?;
        Ok(Stages { stages })
    }

    /// That the first stages name columns of this table: what later ones see has been made by a `$group` or a `$project`.
    pub fn check(&self, data: &Data) -> Result<(), Mistake> {
        for stage in &self.stages {
            let Does::Lookup(Lookup { from: (from, at), foreign, .. }) = &stage.does else { continue };
            if *from != data.name {
                return Err(wrong(*at, format!("there is no collection `{from}`"), &*data.name));
            }
            if data.column(&foreign.names).is_none() {
                let problem = format!("no document of {from} has a field `{}`", foreign.names);
                return Err(wrong(foreign.at, problem, data.columns_told()));
            }
        }
        // Fields that a $lookup has added.
        let mut made: Vec<Rc<str>> = Vec::new();
        for stage in &self.stages {
            let mut check = |path: &Path| {
                let name = path.names.split('.').next().unwrap_or_default();
                if data.column(name).is_some() || made.iter().any(|made| **made == *name) {
                    return Ok(());
                }
                Err(wrong(path.at, format!("no document has a field `{name}`"), data.columns_told()))
            };
            match &stage.does {
                Does::Match(condition) => condition.paths(&mut check)?,
                Does::Sort(by) => by.iter().try_for_each(|(path, _)| check(path))?,
                Does::Unwind(path) => check(path)?,
                Does::Limit(_) => {}
                Does::Lookup(lookup) => {
                    check(&lookup.local)?;
                    made.push(lookup.into.clone());
                }
                Does::Group { key, fields } => {
                    key.paths(&mut check)?;
                    return fields.iter().try_for_each(|(.., value)| value.paths(&mut check));
                }
                Does::Project { keep, .. } => return keep.iter().try_for_each(|(_, value)| value.paths(&mut check)),
            }
        }
        Ok(())
    }
}

fn stage(reader: &mut Reader, name: &str, at: usize) -> Result<Does, Mistake> {
    match name {
        "$match" => Ok(Does::Match(condition(reader)?)),
        "$group" => group(reader),
        "$project" => project(reader),
        "$sort" => {
            let mut by = Vec::new();
            fields(reader, &mut |reader, name, at| {
                let ascending = match number(reader)? {
                    (1, _) => true,
                    (-1, _) => false,
                    (other, at) => return Err(wrong(at, format!("`{other}` is no order"), "1, -1")),
                };
                by.push((Path { names: name, at }, ascending));
                Ok(())
            })?;
            if by.is_empty() {
                return Err(wrong(at, "this $sort has no field".to_owned(), "{FIELD: 1}, {FIELD: -1}"));
            }
            Ok(Does::Sort(by))
        }
        "$lookup" => lookup(reader, at),
        "$unwind" => {
            let at = reader.at();
            match made(reader)? {
                Made::Field(path) => Ok(Does::Unwind(path)),
                _ => Err(wrong(at, "this is no field".to_owned(), "a field, as in '$boats'")),
            }
        }
        "$limit" => match number(reader)? {
            (many @ 1.., _) => Ok(Does::Limit(many as usize)),
            (other, at) => Err(wrong(at, format!("`{other}` is no limit"), "a whole number from 1")),
        },
        _ => {
            let accepted = "$match, $group, $project, $sort, $unwind, $limit, $lookup";
            Err(wrong(at, format!("there is no stage `{name}`"), accepted))
        }
    }
}

/// The name of a field, with or without quotes, and where it stands.
fn name(reader: &mut Reader, what: &'static str) -> Result<(Rc<str>, usize), Mistake> {
    let at = reader.at();
    match reader.peek().map(|token| token.is.clone()) {
        Some(Is::Name(name) | Is::Text(name)) => {
            reader.advance();
            Ok((name, at))
        }
        _ => Err(reader.want(what)),
    }
}

/// Reads what stands behind a name, given with its place.
type Behind<'a> = dyn FnMut(&mut Reader, Rc<str>, usize) -> Result<(), Mistake> + 'a;

/// Reads `{name: …, …}`, what stands behind each name by `read`.
fn fields(reader: &mut Reader, read: &mut Behind) -> Result<(), Mistake> {
    reader.require("{")?;
    if reader.take("}") {
        return Ok(());
    }
    loop {
        let (name, at) = name(reader, "the name of a field")?;
        reader.require(":")?;
        reader.nested(|reader| read(reader, name, at))?;
        if reader.take("}") {
            return Ok(());
        }
        reader.require(",")?;
    }
}

/// Reads `[…, …]`.
fn list<T>(reader: &mut Reader, mut read: impl FnMut(&mut Reader) -> Result<T, Mistake>) -> Result<Vec<T>, Mistake> {
    let mut all = Vec::new();
    reader.require("[")?;
    while !reader.take("]") {
        if !all.is_empty() {
            reader.require(",")?;
        }
        all.push(reader.nested(&mut read)?);
    }
    Ok(all)
}

fn number(reader: &mut Reader) -> Result<(i64, usize), Mistake> {
    let at = reader.at();
    let negative = reader.take("-");
    match reader.peek().map(|token| token.is.clone()) {
        Some(Is::Number(number)) => {
            reader.advance();
            Ok((if negative { -number } else { number }, at))
        }
        _ => Err(reader.want("a whole number")),
    }
}

/// A plain value: a number, a text or `null`.
fn plain(reader: &mut Reader) -> Result<Value, Mistake> {
    if let Some(Is::Text(text)) = reader.peek().map(|token| token.is.clone()) {
        reader.advance();
        return Ok(Value::Text(text));
    }
    if reader.take("null") {
        return Ok(Value::Nothing);
    }
    reader.wants("a 'text'");
    number(reader).map(|(number, _)| Value::Number(number))
}

fn condition(reader: &mut Reader) -> Result<Condition, Mistake> {
    let mut all = Vec::new();
    fields(reader, &mut |reader, name, at| {
        match &*name {
            "$or" | "$and" => {
                let of = list(reader, condition)?;
                if of.is_empty() {
                    return Err(wrong(at, format!("`{name}` puts nothing together"), "at least one condition"));
                }
                all.push(if &*name == "$or" { Condition::Any(of) } else { Condition::All(of) });
            }
            other if other.starts_with('$') => {
                return Err(wrong(at, format!("`{name}` isn't expected here"), "the name of a field, $or, $and"));
            }
            _ => {
                let path = Path { names: name, at };
                if !reader.is("{") {
                    reader.wants("{");
                    all.push(Condition::Compare(path, Operator::Equal, plain(reader)?));
                    return Ok(());
                }
                let before = all.len();
                fields(reader, &mut |reader, name, at| {
                    all.push(if &*name == "$in" {
                        Condition::In(path.clone(), list(reader, plain)?)
                    } else {
                        let operator = one_of(&COMPARISONS, &name, at, "comparison")?;
                        Condition::Compare(path.clone(), operator, plain(reader)?)
                    });
                    Ok(())
                })?;
                if all.len() == before {
                    return Err(wrong(
                        path.at,
                        format!("`{}` is compared with nothing", path.names),
                        "{$gt: 10}, 'cod'",
                    ));
                }
            }
        }
        Ok(())
    })?;
    Ok(Condition::All(all))
}

fn made(reader: &mut Reader) -> Result<Made, Mistake> {
    let at = reader.at();
    if !reader.is("{") {
        return Ok(match plain(reader)? {
            Value::Text(text) if text.starts_with('$') => Made::Field(Path { names: text[1..].into(), at: at + 2 }),
            value => Made::Value(value),
        });
    }
    let mut named = Vec::new();
    let mut combined = None;
    fields(reader, &mut |reader, name, at| {
        if name.starts_with('$') {
            let operator = one_of(&OPERATORS, &name, at, "operator")?;
            let values = list(reader, made)?;
            if values.len() < 2 {
                return Err(wrong(at, format!("`{name}` puts {} together", values.len()), "at least two values"));
            }
            if operator == Operator::Subtract && values.len() > 2 {
                return Err(wrong(at, format!("`{name}` takes one value from another, not {}", values.len()), "two"));
            }
            combined = Some(Made::Combined(operator, values));
        } else {
            named.push((name, made(reader)?));
        }
        Ok(())
    })?;
    Ok(combined.unwrap_or(Made::Document(named)))
}

fn group(reader: &mut Reader) -> Result<Does, Mistake> {
    let begins = reader.at();
    let (mut key, mut all) = (None, Vec::new());
    fields(reader, &mut |reader, name, _| {
        if &*name == "_id" {
            key = Some(made(reader)?);
            return Ok(());
        }
        let mut found = None;
        let at = reader.at();
        fields(reader, &mut |reader, name, at| {
            let accumulator = one_of(&ACCUMULATORS, &name, at, "accumulator")?;
            let of = if accumulator == Accumulator::Count {
                fields(reader, &mut |_, name, at| Err(wrong(at, format!("`{name}` isn't expected here"), "}")))?;
                Made::Value(Value::Number(1))
            } else {
                made(reader)?
            };
            found = Some((accumulator, of));
            Ok(())
        })?;
        let (accumulator, of) = found
            .ok_or_else(|| wrong(at, format!("`{name}` is made of nothing"), "an accumulator, as in {$sum: 1}"))?;
        all.push((name, accumulator, of));
        Ok(())
    })?;
    let key = key.ok_or_else(|| wrong(begins, "this $group has no _id".to_owned(), "_id: '$FIELD', _id: null"))?;
    Ok(Does::Group { key, fields: all })
}

fn lookup(reader: &mut Reader, begins: usize) -> Result<Does, Mistake> {
    const FIELDS: [&str; 4] = ["from", "localField", "foreignField", "as"];
    let mut found: [Option<(Rc<str>, usize)>; 4] = [None, None, None, None];
    fields(reader, &mut |reader, name, at| {
        let place = FIELDS.iter().position(|field| *field == &*name);
        let place = place.ok_or_else(|| wrong(at, format!("`{name}` isn't expected here"), FIELDS.join(", ")))?;
        let at = reader.at();
        let Value::Text(text) = plain(reader)? else {
            return Err(wrong(at, format!("`{name}` is no text"), "a 'text'"));
        };
        if place == 3 && (text.is_empty() || text.contains(['.', '$'])) {
            return Err(wrong(at, format!("`{text}` is no name of a field"), "a name, as in 'others'"));
        }
        found[place] = Some((text, at));
        Ok(())
    })?;
    if let Some(place) = found.iter().position(Option::is_none) {
        return Err(wrong(begins, format!("this $lookup has no {}", FIELDS[place]), FIELDS.join(", ")));
    }
    let [from, local, foreign, into] = found.map(Option::unwrap_or_default);
    let path = |(names, at): (Rc<str>, usize)| Path { names, at: at + 1 };
    Ok(Does::Lookup(Lookup { from, local: path(local), foreign: path(foreign), into: into.0 }))
}

fn project(reader: &mut Reader) -> Result<Does, Mistake> {
    let mut keep: Vec<(Rc<str>, Made)> = Vec::new();
    let mut omit: Vec<Rc<str>> = Vec::new();
    let mut left_out = None;
    let begins = reader.at();
    fields(reader, &mut |reader, name, at| {
        if name.contains('.') {
            return Err(wrong(
                at,
                format!("`{name}` is a field within a field"),
                "a name for it, as in day: '$_id.day'",
            ));
        }
        match made(reader)? {
            Made::Value(Value::Number(0)) => {
                if &*name != "_id" {
                    left_out = Some((name.clone(), at));
                }
                omit.push(name);
            }
            // As in the stores: whatever number it is.
            Made::Value(Value::Number(_)) => {
                let path = Path { names: name.clone(), at };
                keep.push((name, Made::Field(path)));
            }
            other => keep.push((name, other)),
        }
        Ok(())
    })?;
    match left_out {
        Some((name, at)) if !keep.is_empty() => {
            let problem = format!("`{name}` is left out where others are kept");
            Err(wrong(at, problem, "fields that are kept, or fields that are left out; _id: 0 goes with both"))
        }
        _ if keep.is_empty() && omit.is_empty() => {
            Err(wrong(begins, "this $project has no field".to_owned(), "{FIELD: 1}, {FIELD: '$OTHER'}, {FIELD: 0}"))
        }
        _ => Ok(Does::Project { keep, omit }),
    }
}

impl Path {
    pub fn of(&self, document: &Document) -> Option<Value> {
        let mut names = self.names.split('.');
        let mut value = field(document, names.next()?)?;
        let mut rest = names.clone();
        while let Some(name) = names.next() {
            if let Value::List(values) = value {
                // Of a list of documents, that field of each which has it.
                let path = Path { names: rest.collect::<Vec<_>>().join(".").into(), at: self.at };
                let found = values.iter().filter_map(|each| match each {
                    Value::Document(document) => path.of(document),
                    _ => None,
                });
                return Some(Value::List(found.collect()));
            }
            value = value.field(name)?;
            rest = names.clone();
        }
        Some(value.clone())
    }
}

impl Condition {
    pub fn holds(&self, document: &Document) -> bool {
        match self {
            Condition::All(all) => all.iter().all(|each| each.holds(document)),
            Condition::Any(any) => any.iter().any(|each| each.holds(document)),
            // A field that is not there is null. Values of two kinds compare as neither less nor greater. A list fits if one of
            // its values does; it is unlike a value only if none of them is equal to it.
            Condition::Compare(path, operator, value) => {
                let found = path.of(document).unwrap_or(Value::Nothing);
                let fits = |one: &Value| combine(*operator, one, value).is_ok_and(|truth| truth == Value::truth(true));
                match &found {
                    Value::List(values) if *operator == Operator::Unequal => values.iter().all(fits),
                    Value::List(values) => values.iter().any(fits),
                    one => fits(one),
                }
            }
            Condition::In(path, values) => match path.of(document).unwrap_or(Value::Nothing) {
                Value::List(found) => found.iter().any(|each| values.contains(each)),
                found => values.contains(&found),
            },
        }
    }

    /// What a field must be equal to, if this says so of one: an index can find it.
    pub fn equal(&self) -> Vec<(&Path, &Value)> {
        match self {
            Condition::All(all) => all.iter().flat_map(Condition::equal).collect(),
            Condition::Compare(path, Operator::Equal, value) => vec![(path, value)],
            _ => Vec::new(),
        }
    }

    fn paths(&self, check: &mut dyn FnMut(&Path) -> Result<(), Mistake>) -> Result<(), Mistake> {
        match self {
            Condition::All(each) | Condition::Any(each) => each.iter().try_for_each(|each| each.paths(check)),
            Condition::Compare(path, ..) | Condition::In(path, _) => check(path),
        }
    }
}

impl Made {
    pub fn of(&self, document: &Document) -> Result<Value, Why> {
        match self {
            Made::Value(value) => Ok(value.clone()),
            Made::Field(path) => Ok(path.of(document).unwrap_or(Value::Nothing)),
            Made::Document(fields) => {
                let fields = fields.iter().map(|(name, made)| Ok((name.clone(), made.of(document)?)));
                Ok(Value::Document(fields.collect::<Result<Vec<_>, Why>>()?.into()))
            }
            Made::Combined(operator, values) => {
                let mut values = values.iter().map(|made| made.of(document));
                let first = values.next().expect("there are two at least")?;
                values.try_fold(first, |left, right| match (left, right?) {
                    // What is calculated with nothing is nothing.
                    (Value::Nothing, _) | (_, Value::Nothing) => Ok(Value::Nothing),
                    (left, right) => combine(*operator, &left, &right),
                })
            }
        }
    }

    fn paths(&self, check: &mut dyn FnMut(&Path) -> Result<(), Mistake>) -> Result<(), Mistake> {
        match self {
            Made::Value(_) => Ok(()),
            Made::Field(path) => check(path),
            Made::Document(fields) => fields.iter().try_for_each(|(_, made)| made.paths(check)),
            Made::Combined(_, values) => values.iter().try_for_each(|made| made.paths(check)),
        }
    }
}
