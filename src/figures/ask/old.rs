//! The questions of old, one a line, without replies: `3.2 -> 3.3: What? | It is split (is split) | It stays (stays)`, or
//! `3 -> 4: How many? = pages`. They are read until the last of them is written anew; `tests/ratchets.txt` counts them.

use super::proof::{counter, moment, place_of, shown};
use super::written::{self, Sign, Within};
use super::{Choice, Number, Question};
use crate::figures::Run;

/// Whether it is written as of old.
pub fn is_old(text: &str) -> bool {
    let is_one_line = text.lines().filter(|line| !line.trim().is_empty()).count() == 1;
    is_one_line && (text.contains(" | ") || text.contains(" = "))
}

/// Reads one and has the run answer it: it may be wrong in its only line.
pub fn question(line: &str, run: &Run) -> Result<Question, String> {
    let form = "it is written `STEP -> STEP: question? | choice (words) | choice (words)`";
    let (moments, rest) = line.split_once(": ").ok_or(form)?;
    let (moments, with_this_seed) = match moments.strip_suffix(", with this seed") {
        Some(moments) => (moments, true),
        None => (moments, false),
    };
    let (at, tells) = moments.split_once(" -> ").ok_or(form)?;
    let (at, tells) = (moment(at, run)?.end - 1, moment(tells, run)?);
    let last = tells.end - 1;
    let reply = String::new();
    let of_number = rest.rsplit_once(" = ").filter(|_| !rest.contains(" | "));
    if at >= of_number.map_or(tells.start, |_| last) {
        return Err("the step that tells must come after the step that asks".to_owned());
    }
    if let Some((text, number)) = of_number {
        let text = text.to_owned();
        let sign = written::number(number)?;
        let (name, within) = match &sign {
            Some(Sign::Number { name, within }) => (name.as_str(), *within),
            _ => (number, Within::Absolute(0)),
        };
        let right = counter(name, run, last)?;
        let number = Some(Number { right, within: within.of(right), why: reply, wrong: Vec::new() });
        return Ok(Question { at, tells: last, text, choices: Vec::new(), number, with_this_seed });
    }
    let mut parts = rest.split(" | ");
    let text = parts.next().unwrap_or_default().to_owned();
    let (mut choices, mut right) = (Vec::new(), Vec::new());
    for part in parts {
        let (says, sign) = part.strip_suffix(')').and_then(|part| part.rsplit_once(" (")).ok_or(form)?;
        let seen = shown(&Sign::read(sign), run, tells.clone())?;
        right.extend(seen);
        choices.push(Choice { says: says.to_owned(), is_right: seen.is_some(), reply: reply.clone() });
    }
    choices.sort_by_key(|choice| place_of(&text, &choice.says));
    match right[..] {
        _ if choices.len() < 2 => Err(form.to_owned()),
        [tells] => Ok(Question { at, tells, text, choices, number: None, with_this_seed }),
        _ => {
            let narration = run.moment(last).narration;
            Err(format!("{} of the choices are right; step {} tells: {narration}", right.len(), run.position(last)))
        }
    }
}
