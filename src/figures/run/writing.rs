//! What a reader writes into the texts on the stage.

use super::Run;
use crate::figures::Written;

impl Run {
    /// The texts on the stage into which a reader may write at that step.
    pub fn texts(&self, index: usize) -> Vec<Written> {
        (self.entry.texts)(self.recording.state(index))
    }

    /// The commands by which the text of that key becomes what stands before the cursor and after it, if anything has to be done
    /// for it.
    pub fn rewrite(&self, index: usize, key: &str, now: (&str, &str)) -> Option<String> {
        (self.entry.rewrite)(self.recording.state(index), key, now)
    }
}
