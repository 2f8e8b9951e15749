//! The address of a step that survives a change of the commands before it: `COMMAND.STEP`.

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

/// Text that is no address of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPosition(String);

impl Display for BadPosition {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let found: String = self.0.chars().take(40).collect();
        write!(
            out,
            "`{found}` is no step; accepted: COMMAND.STEP as in 3.2, a command alone as in 3, or 0 for the opening"
        )
    }
}

impl std::error::Error for BadPosition {}

impl Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.command {
            0 => out.write_str("0"),
            command => write!(out, "{command}.{}", self.step),
        }
    }
}

impl FromStr for Position {
    type Err = BadPosition;

    /// `3.2`; `3` alone is the end of the third command.
    fn from_str(text: &str) -> Result<Position, BadPosition> {
        let bad = || BadPosition(text.to_owned());
        let number = |text: &str| text.parse::<usize>().map_err(|_| bad());
        match text.split_once('.') {
            _ if text == "0" => Ok(Position::OPENING),
            Some((command, step)) => match (number(command)?, number(step)?) {
                (0, _) | (_, 0) => Err(bad()),
                (command, step) => Ok(Position { command, step }),
            },
            None => Ok(Position { command: number(text)?, step: usize::MAX }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_it_is_written() {
        for text in ["0", "3.2", "10.1"] {
            assert_eq!(text.parse::<Position>().unwrap().to_string(), text);
        }
        assert_eq!("3".parse::<Position>().unwrap().command, 3);
        for text in ["", "-1", "1.", ".1", "0.1", "1.0", "x", "1.2.3", "99999999999999999999"] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }
}
