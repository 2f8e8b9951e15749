//! What the three stores are opened with.

use stepwise_derive::{Choice, Parameters};

use super::Model;

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// Which three ways of keeping a résumé are shown side by side
    #[parameter(Compared::Models)]
    pub compare: Compared,
    /// How many people have a résumé at first
    #[parameter(4, 1..=8)]
    pub people: u32,
    /// Whether a recommendation in a document has a copy of the name of the person who gave it
    #[label("Copies of names")]
    #[parameter(true)]
    pub copies: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Compared {
    /// tables, documents and a graph
    Models,
    /// tables, and documents in a column of one: JSON, or just a text
    Columns,
}

impl Compared {
    pub fn models(self) -> [Model; 3] {
        match self {
            Compared::Models => [Model::Rows, Model::Documents, Model::Edges],
            Compared::Columns => [Model::Rows, Model::JsonColumn, Model::TextColumn],
        }
    }
}
