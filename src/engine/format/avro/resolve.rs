//! Schema resolution: a value that one schema wrote, as another schema reads it.
//!
//! The two are compared part by part, by name. What the reader does not know is skipped, what the writer did not know is
//! filled in with the reader's default, and what has become wider is promoted.

use super::datum::Datum;
use super::schema::{Definition, Field, Form, Schema, Type, unqualified};
use crate::wording::count;

/// What resolution did at one place: all that differs between writer and reader.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The field, from the outermost on; empty for the whole.
    pub path: String,
    pub deed: Deed,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// The writer has the field, and the reader has not.
    Skipped,
    /// The reader has the field, and the writer has not.
    Defaulted,
    /// The writer's name of it is an alias of the reader's.
    Renamed { from: String },
    /// Read as a type that holds all of its values, more or less exactly.
    Promoted { from: String, to: String },
    /// A symbol that the reader does not know is read as the reader's default.
    UnknownSymbol { symbol: String, read_as: String },
}

/// That a value cannot be read so.
#[derive(Clone, Debug, PartialEq)]
pub struct Unresolved {
    pub path: String,
    /// A clause: `the writer wrote a string, and the reader expects an int`.
    pub reason: String,
}

/// Reads `datum`, written by `writer`, as `reader` has it.
pub fn resolve(writer: &Schema, reader: &Schema, datum: &Datum) -> Result<(Datum, Vec<Note>), Unresolved> {
    let mut pair = Pair { writer, reader, path: String::new(), notes: Vec::new() };
    let read = pair.read(datum, &writer.root, &reader.root)?;
    Ok((read, pair.notes))
}

struct Pair<'a> {
    writer: &'a Schema,
    reader: &'a Schema,
    path: String,
    notes: Vec<Note>,
}

impl Pair<'_> {
    fn unresolved<T>(&self, reason: String) -> Result<T, Unresolved> {
        Err(Unresolved { path: self.path.clone(), reason })
    }

    fn note(&mut self, deed: Deed) {
        self.notes.push(Note { path: self.path.clone(), deed });
    }

    fn read(&mut self, datum: &Datum, from: &Type, to: &Type) -> Result<Datum, Unresolved> {
        match (datum, from, to) {
            // It is the branch that was written that matters, not what else might have been.
            (Datum::Union(place, inner), Type::Union(branches), _) => self.read(inner, &branches[*place], to),
            (_, _, Type::Union(branches)) => match branches.iter().position(|branch| self.matches(from, branch)) {
                Some(place) => Ok(Datum::Union(place, Box::new(self.read(datum, from, &branches[place])?))),
                None => {
                    self.unresolved(format!("the writer wrote {}, and the reader expects {}", one(from), to.said()))
                }
            },
            (Datum::Array(items), Type::Array(from), Type::Array(to)) => {
                Ok(Datum::Array(items.iter().map(|item| self.read(item, from, to)).collect::<Result<_, _>>()?))
            }
            (Datum::Map(entries), Type::Map(from), Type::Map(to)) => {
                let mut one = |(key, value): &(String, Datum)| Ok((key.clone(), self.read(value, from, to)?));
                Ok(Datum::Map(entries.iter().map(&mut one).collect::<Result<_, _>>()?))
            }
            (_, Type::Named(from), Type::Named(to)) => {
                let (writer, reader) = (self.writer, self.reader);
                self.named(datum, writer.definition(from), reader.definition(to))
            }
            _ if from == to => Ok(datum.clone()),
            _ => match promoted(datum, to) {
                Some(read) => {
                    self.note(Deed::Promoted { from: from.said(), to: to.said() });
                    Ok(read)
                }
                None if matches!((from, to), (Type::Bytes, Type::String)) => self.unresolved(
                    "the writer's bytes are no UTF-8, so the reader can't have them as a string".to_owned(),
                ),
                None => self.unresolved(format!("the writer wrote {}, and the reader expects {}", one(from), one(to))),
            },
        }
    }

    /// Whether the reader may take a type for the writer's: deep enough to choose a branch, and no deeper. What is inside
    /// a record is not looked at.
    fn matches(&self, from: &Type, to: &Type) -> bool {
        match (from, to) {
            (Type::Union(_), _) | (_, Type::Union(_)) => true,
            (Type::Array(from), Type::Array(to)) | (Type::Map(from), Type::Map(to)) => self.matches(from, to),
            (Type::Named(from), Type::Named(to)) => {
                let (from, to) = (self.writer.definition(from), self.reader.definition(to));
                let same = match (&from.form, &to.form) {
                    (Form::Record(_), Form::Record(_)) | (Form::Enum { .. }, Form::Enum { .. }) => true,
                    (Form::Fixed(from), Form::Fixed(to)) => from == to,
                    _ => false,
                };
                same && is_called(from, to)
            }
            _ => from == to || promotes(from, to),
        }
    }

    fn named(&mut self, datum: &Datum, from: &Definition, to: &Definition) -> Result<Datum, Unresolved> {
        if !is_called(from, to) {
            return self.unresolved(format!(
                "the writer's type is called {}, and the reader's {}, without that alias",
                unqualified(&from.name),
                unqualified(&to.name)
            ));
        }
        match (datum, &from.form, &to.form) {
            (Datum::Record(values), Form::Record(from), Form::Record(to)) => self.record(values, from, to),
            (Datum::Fixed(_), Form::Fixed(from), Form::Fixed(to)) if from == to => Ok(datum.clone()),
            (_, Form::Fixed(from), Form::Fixed(to)) => {
                self.unresolved(format!("the writer wrote {}, and the reader expects {to}", count(*from, "byte")))
            }
            (Datum::Enum(place), Form::Enum { symbols: from, .. }, Form::Enum { symbols: to, default }) => {
                let symbol = &from[*place];
                match (to.iter().position(|each| each == symbol), default) {
                    (Some(place), _) => Ok(Datum::Enum(place)),
                    (None, Some(default)) => {
                        let (symbol, read_as) = (symbol.to_string(), to[*default].to_string());
                        self.note(Deed::UnknownSymbol { symbol, read_as });
                        Ok(Datum::Enum(*default))
                    }
                    (None, None) => self
                        .unresolved(format!("the reader doesn't know the symbol {symbol}, and has no default symbol")),
                }
            }
            _ => self.unresolved(format!("{} isn't of one kind in both schemas", unqualified(&from.name))),
        }
    }

    fn record(&mut self, values: &[Datum], from: &[Field], to: &[Field]) -> Result<Datum, Unresolved> {
        let outer = self.path.len();
        let mut used = vec![false; from.len()];
        let mut read = Vec::with_capacity(to.len());
        for field in to {
            self.enter(&field.name, outer);
            read.push(match source(from, field) {
                Some(place) => {
                    used[place] = true;
                    if from[place].name != field.name {
                        self.note(Deed::Renamed { from: from[place].name.to_string() });
                    }
                    self.read(&values[place], &from[place].of, &field.of)?
                }
                None => match &field.default {
                    Some(default) => {
                        self.note(Deed::Defaulted);
                        default.clone()
                    }
                    None => {
                        return self
                            .unresolved("the writer has no such field, and the reader no default for it".to_owned());
                    }
                },
            });
            self.path.truncate(outer);
        }
        for (field, _) in from.iter().zip(&used).filter(|(_, used)| !**used) {
            self.enter(&field.name, outer);
            self.note(Deed::Skipped);
            self.path.truncate(outer);
        }
        Ok(Datum::Record(read))
    }

    fn enter(&mut self, field: &str, outer: usize) {
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(field);
    }
}

