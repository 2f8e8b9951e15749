//! Predict first: questions that a figure asks before it shows what happens. Nobody writes down an answer. The engine's run
//! gives it: a counter at the moment that tells, or the one choice that the run makes right.
//!
//! A fence has one question a line:
//!
//! ```text
//! 4.1 -> 4.2: What becomes of the full page? | It is split in two (split) | Its neighbour takes a key (borrow)
//! 4 -> 5: Of 300 page views, how many are slow? | One in a hundred (pages_slow in 0..9) | Six in ten (pages_slow in 150..240)
//! 4.1 -> 4: How many pages have been written then? = pages_written
//! 4 -> 5: How long is the median? = response_median_us ± 10%
//! 5 -> 6, with this seed: How many copies does the write find? = copies within 1
//! ```
//!
//! First the moment at which it is asked and the moment that tells, then the question, then the choices or the name of a
//! counter. A moment is a step, or a command alone: it is asked when the command has ended, and told by any of the
//! command's steps. A choice has words that the narration has if it is right, or a counter and the values, both
//! included, that make it right. A number may be missed by so many percent, or by so much. In which order the choices are
//! written does not matter: they are dealt anew, so that the place of an answer gives nothing away.
//!
//! Where a figure has a seed, another seed must not change the answer, nor where it is found: `tests/questions.rs` tries
//! thirty. A question about one seed alone says so, and the page says it to the reader.

use std::ops::Range;

use crate::engine::checksum::crc32;
use crate::engine::language::shorten;
use crate::spec::BadSpec;
use crate::timeline::{Address, BadAddress};

use super::Run;

/// Another number deals the choices of all questions anew. With this one no place holds the right answer in more than half
/// of the book's questions; `tests/book.rs` counts.
const DEAL: u32 = 9;

/// A question that the run answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The step at which it is asked.
    pub at: usize,
    /// The step that tells.
    pub tells: usize,
    pub text: String,
    /// What can be chosen, in the order in which it is shown everywhere; nothing where a number is asked for.
    pub choices: Vec<String>,
    /// What came of it.
    pub right: String,
    /// A number may be missed by so much; 0 where there are choices.
    pub within: u64,
    /// The answer is that of this seed, and of no other.
    pub with_this_seed: bool,
}

impl Question {
    /// Whether that is what came of it, or near enough.
    pub fn accepts(&self, said: &str) -> bool {
        let near = |said: u64, right: u64| said.abs_diff(right) <= self.within;
        match (said.parse(), self.right.parse()) {
            (Ok(said), Ok(right)) if self.choices.is_empty() => near(said, right),
            _ => said == self.right,
        }
    }

    /// What came of it, and what else is near enough: `184 (180 to 188 is near enough)`.
    pub fn answer(&self) -> String {
        match self.right.parse::<u64>() {
            Ok(right) if self.within > 0 => {
                let (least, most) = (right.saturating_sub(self.within), right.saturating_add(self.within));
                format!("{right} ({least} to {most} is near enough)")
            }
            _ => self.right.clone(),
        }
    }

    /// How it begins.
    pub fn opening(&self) -> &'static str {
        if self.with_this_seed { "Predict first, with this seed." } else { "Predict first." }
    }
}

/// Reads the questions and has the run answer them. What is wrong with one is told, and that one is left out.
pub fn questions(ask: &str, run: &Run) -> (Vec<Question>, Vec<BadSpec>) {
    let mut questions = Vec::new();
    let mut problems = Vec::new();
    for line in ask.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match question(line, run) {
            Ok(question) => questions.push(question),
            Err(why) => problems.push(BadSpec(format!("in the question `{}`, {why}", shorten(line, 60)))),
        }
    }
    (questions, problems)
}

/// How a question is written, for those who have written it otherwise.
const FORM: &str = "it is written `STEP -> STEP: question? | choice (words) | choice (words)` or `STEP -> STEP: \
                    question? = counter`";

