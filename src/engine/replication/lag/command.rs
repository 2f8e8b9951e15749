//! What a reader may ask of the clients and of the cluster.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::session::{DEVICES, Device, USERS};
use crate::contract::{Argument, ArgumentKind, CommandForm, form};
use crate::language::{BadCommand, Words, spell};
use crate::replication::NodeId;
use crate::replication::host::read_node;
use crate::sim::Time;

/// No command lets more time pass, and no link is slower.
const MAX_TIME: Time = Time::from_millis(120_000);
/// A page's name and a post are short, because they are drawn.
const MAX_PAGE: usize = 8;
const MAX_TEXT: usize = 40;

#[derive(Clone)]
pub enum Command {
    Post { begin: bool, page: Rc<str>, text: Rc<str>, device: Device },
    Reload { begin: bool, page: Rc<str>, device: Device, via: Option<NodeId> },
    Delay(NodeId, NodeId, Time),
    Run(Time),
    Settle,
    Stop(NodeId),
    Start(NodeId),
}

const WHO: Argument = Argument { name: "user", kind: ArgumentKind::Choice(&USERS), example: "", optional: true };
const ON: Argument = Argument { name: "device", kind: ArgumentKind::Choice(&DEVICES), example: "", optional: true };
const POST: &[Argument] = &[
    Argument::text("page", "talk"),
    Argument::text("text", "hello"),
    Argument::keyword("as"),
    WHO,
    Argument::keyword("on"),
    ON,
];
const RELOAD: &[Argument] = &[
    Argument::text("page", "talk"),
    Argument::keyword("as"),
    WHO,
    Argument::keyword("on"),
    ON,
    Argument::keyword("via"),
    Argument::optional("node"),
];

pub const COMMANDS: &[CommandForm] = &[
    form("post", POST, "post on a page, and wait until the leader has acknowledged it", true),
    form("reload", RELOAD, "read a page, from where the rules say, or else by the node that is named", true),
    form("begin post", POST, "only issue a post, and leave it on its way", false),
    form("begin reload", RELOAD, "only issue a read, and leave it on its way", false),
    form(
        "delay",
        &[Argument::text("a", "n1"), Argument::text("b", "n3"), Argument::text("time", "5s")],
        "set how long messages between two nodes take from now on",
        true,
    ),
    form("stop", &[Argument::text("node", "n3")], "pull the plug of a node: what is only in its memory is gone", true),
    form("start", &[Argument::text("node", "n3")], "let a node come back, with what is on its disks", true),
    form("run", &[Argument::text("time", "500ms")], "let time pass", true),
    form("settle", &[], "let time pass until nothing is on its way", true),
];

pub fn parse(words: &mut Words) -> Result<Command, BadCommand> {
    let name = words.required("command")?;
    let command = match name.text.as_str() {
        "post" => post(words, false)?,
        "reload" => reload(words, false)?,
        "begin" if words.keyword("post") => post(words, true)?,
        "begin" if words.keyword("reload") => reload(words, true)?,
        "delay" => Command::Delay(node(words, "a")?, node(words, "b")?, words.time("time", MAX_TIME)?),
        "run" => Command::Run(words.time("time", MAX_TIME)?),
        "settle" => Command::Settle,
        "stop" => Command::Stop(node(words, "node")?),
        "start" => Command::Start(node(words, "node")?),
        _ => return Err(words.unknown(COMMANDS)),
    };
    words.finish()?;
    Ok(command)
}

fn post(words: &mut Words, begin: bool) -> Result<Command, BadCommand> {
    let page = short(words, "page", MAX_PAGE)?;
    let text = short(words, "text", MAX_TEXT)?;
    Ok(Command::Post { begin, page, text, device: device(words)? })
}

fn reload(words: &mut Words, begin: bool) -> Result<Command, BadCommand> {
    let page = short(words, "page", MAX_PAGE)?;
    let device = device(words)?;
    let via = if words.keyword("via") { Some(node(words, "node")?) } else { None };
    Ok(Command::Reload { begin, page, device, via })
}

fn short(words: &mut Words, what: &str, most: usize) -> Result<Rc<str>, BadCommand> {
    let word = words.required(what)?;
    let chars = word.text.chars().count();
    if (1..=most).contains(&chars) {
        return Ok(word.text.as_str().into());
    }
    Err(words.refuse(word, format!("the {what} has {chars} characters"), format!("1 to {most} characters")))
}

/// `as bob on phone`; ann and her laptop where nobody is named.
fn device(words: &mut Words) -> Result<Device, BadCommand> {
    let mut pick = |keyword: &str, names: &[&str]| {
        if !words.keyword(keyword) {
            return Ok(0);
        }
        let word = words.required(if keyword == "as" { "user" } else { "device" })?;
        let found = names.iter().position(|name| *name == word.text);
        found
            .map(|place| place as u8)
            .ok_or_else(|| words.refuse(word, format!("`{}` cannot stand here", word.quote()), names.join(", ")))
    };
    Ok(Device { user: pick("as", &USERS)?, device: pick("on", &DEVICES)? })
}

fn node(words: &mut Words, what: &str) -> Result<NodeId, BadCommand> {
    read_node(words, what, NodeId::MOST, "n1, n2, …")
}

impl Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let who = |out: &mut fmt::Formatter, device: &Device| {
            if device.user > 0 {
                write!(out, " as {}", USERS[usize::from(device.user)])?;
            }
            if device.device > 0 { write!(out, " on {}", DEVICES[usize::from(device.device)]) } else { Ok(()) }
        };
        let first = |begin: &bool| if *begin { "begin " } else { "" };
        match self {
            Command::Post { begin, page, text, device } => {
                write!(out, "{}post {} {}", first(begin), spell(page), spell(text))?;
                who(out, device)
            }
            Command::Reload { begin, page, device, via } => {
                write!(out, "{}reload {}", first(begin), spell(page))?;
                who(out, device)?;
                via.map_or(Ok(()), |node| write!(out, " via {node}"))
            }
            Command::Delay(a, b, time) => write!(out, "delay {a} {b} {}", time.spell()),
            Command::Run(time) => write!(out, "run {}", time.spell()),
            Command::Settle => out.write_str("settle"),
            Command::Stop(node) => write!(out, "stop {node}"),
            Command::Start(node) => write!(out, "start {node}"),
        }
    }
}
