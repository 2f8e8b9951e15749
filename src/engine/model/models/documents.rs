//! The résumés as documents: one JSON text for each person, read and written as a whole.
//!
//! A person's region stands in the document as its text. Those who recommend a person stand in it with their number, and
//! with a copy of their name where documents keep copies; without copies, each has to be looked up.
//!
//! The texts are a collection of their own, or a column of a table: of the type `JSON`, which the database looks into, or
//! `TEXT`, which it does not.

use std::rc::Rc;

use serde_json::{Value, json};

use super::resume::{Incoming, PEOPLE, Profile, joined, parts};
use super::rows::{ask, quoted, write};
use super::store::{Store, Trouble, nobody};
use super::work::Work;
use crate::table::database::Database;
use crate::table::datum::Datum;

/// Where the texts are.
#[derive(Clone)]
pub enum Place {
    /// By the numbers of people from 1; nothing where a record was refused.
    Collection(Vec<Option<Rc<str>>>),
    /// A table `resumes (id, body)`, and whether the database looks into the bodies.
    Column { database: Database, queried: bool },
}

#[derive(Clone)]
pub struct Documents {
    /// Whether a recommendation has a copy of the name.
    pub copies: bool,
    /// Whether a name is written as two from now on.
    pub split: bool,
    pub place: Place,
}

impl Documents {
    pub fn collection(people: usize, copies: bool) -> Documents {
        Documents::new(people, copies, Place::Collection(Vec::new()))
    }

    /// In a column of a table, which is JSON or just a text.
    pub fn column(people: usize, copies: bool, queried: bool) -> Documents {
        let mut database = Database::new();
        let kind = if queried { "JSON" } else { "TEXT" };
        let table = format!("CREATE TABLE resumes (id INTEGER PRIMARY KEY, body {kind} NOT NULL)");
        if let Err(mistake) = database.execute(&table) {
            unreachable!("{}", mistake.told(&table));
        }
        Documents::new(people, copies, Place::Column { database, queried })
    }

    fn new(people: usize, copies: bool, place: Place) -> Documents {
        let mut documents = Documents { copies, split: false, place };
        for (place, given) in PEOPLE[..people].iter().enumerate() {
            if let Err(trouble) = documents.add_person(place + 1, &Incoming::first(given), &mut Work::default()) {
                unreachable!("{}: {trouble}", given.name);
            }
        }
        documents
    }

    /// All texts with the numbers of their people, for whoever looks on: it costs nothing.
    pub fn texts(&self) -> Vec<(usize, Rc<str>)> {
        match &self.place {
            Place::Collection(texts) => {
                let text = |(place, text): (usize, &Option<Rc<str>>)| Some((place + 1, text.clone()?));
                texts.iter().enumerate().filter_map(text).collect()
            }
            Place::Column { database, .. } => bodies(database, "", &mut Work::default()),
        }
    }

    fn text(&self, person: usize, work: &mut Work) -> Result<Rc<str>, Trouble> {
        let found = match &self.place {
            Place::Collection(texts) => {
                let text = texts.get(person - 1).cloned().flatten();
                if let Some(text) = &text {
                    work.read(format!("document {person}"), text.len());
                }
                text
            }
            Place::Column { database, .. } => {
                bodies(database, &format!(" WHERE id = {person}"), work).pop().map(|(_, text)| text)
            }
        };
        found.ok_or_else(|| nobody(person))
    }

    fn all(&self, work: &mut Work) -> Vec<(usize, Rc<str>)> {
        match &self.place {
            Place::Collection(_) => {
                let texts = self.texts();
                texts.iter().for_each(|(person, text)| work.read(format!("document {person}"), text.len()));
                texts
            }
            Place::Column { database, .. } => bodies(database, "", work),
        }
    }

    /// What a program makes of a text. A collection's own database has looked at it before.
    fn parse(&self, person: usize, text: &str, work: &mut Work) -> Result<Value, Trouble> {
        if let Place::Column { .. } = self.place {
            work.cost.steps += 1;
        }
        serde_json::from_str(text).map_err(|_| format!("the text of person {person} is no JSON: it ends too early"))
    }

