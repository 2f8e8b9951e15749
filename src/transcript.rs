//! A run as text: for the terminal, for golden tests, for a reader's notes; and as JSON lines, for graders and
//! notebooks.

use std::fmt::Write;

use crate::engine::Outcome;
use crate::figures::Run;
use crate::timeline::{Full, MAX_BYTES, MAX_STEPS};

/// Every command with its steps and what it came to.
pub fn text(run: &Run) -> String {
    let mut out = String::new();
    for mark in run.commands() {
        let cut = if mark.interrupted { format!(" @{}", mark.last - mark.first + 1) } else { String::new() };
        push(&mut out, format_args!("> {}{cut}\n", mark.text));
        for index in mark.first..=mark.last {
            let moment = run.moment(index);
            push(&mut out, format_args!("{:>6}  {}\n", moment.position.to_string(), moment.narration));
        }
        if mark.interrupted {
            out.push_str("     =  cut short\n");
        } else if mark.outcome != Outcome::Done {
            push(&mut out, format_args!("     =  {}\n", mark.outcome));
        }
    }
    if let Some(what) = run.full() {
        out.push_str(&full(what));
        out.push('\n');
    }
    out
}

/// What a reader is told when a run has reached its limit.
pub fn full(full: Full) -> String {
    let reached = match full {
        Full::Steps => format!("it has reached {MAX_STEPS} steps, the most that are recorded"),
        Full::Bytes => {
            format!("the engine at all of its steps takes up {} MB, the most that are kept", MAX_BYTES >> 20)
        }
    };
    format!("The run ends here: {reached}. Nothing after this was run.")
}

fn push(out: &mut String, text: std::fmt::Arguments) {
    out.write_fmt(text).expect("writing to a string does not fail");
}

/// One JSON object for each step, and one at the end with the outcomes, the counters and the state.
///
/// A step: `{"step":12,"address":"3.2","command":3,"event":"LeafSplit","narration":"…","source":"src/…/insert.rs:88",
/// "counters":{…}}`, `step` and `command` counted from 1. The end: `{"outcomes":[…],"counters":{…},"state":{…}}`, with
/// `"full":true` where the run reached its limit. An outcome: `{"command":"get k","ok":true,"value":"v"}`, with
/// `"value":null` for a key that is not there, `"entries":[["a","1"]]` for a scan, with `"of":"SQL"` where one of several was asked
/// for it (and `null` where that one has no answer), `"pending":true` for what was only
/// issued, `"ok":false,"error":"…"` for a refusal, and `"interrupted":true` for a command that was cut short.
#[cfg(not(target_arch = "wasm32"))]
pub fn json_lines(run: &Run) -> impl Iterator<Item = String> {
    use serde_json::json;
    let counters = |index| -> serde_json::Map<String, serde_json::Value> {
        run.counters(index).into_iter().map(|counter| (counter.name.to_owned(), counter.value.into())).collect()
    };
    let steps = (1..=run.last()).map(move |index| {
        let moment = run.moment(index);
        let source = moment.source.map(|source| format!("{}:{}", source.file, source.line));
        json!({
            "step": index,
            "address": moment.position.to_string(),
            "command": moment.position.command,
            "event": moment.event,
            "narration": moment.narration,
            "source": source,
            "counters": counters(index),
        })
        .to_string()
    });
    let outcomes: Vec<_> = run.commands().into_iter().map(outcome_json).collect();
    let mut end = json!({
        "outcomes": outcomes,
        "counters": counters(run.last()),
        "state": run.state(run.last()),
    });
    if run.full().is_some() {
        end["full"] = true.into();
    }
    steps.chain([end.to_string()])
}

#[cfg(not(target_arch = "wasm32"))]
fn outcome_json(mark: crate::figures::CommandMark) -> serde_json::Value {
    use serde_json::json;
    let mut outcome = json!({ "command": mark.text, "ok": mark.interrupted || mark.outcome.is_ok() });
    if mark.interrupted {
        outcome["interrupted"] = true.into();
        return outcome;
    }
    match mark.outcome {
        Outcome::Done => {}
        Outcome::Value(value) => outcome["value"] = value.into(),
        Outcome::Entries(entries) => outcome["entries"] = json!(entries),
        Outcome::AnswerOf(one, entries) => {
            outcome["of"] = one.into();
            outcome["entries"] = json!(entries);
        }
        Outcome::Pending => outcome["pending"] = true.into(),
        Outcome::Refused(reason) => outcome["error"] = reason.into(),
        unanswered @ Outcome::Unanswered(_) => outcome["error"] = unanswered.to_string().into(),
    }
    outcome
}
