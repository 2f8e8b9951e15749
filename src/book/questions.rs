//! Whether a question is one: what stands around it must not answer it.

use std::collections::BTreeSet;

use crate::engine::language::shorten;
use crate::figures::Question;
use crate::spec::BadSpec;

/// Words that stand everywhere, and give nothing away.
const COMMON: &str = " a about after all also an and any are as at be because before but by can does each every for from has \
                      have in into is it its more no not of on one only or other out so some than that the their then there \
                      they this to until was what when which with ";
/// Smaller numbers stand everywhere, too.
const TELLING_NUMBER: u64 = 10;

/// Refuses a question whose right answer can be read off what is shown when it is asked: a text and where it stands. Where
/// all words of a wrong choice stand there just so, the right one's give nothing away.
pub fn check(question: &Question, shown: &[(&str, &str)]) -> Result<(), BadSpec> {
    let refused = |why: String| BadSpec(format!("in `ask`, the question `{}`: {why}", shorten(&question.text, 60)));
    for (place, text) in shown {
        let read = words(text);
        let number = question.number.as_ref().map(|number| number.right).filter(|right| *right >= TELLING_NUMBER);
        if let Some(right) = number.filter(|right| read.contains(&right.to_string())) {
            let accepted = "accepted: one whose answer is still to come";
            return Err(refused(format!("its answer {right} is in the {place}, `{text}`; {accepted}")));
        }
        let is_there = |choice: &str| {
            let telling = telling(choice, question);
            !telling.is_empty() && telling.is_subset(&read)
        };
        let (right, wrong): (Vec<_>, Vec<_>) = question.choices.iter().partition(|choice| choice.is_right);
        let gives_away = right.iter().find(|choice| is_there(&choice.says));
        if let Some(choice) = gives_away.filter(|_| !wrong.iter().any(|choice| is_there(&choice.says))) {
            let accepted = "accepted: words that aren't there, or a wrong choice whose words are, too";
            let says = &choice.says;
            return Err(refused(format!(
                "the words of its right choice `{says}` are in the {place}, `{text}`; {accepted}"
            )));
        }
    }
    Ok(())
}

/// The words of a choice that say more than the question.
fn telling(choice: &str, question: &Question) -> BTreeSet<String> {
    let asked = words(&question.text);
    words(choice).into_iter().filter(|word| !asked.contains(word) && !COMMON.contains(&format!(" {word} "))).collect()
}

/// The words of a text, in small letters and without the `s` of many.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|each: char| !each.is_alphanumeric() && each != '_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let word = word.to_lowercase();
            word.strip_suffix('s').filter(|one| one.len() > 2).map(str::to_owned).unwrap_or(word)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::fences::Kind;
    use crate::book::figure::Placed;
    use crate::figures::{self, Choice, Number};
    use crate::spec::FigureSpec;

    fn question(text: &str, right: &str, wrong: [&str; 2]) -> Question {
        let choice = |says: &str, is_right| Choice { says: says.into(), is_right, reply: says.into() };
        Question {
            at: 0,
            tells: 1,
            text: text.into(),
            choices: vec![choice(wrong[0], false), choice(right, true), choice(wrong[1], false)],
            number: None,
            with_this_seed: false,
        }
    }

    #[test]
    fn what_is_shown_must_not_answer_the_question() {
        let split = question("The page is full. What now?", "It splits", ["It grows", "Its neighbour takes a key"]);
        let ids = question("Who leads?", "n2", ["n1", "n3"]);
        for (question, text, is_refused) in [
            (&split, "page 3 has 4 of 4 places", false),
            (&split, "page 3 is split in two", true),
            (&split, "a page that splits, and none that grows", false),
            (&split, "The page is full; what does it do now?", false),
            (&ids, "n2 has voted", true),
            (&ids, "n2 asks n1 and n3 for their votes", false),
        ] {
            let refused = check(question, &[("title", "A tree"), ("narration", text)]);
            assert_eq!(refused.is_err(), is_refused, "{text}: {refused:?}");
        }
        let mistake = check(&split, &[("caption", "How it is split")]).unwrap_err().0;
        assert!(
            mistake.contains("right choice `It splits` are in the caption, `How it is split`; accepted:"),
            "{mistake}"
        );
    }

    #[test]
    fn nor_may_a_number_stand_there() {
        let of = |right| Question {
            choices: Vec::new(),
            number: Some(Number { right, within: 2, why: "So.".into(), wrong: Vec::new() }),
            ..question("How many?", "", [""; 2])
        };
        assert!(check(&of(140), &[("narration", "140 of them are slow")]).is_err());
        assert!(check(&of(140), &[("narration", "1400 or 14 of them are slow")]).is_ok());
        assert!(check(&of(3), &[("narration", "3 of them are slow")]).is_ok(), "so small a number stands everywhere");
    }
    /// What a chapter's fence comes to.
    fn built(more: &str, ask: &str) -> Result<(), String> {
        let run = "put 1..3 x; put 4 x";
        let fence = format!("kind = \"btree\"\norder = 4\nrun = \"{run}\"\n{more}\nask = \"\"\"\n{ask}\n\"\"\"");
        Placed::new(Kind::Figure, &fence, "storage/b-trees.html", 1).map(|_| ()).map_err(|mistake| mistake.0)
    }

    /// What is shown when it is asked.
    fn narration() -> String {
        let spec = FigureSpec { kind: "btree".into(), run: "put 1..3 x".into(), ..FigureSpec::default() };
        let run = figures::open(&spec).expect("a tree").run;
        run.moment(run.last()).narration.replace(['(', ')'], "")
    }

    #[test]
    fn the_build_refuses_what_is_no_question() {
        let good = "3 -> 4: A leaf is full. What becomes of it?\n= It is cut in two (is split)\n# So both have room.\n\
                    ~ It grows\n# A page is as large as a block.\n~ It stays\n# Where would the key go?";
        assert_eq!(built("", good), Ok(()));
        let replaced = |what: &str, by: &str| good.replace(what, by);
        for (more, ask, why) in [
            ("", replaced("~ It stays\n# Where would the key go?", ""), "line 1: there are 2 choices"),
            ("", replaced("# A page is as large as a block.\n", ""), "line 4: `It grows` has no reply"),
            ("", replaced("It is cut in two", &narration()), "are in the narration, `"),
            ("title = \"How a leaf is cut in two\"", good.to_owned(), "are in the title, `How a leaf is cut in two`"),
            ("caption = \"A leaf cut in two.\"", good.to_owned(), "are in the caption, `A leaf cut in two.`"),
            ("step = \"3\"", good.to_owned(), "is asked at the step that the figure opens at"),
        ] {
            let mistake = built(more, &ask).expect_err(why);
            assert!(mistake.contains(why), "{more}\n{ask}\n{mistake}");
        }
    }
}
