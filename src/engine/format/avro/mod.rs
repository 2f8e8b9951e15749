//! Avro: bytes without names, tags or types, which only the writer's schema can read; and the rules by which a reader with
//! another schema makes sense of them.
//!
//! # The idea
//!
//! A record is its values one after the other, in the order of the writer's schema. Nothing in the bytes says where a
//! field begins, what it is called, or even that it is there. So a reader needs *two* schemas: the one that [wrote](decode)
//! the bytes, to find the values, and its own, to say what it wants of them. [Resolution](resolve) compares the two by name.
//!
//! A reader gets the writer's schema [from the head of a file, by a fingerprint in front of each record](container), or in
//! a [handshake](handshake).
//!
//! # Reading order
//!
//! [`json`] reads text with its places, [`parse`] makes a [`schema`] of it; [`datum`] has values and defaults; [`encode`] and
//! [`decode`] go between values and bytes; [`resolve`] between schemas. [`canonical`] has the fingerprint; [`bridge`] leads to the
//! records that all formats share.
//!
//! # Simpler than the real one because
//!
//! - logical types (dates, decimals, UUIDs) are read as the type beneath them, which Avro allows to readers that don't know them;
//! - the first branch of a reader's union that matches is taken, as the specification says. Java's library prefers a branch
//!   of the very same type, and then one of the same shape;
//! - the default of a union may be a value of any of its branches, as since version 1.12; before, it had to be of the first;
//! - the order in which records are sorted is read, but not kept;
//! - files are not packed (codec `null`); the schema in a file's head has no documentation.

pub mod bridge;
pub mod canonical;
pub mod container;
pub mod datum;
pub mod decode;
pub mod encode;
pub mod handshake;
pub mod json;
mod md5;
pub mod parse;
pub mod resolve;
pub mod schema;

pub use bridge::{datum_of, read, schema_of, value_of, write};
pub use canonical::{canonical, fingerprint};
pub use datum::Datum;
pub use decode::{decode, decode_all};
pub use encode::encode;
pub use md5::md5;
pub use parse::parse;
pub use resolve::{Deed, Note, Unresolved, resolve};
pub use schema::{Definition, Field, Form, Schema, Type};

#[cfg(test)]
mod tests;
