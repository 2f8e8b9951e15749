//! Services under load: what waits, what is served, and what becomes of both when something goes wrong.
//!
//! A small discrete-event simulator, in parts that each engine puts together as it needs:
//! 1. [`arrivals`]: requests from a world that does not wait for answers, at a rate, by chance;
//! 2. [`distribution`](crate::distribution): how long the work on one of them takes;
//! 3. [`station`]: a queue and its workers;
//! 4. [`retry`] and [`breaker`]: what a caller does that gets no answer;
//! 5. [`theory`]: what should have come of it, by the formulas of queueing theory.
//!
//! How long they all took is kept in a [`histogram`](crate::histogram).
//!
//! Engines made of them: [`latency`], [`tail`], [`faults`] and [`scaling`]; beside them [`fanout`] and [`rollout`].
//!
//! What is going to happen stands in a [`sim::Agenda`](crate::sim::Agenda), time is [`sim::Time`](crate::sim::Time), and
//! all chance comes from one [`sim::Rng`](crate::sim::Rng). An engine is a loop: take the next event from the agenda, let
//! it change a station, put down what follows from it.

pub mod arrivals;
pub mod breaker;
pub mod command;
pub mod fanout;
pub mod faults;
pub mod latency;
pub mod retry;
pub mod rollout;
pub mod scaling;
pub mod shared;
pub mod station;
pub mod tail;
pub mod theory;

#[cfg(test)]
mod tests;

pub use crate::sim::distribution::{self, Distribution};
pub use crate::spell::{self, grouped};
pub use arrivals::Arrivals;
pub use breaker::Breaker;
pub use retry::Retry;
pub use shared::Shared;
pub use station::{Job, Offer, Running, Station};
