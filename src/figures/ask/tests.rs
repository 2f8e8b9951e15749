use super::*;
use crate::figures;
use crate::spec::FigureSpec;

fn spec(ask: &str) -> FigureSpec {
    FigureSpec {
        kind: "btree".into(),
        parameters: [("order".to_owned(), "4".to_owned())].into(),
        run: "put 1..3 x; put 4 x".into(),
        ask: ask.into(),
        ..FigureSpec::default()
    }
}

/// The questions of a run with a split, and what is wrong with them.
fn all(ask: &str) -> (Vec<Question>, Vec<String>) {
    let opened = figures::open(&spec(ask)).unwrap();
    (opened.questions, opened.problems.into_iter().map(|problem| problem.0).collect())
}

/// The only question, which must be right.
fn one(ask: &str) -> Question {
    let (mut questions, problems) = all(ask);
    assert_eq!((questions.len(), &problems[..]), (1, &[][..]), "{ask}");
    questions.remove(0)
}

const CHOICES: &str = "3 -> 4: The leaf is full. What becomes of it?\n\
    = It is cut in two (is split)\n  # Then each half has room.\n\
    ~ It grows by a place\n  # Its size is that of a block\n  on the disk.\n\
    ~ Key 4 waits outside (overflow)\n  # That is done elsewhere, in hash tables.";
const NUMBER: &str = "3 -> 4: How many pages are there then?\n= pages within 0\n# Two leaves, a root above them, and page 0.\n\
    ~ 3\n# And page 0?\n~ less\n# A split makes one more.\n~ more\n# Nothing else was full.";

/// FAULTS V1: a random figure has no step whose number is known: a command alone is told by any of its steps.
#[test]
fn v1_the_run_proves_what_is_right_and_each_answer_has_its_own_reply() {
    let run = figures::open(&spec("")).unwrap().run;
    let split = run.range(3).find(|step| run.moment(*step).narration.contains("is split")).unwrap();
    assert!(split < run.last(), "the words aren't those of the last step");
    let question = one(CHOICES);
    assert_eq!((question.at, question.tells), (run.range(2).end - 1, split));
    assert_eq!((question.right(), question.answer()), ("It is cut in two".to_owned(), "It is cut in two".to_owned()));
    for (says, is_right, reply) in [
        ("It is cut in two", true, "Then each half has room."),
        ("It grows by a place", false, "Its size is that of a block on the disk."),
        ("Key 4 waits outside", false, "That is done elsewhere, in hash tables."),
        ("No one says that", false, ""),
    ] {
        assert_eq!((question.accepts(says), question.reply(says)), (is_right, reply), "{says}");
    }
}

#[test]
fn every_number_has_a_reply_and_the_first_that_fits_is_given() {
    let question = one(NUMBER);
    let replies = ["4", "3", "2", "0", "5", "1000000"].map(|said| (question.accepts(said), question.reply(said)));
    let (less, more) = ((false, "A split makes one more."), (false, "Nothing else was full."));
    let right = (true, "Two leaves, a root above them, and page 0.");
    assert_eq!(replies, [right, (false, "And page 0?"), less, less, more, more]);
    assert_eq!(question.answer(), "4");
    assert_eq!((question.accepts("three"), question.reply("three")), (false, ""));
}

#[test]
fn a_number_may_be_missed_by_so_much_or_so_many_percent() {
    for (within, accepted) in [("within 1", 3..=5), ("± 50%", 2..=6), ("± 0 %", 4..=4), ("within 9", 0..=13)] {
        let question = one(&NUMBER.replace("within 0", within).replace("~ 3\n# And page 0?\n", ""));
        for number in 0..20_u64 {
            assert_eq!(question.accepts(&number.to_string()), accepted.contains(&number), "{within}: {number}");
        }
        let (least, most) = accepted.into_inner();
        assert!(least == most || question.answer() == format!("4 ({least} to {most} is near enough)"));
    }
}

/// A number is what the last step of a command makes it, so that it may be asked for in the middle of that command.
#[test]
fn a_number_is_asked_for_within_the_command_that_tells_it() {
    let question = one(&NUMBER.replace("3 -> 4", "4.1 -> 4, with this seed"));
    assert!(question.at < question.tells && question.with_this_seed);
}

#[test]
fn several_may_be_right_and_each_is_proved() {
    let also = "\n= The tree grows a level (height in 2..2)\n# The root was the leaf that was split.";
    let question = one(&format!("{CHOICES}{also}"));
    assert!(question.accepts("It is cut in two") && question.accepts("The tree grows a level"));
    assert!(question.answer().contains("; and also: "), "{}", question.answer());
    let run = figures::open(&spec("")).unwrap().run;
    assert_eq!(question.tells, run.last(), "the later of the two steps has shown both");
}

#[test]
fn questions_stand_one_after_the_other_with_or_without_a_blank_line() {
    for between in ["\n", "\n\n", "\n  \n  "] {
        let (questions, problems) = all(&format!("{CHOICES}{between}{NUMBER}"));
        assert_eq!((questions.len(), problems.len()), (2, 0), "{problems:?}");
    }
}

