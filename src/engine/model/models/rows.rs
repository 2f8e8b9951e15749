//! The résumés as tables: each fact in one row, and a row says by its number whose it is.

use serde_json::Value;

use super::resume::{Incoming, PEOPLE, Profile, REGIONS};
use super::store::{Store, Trouble, nobody};
use super::work::{Cost, Touch, Work};
use crate::table::database::{Database, Effect};
use crate::table::datum::Datum;
use crate::table::plan::{Operator, plan};
use crate::table::query::parse_query;
use crate::table::run::Run;

const SCHEMA: [&str; 9] = [
    "CREATE TABLE regions (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, region INTEGER NOT NULL REFERENCES regions (id))",
    "CREATE TABLE positions (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id), title TEXT NOT NULL, organisation TEXT)",
    "CREATE TABLE schools (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id), school TEXT NOT NULL)",
    "CREATE TABLE recommendations (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id), giver INTEGER NOT NULL REFERENCES people (id))",
    "CREATE INDEX people_by_region ON people (region)",
    "CREATE INDEX positions_by_person ON positions (person)",
    "CREATE INDEX schools_by_person ON schools (person)",
    "CREATE INDEX recommendations_by_person ON recommendations (person)",
];

/// So many rows the planner takes each table for.
const ASSUMED_ROWS: u64 = 1_000;

/// A name that may have become two columns, as one.
const WHOLE_NAME: &str = "people.name || COALESCE(' ' || people.last, '')";

#[derive(Clone)]
pub struct Rows {
    pub database: Database,
    /// Whether a name is two columns.
    pub split: bool,
}

/// The rows of a query, and what they cost.
pub(super) fn ask(database: &Database, text: &str, work: &mut Work) -> Vec<Vec<Datum>> {
    let planned = parse_query(text).and_then(|query| plan(&query, database));
    let mut run = match planned {
        Ok(plan) => Run::new(plan.into(), database),
        Err(mistake) => unreachable!("{text}: {}", mistake.told(text)),
    };
    run.reads = Some(Vec::new());
    if let Err(mistake) = run.finish() {
        unreachable!("{text}: {}", mistake.told(text));
    }
    let total = run.total();
    let joins = run.plan().steps().filter(|(.., step)| matches!(step.operator, Operator::Join { .. })).count();
    work.cost.add(Cost {
        read: total.rows_read + total.entries_read,
        bytes_read: total.bytes_read,
        steps: joins as u64,
        ..Cost::default()
    });
    let tables: Vec<_> = database.tables().collect();
    for (place, number) in run.reads.iter().flatten() {
        work.touch(format!("{} {number}", tables[*place].name), Touch::Read);
    }
    run.answer().rows.iter().map(|row| row.to_vec()).collect()
}

/// Executes a statement that writes, counts what it did, and finds the rows that are other than before.
pub(super) fn write(database: &mut Database, text: &str, work: &mut Work) -> Result<(), Trouble> {
    let before = database.clone();
    let written = match database.execute(text).map_err(|mistake| mistake.problem.to_string())? {
        Effect::Wrote(written) => written,
        _ => return Ok(()),
    };
    work.cost.add(Cost {
        read: written.rows_read,
        written: written.rows_written + written.entries_written,
        bytes_read: written.bytes_read,
        bytes_written: written.bytes_written,
        steps: 0,
    });
    let (Some(old), Some(table)) = (before.table(&written.table), database.table(&written.table)) else {
        return Ok(());
    };
    let is_scan = written.rows_read == old.row_count() as u64;
    for (number, record) in table.records() {
        let same = old.records().any(|(other, earlier)| other == number && earlier == record);
        let touch = if same { Touch::Read } else { Touch::Written };
        if !same || is_scan {
            work.touch(format!("{} {number}", table.name), touch);
        }
    }
    Ok(())
}

pub(super) fn quoted(text: &str) -> String {
    Datum::text(text).literal()
}

/// The values of the first column as texts.
fn texts(rows: Vec<Vec<Datum>>) -> Vec<String> {
    rows.into_iter().filter_map(|row| row.first().map(Datum::to_string)).collect()
}

impl Rows {
    pub fn new(people: usize) -> Rows {
        let mut rows = Rows { database: Database::new(), split: false };
        let mut nothing = Work::default();
        let mut write =
            |text: &str| write(&mut rows.database, text, &mut nothing).unwrap_or_else(|_| unreachable!("{text}"));
        for statement in SCHEMA {
            write(statement);
        }
        for (place, region) in REGIONS.iter().enumerate() {
            write(&format!("INSERT INTO regions VALUES ({}, {})", place + 1, quoted(region)));
        }
        for (place, given) in PEOPLE[..people].iter().enumerate() {
            if let Err(trouble) = rows.add_person(place + 1, &Incoming::first(given), &mut nothing) {
                unreachable!("{}: {trouble}", given.name);
            }
        }
        rows.database.assume(ASSUMED_ROWS);
        rows
    }

    fn ask(&self, text: &str, work: &mut Work) -> Vec<Vec<Datum>> {
        ask(&self.database, text, work)
    }

    fn write(&mut self, text: &str, work: &mut Work) -> Result<(), Trouble> {
        write(&mut self.database, text, work)
    }

