//! A schema of Avro: types, and the definitions of those that have names.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::datum::Datum;

/// Where a schema needs a type. Records, enums and fixed have names, and stand in [`Schema::definitions`]: so a record may
/// contain itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Array(Rc<Type>),
    Map(Rc<Type>),
    /// None of its branches is a union, and no two are of one kind unless their names differ.
    Union(Rc<[Type]>),
    /// The full name of a definition.
    Named(Rc<str>),
}

pub const PRIMITIVES: [(&str, Type); 8] = [
    ("null", Type::Null),
    ("boolean", Type::Boolean),
    ("int", Type::Int),
    ("long", Type::Long),
    ("float", Type::Float),
    ("double", Type::Double),
    ("bytes", Type::Bytes),
    ("string", Type::String),
];

#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// With its namespace: `com.example.Person`.
    pub name: Rc<str>,
    /// Full names, too.
    pub aliases: Vec<Rc<str>>,
    pub form: Form,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    Record(Vec<Field>),
    /// The symbols; and the place of the one for symbols that a reader does not know.
    Enum {
        symbols: Vec<Rc<str>>,
        default: Option<usize>,
    },
    /// So many bytes.
    Fixed(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Rc<str>,
    pub aliases: Vec<Rc<str>>,
    pub of: Type,
    pub default: Option<Datum>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    pub root: Type,
    pub definitions: Rc<BTreeMap<Rc<str>, Definition>>,
}

impl Schema {
    /// The definition of that full name. A schema that was parsed has all that it names.
    pub fn definition(&self, name: &str) -> &Definition {
        self.definitions.get(name).expect("a parsed schema has what it names")
    }

    /// The fields, if the schema is a record.
    pub fn fields(&self) -> Option<&[Field]> {
        let Type::Named(name) = &self.root else { return None };
        let Form::Record(fields) = &self.definition(name).form else { return None };
        Some(fields)
    }
}

/// A full name without its namespace.
pub fn unqualified(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

impl Type {
    /// What it is, as a sentence names it: `int`, `array of string`, `null or long`.
    pub fn said(&self) -> String {
        match self {
            Type::Array(items) => format!("array of {}", items.said()),
            Type::Map(values) => format!("map of {}", values.said()),
            Type::Union(branches) if branches.is_empty() => "an empty union".to_owned(),
            Type::Union(branches) => branches.iter().map(Type::said).collect::<Vec<_>>().join(" or "),
            Type::Named(name) => unqualified(name).to_owned(),
            primitive => {
                let found = PRIMITIVES.iter().find(|(_, each)| each == primitive);
                found.map_or(String::new(), |(name, _)| (*name).to_owned())
            }
        }
    }
}
