//! What the run says to a question: each right answer is proved by it, and each number is a counter's.

use std::ops::Range;

use super::written::{self, Answer, Sign, Written};
use super::{Choice, Mistake, Number, Question};
use crate::engine::checksum::crc32;
use crate::engine::language::shorten;
use crate::engine::wording::count;
use crate::figures::Run;
use crate::timeline::{Address, BadAddress};

/// Another number deals the choices of all questions anew. With this one no place holds the right answer in more than half
/// of the book's questions; `tests/book.rs` counts.
const DEAL: u32 = 9;

/// Has the run answer a question that was read.
pub fn answered(written: &Written, run: &Run) -> Result<Question, Mistake> {
    let head = |why: String| (written.line, why);
    let asks = moment(written.at, run).map_err(head)?.end - 1;
    let tells = moment(written.tells, run).map_err(head)?;
    let is_number = written.answers.iter().any(|answer| matches!(answer.sign, Some(Sign::Number { .. })));
    // A number is told by the last step alone.
    let first = if is_number { tells.end - 1 } else { tells.start };
    if asks >= first {
        return Err(head("the step that answers must come after the step that asks".to_owned()));
    }
    written.replies()?;
    let mut question = Question {
        at: asks,
        tells: tells.end - 1,
        text: written.text.clone(),
        choices: Vec::new(),
        number: None,
        with_this_seed: written.with_this_seed,
    };
    if is_number {
        question.number = Some(number(written, run, tells.end - 1)?);
    } else {
        (question.choices, question.tells) = choices(written, run, asks, tells)?;
    }
    Ok(question)
}

/// The choices, each proved or disproved by the run, and the step at which the last right one is seen.
fn choices(written: &Written, run: &Run, asks: usize, tells: Range<usize>) -> Result<(Vec<Choice>, usize), Mistake> {
    let (many, right) = (written.answers.len(), written.answers.iter().filter(|answer| answer.is_right).count());
    if many < 3 || right == 0 || right == many {
        let found = format!("there are {}, {right} of them marked `=`", count(many, "choice"));
        return Err((
            written.line,
            format!("{found}; accepted: three or more, with `=` before each right one, `~` before each wrong one"),
        ));
    }
    let mut seen = tells.start;
    for Answer { line, is_right, says, sign, .. } in &written.answers {
        let Some(sign) = sign else {
            if *is_right {
                let why = "nothing proves that it is right; accepted: brackets at its end, with words of the narration or `counter in 2..5`";
                return Err((*line, format!("`{}`: {why}", shorten(says, 60))));
            }
            continue;
        };
        let last = tells.end - 1;
        match (shown(sign, run, tells.clone()).map_err(|why| (*line, why))?, is_right) {
            (Some(_), true) if shown_already(sign, run, asks) => {
                let told = run.moment(asks).narration;
                return Err((*line, format!("`{sign}` proves nothing: the step that asks says it already: {told}")));
            }
            (Some(step), true) => seen = seen.max(step),
            (None, false) => {}
            (found, _) => {
                let is = if found.is_some() { "wrong, but the run shows" } else { "right, but the run doesn't show" };
                let (at, told) = (run.position(last), run.moment(last).narration);
                return Err((*line, format!("`{}` is called {is} `{sign}`; step {at}: {told}", shorten(says, 60))));
            }
        }
    }
    let mut choices: Vec<Choice> = written
        .answers
        .iter()
        .map(|it| Choice { says: it.says.clone(), is_right: it.is_right, reply: it.reply.clone() })
        .collect();
    choices.sort_by_key(|choice| place_of(&written.text, &choice.says));
    Ok((choices, seen))
}

/// By this the choices of a question are ordered: as good as by chance, and the same wherever and whenever it is asked.
pub fn place_of(question: &str, choice: &str) -> u32 {
    crc32(format!("{DEAL} {question} {choice}").as_bytes())
}

/// The step at which the sign of a choice is seen: the first with those words, or the last if a counter is then in that
/// range.
pub fn shown(sign: &Sign, run: &Run, mut tells: Range<usize>) -> Result<Option<usize>, String> {
    let last = tells.end - 1;
    match sign {
        Sign::Words(words) => Ok(tells.find(|step| run.moment(*step).narration.contains(words))),
        Sign::Range { name, range } => Ok(range.contains(&counter(name, run, last)?).then_some(last)),
        Sign::Number { .. } => {
            Err("a number is asked for alone; accepted beside it: `~ less`, `~ more`, `~ 2..5`".to_owned())
        }
    }
}

fn shown_already(sign: &Sign, run: &Run, asks: usize) -> bool {
    matches!(sign, Sign::Words(words) if run.moment(asks).narration.contains(words))
}

fn number(written: &Written, run: &Run, tells: usize) -> Result<Number, Mistake> {
    let right: Vec<_> = written.answers.iter().filter(|answer| answer.is_right).collect();
    let [Answer { line, sign: Some(Sign::Number { name, within }), reply, .. }] = right[..] else {
        return Err((
            written.line,
            "a number has one right answer, `= counter within N` or `= counter ± N%`".to_owned(),
        ));
    };
    let value = counter(name, run, tells).map_err(|why| (*line, why))?;
    let mut number = Number { right: value, within: within.of(value), why: reply.clone(), wrong: Vec::new() };
    let accepted = number.accepted();
    let (mut less, mut more) = (*accepted.start() == 0, false);
    for answer in written.answers.iter().filter(|answer| !answer.is_right) {
        let range = match answer.says.as_str() {
            "less" => 0..=accepted.start().saturating_sub(1),
            "more" => accepted.end().saturating_add(1)..=u64::MAX,
            says => written::range(says).ok_or_else(|| {
                let found = shorten(says, 40);
                (
                    answer.line,
                    format!(
                        "`{found}` is no wrong number; accepted: `less`, `more`, a number as in 3, a range as in 2..5"
                    ),
                )
            })?,
        };
        if range.start() <= accepted.end() && accepted.start() <= range.end() && answer.says != "less" {
            let (least, most) = accepted.clone().into_inner();
            return Err((answer.line, format!("`{}` is called wrong, but {least} to {most} is right", answer.says)));
        }
        less |= answer.says == "less";
        more |= answer.says == "more";
        number.wrong.push((range, answer.reply.clone()));
    }
    match (less, more) {
        (true, true) => Ok(number),
        _ => {
            let lacks = if less { "`~ more`" } else { "`~ less`" };
            Err((
                written.line,
                format!(
                    "{lacks} isn't there; accepted: `~ less` and `~ more`, each with its reply, so that every number has one"
                ),
            ))
        }
    }
}

pub fn counter(name: &str, run: &Run, at: usize) -> Result<u64, String> {
    let counters = run.counters(at);
    let found = counters.iter().find(|each| each.name == name).map(|each| each.value);
    found.ok_or_else(|| {
        let names: Vec<_> = counters.iter().map(|each| each.name).collect();
        format!("there is no counter `{}`; there are: {}", shorten(name, 40), names.join(", "))
    })
}

/// The steps of that address, which must be there: one, or all of a command.
pub fn moment(text: &str, run: &Run) -> Result<Range<usize>, String> {
    let address: Address = text.trim().parse().map_err(|mistake: BadAddress| mistake.to_string())?;
    match address {
        Address::Step(_) if run.has(address) => Ok(run.index(address)..run.index(address) + 1),
        Address::Step(position) => Err(format!("this run has no step {position}")),
        Address::EndOf(command) if run.has(address) => Ok(run.range(command - 1)),
        Address::EndOf(command) => Err(format!("this run has no command {command}, only {}", run.len())),
    }
}
