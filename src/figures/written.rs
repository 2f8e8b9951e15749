//! Texts on the stage into which a reader may write: the player lays a field over each, and what has changed in it becomes
//! a command.

use std::ops::Range;

use crate::scene::area::Area;
use crate::scene::field::Lines;

/// One of them, as it is just now.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Of the shape on the stage.
    pub key: String,
    /// As a field has it: each line's end is one character.
    pub text: String,
    /// What the field is called: `the text of c1 on n1, merged`.
    pub label: String,
    /// The box on the stage that the field lies on, and the lines in it.
    pub area: Area,
    pub lines: Lines,
    /// Where each letter is drawn, and the places before it and after it in the text: in UTF-16, as browsers count.
    pub letters: Vec<(Range<u32>, Area)>,
}

/// How a text becomes what a reader has made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewriting {
    /// By this command.
    pub command: String,
    /// Where in the text that begins, and where the cursor is afterwards: in UTF-16, as browsers count.
    pub from: u32,
    pub cursor: u32,
}