/// FAULTS P6: the place of the right answer says nothing, because no author chooses it.
#[test]
fn p6_choices_are_dealt_by_the_question_and_not_by_the_author() {
    let mut first = 0;
    for number in 0..60 {
        let of = |choices: [&str; 3]| one(&format!("3 -> 4: What, {number}?\n{}", choices.join("\n")));
        let (right, wrong, other) = ("= This (is split)\n# a", "~ That\n# b", "~ Those\n# c");
        let dealt = of([right, wrong, other]);
        assert_eq!(dealt, of([other, right, wrong]));
        first += usize::from(dealt.choices[0].is_right);
    }
    assert!((10..=30).contains(&first), "first {first} times of 60");
}

#[test]
fn what_is_wrong_is_left_out_and_said_with_its_line_and_what_is_accepted() {
    let replaced = |what: &str, by: &str| {
        assert!(CHOICES.contains(what));
        CHOICES.replace(what, by)
    };
    let of_number = |what: &str, by: &str| {
        assert!(NUMBER.contains(what));
        NUMBER.replace(what, by)
    };
    for (ask, why) in [
        ("what?".to_owned(), "line 1: `what?` is no question; accepted: `STEP -> STEP: question?`"),
        ("1 -> 2: What?".to_owned(), "line 1: `1 -> 2: What?` is no question; accepted"),
        (
            "1 -> 2: What? | This (a) | That (b)".to_owned(),
            "line 1: `1 -> 2: What? | This (a) | That (b)` is no question",
        ),
        ("3 -> 4: What?\n# So".to_owned(), "line 2: `# So` is a reply to nothing"),
        (replaced("3 -> 4", "4 -> 3"), "line 1: the step that answers must come after"),
        (replaced("3 -> 4", "1.99 -> 4"), "no step 1.99"),
        (replaced("3 -> 4", "3 -> 9"), "no command 9, only 4"),
        (replaced("~ Key 4 waits outside (overflow)\n  # That is", "also"), "line 1: there are 2 choices, 1 of them"),
        (replaced("= It is", "~ It is"), "line 1: there are 3 choices, 0 of them marked `=`; accepted: three or more"),
        (replaced("  # Then each half has room.\n", ""), "line 2: `It is cut in two` has no reply; accepted"),
        (replaced("Then each half has room.", ""), "line 2: `It is cut in two` has no reply; accepted"),
        (replaced("That is done elsewhere, in hash tables.", "Then each half has room."), "the reply of `It is cut"),
        (replaced("Key 4 waits outside", "It is cut in two"), "line 7: `It is cut in two` is there twice"),
        (
            replaced(" (is split)", ""),
            "line 2: `It is cut in two`: nothing proves that it is right; accepted: brackets",
        ),
        (replaced("is split", "is burnt"), "called right, but the run doesn't show `is burnt`; step 4."),
        (
            replaced("overflow", "is split"),
            "line 7: `Key 4 waits outside` is called wrong, but the run shows `is split`",
        ),
        (replaced("overflow", "height in 2..2"), "called wrong, but the run shows `height in 2..2`"),
        (replaced("is split", "unicorns in 0..1"), "there is no counter `unicorns`; there are: "),
        (of_number("= pages", "= unicorns"), "line 2: there is no counter `unicorns`; there are: "),
        (of_number("within 0", "within reason"), "line 2: `pages within reason`: a number may be missed by so much"),
        (of_number("within 0", "± some"), "or by whole percents, as in `± 5%`"),
        (of_number("~ 3\n", "~ 2..4\n"), "line 4: `2..4` is called wrong, but 4 to 4 is right"),
        (of_number("~ 3\n", "~ two\n"), "line 4: `two` is no wrong number; accepted: `less`, `more`, a number"),
        (of_number("~ more\n# Nothing else was full.", ""), "line 1: `~ more` isn't there; accepted"),
        (of_number("~ less\n", "~ 1\n"), "line 1: `~ less` isn't there; accepted"),
        (of_number("~ 3\n", "= height within 1\n"), "a number has one right answer"),
    ] {
        let (questions, problems) = all(&ask);
        assert!(questions.is_empty() && problems.len() == 1, "{ask}: {problems:?}");
        assert!(problems[0].starts_with("in `ask`, line ") && problems[0].contains(why), "{ask}: {problems:?}");
    }
}

/// What the step that asks says already is no sign of what comes.
#[test]
fn words_that_were_there_before_prove_nothing() {
    let run = figures::open(&spec("")).unwrap().run;
    let (before, after) = (run.moment(run.range(3).start).narration, run.moment(run.last()).narration);
    let shared = before.split_whitespace().find(|word| after.contains(*word)).expect("both name a page");
    let ask = CHOICES.replace("3 -> 4", "4.1 -> 4.2").replace("is split", shared);
    let (_, problems) = all(&ask);
    assert!(problems[0].contains("proves nothing: the step that asks says it already"), "{problems:?}");
}
