//! The résumés as a graph: each thing that has a name is a vertex, and each edge says how one is to another.
//!
//! ```text
//! vertex  | label 1 | length 1 | name | length 1 | last name | edges 2 | edge | …
//! edge    | label 1 | direction 1 | other vertex 2 |
//! ```
//!
//! An edge stands at both of its vertices, so that it can be followed either way.

use super::resume::{Incoming, PEOPLE, Profile, REGIONS, Record, joined, parts};
use super::store::{Store, Trouble, nobody};
use super::work::Work;

/// What a vertex is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Person = 1,
    Region = 2,
    Position = 3,
    Organisation = 4,
    School = 5,
}

/// How one vertex is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    LivesIn = 1,
    Held = 2,
    At = 3,
    Attended = 4,
    Recommends = 5,
}

/// An edge as one of its vertices has it.
#[derive(Clone, Copy, Debug)]
pub struct End {
    pub edge: Edge,
    /// Whether it leads away from here.
    pub away: bool,
    /// The place of the other vertex.
    pub other: usize,
    /// The edge's own number, the same at both of its ends.
    pub number: usize,
}

#[derive(Clone, Debug)]
pub struct Vertex {
    pub label: Label,
    /// Empty if it has none.
    pub name: String,
    /// The last name, if the name is two.
    pub last: Option<String>,
    pub ends: Vec<End>,
}

#[derive(Clone)]
pub struct Edges {
    pub vertices: Vec<Vertex>,
    /// How many edges there are.
    pub edges: usize,
    /// The place of each person, by their numbers from 1; nothing where a record was refused.
    pub people: Vec<Option<usize>>,
    /// Whether a name is written as two from now on.
    pub split: bool,
}

/// The bytes of one edge at one of its vertices.
const EDGE_BYTES: usize = 4;

impl Vertex {
    /// Its bytes without its edges.
    fn size(&self) -> usize {
        5 + self.name.len() + self.last.as_ref().map_or(0, String::len)
    }

    pub fn whole_name(&self) -> String {
        joined(&self.name, self.last.as_deref())
    }

    /// The bytes as they lie.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.label as u8];
        for text in [&*self.name, self.last.as_deref().unwrap_or_default()] {
            bytes.push(text.len() as u8);
            bytes.extend(text.as_bytes());
        }
        bytes.extend((self.ends.len() as u16).to_be_bytes());
        for end in &self.ends {
            bytes.extend([end.edge as u8, u8::from(end.away)]);
            bytes.extend((end.other as u16).to_be_bytes());
        }
        bytes
    }
}

impl Edges {
    pub fn new(people: usize) -> Edges {
        let mut graph = Edges { vertices: Vec::new(), edges: 0, people: Vec::new(), split: false };
        let mut nothing = Work::default();
        for region in REGIONS {
            graph.vertex(Label::Region, region, &mut nothing);
        }
        for (place, given) in PEOPLE[..people].iter().enumerate() {
            if let Err(trouble) = graph.add_person(place + 1, &Incoming::first(given), &mut nothing) {
                unreachable!("{}: {trouble}", given.name);
            }
        }
        graph
    }

    fn vertex(&mut self, label: Label, name: &str, work: &mut Work) -> usize {
        let place = self.vertices.len();
        self.vertices.push(Vertex { label, name: String::new(), last: None, ends: Vec::new() });
        self.rename(place, name, work);
        place
    }

    /// A person's name is written in the shape of today.
    fn rename(&mut self, place: usize, name: &str, work: &mut Work) {
        let vertex = &mut self.vertices[place];
        let (first, last) = if self.split && vertex.label == Label::Person { parts(name) } else { (name, None) };
        (vertex.name, vertex.last) = (first.to_owned(), last.map(str::to_owned));
        work.write(format!("vertex {place}"), vertex.size());
    }

    /// The vertex of that name, new if there is none: an index of names would be another structure, so all are read.
    fn named(&mut self, label: Label, name: &str, work: &mut Work) -> usize {
        match self.find(label, name, work) {
            Some(place) => place,
            None => self.vertex(label, name, work),
        }
    }

    fn find(&self, label: Label, name: &str, work: &mut Work) -> Option<usize> {
        (0..self.vertices.len()).find(|place| {
            let vertex = self.read(*place, work);
            vertex.label == label && vertex.name == name
        })
    }

    fn read(&self, place: usize, work: &mut Work) -> &Vertex {
        let vertex = &self.vertices[place];
        work.read(format!("vertex {place}"), vertex.size());
        vertex
    }

    fn person(&self, person: usize) -> Result<usize, Trouble> {
        self.people.get(person - 1).copied().flatten().ok_or_else(|| nobody(person))
    }

