//! What travels between programs, and what becomes of it: one folder a figure.

#[allow(clippy::module_inception, reason = "a folder is named as its figure")]
pub mod encoding;
pub mod evolution;
pub mod queue;
pub mod rolling_upgrade;
pub mod rpc;