/// Which of the writer's fields the reader's one is: that of its name, or else that of one of its aliases.
pub fn source(from: &[Field], field: &Field) -> Option<usize> {
    let named = |name: &str| from.iter().position(|each| *each.name == *name);
    named(&field.name).or_else(|| field.aliases.iter().find_map(|alias| named(alias)))
}

/// Names match without their namespaces; an alias is a full name.
fn is_called(from: &Definition, to: &Definition) -> bool {
    unqualified(&from.name) == unqualified(&to.name) || to.aliases.contains(&from.name)
}

fn promotes(from: &Type, to: &Type) -> bool {
    matches!(
        (from, to),
        (Type::Int, Type::Long | Type::Float | Type::Double)
            | (Type::Long, Type::Float | Type::Double)
            | (Type::Float, Type::Double)
            | (Type::String, Type::Bytes)
            | (Type::Bytes, Type::String)
    )
}

fn promoted(datum: &Datum, to: &Type) -> Option<Datum> {
    Some(match (datum, to) {
        (Datum::Int(number), Type::Long) => Datum::Long(i64::from(*number)),
        (Datum::Int(number), Type::Float) => Datum::Float(*number as f32),
        (Datum::Int(number), Type::Double) => Datum::Double(f64::from(*number)),
        (Datum::Long(number), Type::Float) => Datum::Float(*number as f32),
        (Datum::Long(number), Type::Double) => Datum::Double(*number as f64),
        (Datum::Float(number), Type::Double) => Datum::Double(f64::from(*number)),
        (Datum::String(text), Type::Bytes) => Datum::Bytes(text.clone().into_bytes()),
        (Datum::Bytes(bytes), Type::String) => Datum::String(String::from_utf8(bytes.clone()).ok()?),
        _ => return None,
    })
}

/// One value of a type: `an int`, `null`.
fn one(of: &Type) -> String {
    let said = of.said();
    match of {
        Type::Null | Type::Bytes | Type::Union(_) | Type::Named(_) => said,
        _ if said.starts_with(['a', 'i']) => format!("an {said}"),
        _ => format!("a {said}"),
    }
}
