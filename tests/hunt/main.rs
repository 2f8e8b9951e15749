//! An independent judge of clusters: random histories of `quorum`, `leader`, `failover` and `lag`, each judged by trying
//! every order that its calls could have had, and compared with the verdicts that the figures show.
//!
//! Nothing of the engines' own checkers is used here. A [`watch::Watcher`] notes at each step which calls have begun or ended;
//! [`order`] searches for one order of the calls of a register or of a set (Wing and Gong, *Testing and Verifying
//! Concurrent Objects*, 1993); each protocol's file spells out its promises again, as their definitions have them.
//!
//! `cargo test --test hunt` tries 250 fixed seeds a protocol; `cargo xtask hunt` tries 20,000, or as many as `HUNT_SEEDS` says,
//! and prints how often each verdict occurred.

mod chance;
mod failover;
mod lag;
mod leader;
mod order;
mod quorum;
mod register;
mod tally;
mod watch;
