//! Words that every engine's narration shares: numbers with their nouns, and keys and values as a sentence can hold them.

use std::fmt::{self, Display};

use crate::language::{quoted, shorten, spell};

/// `1 entry`, `2 entries`, `0 keys`.
pub fn count<N: Copy + Display + PartialEq + From<u8>>(many: N, noun: &str) -> String {
    format!("{many} {}", plural(many, noun))
}

/// The noun as it stands after so many: for numbers that are spelt in a way of their own, as in `1,200 keys`.
pub fn plural<N: PartialEq + From<u8>>(many: N, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if many == N::from(1) => noun.to_owned(),
        Some(stem) if !stem.ends_with('e') => format!("{stem}ies"),
        _ => format!("{noun}s"),
    }
}

/// `1 table was`, `2 tables were`.
pub fn were<N: Copy + Display + PartialEq + From<u8>>(many: N, noun: &str) -> String {
    format!("{} {}", count(many, noun), if many == N::from(1) { "was" } else { "were" })
}

/// `1 call is`, `2 calls are`.
pub fn is_or_are<N: Copy + Display + PartialEq + From<u8>>(many: N, noun: &str) -> String {
    format!("{} {}", count(many, noun), if many == N::from(1) { "is" } else { "are" })
}

/// `a`, `a and b`, `a, b and c`; nothing for nothing.
pub fn list(things: impl IntoIterator<Item = impl Display>) -> String {
    let mut things: Vec<String> = things.into_iter().map(|each| each.to_string()).collect();
    match things.pop() {
        Some(last) if things.is_empty() => last,
        Some(last) => format!("{} and {last}", things.join(", ")),
        None => String::new(),
    }
}

/// A sentence that begins with a large letter. Ours begin with a letter of English.
pub fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// A longer key or value is cut there: narration is a sentence, and some values have a million characters.
const MOST_CHARS: usize = 40;

/// Narration uses these where there is no key or no value, so as a value they need quotes.
const WORDS_FOR_NOTHING: &[&str] = &["deleted", "empty", "none", "nothing", "nowhere"];

/// A key or a value as narration shows it: as it is where it cannot be mistaken for the words around it, in quotes where
/// it could be, and cut after 40 characters.
#[derive(Clone, Copy)]
pub struct Shown<'a>(&'a str);

/// `apple`, `"new york"`, `""`.
pub fn shown(text: &str) -> Shown<'_> {
    Shown(text)
}

/// A command as a sentence quotes it: no word of it is longer than a key or a value is shown.
pub fn asked(command: &str) -> String {
    command.split(' ').map(|word| shorten(word, MOST_CHARS)).collect::<Vec<_>>().join(" ")
}

/// A value as narration shows it, or what narration says where there is none.
pub fn shown_or(value: Option<&str>, nothing: &str) -> String {
    value.map_or_else(|| nothing.to_owned(), |value| shown(value).to_string())
}

impl Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let text = shorten(self.0, MOST_CHARS);
        // A sentence goes on after it: a full stop of its own would seem to end it.
        let is_mistaken = text.ends_with(['.', ',', ':', '!', '?']) || WORDS_FOR_NOTHING.contains(&text.as_str());
        out.write_str(&if is_mistaken { quoted(&text) } else { spell(&text) })
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

    #[test]
    fn what_is_listed_is_told_with_one_and() {
        let told = [list(["a"; 0]), list(["a"]), list(["a", "b"]), list([1, 2, 3])];
        assert_eq!(told, ["", "a", "a and b", "1, 2 and 3"]);
        assert_eq!([were(1u64, "entry"), were(2u64, "entry")], ["1 entry was", "2 entries were"]);
    }

    /// FAULTS S8.
    #[test]
    fn keys_and_values_are_quoted_where_they_read_as_words_and_cut_where_they_are_long() {
        for plain in ["a", "9", "é🙂", "user:17", "x-1", "no"] {
            assert_eq!(shown(plain).to_string(), plain);
        }
        for mistaken in ["", " ", "new york", "Hm.", "a,", "nothing", "1..3", "a;b"] {
            assert_eq!(shown(mistaken).to_string(), format!("\"{mistaken}\""));
        }
        assert_eq!(shown("say \"hi\"\n").to_string(), r#""say \"hi\"\n""#);
        assert_eq!(shown(&"é".repeat(60_000)).to_string(), "é".repeat(39) + "…");
        assert_eq!(shown(&"a ".repeat(60_000)).to_string().chars().count(), 42);
    }
}
