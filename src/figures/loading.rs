//! Rows of the reader's own on their way into an engine, before its run begins and without being recorded.
//!
//! A megabyte of rows takes longer than a page may be kept, so they go in slices. What has been loaded is kept as the
//! engine that it made: each run on it begins with a copy.

use std::rc::Rc;

use super::{BadSpec, Entry, catalogue, find};
use crate::engine::Parameters;
use crate::engine::data::{BadData, Data};
use crate::spec::FigureSpec;
use crate::timeline::{self, Machine};

/// An engine that takes rows in, or has taken them in.
pub struct Loading {
    pub(super) entry: &'static Entry,
    pub(super) parameters: Parameters,
    data: Rc<Data>,
    engine: Box<dyn Machine>,
    done: usize,
}

impl Loading {
    /// Begins to write rows into the engine of a spec. A parameter that is wrong is an error, and so is a figure without
    /// keys and values.
    pub fn new(spec: &FigureSpec, data: Rc<Data>) -> Result<Loading, BadSpec> {
        let entry = find(&spec.kind)?;
        if !entry.takes_data() {
            let kinds: Vec<_> = catalogue().iter().filter(|it| it.takes_data()).map(|it| it.about.kind).collect();
            return Err(BadSpec(format!("`{}` holds no keys and values; accepted: {}", spec.kind, kinds.join(", "))));
        }
        let pairs = spec.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let bad = |mistake: &dyn ToString| BadSpec(mistake.to_string());
        let parameters = Parameters::new(entry.parameters, pairs).map_err(|mistake| bad(&mistake))?;
        let engine = (entry.open)(&parameters).map_err(|mistake| bad(&mistake))?;
        Ok(Loading { entry, parameters, data, engine, done: 0 })
    }

    /// Writes so many more rows; whether there are any left. The error names the line that the engine cannot read, or
    /// refuses.
    pub fn advance(&mut self, rows: usize) -> Result<bool, BadData> {
        let all = &self.data.rows;
        let end = all.len().min(self.done.saturating_add(rows));
        timeline::load(&mut *self.engine, &all[self.done..end])?;
        self.done = end;
        Ok(end < all.len())
    }

    /// How many rows are written, and of how many.
    pub fn progress(&self) -> (u64, u64) {
        (self.done as u64, self.data.rows.len() as u64)
    }

    pub fn data(&self) -> Rc<Data> {
        self.data.clone()
    }

    /// Whether this is the engine that a spec asks for.
    pub fn fits(&self, spec: &FigureSpec) -> bool {
        let declared = self.entry.parameters.iter().zip(self.parameters.iter());
        let same = |name: &str, default: &str, value: &str| {
            spec.parameters.get(name).map_or(value == default, |asked| asked == value)
        };
        spec.kind == self.entry.about.kind
            && declared.into_iter().all(|(parameter, (name, value))| same(name, parameter.default, value))
    }

    /// A copy of the engine with all that is written so far.
    pub(super) fn engine(&self) -> Box<dyn Machine> {
        self.engine.photograph()
    }
}
