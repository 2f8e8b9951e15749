//! Reads a schema that is written in JSON, and says of a mistake at which line and column it stands.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::datum::from_json;
use super::json::{self, Json, Kind};
use super::schema::{Definition, Field, Form, PRIMITIVES, Schema, Type};
use crate::language::{BadCommand, shorten};

/// A fixed is a hash or an address; a larger one is a mistake.
const MOST_FIXED: usize = 65_536;

/// Reads a schema. Attributes that Avro does not know (`doc`, `logicalType`, …) are passed over.
pub fn parse(text: &str) -> Result<Schema, BadCommand> {
    let json = json::parse(text)?;
    let mut reader = Reader { definitions: BTreeMap::new(), defaults: Vec::new() };
    let root = reader.of(&json, "")?;
    let Reader { definitions, defaults } = reader;
    let mut schema = Schema { root, definitions: Rc::new(definitions) };
    // A default may need a definition that comes later, so defaults are read when all are known; and one that leaves out
    // fields needs theirs, so records that stand inside others, which are closed first, come first.
    for (record, place, json) in defaults {
        let fields = |schema: &Schema| match &schema.definition(&record).form {
            Form::Record(fields) => fields[place].of.clone(),
            _ => unreachable!("only records have fields"),
        };
        let default = from_json(&schema, &fields(&schema), &json)?;
        let definitions = Rc::get_mut(&mut schema.definitions).expect("it is not shared yet");
        if let Some(Definition { form: Form::Record(fields), .. }) = definitions.get_mut(&record) {
            fields[place].default = Some(default);
        }
    }
    Ok(schema)
}

struct Reader {
    definitions: BTreeMap<Rc<str>, Definition>,
    /// Of which record, of its how manyeth field, and as it is written.
    defaults: Vec<(Rc<str>, usize, Json)>,
}

const TYPES: &str = "null, boolean, int, long, float, double, bytes, string, record, enum, fixed, array, map, or a name that is defined";

impl Reader {
    /// The type that stands here; short names belong to `space`.
    fn of(&mut self, json: &Json, space: &str) -> Result<Type, BadCommand> {
        match &json.kind {
            Kind::String(name) => self.named(json, name, space),
            Kind::Array(branches) => self.union(branches, space),
            Kind::Object(_) => self.complex(json, space),
            _ => Err(json.refuse(format!("{} is no schema", json.what()), TYPES)),
        }
    }

    fn named(&self, json: &Json, name: &str, space: &str) -> Result<Type, BadCommand> {
        if let Some((_, primitive)) = PRIMITIVES.iter().find(|(each, _)| *each == name) {
            return Ok(primitive.clone());
        }
        // A name without a namespace may also be one of those that have none.
        let found = self.definitions.get_key_value(&*full_name(name, space));
        match found.or_else(|| self.definitions.get_key_value(name)) {
            Some((full, _)) => Ok(Type::Named(full.clone())),
            None => Err(json.refuse(format!("there is no type \"{}\" here", shorten(name, 40)), TYPES)),
        }
    }

    fn union(&mut self, branches: &[Json], space: &str) -> Result<Type, BadCommand> {
        let mut all: Vec<Type> = Vec::new();
        for json in branches {
            let branch = self.of(json, space)?;
            if matches!(branch, Type::Union(_)) {
                return Err(json.refuse("a union is within a union", "its branches in the outer one"));
            }
            let same = |each: &Type| match (each, &branch) {
                (Type::Array(_), Type::Array(_)) | (Type::Map(_), Type::Map(_)) => true,
                (each, branch) => each == branch,
            };
            if all.iter().any(same) {
                let problem = format!("{} is in the union twice", branch.said());
                return Err(json.refuse(problem, "each kind once, and of named types each name"));
            }
            all.push(branch);
        }
        Ok(Type::Union(all.into()))
    }

    fn complex(&mut self, json: &Json, space: &str) -> Result<Type, BadCommand> {
        let of = self.needed(json, "type")?;
        let Some(kind) = of.text() else { return self.of(of, space) };
        match kind {
            "array" => {
                let items = self.needed(json, "items")?;
                Ok(Type::Array(Rc::new(self.of(items, space)?)))
            }
            "map" => {
                let values = self.needed(json, "values")?;
                Ok(Type::Map(Rc::new(self.of(values, space)?)))
            }
            "record" | "error" | "enum" | "fixed" => self.define(json, kind, space),
            name => self.named(of, name, space),
        }
    }

