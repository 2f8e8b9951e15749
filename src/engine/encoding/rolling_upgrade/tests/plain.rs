//! The oracle: rows as maps from names to texts, without a byte, a message or a clock. It knows the plans from their tables.

use std::collections::BTreeMap;

type Row = BTreeMap<&'static str, String>;

pub struct Plain {
    pub change: &'static str,
    pub kept: bool,
    /// Whether a text that is not there is read as an empty one, as in Protocol Buffers.
    pub guesses: bool,
    pub on_read: bool,
    pub versions: [u8; 3],
    pub up: [bool; 3],
    pub rows: Vec<(Row, u8)>,
    /// What was set last, by row: name, city and phone.
    expected: Vec<[Option<String>; 3]>,
    pub losses: Vec<(usize, usize, String)>,
    pub wrong: u64,
    pub failed: u64,
}

pub const FIELDS: [&str; 3] = ["name", "city", "phone"];

impl Plain {
    pub fn new(change: &'static str, kept: bool, guesses: bool, on_read: bool) -> Plain {
        let people = [["Ada Lovelace", "London"], ["Alan Turing", "Wilmslow"], ["Grace Hopper", "New York"]];
        let row = |[name, city]: &[&str; 2]| {
            (BTreeMap::from([("name", (*name).to_owned()), ("city", (*city).to_owned())]), 1)
        };
        Plain {
            change,
            kept,
            guesses,
            on_read,
            versions: [1; 3],
            up: [true; 3],
            rows: people.iter().map(row).collect(),
            expected: people.iter().map(|it| [Some(it[0].into()), Some(it[1].into()), None]).collect(),
            losses: Vec::new(),
            wrong: 0,
            failed: 0,
        }
    }

    pub fn last(&self) -> u8 {
        if self.change == "staged" { 4 } else { 2 }
    }

