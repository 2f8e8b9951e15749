//! Records as bytes, in the formats in which programs hand them to each other.
//!
//! # The idea
//!
//! A [record](value) is written by one program and read by another, which may be older or newer, in another language, or
//! the same program in five years. A format says how. What it does not write, the reader has to know from elsewhere, from a
//! [schema]; and what it writes each time costs bytes each time.
//!
//! Writing is a plain function from a record to bytes. **Reading explains**: a decoder tells an [`Ear`] what each byte is
//! for as it goes over it, so that no explanation can say what the bytes do not; where nobody listens it costs nothing.
//! Bytes that are cut or changed read as [`BadBytes`], which say where, never as a panic.

pub mod avro;
pub mod read;
pub mod schema;
pub mod value;

pub use read::{BadBytes, Bytes, Ear, Encoded, Part, Parts, Role};
pub use schema::{Field, Kind, Misfit, Schema};
pub use value::{Double, Value};
