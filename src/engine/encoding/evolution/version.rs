//! Versions of the schema, each made of the one before by an edit, and the record of which code of each version writes as
//! much as it knows.

use std::rc::Rc;

use super::settings::{Family, Origin};
use super::typed::{self, Typed};
use crate::format::avro::{self, Datum, Form, Type, bridge};
use crate::format::{Field, Kind, Schema, Value};

/// What a field is, whatever it is called or numbered: versions that have it mean the same by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldId(pub u32);

#[derive(Clone, Debug)]
pub struct Version {
    /// From 1 on.
    pub number: u32,
    /// What was done to the one before: `+ photo bytes?`.
    pub change: Rc<str>,
    pub columns: Rc<Vec<Column>>,
    /// As Avro has it.
    pub avro: Rc<avro::Schema>,
    /// Whether it was given as a text, which may hold what columns cannot.
    pub is_text: bool,
}

/// A field as a version has it.
#[derive(Clone, Debug)]
pub struct Column {
    pub id: FieldId,
    pub number: u32,
    pub name: Rc<str>,
    pub typed: Typed,
    /// Its type, in the words of the family.
    pub said: String,
    pub default: Option<Value>,
    /// Names that it had, and that Avro's reader still takes for it.
    pub aliases: Vec<Rc<str>>,
}

impl Version {
    /// The first one: a person, or the rows of a table of people.
    pub fn first(origin: Origin) -> Version {
        let text = || Typed { kind: Kind::Text, optional: false };
        let long = Typed { kind: Kind::Long, optional: true };
        let columns = match origin {
            Origin::Hand => vec![
                ("userName", text(), None),
                ("favoriteNumber", long, Some(Value::Null)),
                ("interests", Typed { kind: Kind::List(Rc::new(Kind::Text)), optional: false }, None),
            ],
            Origin::Table => {
                let nullable = |kind| Typed { kind, optional: true };
                vec![
                    ("id", nullable(Kind::Long), Some(Value::Null)),
                    ("name", nullable(Kind::Text), Some(Value::Null)),
                    ("city", nullable(Kind::Text), Some(Value::Null)),
                ]
            }
        };
        let columns = (1..).zip(columns).map(|(number, (name, typed, default))| Column {
            id: FieldId(number),
            number,
            name: name.into(),
            said: typed.to_string(),
            typed,
            default,
            aliases: Vec::new(),
        });
        Version::of(1, "the first".into(), columns.collect(), origin)
    }

    pub fn of(number: u32, change: Rc<str>, columns: Vec<Column>, origin: Origin) -> Version {
        let name = if origin == Origin::Table { "people" } else { "Person" };
        let mut schema = bridge::schema_of(&shared(name, &columns));
        let definitions = Rc::make_mut(&mut schema.definitions);
        if let Some(Form::Record(fields)) = definitions.get_mut(name).map(|it| &mut it.form) {
            for (field, column) in fields.iter_mut().zip(&columns) {
                field.aliases.clone_from(&column.aliases);
            }
        }
        Version { number, change, columns: columns.into(), avro: schema.into(), is_text: false }
    }

    /// A version from a text of Avro, whose fields are those of `before` where they have their names or aliases. It must
    /// be a record.
    pub fn of_text(number: u32, schema: avro::Schema, before: &Version, next: &mut u32) -> Option<Version> {
        let fields = schema.fields()?;
        let column = |(place, field): (usize, &avro::Field)| {
            let names = std::iter::once(&field.name).chain(&field.aliases);
            let known = names.filter_map(|name| before.columns.iter().find(|column| column.name == *name)).next();
            let id = known.map_or_else(
                || {
                    *next += 1;
                    FieldId(*next)
                },
                |column| column.id,
            );
            Column {
                id,
                number: place as u32 + 1,
                name: field.name.clone(),
                // Of a text only Avro's own schema counts.
                typed: Typed { kind: Kind::Text, optional: true },
                said: field.of.said(),
                default: field.default.as_ref().map(|datum| bridge::value_of(&schema, &field.of, datum)),
                aliases: field.aliases.clone(),
            }
        };
        let columns: Vec<Column> = fields.iter().enumerate().map(column).collect();
        let change = "a text of its own".into();
        Some(Version { number, change, columns: columns.into(), avro: schema.into(), is_text: true })
    }

