//! Clusters: how copies of the same data are kept on several nodes.
//!
//! What all of them share stands here: [`host`] names nodes and clients, [`world`] says what happens to them next, and
//! [`history`] keeps every call of a client and finds the reads that broke a promise. A protocol has a folder of its own.
//!
//! Two names that are alike: [`replicated_log`] is a part, nodes that keep copies of one log, term by term, and
//! [`leader`], [`failover`] and [`lag`] stand on it; [`replication_log`] is a figure, and its question is what a leader
//! writes into the log that it ships.

pub mod checker;
pub mod collab;
pub mod failover;
pub mod history;
pub mod host;
pub mod lag;
pub mod leader;
pub mod multi_leader;
pub mod quorum;
pub mod register;
pub mod replicated_log;
pub mod replication_log;
pub mod staleness;
pub mod topology;
pub mod versions;
pub mod world;

pub use history::{CallId, History, Verdict};
pub use host::{ClientId, Host, NodeId, NodeSet, Service};
pub use world::{Happening, World};
