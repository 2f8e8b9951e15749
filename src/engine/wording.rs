//! Numbers with their nouns, as every engine's narration tells them.

use std::fmt::Display;

/// `1 entry`, `2 entries`, `0 keys`.
pub fn count<N: Display + PartialEq + From<u8>>(many: N, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if many == N::from(1) => format!("{many} {noun}"),
        Some(stem) if !stem.ends_with('e') => format!("{many} {stem}ies"),
        _ => format!("{many} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_are_told_in_their_number() {
        let told = [count(1u64, "entry"), count(2usize, "entry"), count(0u64, "key"), count(21u64, "older entry")];
        assert_eq!(told, ["1 entry", "2 entries", "0 keys", "21 older entries"]);
    }
}
