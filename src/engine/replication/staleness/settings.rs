//! What a reader may choose.

use stepwise_derive::Parameters;

use crate::contract::BadParameter;
use crate::setting::Changeable;
use crate::sim::{Drawn, Time};
use crate::spread::Spread;

/// More nodes than this can't be followed by eye, nor more writes.
pub const MAX_NODES: usize = 7;
pub const MAX_WRITES: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Parameters)]
#[parameters(quorums_fit)]
pub struct Settings {
    /// How many nodes keep a copy
    #[label("Replicas (n)")]
    #[parameter(3, 1..=MAX_NODES as u64)]
    pub n: usize,
    /// How many acknowledgements a write waits for
    #[label("Write quorum (w)")]
    #[parameter(1, 1..=MAX_NODES as u64)]
    pub w: usize,
    /// How many answers a read waits for
    #[label("Read quorum (r)")]
    #[parameter(1, 1..=MAX_NODES as u64)]
    pub r: usize,
    /// How long after the last write was committed the read begins
    #[label("Read after (t)")]
    #[parameter(0, 0..=60_000, "ms")]
    pub after: Time,
    /// How the times of writes on their way to a node are spread
    #[label("Write's way")]
    #[parameter(Spread::Exponential)]
    pub write: Spread,
    /// The mean, where it is not fitted
    #[label("Write, mean")]
    #[parameter(10, 0..=10_000, "ms")]
    pub write_mean: Time,
    /// How the times of acknowledgements on their way back are spread
    #[label("Acknowledgement's way")]
    #[parameter(Spread::Exponential)]
    pub ack: Spread,
    /// The mean, where it is not fitted
    #[label("Acknowledgement, mean")]
    #[parameter(2, 0..=10_000, "ms")]
    pub ack_mean: Time,
    /// How the times of reads on their way to a node are spread
    #[label("Read's way")]
    #[parameter(Spread::Exponential)]
    pub read: Spread,
    /// The mean, where it is not fitted
    #[label("Read, mean")]
    #[parameter(2, 0..=10_000, "ms")]
    pub read_mean: Time,
    /// How the times of answers on their way back are spread
    #[label("Answer's way")]
    #[parameter(Spread::Exponential)]
    pub answer: Spread,
    /// The mean, where it is not fitted
    #[label("Answer, mean")]
    #[parameter(2, 0..=10_000, "ms")]
    pub answer_mean: Time,
    /// How many writes follow each other before the read, each sent when the one before is committed
    #[label("Writes")]
    #[parameter(1, 1..=MAX_WRITES as u64)]
    pub writes: usize,
    /// How long the client waits after a commit before it sends the next write
    #[label("Between writes")]
    #[parameter(0, 0..=60_000, "ms")]
    pub gap: Time,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u32,
}

impl Changeable for Settings {
    const DECIDED: &'static [&'static str] = &["seed"];
    const EXAMPLE: (&'static str, &'static str) = ("w", "2");
}

/// Of n nodes, no more than n can answer.
fn quorums_fit(settings: &Settings) -> Result<(), BadParameter> {
    let n = settings.n;
    for (name, quorum) in [("w", settings.w), ("r", settings.r)] {
        if quorum > n {
            let accepted = format!("1 to {n}, because only n={n} nodes can answer");
            return Err(BadParameter { name: name.to_owned(), found: quorum.to_string(), accepted });
        }
    }
    Ok(())
}

/// What each of the four ways is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    pub write: Drawn,
    pub ack: Drawn,
    pub read: Drawn,
    pub answer: Drawn,
}

impl Settings {
    pub fn ways(&self) -> Ways {
        Ways {
            write: self.write.of(self.write_mean),
            ack: self.ack.of(self.ack_mean),
            read: self.read.of(self.read_mean),
            answer: self.answer.of(self.answer_mean),
        }
    }

    /// How many times are drawn for one trial.
    pub fn draws(&self) -> u64 {
        2 * self.n as u64 * (self.writes as u64 + 1)
    }

    /// Whether every write quorum and every read quorum have a node in common.
    pub fn is_strict(&self) -> bool {
        self.w + self.r > self.n
    }
}
