//! The address of a step that survives a change of the commands before it: `COMMAND.STEP`, or `COMMAND` for its last step.

use std::fmt::{self, Display};
use std::str::FromStr;

/// The `step`th step of the `command`th command, both counted from 1; [`Position::OPENING`] is before them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub command: usize,
    pub step: usize,
}

impl Position {
    pub const OPENING: Position = Position { command: 0, step: 0 };
}

impl Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.command {
            0 => out.write_str("0"),
            command => write!(out, "{command}.{}", self.step),
        }
    }
}

/// A step as it is asked for, before anybody knows how many steps a command takes. It is written as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// `3.2`, or `0` for the opening.
    Step(Position),
    /// `3`: the last step of the third command.
    EndOf(usize),
}

impl Address {
    /// The command that the step belongs to, counted from 1; 0 is the opening.
    pub fn command(self) -> usize {
        match self {
            Address::Step(position) => position.command,
            Address::EndOf(command) => command,
        }
    }
}

impl From<Position> for Address {
    fn from(position: Position) -> Address {
        Address::Step(position)
    }
}

impl Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Address::Step(position) => position.fmt(out),
            Address::EndOf(command) => command.fmt(out),
        }
    }
}

/// Text that is no address of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAddress(String);

impl Display for BadAddress {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let found: String = self.0.chars().take(40).collect();
        write!(
            out,
            "`{found}` is no step; accepted: COMMAND.STEP as in 3.2, a command alone as in 3, or 0 for the opening"
        )
    }
}

impl std::error::Error for BadAddress {}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Address, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        // Not as wide as this machine happens to count: what builds the book and what reads its links must agree.
        let number = |text: &str| text.parse::<u32>().map(|number| number as usize).map_err(|_| bad());
        match text.split_once('.') {
            Some((command, step)) => match (number(command)?, number(step)?) {
                (0, _) | (_, 0) => Err(bad()),
                (command, step) => Ok(Address::Step(Position { command, step })),
            },
            None => match number(text)? {
                0 => Ok(Address::Step(Position::OPENING)),
                command => Ok(Address::EndOf(command)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PAGE F1: the end of a command was once written as the largest number of the machine that built the book.
    #[test]
    fn f1_an_address_reads_as_it_is_written_on_any_machine() {
        for text in ["0", "3.2", "10.1", "3", "14", "4294967295.4294967295"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        assert_eq!("3".parse::<Address>(), Ok(Address::EndOf(3)));
        for text in ["", "-1", "1.", ".1", "0.1", "1.0", "x", "1.2.3", "4294967296", "14.18446744073709551615"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
