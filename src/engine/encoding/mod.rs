//! What travels between programs, and what becomes of it: one folder a figure.

pub mod encoding;
pub mod evolution;
pub mod queue;
pub mod rpc;