    /// The fields of a version, with those that have to be there.
    fn fields(&self, version: u8) -> (&'static [&'static str], &'static [&'static str]) {
        match (self.change, version) {
            (_, 1) => (&["name", "city"], &["name", "city"]),
            ("add", _) => (&["name", "city", "phone"], &["name", "city"]),
            ("staged", 2) => (&["name", "city", "first", "last"], &["name", "city"]),
            ("staged", 3) => (&["name", "city", "first", "last"], &["city"]),
            _ => (&["city", "first", "last"], &["city", "first", "last"]),
        }
    }

    /// Name, city and phone as a version has them of a row, and what is foreign to it.
    fn read(&self, version: u8, row: &Row) -> Option<([Option<String>; 3], Row)> {
        let (known, needed) = self.fields(version);
        if !self.guesses && needed.iter().any(|field| !row.contains_key(field)) {
            return None;
        }
        let own = |field: &str| row.get(field).filter(|_| known.contains(&field)).cloned();
        let needs = |field: &str| own(field).or_else(|| needed.contains(&field).then(String::new));
        let new = needs("first").map(|first| match own("last").unwrap_or_default() {
            last if last.is_empty() => first,
            last => format!("{first} {last}"),
        });
        let reads_new = matches!((self.change, version), ("split", 2) | ("staged", 3 | 4));
        let name = if reads_new { new.or_else(|| needs("name")) } else { needs("name") };
        let foreign =
            row.iter().filter(|(field, _)| !known.contains(field)).map(|(field, text)| (*field, text.clone()));
        Some(([Some(name.unwrap_or_default()), needs("city"), own("phone")], foreign.collect()))
    }

    fn write(&self, version: u8, [name, city, phone]: [Option<String>; 3], foreign: Row) -> Row {
        let (known, needed) = self.fields(version);
        let name = name.unwrap_or_default();
        let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
        let mut row = if self.kept { foreign } else { Row::new() };
        for (field, text) in [
            ("name", Some(name.as_str())),
            ("city", city.as_deref()),
            ("phone", phone.as_deref()),
            ("first", Some(first)),
            ("last", Some(last)),
        ] {
            let Some(text) = text.filter(|_| known.contains(&field)) else { continue };
            if !(self.guesses && text.is_empty() && needed.contains(&field)) {
                row.insert(field, text.to_owned());
            }
        }
        row
    }

    fn store(&mut self, row: usize, writer: u8, stored: Row) {
        self.rows[row] = (stored, writer);
        for field in 0..3 {
            let Some(value) = self.expected[row][field].clone() else { continue };
            let is_there = (1..=self.last())
                .filter_map(|version| self.read(version, &self.rows[row].0))
                .any(|(person, _)| person[field].as_ref() == Some(&value));
            if !is_there {
                self.expected[row][field] = None;
                self.losses.push((row, field, value));
            }
        }
    }

    fn knows(&self, version: u8, field: usize) -> bool {
        field < 2 || self.fields(version).0.contains(&"phone")
    }

    pub fn set(&mut self, node: usize, row: usize, field: usize, value: &str) {
        let version = self.versions[node];
        let read = self.read(version, &self.rows[row].0);
        let Some((mut person, foreign)) = read.filter(|_| self.up[node] && self.knows(version, field)) else {
            self.failed += 1;
            return;
        };
        person[field] = Some(value.to_owned());
        self.expected[row][field] = Some(value.to_owned());
        let stored = self.write(version, person, foreign);
        self.store(row, version, stored);
    }

    pub fn get(&mut self, node: usize, row: usize) {
        let version = self.versions[node];
        let Some((person, foreign)) = self.read(version, &self.rows[row].0).filter(|_| self.up[node]) else {
            self.failed += 1;
            return;
        };
        let is_wrong = |field: usize| {
            let expected = &self.expected[row][field];
            expected.is_some() && *expected != person[field] && self.knows(version, field)
        };
        self.wrong += u64::from((0..3).any(is_wrong));
        if self.on_read && self.rows[row].1 < version {
            let stored = self.write(version, person, foreign);
            self.store(row, version, stored);
        }
    }

    pub fn migrate(&mut self) {
        let running = (0..3).filter(|node| self.up[*node]).map(|node| self.versions[node]).max();
        let newest = running.unwrap_or(*self.versions.iter().max().unwrap());
        for row in 0..self.rows.len() {
            let (stored, writer) = self.rows[row].clone();
            if writer < newest {
                let ([name, city, _], _) = self.read(writer, &stored).unwrap();
                let (phone, foreign) = match self.read(newest, &stored) {
                    Some(([.., phone], foreign)) => (phone, foreign),
                    None => (None, Row::new()),
                };
                let stored = self.write(newest, [name, city, phone], foreign);
                self.store(row, newest, stored);
            }
        }
    }

    pub fn contract(&mut self) {
        for row in 0..self.rows.len() {
            let read = self.read(self.last(), &self.rows[row].0);
            if let Some((person, _)) = read.filter(|(_, foreign)| !foreign.is_empty()) {
                let stored = self.write(self.last(), person, Row::new());
                self.store(row, self.last(), stored);
            }
        }
    }

    /// Whether a node runs, and its version doesn't go with another that runs or with the writer of a row.
    pub fn goes_ill_with_any(&self, node: usize) -> bool {
        let own = self.versions[node];
        let mut others = (0..3).filter(|other| self.up[*other]).map(|other| self.versions[other]);
        let mut writers = self.rows.iter().map(|row| row.1);
        self.up[node]
            && match self.change {
                "add" => false,
                "split" => others.any(|other| other != own) || writers.any(|writer| writer != own),
                _ => {
                    let strange = if own <= 2 { 4 } else { 1 };
                    others.any(|other| other.abs_diff(own) > 1) || writers.any(|writer| writer == strange)
                }
            }
    }

    /// Whether the plan allows these versions to run, and rows by these writers to be there: each version lives with its
    /// neighbours, and the two that read the old field not with rows of version 4, nor the two that read the new ones with
    /// rows of version 1.
    pub fn is_allowed(&self) -> bool {
        let running: Vec<u8> = (0..3).filter(|node| self.up[*node]).map(|node| self.versions[node]).collect();
        let (least, most) = (running.iter().min().copied().unwrap_or(1), running.iter().max().copied().unwrap_or(1));
        let writers = || self.rows.iter().map(|row| row.1);
        match self.change {
            "add" => true,
            "split" => running.is_empty() || (least == most && writers().all(|writer| writer == least)),
            _ if running.is_empty() => true,
            _ => {
                most - least <= 1
                    && (least > 2 || writers().all(|writer| writer <= 3))
                    && (most < 3 || writers().all(|writer| writer >= 2))
            }
        }
    }
}