    fn read(&self, person: usize, work: &mut Work) -> Result<Value, Trouble> {
        self.parse(person, &self.text(person, work)?, work)
    }

    /// A document is written as a whole, whatever has changed in it.
    fn write(&mut self, person: usize, document: &mut Value, work: &mut Work) -> Result<(), Trouble> {
        if let (true, Some(fields)) = (self.split, document.as_object_mut())
            && let Some(name) = fields.remove("name")
        {
            let name = text(&name);
            let (first, last) = parts(&name);
            fields.remove("last");
            fields.insert("first".to_owned(), first.into());
            if let Some(last) = last {
                fields.insert("last".to_owned(), last.into());
            }
        }
        self.put(person, document.to_string(), work)
    }

    fn put(&mut self, person: usize, text: String, work: &mut Work) -> Result<(), Trouble> {
        match &mut self.place {
            Place::Collection(texts) => {
                if texts.len() < person {
                    texts.resize(person, None);
                }
                work.write(format!("document {person}"), text.len());
                texts[person - 1] = Some(text.into());
                Ok(())
            }
            Place::Column { database, .. } => {
                let there = !bodies(database, &format!(" WHERE id = {person}"), &mut Work::default()).is_empty();
                let text = quoted(&text);
                let statement = if there {
                    format!("UPDATE resumes SET body = {text} WHERE id = {person}")
                } else {
                    format!("INSERT INTO resumes VALUES ({person}, {text})")
                };
                write(database, &statement, work)
            }
        }
    }

    fn change(&mut self, person: usize, work: &mut Work, change: impl FnOnce(&mut Value)) -> Result<(), Trouble> {
        let mut document = self.read(person, work)?;
        change(&mut document);
        self.write(person, &mut document, work)
    }

    /// Copies of a name that are not the name any more: in whose document, of whom, and what stands there.
    pub fn disagreeing(&self) -> Vec<(usize, usize, String)> {
        let parsed = |(person, text): (usize, Rc<str>)| Some((person, serde_json::from_str::<Value>(&text).ok()?));
        let documents: Vec<(usize, Value)> = self.texts().into_iter().filter_map(parsed).collect();
        let mut found = Vec::new();
        for (person, document) in &documents {
            for each in document["recommendations"].as_array().into_iter().flatten() {
                let (by, copy) = (number(&each["person"]), &each["name"]);
                let own = documents.iter().find(|(person, _)| *person == by).and_then(|(_, own)| name(by, own).ok());
                if let (Some(own), Some(copy)) = (own, copy.as_str())
                    && own != copy
                {
                    found.push((*person, by, copy.to_owned()));
                }
            }
        }
        found
    }

    /// How many documents still have a name in one piece.
    pub fn unsplit(&self) -> usize {
        let is_old =
            |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|document| document["name"].is_string());
        self.texts().iter().filter(|(_, text)| is_old(text)).count()
    }
}

fn bodies(database: &Database, condition: &str, work: &mut Work) -> Vec<(usize, Rc<str>)> {
    let rows = ask(database, &format!("SELECT id, body FROM resumes{condition} ORDER BY id"), work);
    let body = |row: Vec<Datum>| {
        let id = row[0].to_string().parse().unwrap_or_default();
        (id, row[1].to_string().into())
    };
    rows.into_iter().map(body).collect()
}

/// The name in a document, in one piece or in two: whoever reads must know both shapes.
fn name(person: usize, document: &Value) -> Result<String, Trouble> {
    let whole = document["name"].as_str().map(str::to_owned);
    let split = || document["first"].as_str().map(|first| joined(first, document["last"].as_str()));
    whole.or_else(split).ok_or_else(|| nameless(person))
}

fn nameless(person: usize) -> Trouble {
    format!("the record of person {person} has no name")
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap_or_default() as usize
}

