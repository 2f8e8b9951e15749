//! What a question or a change has cost one model, and what it has touched.

use std::collections::BTreeMap;

/// Counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Rows (and entries of an index), documents, or vertices and edges.
    pub read: u64,
    pub written: u64,
    pub bytes_read: u64,
    pub bytes_written: u64,
    /// Tables joined, other documents looked up, edges followed, or texts that the program had to parse.
    pub steps: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    Read,
    Written,
}

/// What is counted, and what was touched: a row, a document, a vertex or an edge by its name, as in `people 2`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub cost: Cost,
    pub touched: BTreeMap<String, Touch>,
}

impl Work {
    pub fn read(&mut self, what: String, bytes: usize) {
        self.cost.read += 1;
        self.cost.bytes_read += bytes as u64;
        self.touch(what, Touch::Read);
    }

    pub fn write(&mut self, what: String, bytes: usize) {
        self.cost.written += 1;
        self.cost.bytes_written += bytes as u64;
        self.touch(what, Touch::Written);
    }

    /// What is read and written counts as written.
    pub fn touch(&mut self, what: String, touch: Touch) {
        let before = self.touched.entry(what).or_insert(touch);
        *before = touch.max(*before);
    }
}

impl Cost {
    pub fn add(&mut self, other: Cost) {
        self.read += other.read;
        self.written += other.written;
        self.bytes_read += other.bytes_read;
        self.bytes_written += other.bytes_written;
        self.steps += other.steps;
    }
}
