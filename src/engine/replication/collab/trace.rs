//! How people write, made by chance: words are typed letter by letter, some are deleted again from the end, and now and then the
//! cursor goes elsewhere.
//!
//! Published traces look like that: in the one of a whole paper (Kleppmann, *automerge-perf*), 182,315 keystrokes put a letter in,
//! and 77,463 delete one.

use crate::sim::Rng;

/// One keystroke: a letter is put in at a place, or the one at that place is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keystroke {
    pub place: usize,
    pub letter: Option<char>,
}

/// Somebody who writes.
#[derive(Clone, Debug)]
pub struct Writer {
    rng: Rng,
    /// How many letters are before the cursor.
    pub cursor: usize,
    /// So many are typed, or deleted, before something else is done.
    typing: u64,
    deleting: u64,
}

/// As often as they are in English, roughly.
const LETTERS: &[u8] = b"      eeeeeetttttaaaaooooiiiinnnnssshhhrrrddlllcumwfgypbvk";
const MOST_AT_ONCE: u64 = 60;

impl Writer {
    pub fn new(seed: u64) -> Writer {
        Writer { rng: Rng::new(seed), cursor: 0, typing: 0, deleting: 0 }
    }

    /// How many keystrokes come before anything is heard of others.
    pub fn burst(&mut self) -> u64 {
        1 + self.rng.below(30)
    }

    /// The next keystroke, on a text that is so long.
    pub fn next(&mut self, len: usize) -> Keystroke {
        self.cursor = self.cursor.min(len);
        if self.typing == 0 && self.deleting == 0 {
            match self.rng.below(20) {
                0..3 => self.cursor = self.rng.below(len as u64 + 1) as usize,
                3..15 => self.deleting = 1 + self.rng.below(MOST_AT_ONCE * 2 / 3),
                _ => {}
            }
            self.typing = 1 + self.rng.below(MOST_AT_ONCE);
        }
        if self.deleting > 0 && self.cursor > 0 {
            self.deleting -= 1;
            self.cursor -= 1;
            return Keystroke { place: self.cursor, letter: None };
        }
        self.deleting = 0;
        self.typing -= 1;
        self.cursor += 1;
        Keystroke { place: self.cursor - 1, letter: Some(self.letter()) }
    }

    fn letter(&mut self) -> char {
        match self.rng.below(400) {
            0 => '\n',
            1 => 'é',
            _ => char::from(LETTERS[self.rng.below(LETTERS.len() as u64) as usize]),
        }
    }
}

/// So many keystrokes of one writer.
pub fn trace(seed: u64, many: u64) -> Vec<Keystroke> {
    let (mut writer, mut len) = (Writer::new(seed), 0);
    let stroke = |_| {
        let stroke = writer.next(len);
        len = if stroke.letter.is_some() { len + 1 } else { len - 1 };
        stroke
    };
    (0..many).map(stroke).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_as_published_ones_do() {
        let trace = trace(1, 100_000);
        let deletes = trace.iter().filter(|stroke| stroke.letter.is_none()).count();
        assert!((24_000..34_000).contains(&deletes), "{deletes}");
        let jumps = trace.windows(2).filter(|two| {
            let after = two[0].place + usize::from(two[0].letter.is_some());
            two[1].place.abs_diff(after) > 1
        });
        let jumps = jumps.count();
        assert!((100..5_000).contains(&jumps), "{jumps}");
    }
}