fn push(document: &mut Value, name: &str, value: Value) {
    if let Some(list) = document[name].as_array_mut() {
        list.push(value);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Store for Documents {
    fn profile(&self, person: usize, work: &mut Work) -> Result<Profile, Trouble> {
        let document = self.read(person, work)?;
        let list = |name: &str| document[name].as_array().cloned().unwrap_or_default();
        let mut recommended_by = Vec::new();
        for each in list("recommendations") {
            recommended_by.push(match each["name"].as_str() {
                Some(copy) => copy.to_owned(),
                None => {
                    let by = number(&each["person"]);
                    if let Place::Collection(_) = self.place {
                        work.cost.steps += 1;
                    }
                    name(by, &self.read(by, work)?)?
                }
            });
        }
        let positions = list("positions");
        Ok(Profile {
            name: name(person, &document)?,
            region: text(&document["region"]),
            positions: positions.iter().map(|each| (text(&each["title"]), text(&each["organisation"]))).collect(),
            schools: list("schools").iter().map(text).collect(),
            recommended_by,
        })
    }

    /// Nothing says where a region is named, so all documents are read: by their database, which gives out names, or by
    /// the program that gets them all.
    fn people_in(&self, region: &str, work: &mut Work) -> Result<Vec<String>, Trouble> {
        if let Place::Column { database, queried: true } = &self.place {
            let statement = format!(
                "SELECT id, body ->> 'name', body ->> 'first', body ->> 'last' FROM resumes \
                 WHERE body ->> 'region' = {} ORDER BY id",
                quoted(region)
            );
            let part = |value: &Datum| (!value.is_null()).then(|| value.to_string());
            let name = |row: Vec<Datum>| {
                let split = || part(&row[2]).map(|first| joined(&first, part(&row[3]).as_deref()));
                part(&row[1]).or_else(split).ok_or_else(|| nameless(row[0].to_string().parse().unwrap_or_default()))
            };
            return ask(database, &statement, work).into_iter().map(name).collect();
        }
        let mut names = Vec::new();
        for (person, text) in self.all(work) {
            let document = self.parse(person, &text, work)?;
            if document["region"] == region {
                names.push(name(person, &document)?);
            }
        }
        Ok(names)
    }

    fn rename_region(&mut self, from: &str, to: &str, work: &mut Work) -> Result<(), Trouble> {
        for (person, text) in self.all(work) {
            let mut document = self.parse(person, &text, work)?;
            if document["region"] == from {
                document["region"] = to.into();
                self.write(person, &mut document, work)?;
            }
        }
        Ok(())
    }

    /// The person's own document is changed; copies of the name in those of others are not.
    fn rename_person(&mut self, person: usize, name: &str, work: &mut Work) -> Result<(), Trouble> {
        self.change(person, work, |document| document["name"] = name.into())
    }

    fn add_position(&mut self, person: usize, title: &str, at: &str, work: &mut Work) -> Result<(), Trouble> {
        let position = json!({ "title": title, "organisation": at });
        self.change(person, work, |document| push(document, "positions", position))
    }

    /// Without a copy, nobody looks whether there is such a person.
    fn recommend(&mut self, person: usize, by: usize, work: &mut Work) -> Result<(), Trouble> {
        let mut recommendation = json!({ "person": by });
        if self.copies {
            recommendation["name"] = name(by, &self.read(by, work)?)?.into();
        }
        self.change(person, work, |document| push(document, "recommendations", recommendation))
    }

    /// Taken as it comes, if it is a document at all; a column that is a text takes anything.
    fn add_person(&mut self, person: usize, record: &Incoming, work: &mut Work) -> Result<(), Trouble> {
        let text = record.text();
        if let Place::Collection(_) = self.place {
            let mut document =
                serde_json::from_str(&text).map_err(|_| "it is no JSON: it ends too early".to_owned())?;
            return self.write(person, &mut document, work);
        }
        match serde_json::from_str(&text) {
            Ok(mut document) => self.write(person, &mut document, work),
            Err(_) => self.put(person, text, work),
        }
    }

    fn split_names(&mut self, _: &mut Work) -> Result<usize, Trouble> {
        self.split = true;
        Ok(self.unsplit())
    }
}
