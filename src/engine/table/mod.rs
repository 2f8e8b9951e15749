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
//! # Queries
//!
//! Beside these tables of one file there are [databases](database) of several, whose [queries](query) join, group and sort
//! their rows, and name tables for themselves, even recursively. Such a text is parsed, [planned](plan) by the statistics
//! that are shown, and [run](run) one row at a time:
//!
//! ```ignore
//! let mut database = Database::new();
//! database.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, city TEXT)")?;
//! database.execute("INSERT INTO people VALUES (1, 'Riga'), (2, 'Oslo')")?;
//! let answer = database.query("SELECT city, COUNT(*) FROM people GROUP BY city")?;
//!
//! let plan = Rc::new(plan::plan(&query::parse_query(text)?, &database)?);
//! let mut run = Run::new(plan, &database); // Clone: a photograph of everything
//! while let Some(moves) = run.advance()? {} // what each operator did with one row
//! run.flow(operator); // rows in and out, rows, entries and bytes read
//! ```
//!
//! All that can be wrong is a [`Mistake`], with its place in the text: [`Mistake::told`] says it by line and column.
//!
//! # What it does not know
//!
//! In the tables of one file: `SELECT`, joins, groups and indexes; `NULL`: a column that nobody has given a value has its
//! default; fractions; tables that a statement makes. In queries: fractions that are written, a query within an expression,
//! `RIGHT` and `FULL` joins, `INTERSECT` and `EXCEPT`, windows, views, transactions. Each is refused by its name, as any other
//! word that cannot stand where it stands.
//!
//! # Reading order
//!
//! [`value`], [`schema`] and [`heap`] are the rows of one file; [`token`] and [`statement`] their language; [`evaluate`] and
//! [`execute`] what becomes of it. Of queries, [`datum`], [`record`] and [`database`] are the rows; [`query`] is the language,
//! read by `parse` and `parse_expression`; `bind` and `body` find what its names mean, `planner` and `choose` make a [`plan`] of it, and
//! [`run`] carries it out with the rows of `fetch`, [`scalar`] and [`aggregate`]. `write` is for all other statements.

pub mod aggregate;
mod bind;
mod body;
mod choose;
pub mod compare;
pub mod database;
pub mod datum;
mod decimal;
mod document;
pub mod evaluate;
pub mod execute;
mod fetch;
pub mod heap;
mod json;
mod keyed;
mod parse;
mod parse_expression;
pub mod plan;
mod planner;
pub mod query;
pub mod record;
pub mod run;
mod say;
pub mod scalar;
pub mod schema;
pub mod statement;
pub mod token;
pub mod value;
mod write;

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
mod query_tests;
#[cfg(test)]
mod reported_tests;
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