fn question(line: &str, run: &Run) -> Result<Question, String> {
    let (moments, rest) = line.split_once(": ").ok_or(FORM)?;
    let (moments, with_this_seed) = match moments.strip_suffix(", with this seed") {
        Some(moments) => (moments, true),
        None => (moments, false),
    };
    let (at, tells) = moments.split_once(" -> ").ok_or(FORM)?;
    let (at, tells) = (moment(at, run)?.end - 1, moment(tells, run)?);
    let number = rest.rsplit_once(" = ").filter(|_| !rest.contains(" | "));
    // A number is told by the last step alone.
    let first = if number.is_some() { tells.end - 1 } else { tells.start };
    if at >= first {
        return Err("the step that tells must come after the step that asks".to_owned());
    }
    if let Some((text, number)) = number {
        let tells = tells.end - 1;
        let (right, within) = number_of(number, run, tells)?;
        let (text, right) = (text.to_owned(), right.to_string());
        return Ok(Question { at, tells, text, choices: Vec::new(), right, within, with_this_seed });
    }
    let mut parts = rest.split(" | ");
    let text = parts.next().unwrap_or_default().to_owned();
    let (mut choices, mut right) = (Vec::new(), Vec::new());
    for part in parts {
        let (choice, sign) = part.strip_suffix(')').and_then(|part| part.rsplit_once(" (")).ok_or(FORM)?;
        if let Some(step) = shown(sign, run, tells.clone())? {
            right.push((choice, step));
        }
        choices.push(choice.to_owned());
    }
    choices.sort_by_key(|choice| place_of(&text, choice));
    match right[..] {
        _ if choices.len() < 2 => Err(FORM.to_owned()),
        [(right, tells)] => {
            Ok(Question { at, tells, text, right: right.to_owned(), choices, within: 0, with_this_seed })
        }
        _ => {
            let last = tells.end - 1;
            let narration = run.moment(last).narration;
            Err(format!("{} of the choices are right; step {} tells: {narration}", right.len(), run.position(last)))
        }
    }
}

/// By this the choices of a question are ordered: as good as by chance, and the same wherever and whenever it is asked.
fn place_of(question: &str, choice: &str) -> u32 {
    crc32(format!("{DEAL} {question} {choice}").as_bytes())
}

/// The step at which the sign of a choice is seen: the first with those words, or the last if a counter is then in that
/// range.
fn shown(sign: &str, run: &Run, mut tells: Range<usize>) -> Result<Option<usize>, String> {
    let range = sign.split_once(" in ").and_then(|(name, range)| {
        let (least, most) = range.split_once("..")?;
        Some((name, least.parse::<u64>().ok()?..=most.parse::<u64>().ok()?))
    });
    let Some((name, range)) = range else {
        return Ok(tells.find(|step| run.moment(*step).narration.contains(sign)));
    };
    let last = tells.end - 1;
    Ok(range.contains(&counter(name, run, last)?).then_some(last))
}

/// The number that `counter`, `counter ± 5%` or `counter within 10` asks for, and by how much it may be missed.
fn number_of(asked: &str, run: &Run, tells: usize) -> Result<(u64, u64), String> {
    if let Some((name, within)) = asked.rsplit_once(" within ") {
        let within = within.parse().map_err(|_| format!("`{}` is no number to be missed by", shorten(within, 40)))?;
        return Ok((counter(name, run, tells)?, within));
    }
    if let Some((name, percent)) = asked.rsplit_once(" ± ") {
        let percent = percent.trim_end().strip_suffix('%').and_then(|percent| percent.trim_end().parse::<u32>().ok());
        let percent = percent.ok_or("a number may be missed by whole percents, as in `± 5%`")?;
        let value = counter(name, run, tells)?;
        let within = u128::from(value) * u128::from(percent) / 100;
        return Ok((value, u64::try_from(within).unwrap_or(u64::MAX)));
    }
    Ok((counter(asked, run, tells)?, 0))
}

fn counter(name: &str, run: &Run, at: usize) -> Result<u64, String> {
    let counters = run.counters(at);
    let found = counters.iter().find(|each| each.name == name).map(|each| each.value);
    found.ok_or_else(|| {
        let names: Vec<_> = counters.iter().map(|each| each.name).collect();
        format!("there is no counter `{}`; there are: {}", shorten(name, 40), names.join(", "))
    })
}

/// The steps of that address, which must be there: one, or all of a command.
fn moment(text: &str, run: &Run) -> Result<Range<usize>, String> {
    let address: Address = text.trim().parse().map_err(|mistake: BadAddress| mistake.to_string())?;
    match address {
        Address::Step(_) if run.has(address) => Ok(run.index(address)..run.index(address) + 1),
        Address::Step(position) => Err(format!("this run has no step {position}")),
        Address::EndOf(command) if run.has(address) => Ok(run.range(command - 1)),
        Address::EndOf(command) => Err(format!("this run has no command {command}, only {}", run.len())),
    }
}

#[cfg(test)]
mod tests {
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
    fn asked(ask: &str) -> (Vec<Question>, Vec<String>) {
        let opened = figures::open(&spec(ask)).unwrap();
        (opened.questions, opened.problems.into_iter().map(|problem| problem.0).collect())
    }

