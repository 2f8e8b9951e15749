//! The engines behind the figures: the data systems of the book, really implemented.
//!
//! Read in this order:
//! 1. [`contract`]: what an engine is, and what it owes to whoever follows it;
//! 2. [`language`]: the one small language in which a reader asks things of an engine, and [`form`]: how an engine declares
//!    what it takes; [`data`] reads a file of theirs into it;
//! 3. [`sim`]: the disk, the network, the clock, the agenda and the chance that engines stand on;
//! 4. [`storage`], [`replication`], [`encoding`], [`model`] and [`service`]: the engines themselves, one folder each. What they share,
//!    whichever floor they are on, is here beside them: the [`key`], the [`histogram`], the [`spread`] of times, the
//!    [`log`] of records, the [`table`] of typed rows with its SQL, the [`format`](mod@format)s in which records are written,
//!    the hosts and calls of a [`cluster`], the [`versions`] of what several write, the [`setting`] that a command changes, how
//!    things are put in [`order`], and of their narrations the [`wording`], and how they [`spell`] numbers.
//!
//! The folder of an engine is named as its figure, and has the same rooms as every other: `mod.rs` is the essay, the struct
//! and its `impl Engine`; `settings.rs` what it is opened with, `command.rs` what may be asked, `event.rs` what happened and
//! how it is told; then the subject, one question a file; `view.rs` has the counters, the state as JSON and what a picture
//! needs, `bytes.rs` the bytes of its files and messages explained, where it has any; `tests.rs` the tests.
//!
//! Nothing here knows of the web or of drawing, reads a clock of the machine, draws chance from anywhere but its own
//! seed, or prints. Imports run one way: engines use `sim`; `sim` uses nothing of ours. A test reads the imports and
//! keeps it so.

pub mod checksum;
pub mod cluster;
pub mod contract;
pub mod data;
pub mod encoding;
pub mod form;
pub mod format;
pub mod histogram;
pub mod key;
pub mod language;
pub mod log;
pub mod model;
pub mod order;
pub mod replication;
pub mod service;
pub mod setting;
pub mod sim;
pub mod spell;
pub mod spread;
pub mod storage;
pub mod table;
#[cfg(test)]
pub mod testing;
pub mod varint;
pub mod versions;
pub mod ways;
pub mod wire;
pub mod wording;
pub mod workload;

pub use contract::{
    Argument, ArgumentKind, BadParameter, CommandForm, Counter, Decision, Dump, Engine, Event, Outcome, Parameter,
    ParameterKind, Parameters, Probe, Span, Way,
};
pub use language::{BadCommand, Words};
