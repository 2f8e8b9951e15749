//! What each model can be asked, and what can be changed in it.

use super::resume::{Incoming, Profile};
use super::work::Work;

/// What a model says instead of an answer, or why it refuses a change: a clause without its full stop.
pub type Trouble = String;

pub trait Store {
    fn profile(&self, person: usize, work: &mut Work) -> Result<Profile, Trouble>;

    /// The names of those who live in a region, by their numbers.
    fn people_in(&self, region: &str, work: &mut Work) -> Result<Vec<String>, Trouble>;

    fn rename_region(&mut self, from: &str, to: &str, work: &mut Work) -> Result<(), Trouble>;

    fn rename_person(&mut self, person: usize, name: &str, work: &mut Work) -> Result<(), Trouble>;

    fn add_position(&mut self, person: usize, title: &str, at: &str, work: &mut Work) -> Result<(), Trouble>;

    fn recommend(&mut self, person: usize, by: usize, work: &mut Work) -> Result<(), Trouble>;

    /// Takes the record of a person with that number in.
    fn add_person(&mut self, person: usize, record: &Incoming, work: &mut Work) -> Result<(), Trouble>;

    /// From now on, a name is two: a first name and a last one. How many are left as they were, for whoever reads them.
    fn split_names(&mut self, work: &mut Work) -> Result<usize, Trouble>;
}

/// Nobody has that number here.
pub fn nobody(person: usize) -> Trouble {
    format!("it has no person {person}")
}
