//! Predict first: questions that a figure asks before it shows what happens. Nobody writes down an answer. The engine's run
//! gives it: a counter at the step that tells, or the one choice whose words are in that step's narration.
//!
//! A fence has one question a line:
//!
//! ```text
//! 4.1 -> 4.2: What becomes of the full page? | It is split in two (split) | Its neighbour takes a key (borrow)
//! 4.1 -> 4: How many pages have been written then? = pages written
//! ```
//!
//! First the step at which it is asked and the step that tells, then the question, then the choices, each with words that
//! the narration has if that choice is right, or the name of a counter. In which order the choices are written does not
//! matter: they are dealt anew, so that the place of an answer gives nothing away.

use crate::engine::checksum::crc32;
use crate::engine::command::shorten;
use crate::spec::BadSpec;
use crate::timeline::Position;

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

fn question(line: &str, run: &Run) -> Result<Question, String> {
    const FORM: &str = "it is written `STEP -> STEP: question? | choice (words) | choice (words)` or `STEP -> STEP: \
                        question? = counter`";
    let (steps, rest) = line.split_once(": ").ok_or(FORM)?;
    let (at, tells) = steps.split_once(" -> ").ok_or(FORM)?;
    let (at, tells) = (step(at, run)?, step(tells, run)?);
    if at >= tells {
        return Err("the step that tells must come after the step that asks".to_owned());
    }
    if let Some((text, counter)) = rest.rsplit_once(" = ").filter(|_| !rest.contains(" | ")) {
        let counters = run.counters(tells);
        let Some(counter) = counters.iter().find(|each| each.name == counter) else {
            let names: Vec<_> = counters.iter().map(|each| each.name).collect();
            return Err(format!("there is no counter `{}`; there are: {}", shorten(counter, 40), names.join(", ")));
        };
        return Ok(Question {
            at,
            tells,
            text: text.to_owned(),
            choices: Vec::new(),
            right: counter.value.to_string(),
        });
    }
    let mut parts = rest.split(" | ");
    let text = parts.next().unwrap_or_default().to_owned();
    let narration = run.moment(tells).narration;
    let (mut choices, mut right) = (Vec::new(), Vec::new());
    for part in parts {
        let (choice, words) = part.strip_suffix(')').and_then(|part| part.rsplit_once(" (")).ok_or(FORM)?;
        if narration.contains(words) {
            right.push(choice);
        }
        choices.push(choice.to_owned());
    }
    choices.sort_by_key(|choice| place_of(&text, choice));
    match right[..] {
        _ if choices.len() < 2 => Err(FORM.to_owned()),
        [right] => Ok(Question { at, tells, text, right: right.to_owned(), choices }),
        _ => Err(format!("{} of the choices are right; step {} tells: {narration}", right.len(), run.position(tells))),
    }
}

/// By this the choices of a question are ordered: as good as by chance, and the same wherever and whenever it is asked.
fn place_of(question: &str, choice: &str) -> u32 {
    crc32(format!("{DEAL} {question} {choice}").as_bytes())
}

/// The step of that address, which must be there.
fn step(text: &str, run: &Run) -> Result<usize, String> {
    let position: Position =
        text.trim().parse().map_err(|mistake: crate::timeline::BadPosition| mistake.to_string())?;
    let index = run.index(position);
    if position.step != usize::MAX && run.position(index) != position {
        return Err(format!("this run has no step {position}"));
    }
    Ok(index)
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
        assert!(questions[0].at < questions[0].tells && questions[0].tells == run.last());
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
        ] {
            let (questions, problems) = asked(ask);
            assert!(questions.is_empty() && problems.len() == 1 && problems[0].contains(why), "{ask}: {problems:?}");
        }
    }
}
