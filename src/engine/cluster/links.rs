//! What a reader says about links and about messages on them: ways, and how they are pointed at. No attribute of a derive
//! can say that `cut` takes two hosts or one way, and `delay` two hosts or one message.

use std::fmt::{self, Display};

use super::{Host, fate::MOST};
use crate::form::{Argument, ArgumentKind, Command, CommandForm, Value, form};
use crate::language::{BadCommand, Word, Words};
use crate::replication::host::read_host;
use crate::sim::{Delay, MessageId, Time};

/// `cut`, and `delay`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Cut {
        a: Host,
        b: Host,
    },
    /// What is sent the other way still arrives.
    CutWay {
        from: Host,
        to: Host,
    },
    Delay {
        a: Host,
        b: Host,
        delay: Delay,
    },
    /// One message takes that much longer.
    DelayMessage {
        message: Chosen,
        time: Time,
    },
}

/// How a reader points at a message in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    ById(MessageId),
    /// The oldest on this way.
    OnTheWay(Host, Host),
}

const EXPONENTIAL: &str = "exponential";

impl Command for Link {
    const FORMS: &'static [CommandForm] = &[
        form(
            "cut",
            &[Argument::text("a", "c1"), Argument::text("b", "n1")],
            "cut the link between two, or one way of it, as in c1>n1",
            false,
        ),
        form(
            "delay",
            &[
                Argument::text("a", "c1"),
                Argument::text("b", "n1"),
                Argument::text("time", "200ms"),
                Argument { name: "spread", kind: ArgumentKind::Choice(&[EXPONENTIAL]), example: "", optional: true },
            ],
            "set how long messages between two take, or take on average; with one MESSAGE instead, let it take longer",
            false,
        ),
    ];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Link>, BadCommand> {
        match name.text.as_str() {
            "cut" => {
                let first = words.required("a")?;
                if let Some((from, to)) = way(&first.text) {
                    return Ok(Some(Link::CutWay { from, to }));
                }
                Ok(Some(Link::Cut { a: read_host(words, first)?, b: Host::read(words, "b")? }))
            }
            "delay" => {
                let first = words.required("a")?;
                if let Some(message) = Chosen::named(&first.text) {
                    return Ok(Some(Link::DelayMessage { message, time: words.time("time", MOST)? }));
                }
                let (a, b, time) = (read_host(words, first)?, Host::read(words, "b")?, words.time("time", MOST)?);
                let delay = if words.keyword(EXPONENTIAL) { Delay::Exponential(time) } else { Delay::Fixed(time) };
                Ok(Some(Link::Delay { a, b, delay }))
            }
            _ => Ok(None),
        }
    }
}

impl Display for Link {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Link::Cut { a, b } => write!(out, "cut {} {}", a.name(), b.name()),
            Link::CutWay { from, to } => write!(out, "cut {}>{}", from.name(), to.name()),
            Link::Delay { a, b, delay } => {
                let (Delay::Fixed(time) | Delay::Exponential(time)) = delay;
                write!(out, "delay {} {} {}", a.name(), b.name(), Time::spell(*time))?;
                if matches!(delay, Delay::Fixed(_)) { Ok(()) } else { write!(out, " {EXPONENTIAL}") }
            }
            Link::DelayMessage { message, time } => write!(out, "delay {message} {}", Time::spell(*time)),
        }
    }
}

/// `c1>n2`.
fn way(text: &str) -> Option<(Host, Host)> {
    let (from, to) = text.split_once('>')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

impl Chosen {
    /// As a reader names it: `m5`, `c1>n2`.
    pub fn named(text: &str) -> Option<Chosen> {
        let digits = text.strip_prefix('m').filter(|digits| digits.bytes().all(|each| each.is_ascii_digit()));
        let by_id = digits.and_then(|digits| digits.parse().ok()).map(|number| Chosen::ById(MessageId::new(number)));
        by_id.or_else(|| way(text).map(|(from, to)| Chosen::OnTheWay(from, to)))
    }
}

impl Value for Chosen {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Chosen, BadCommand> {
        let word = words.required(what)?;
        Chosen::named(&word.text).ok_or_else(|| {
            let accepted = "a name as in m5, or a way as in c1>n2".to_owned();
            words.refuse(word, format!("`{}` is no message", word.quote()), accepted)
        })
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

impl Display for Chosen {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Chosen::ById(id) => id.fmt(out),
            Chosen::OnTheWay(from, to) => write!(out, "{}>{}", from.name(), to.name()),
        }
    }
}
