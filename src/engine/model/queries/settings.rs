//! What the question is opened with: which languages are shown, and how MapReduce goes to work.

use stepwise_derive::{Choice, Parameters};

use super::question::Language;
use super::worker::MOST_WORKERS;

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// The languages that are shown and asked
    #[parameter(Shown::All)]
    pub languages: Shown,
    /// How many workers MapReduce has
    #[parameter(3, 1..=MOST_WORKERS as u64)]
    pub workers: usize,
    /// How many rows one map task has
    #[label("Rows of a split")]
    #[parameter(3, 1..=24, "rows")]
    pub split: usize,
    /// Into how many parts the keys are divided by their hash
    #[parameter(2, 1..=4)]
    pub reducers: usize,
    /// Whether each map task reduces its own pairs before they travel
    #[parameter(false)]
    pub combiner: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Shown {
    /// all four
    All,
    /// SQL and the loop
    SqlLoop,
    /// SQL and MapReduce
    SqlMapReduce,
    /// SQL and the pipeline
    SqlPipeline,
    /// MapReduce
    MapReduce,
}

impl Shown {
    pub fn languages(self) -> &'static [Language] {
        match self {
            Shown::All => &[Language::Sql, Language::Loop, Language::MapReduce, Language::Pipeline],
            Shown::SqlLoop => &[Language::Sql, Language::Loop],
            Shown::SqlMapReduce => &[Language::Sql, Language::MapReduce],
            Shown::SqlPipeline => &[Language::Sql, Language::Pipeline],
            Shown::MapReduce => &[Language::MapReduce],
        }
    }
}