    /// As all formats with numbers have it.
    pub fn shared(&self) -> Schema {
        shared("Person", &self.columns)
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| *column.name == *name)
    }

    pub fn of_id(&self, id: FieldId) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }

    /// How many bytes its text takes where it is sent whole.
    pub fn text(&self) -> String {
        avro::canonical::text(&self.avro)
    }
}

fn shared(name: &str, columns: &[Column]) -> Schema {
    let field = |column: &Column| Field {
        number: column.number,
        name: column.name.clone(),
        kind: column.typed.kind.clone(),
        optional: column.typed.optional,
        default: column.default.clone(),
    };
    Schema { name: name.into(), fields: columns.iter().map(field).collect() }
}

/// What is to be written: the values of fields, as texts.
#[derive(Clone, Debug)]
pub struct Record(Vec<(FieldId, Rc<str>)>);

impl Record {
    pub fn first(origin: Origin) -> Record {
        let values = match origin {
            Origin::Hand => ["Martin", "1337", "daydreaming,hacking"],
            Origin::Table => ["7", "Ada", "London"],
        };
        Record((1..).map(FieldId).zip(values.map(Rc::from)).collect())
    }

    pub fn set(&mut self, id: FieldId, text: Rc<str>) {
        self.0.retain(|(each, _)| *each != id);
        self.0.push((id, text));
    }

    pub fn get(&self, id: FieldId) -> Option<&str> {
        self.0.iter().find(|(each, _)| *each == id).map(|(_, text)| &**text)
    }

    /// What code of that version writes, with numbers; or why it cannot.
    pub fn value(&self, version: &Version) -> Result<Value, String> {
        let mut fields = Vec::new();
        for column in version.columns.iter() {
            let text = self.get(column.id).unwrap_or(column.typed.sample());
            let value = column.typed.value(text).map_err(|accepted| unfit(column, text, accepted))?;
            fields.push((column.name.clone(), value));
        }
        Ok(Value::Record(fields))
    }

    /// The same as Avro has it.
    pub fn datum(&self, version: &Version) -> Result<Datum, String> {
        let schema = &version.avro;
        let fields = schema.fields().expect("a version is a record");
        let mut all = Vec::new();
        for (column, field) in version.columns.iter().zip(fields) {
            let text = self.get(column.id);
            let datum = match text {
                Some(text) => typed::datum(schema, &field.of, text),
                None if version.is_text => typed::sample(schema, &field.of, 0),
                None => typed::datum(schema, &field.of, column.typed.sample()),
            };
            let text = text.unwrap_or("nothing");
            all.push(datum.ok_or_else(|| unfit(column, text, &accepted(&field.of)))?);
        }
        Ok(Datum::Record(all))
    }

    /// Whether code of that version can write what this has for one of its fields.
    pub fn fits(&self, family: Family, version: &Version, id: FieldId) -> Result<(), String> {
        let (Some(place), Some(text)) = (version.columns.iter().position(|it| it.id == id), self.get(id)) else {
            return Ok(());
        };
        let column = &version.columns[place];
        if family != Family::Avro {
            return column.typed.value(text).map(drop).map_err(|accepted| unfit(column, text, accepted));
        }
        let of = &version.avro.fields().expect("a version is a record")[place].of;
        typed::datum(&version.avro, of, text).map(drop).ok_or_else(|| unfit(column, text, &accepted(of)))
    }
}

fn unfit(column: &Column, text: &str, accepted: &str) -> String {
    format!(
        "{} is no value of its {}, {}: accepted is {accepted}",
        crate::wording::shown(text),
        column.name,
        column.said
    )
}

fn accepted(of: &Type) -> String {
    match of {
        Type::Int => "a whole number of 32 bits".to_owned(),
        Type::Long => "a whole number of 64 bits".to_owned(),
        of => of.said(),
    }
}
