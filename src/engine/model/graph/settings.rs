//! What the graph is opened with.

use stepwise_derive::{Choice, Parameters};

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// Which vertices and edges there are at first, and which question is asked
    #[parameter(World::World)]
    pub graph: World,
    /// Whether the table of edges has an index of its tails and one of its heads, for SQL
    #[parameter(true)]
    pub indexes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum World {
    /// two people and their towns
    Town,
    /// four people and two continents
    World,
    /// who knows whom
    Friends,
    /// nothing yet
    Empty,
}
