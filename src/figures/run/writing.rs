//! What a reader writes into the texts on the stage.

use super::Run;
use crate::figures::{Rewriting, Written};
use crate::scene::Breadth;

impl Run {
    /// The texts on the stage into which a reader may write at that step.
    pub fn texts(&self, index: usize, breadth: Breadth) -> Vec<Written> {
        let event = self.recording.step(index).map(|step| &*step.event);
        (self.entry.texts)(self.recording.state(index), event, breadth, self.height(breadth))
    }

    /// How the text of that key becomes what stands before the cursor and after it, if anything has to be done for it.
    pub fn rewrite(&self, index: usize, key: &str, now: (&str, &str)) -> Option<Rewriting> {
        (self.entry.rewrite)(self.recording.state(index), key, now)
    }
}
