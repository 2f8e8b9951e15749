//! Texts on the stage into which a reader may write: the player lays a field over each, and what has changed in it becomes
//! commands.

/// One of them, as it is just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Of the shape on the stage, whose first mark is the box that the field lies on.
    pub key: String,
    pub text: String,
    /// What the field is called: `the text of c1 on n1, merged`.
    pub label: String,
    /// Whether Tab comes to it; the others are reached by touching them.
    pub is_stop: bool,
}