    fn needed<'a>(&self, json: &'a Json, member: &str) -> Result<&'a Json, BadCommand> {
        json.get(member).ok_or_else(|| json.refuse(format!("this lacks \"{member}\""), format!("\"{member}\": …")))
    }

    fn define(&mut self, json: &Json, kind: &str, space: &str) -> Result<Type, BadCommand> {
        let named = self.needed(json, "name")?;
        let name = named.text().filter(|name| name.split('.').all(is_name));
        let name = name.ok_or_else(|| named.refuse(format!("{} is no name", named.what()), NAMES))?;
        let own = match json.get("namespace") {
            None => None,
            Some(json) => match json.text().filter(|text| text.is_empty() || text.split('.').all(is_name)) {
                Some(text) => Some(text),
                None => return Err(json.refuse(format!("{} is no namespace", json.what()), "\"com.example\"")),
            },
        };
        let full: Rc<str> = full_name(name, own.unwrap_or(space)).into();
        if PRIMITIVES.iter().any(|(each, _)| **each == *full) {
            return Err(named.refuse(format!("\"{full}\" is a type of Avro's own"), "another name"));
        }
        if self.definitions.contains_key(&full) {
            return Err(named.refuse(format!("\"{full}\" is defined twice"), "another name, or the name alone"));
        }
        let space = full.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
        let aliases = self.aliases(json, |alias| alias.split('.').all(is_name))?;
        let aliases = aliases.iter().map(|alias| full_name(alias, &space).into()).collect();
        let form = match kind {
            "enum" => symbols(json, self.needed(json, "symbols")?)?,
            "fixed" => fixed(self.needed(json, "size")?)?,
            _ => Form::Record(Vec::new()),
        };
        // A record is known before its fields are, since they may name it.
        self.definitions.insert(full.clone(), Definition { name: full.clone(), aliases, form });
        if matches!(kind, "record" | "error") {
            let fields = self.fields(self.needed(json, "fields")?, &full, &space)?;
            self.definitions.get_mut(&full).expect("it was put there").form = Form::Record(fields);
        }
        Ok(Type::Named(full))
    }

    fn aliases<'a>(&self, json: &'a Json, fits: impl Fn(&str) -> bool) -> Result<Vec<&'a str>, BadCommand> {
        let Some(list) = json.get("aliases") else { return Ok(Vec::new()) };
        let Kind::Array(all) = &list.kind else {
            return Err(list.refuse(format!("{} is no list of aliases", list.what()), "[\"oldName\"]"));
        };
        let one = |json: &'a Json| match json.text() {
            Some(text) if fits(text) => Ok(text),
            _ => Err(json.refuse(format!("{} is no name", json.what()), NAMES)),
        };
        all.iter().map(one).collect()
    }

    fn fields(&mut self, json: &Json, record: &Rc<str>, space: &str) -> Result<Vec<Field>, BadCommand> {
        let Kind::Array(all) = &json.kind else {
            return Err(json.refuse(format!("{} is no list of fields", json.what()), "[{\"name\": …, \"type\": …}]"));
        };
        let mut fields: Vec<Field> = Vec::new();
        for json in all {
            if !matches!(json.kind, Kind::Object(_)) {
                let problem = format!("{} is no field", json.what());
                return Err(json.refuse(problem, "{\"name\": …, \"type\": …}"));
            }
            let named = self.needed(json, "name")?;
            let name = named.text().filter(|name| is_name(name));
            let name = name.ok_or_else(|| named.refuse(format!("{} is no name", named.what()), NAMES))?;
            if fields.iter().any(|field| *field.name == *name) {
                return Err(named.refuse(format!("the field \"{name}\" is there twice"), "another name"));
            }
            let aliases = self.aliases(json, is_name)?.into_iter().map(Rc::from).collect();
            if let Some(order) = json.get("order")
                && !matches!(order.text(), Some("ascending" | "descending" | "ignore"))
            {
                return Err(order.refuse(format!("{} is no order", order.what()), "ascending, descending, ignore"));
            }
            let of = self.of(self.needed(json, "type")?, space)?;
            if let Some(default) = json.get("default") {
                self.defaults.push((record.clone(), fields.len(), default.clone()));
            }
            fields.push(Field { name: name.into(), aliases, of, default: None });
        }
        Ok(fields)
    }
}

const NAMES: &str = "letters, digits and _, no digit first";

pub fn is_name(text: &str) -> bool {
    text.starts_with(|each: char| each.is_ascii_alphabetic() || each == '_')
        && text.chars().all(|each| each.is_ascii_alphanumeric() || each == '_')
}

/// With the namespace, unless it has one of its own.
fn full_name(name: &str, space: &str) -> String {
    if name.contains('.') || space.is_empty() { name.to_owned() } else { format!("{space}.{name}") }
}

fn symbols(json: &Json, list: &Json) -> Result<Form, BadCommand> {
    let Kind::Array(all) = &list.kind else {
        return Err(list.refuse(format!("{} is no list of symbols", list.what()), "[\"A\", \"B\"]"));
    };
    let mut symbols: Vec<Rc<str>> = Vec::new();
    for json in all {
        let symbol = json.text().filter(|text| is_name(text));
        let symbol = symbol.ok_or_else(|| json.refuse(format!("{} is no symbol", json.what()), NAMES))?;
        if symbols.iter().any(|each| **each == *symbol) {
            return Err(json.refuse(format!("the symbol \"{symbol}\" is there twice"), "each symbol once"));
        }
        symbols.push(symbol.into());
    }
    let default = match json.get("default") {
        None => None,
        Some(json) => {
            let place = json.text().and_then(|text| symbols.iter().position(|each| **each == *text));
            let accepted = || symbols.iter().map(|each| format!("\"{each}\"")).collect::<Vec<_>>().join(", ");
            Some(place.ok_or_else(|| json.refuse(format!("{} is no symbol of this enum", json.what()), accepted()))?)
        }
    };
    Ok(Form::Enum { symbols, default })
}

fn fixed(json: &Json) -> Result<Form, BadCommand> {
    let size = if let Kind::Number(text) = &json.kind { text.parse().ok() } else { None };
    let size = size.filter(|size| *size <= MOST_FIXED);
    let accepted = format!("a whole number up to {MOST_FIXED}");
    size.map(Form::Fixed).ok_or_else(|| json.refuse(format!("{} is no size", json.what()), accepted))
}
