//! Tables of typed rows, and the small SQL in which they are asked.
//!
//! # The idea
//!
//! A table is a file of slots. A row lies in one of them, each of its columns at a fixed place, and its first column is its
//! key. A statement is a text: it is cut into [words and signs](token), read as an [action](statement) with expressions in
//! it, and [carried out](execute) row by row, where expressions get their [values](evaluate). Whoever carries it out lends it
//! a clock and chance for `NOW()` and `RAND()`, and says in which order new rows fill the slots. Whether [two
//! tables](compare) hold the same is found by looking at all of their rows.
//!
//! A mistake says where in the text it is, what is wrong there, and what is accepted. What cannot be carried out is refused
//! with its reason, and leaves the table as it was.
//!
//! # What it does not know
//!
//! `SELECT`, joins, groups and indexes; `NULL`: a column that nobody has given a value has its default; fractions; tables
//! that a statement makes. Each is refused by its name, as any other word that cannot stand where it stands.
//!
//! # Reading order
//!
//! [`value`], [`schema`] and [`heap`] are the rows; [`token`] and [`statement`] their language; [`evaluate`] and [`execute`]
//! what becomes of it.

pub mod compare;
pub mod evaluate;
pub mod execute;
pub mod heap;
pub mod schema;
pub mod statement;
pub mod token;
pub mod value;

#[cfg(test)]
mod tests;

pub use compare::{Difference, compare};
pub use evaluate::Scope;
pub use execute::{Change, Draft, Lock};
pub use heap::{Row, Table};
pub use schema::{Column, Schema};
pub use statement::{Statement, parse};
pub use token::Mistake;
pub use value::{Kind, Value};