    #[test]
    fn the_run_answers() {
        let run = figures::open(&spec("")).unwrap().run;
        let told = run.moment(run.last()).narration;
        let words = told.split(' ').next().unwrap();
        let counter = run.counters(run.last())[0];
        let ask = format!("3 -> 4: What? | This ({words}) | That (nonsense)\n\n3 -> 4: How many? = {}", counter.name);
        let (questions, problems) = asked(&ask);
        assert_eq!(problems, [""; 0]);
        assert_eq!((questions[0].right.as_str(), questions[0].choices.len()), ("This", 2));
        assert_eq!((questions[1].right.clone(), questions[1].choices.len()), (counter.value.to_string(), 0));
        assert!(questions[0].at < questions[0].tells && run.moment(questions[0].tells).narration.contains(words));
        assert_eq!(questions[1].tells, run.last());
    }

    /// FAULTS V1: a random figure has no step whose number is known, and no number that is known to the digit.
    #[test]
    fn v1_a_command_alone_is_told_by_any_of_its_steps_and_a_number_may_be_missed() {
        let run = figures::open(&spec("")).unwrap().run;
        let split = run.range(3).find(|step| run.moment(*step).narration.contains("is split")).unwrap();
        assert!(split < run.last(), "the words are not those of the last step");
        let ask = "3 -> 4: What? | A split (is split) | That (nonsense)\n\
                   3 -> 4, with this seed: How high? | One (height in 0..1) | More (height in 2..9)\n\
                   3 -> 4: How many? = pages ± 50%\n3 -> 4: How many? = pages within 2";
        let (questions, problems) = asked(ask);
        assert_eq!(problems, [""; 0]);
        assert_eq!((questions[0].at, questions[0].tells), (run.range(2).end - 1, split));
        assert_eq!((questions[1].right.as_str(), questions[1].tells), ("More", run.last()));
        assert_eq!(questions.iter().map(|it| it.with_this_seed).collect::<Vec<_>>(), [false, true, false, false]);
        let value: u64 = questions[2].right.parse().unwrap();
        assert_eq!((questions[2].within, questions[3].within), (value / 2, 2));
        for (said, accepted) in [(value, true), (value + 2, true), (value + 3, false), (0, false)] {
            assert_eq!(questions[3].accepts(&said.to_string()), accepted, "{said}");
        }
        assert!(questions[0].accepts("A split") && !questions[0].accepts("That"));
        assert_eq!(
            questions[3].answer(),
            format!("{value} ({} to {} is near enough)", value.saturating_sub(2), value + 2)
        );
    }

    /// FAULTS P6: the place of the right answer says nothing, because no author chooses it.
    #[test]
    fn p6_choices_are_dealt_by_the_question_and_not_by_the_author() {
        let told = figures::open(&spec("")).unwrap().run;
        let told = told.moment(told.last()).narration;
        let words = told.split(' ').next().unwrap();
        let mut first = 0;
        for number in 0..60 {
            let of = |choices: [&str; 3]| asked(&format!("3 -> 4: What, {number}? | {}", choices.join(" | "))).0;
            let (right, wrong, other) = (format!("This ({words})"), "That (nonsense)", "Those (nothing)");
            let dealt = of([&right, wrong, other]);
            assert_eq!(dealt, of([other, &right, wrong]));
            assert_eq!(dealt[0].right, "This");
            first += usize::from(dealt[0].choices[0] == "This");
        }
        assert!((10..=30).contains(&first), "first {first} times of 60");
    }

    /// A number is what the last step of a command makes it, so that it may be asked for in the middle of that command.
    #[test]
    fn a_number_is_asked_for_within_the_command_that_tells_it() {
        let (questions, problems) = asked("4.1 -> 4: How high is the tree then? = height");
        assert_eq!((questions.len(), problems.len()), (1, 0), "{problems:?}");
        assert!(questions[0].at < questions[0].tells);
    }

    #[test]
    fn what_the_run_does_not_answer_is_left_out_and_told() {
        for (ask, why) in [
            ("what?", "it is written"),
            ("1 -> 2: What?", "it is written"),
            ("1 -> 2: What? | One (a) | Two", "it is written"),
            ("1 -> 2: What? | One (nonsense) | Two (nothing)", "0 of the choices are right"),
            ("1 -> 2: What? | One (.) | Two (.)", "2 of the choices are right"),
            ("2 -> 1: What? = height", "must come after"),
            ("1 -> 2: How many? = unicorns", "there is no counter `unicorns`; there are: "),
            ("1.99 -> 2: How many? = height", "no step 1.99"),
            ("x -> 2: How many? = height", "`x` is no step"),
            ("1 -> 9: How many? = height", "no command 9, only 4"),
            ("1 -> 2: How many? = height ± some", "whole percents"),
            ("1 -> 2: How many? = height within reason", "`reason` is no number"),
            ("1 -> 2: How many? | One (unicorns in 0..1) | More (unicorns in 2..9)", "there is no counter `unicorns`"),
        ] {
            let (questions, problems) = asked(ask);
            assert!(questions.is_empty() && problems.len() == 1 && problems[0].contains(why), "{ask}: {problems:?}");
        }
    }
}