    /// The names of all regions.
    pub fn regions(&self) -> Vec<String> {
        texts(self.ask("SELECT name FROM regions ORDER BY id", &mut Work::default()))
    }

    fn name(&self) -> &'static str {
        if self.split { WHOLE_NAME } else { "people.name" }
    }

    /// A statement that should have changed one row.
    fn change(&mut self, person: usize, text: &str, work: &mut Work) -> Result<(), Trouble> {
        let before = work.cost.written;
        self.write(text, work)?;
        if work.cost.written == before { Err(nobody(person)) } else { Ok(()) }
    }
}

impl Store for Rows {
    fn profile(&self, person: usize, work: &mut Work) -> Result<Profile, Trouble> {
        let name = self.name();
        let own = format!(
            "SELECT {name}, regions.name FROM people JOIN regions ON regions.id = people.region WHERE people.id = {person}"
        );
        let own = self.ask(&own, work).into_iter().next().ok_or_else(|| nobody(person))?;
        let positions = format!("SELECT title, organisation FROM positions WHERE person = {person} ORDER BY id");
        let positions = self.ask(&positions, work);
        let schools = format!("SELECT school FROM schools WHERE person = {person} ORDER BY id");
        let schools = texts(self.ask(&schools, work));
        let by = format!(
            "SELECT {name} FROM recommendations JOIN people ON people.id = recommendations.giver \
             WHERE recommendations.person = {person} ORDER BY recommendations.id"
        );
        Ok(Profile {
            name: own[0].to_string(),
            region: own[1].to_string(),
            positions: positions.iter().map(|row| (row[0].to_string(), row[1].to_string())).collect(),
            schools,
            recommended_by: texts(self.ask(&by, work)),
        })
    }

    fn people_in(&self, region: &str, work: &mut Work) -> Result<Vec<String>, Trouble> {
        let text = format!(
            "SELECT {} FROM regions JOIN people ON people.region = regions.id WHERE regions.name = {} ORDER BY people.id",
            self.name(),
            quoted(region)
        );
        Ok(texts(self.ask(&text, work)))
    }

    fn rename_region(&mut self, from: &str, to: &str, work: &mut Work) -> Result<(), Trouble> {
        self.write(&format!("UPDATE regions SET name = {} WHERE name = {}", quoted(to), quoted(from)), work)
    }

    fn rename_person(&mut self, person: usize, name: &str, work: &mut Work) -> Result<(), Trouble> {
        let (first, last) = super::resume::parts(name);
        let set = match (self.split, last) {
            (false, _) => format!("name = {}", quoted(name)),
            (true, last) => format!("name = {}, last = {}", quoted(first), last.map_or("NULL".to_owned(), quoted)),
        };
        self.change(person, &format!("UPDATE people SET {set} WHERE id = {person}"), work)
    }

    fn add_position(&mut self, person: usize, title: &str, at: &str, work: &mut Work) -> Result<(), Trouble> {
        let (title, at) = (quoted(title), quoted(at));
        let text = format!("INSERT INTO positions (person, title, organisation) VALUES ({person}, {title}, {at})");
        self.write(&text, work)
    }

    fn recommend(&mut self, person: usize, by: usize, work: &mut Work) -> Result<(), Trouble> {
        self.write(&format!("INSERT INTO recommendations (person, giver) VALUES ({person}, {by})"), work)
    }

    /// The record is taken apart: what it does not have is `NULL`, and the schema says whether that will do.
    fn add_person(&mut self, person: usize, record: &Incoming, work: &mut Work) -> Result<(), Trouble> {
        let document: Value = serde_json::from_str(&record.text())
            .map_err(|_| "the program that takes it apart into rows finds no JSON".to_owned())?;
        let region = document["region"].as_str().unwrap_or_default();
        let region = self.ask(&format!("SELECT id FROM regions WHERE name = {}", quoted(region)), work);
        let region = texts(region).into_iter().next().unwrap_or_else(|| "NULL".to_owned());
        let name = document["name"].as_str();
        let (first, last) = name.map_or((None, None), |name| match super::resume::parts(name) {
            (first, last) if self.split => (Some(first), last),
            _ => (Some(name), None),
        });
        let literal = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), quoted);
        let (columns, values) = match self.split {
            true => (", last", format!(", {}", literal(last))),
            false => ("", String::new()),
        };
        self.write(
            &format!(
                "INSERT INTO people (id, name, region{columns}) VALUES ({person}, {}, {region}{values})",
                literal(first)
            ),
            work,
        )?;
        for (title, at) in record.given.positions {
            self.add_position(person, title, at, work)?;
        }
        for school in record.given.schools {
            self.write(&format!("INSERT INTO schools (person, school) VALUES ({person}, {})", quoted(school)), work)?;
        }
        Ok(())
    }

    fn split_names(&mut self, work: &mut Work) -> Result<usize, Trouble> {
        self.write("ALTER TABLE people ADD COLUMN last TEXT", work)?;
        let statement = "UPDATE people SET last = SUBSTR(name, INSTR(name, ' ') + 1), \
                         name = SUBSTR(name, 1, INSTR(name, ' ') - 1) WHERE INSTR(name, ' ') > 0";
        self.write(statement, work)?;
        self.split = true;
        Ok(0)
    }
}