    /// Written at both of its vertices.
    fn connect(&mut self, from: usize, edge: Edge, to: usize, work: &mut Work) {
        let number = self.edges;
        self.edges += 1;
        self.vertices[from].ends.push(End { edge, away: true, other: to, number });
        self.vertices[to].ends.push(End { edge, away: false, other: from, number });
        work.write(format!("edge {number}"), 2 * EDGE_BYTES);
    }

    /// The vertices to which edges of that kind lead, or from which they come.
    fn follow(&self, from: usize, edge: Edge, away: bool, work: &mut Work) -> Vec<usize> {
        let ends = self.vertices[from].ends.iter().filter(|end| (end.edge, end.away) == (edge, away));
        let follow = |end: &End| {
            work.read(format!("edge {}", end.number), EDGE_BYTES);
            work.cost.steps += 1;
            end.other
        };
        ends.map(follow).collect()
    }

    fn names(&self, places: Vec<usize>, work: &mut Work) -> Result<Vec<String>, Trouble> {
        let name = |place| match self.read(place, work).whole_name() {
            name if name.is_empty() => Err(format!("vertex {place} has no name")),
            name => Ok(name),
        };
        places.into_iter().map(name).collect()
    }

    /// How many people still have a name in one piece that could be two.
    pub fn unsplit(&self) -> usize {
        self.vertices.iter().filter(|vertex| vertex.label == Label::Person && vertex.name.contains(' ')).count()
    }
}

impl Store for Edges {
    fn profile(&self, person: usize, work: &mut Work) -> Result<Profile, Trouble> {
        let here = self.person(person)?;
        let name = self.names(vec![here], work)?.concat();
        let regions = self.follow(here, Edge::LivesIn, true, work);
        let mut positions = Vec::new();
        for position in self.follow(here, Edge::Held, true, work) {
            let title = self.read(position, work).name.clone();
            let organisations = self.follow(position, Edge::At, true, work);
            positions.push((title, self.names(organisations, work)?.concat()));
        }
        let schools = self.follow(here, Edge::Attended, true, work);
        let givers = self.follow(here, Edge::Recommends, false, work);
        Ok(Profile {
            name,
            region: self.names(regions, work)?.concat(),
            positions,
            schools: self.names(schools, work)?,
            recommended_by: self.names(givers, work)?,
        })
    }

    fn people_in(&self, region: &str, work: &mut Work) -> Result<Vec<String>, Trouble> {
        let Some(region) = self.find(Label::Region, region, work) else { return Ok(Vec::new()) };
        let people = self.follow(region, Edge::LivesIn, false, work);
        self.names(people, work)
    }

    fn rename_region(&mut self, from: &str, to: &str, work: &mut Work) -> Result<(), Trouble> {
        if let Some(place) = self.find(Label::Region, from, work) {
            self.rename(place, to, work);
        }
        Ok(())
    }

    fn rename_person(&mut self, person: usize, name: &str, work: &mut Work) -> Result<(), Trouble> {
        let place = self.person(person)?;
        self.read(place, work);
        self.rename(place, name, work);
        Ok(())
    }

    fn add_position(&mut self, person: usize, title: &str, at: &str, work: &mut Work) -> Result<(), Trouble> {
        let person = self.person(person)?;
        let organisation = self.named(Label::Organisation, at, work);
        let position = self.vertex(Label::Position, title, work);
        self.connect(person, Edge::Held, position, work);
        self.connect(position, Edge::At, organisation, work);
        Ok(())
    }

    fn recommend(&mut self, person: usize, by: usize, work: &mut Work) -> Result<(), Trouble> {
        let (person, by) = (self.person(person)?, self.person(by)?);
        self.connect(by, Edge::Recommends, person, work);
        Ok(())
    }

    /// A vertex has whatever properties it is given: one without a name is as good as any.
    fn add_person(&mut self, person: usize, record: &Incoming, work: &mut Work) -> Result<(), Trouble> {
        if record.record == Record::Torn {
            return Err("the program that makes vertices of it finds no JSON".to_owned());
        }
        let name = if record.record == Record::Nameless { "" } else { record.given.name };
        let place = self.vertex(Label::Person, name, work);
        if self.people.len() < person {
            self.people.resize(person, None);
        }
        self.people[person - 1] = Some(place);
        let region = self.find(Label::Region, record.region, work);
        if let Some(region) = region {
            self.connect(place, Edge::LivesIn, region, work);
        }
        for (title, at) in record.given.positions {
            self.add_position(person, title, at, work)?;
        }
        for school in record.given.schools {
            let school = self.named(Label::School, school, work);
            self.connect(place, Edge::Attended, school, work);
        }
        Ok(())
    }

    fn split_names(&mut self, _: &mut Work) -> Result<usize, Trouble> {
        self.split = true;
        Ok(self.unsplit())
    }
}
