//! What engines stand on: a disk and a network that fail as real ones do, a clock, an agenda, and chance from a seed.
//!
//! Everything here is a value: it can be cloned cheaply, and the same calls in the same order give the same result on
//! every platform.

pub mod agenda;
mod bytes;
pub mod clock;
pub mod disk;
pub mod distribution;
pub mod drawn;
pub mod network;
pub mod rng;

pub use agenda::Agenda;
pub use clock::Time;
pub use disk::{Crash, Disk, DiskError, FileId};
pub use drawn::Drawn;
pub use network::{Delay, Envelope, Fate, Loss, MessageId, Network};
pub use rng::Rng;
