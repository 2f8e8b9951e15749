//! What all models keep: people with what their résumés say. The same at each run.

use serde_json::{Value, json};
use stepwise_derive::Choice;

/// A person as an answer shows one, whichever model gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub region: String,
    /// Title and organisation, in the order in which they were added.
    pub positions: Vec<(String, String)>,
    /// Schools, likewise.
    pub schools: Vec<String>,
    /// The names of those who recommend this person, likewise.
    pub recommended_by: Vec<String>,
}

/// Regions, by their numbers from 1.
pub const REGIONS: [&str; 3] = ["Greater Oslo", "Riga Area", "Basel Region"];

/// A person as someone typed one in.
pub struct Given {
    pub name: &'static str,
    /// The number of a region.
    pub region: usize,
    /// Title and organisation.
    pub positions: &'static [(&'static str, &'static str)],
    pub schools: &'static [&'static str],
}

const fn given(
    name: &'static str,
    region: usize,
    positions: &'static [(&'static str, &'static str)],
    schools: &'static [&'static str],
) -> Given {
    Given { name, region, positions, schools }
}

/// People, by their numbers from 1.
pub const PEOPLE: [Given; 8] = [
    given("Ada Berg", 1, &[("Analyst", "Engines"), ("Author", "Notes")], &["Nesna"]),
    given("Grace Ozols", 2, &[("Captain", "Navy")], &["Vassar", "Yale"]),
    given("Edgar Lund", 1, &[("Fellow", "Labs"), ("Pilot", "Air Force")], &["Exeter"]),
    given("Barbara Frei", 3, &[("Professor", "Institute")], &["Stanford"]),
    given("Jim Kalns", 2, &[("Fellow", "Labs"), ("Architect", "Tandem")], &["Berkeley"]),
    given("Margaret Keller", 3, &[("Lead", "Apollo")], &[]),
    given("Donald Moe", 1, &[], &["Case"]),
    given("Leslie Liepa", 2, &[("Fellow", "Labs")], &["Brandeis"]),
];

/// In what state the record of a new person comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Record {
    /// with all that a résumé needs
    Whole,
    /// without a name
    Nameless,
    /// cut in the middle
    Torn,
}

impl Given {
    /// As a JSON document, which is what comes in from outside; the region has that name by now.
    fn document(&self, region: &str) -> Value {
        let positions: Vec<Value> =
            self.positions.iter().map(|(title, at)| json!({ "title": title, "organisation": at })).collect();
        json!({ "name": self.name, "region": region, "positions": positions, "schools": self.schools, "recommendations": [] })
    }

    /// The text of the record in that state.
    fn text(&self, region: &str, record: Record) -> String {
        let mut document = self.document(region);
        if let (Record::Nameless, Some(fields)) = (record, document.as_object_mut()) {
            fields.remove("name");
        }
        let mut text = document.to_string();
        if record == Record::Torn {
            text.truncate(text.len() / 2);
        }
        text
    }
}

/// A record that comes in.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    pub given: &'a Given,
    /// What its region is called.
    pub region: &'a str,
    pub record: Record,
}

impl Incoming<'_> {
    /// One of the people that are there at first.
    pub fn first(given: &Given) -> Incoming<'_> {
        Incoming { given, region: REGIONS[given.region - 1], record: Record::Whole }
    }

    pub fn text(&self) -> String {
        self.given.text(self.region, self.record)
    }
}

/// A name as two: its first word, and what follows it.
pub fn parts(name: &str) -> (&str, Option<&str>) {
    name.split_once(' ').map_or((name, None), |(first, last)| (first, Some(last)))
}

/// The two as a name again.
pub fn joined(first: &str, last: Option<&str>) -> String {
    last.map_or_else(|| first.to_owned(), |last| format!("{first} {last}"))
}
