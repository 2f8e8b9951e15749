//! What the formats are opened with.

use stepwise_derive::{Choice, Parameters};

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// What the program that reads JSON has for whole numbers
    #[label("JSON's reader has")]
    #[parameter(Numbers::Whole)]
    pub numbers: Numbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Numbers {
    /// whole numbers of 64 bits
    Whole,
    /// only doubles, as in JavaScript
    Doubles,
}
