//! What goes over the wire, in two spellings that mean the same: a binary frame, which is derived, and HTTP/1.1 as text.

use std::fmt::Display;
use std::rc::Rc;

use serde_json::{Value, json};
use stepwise_derive::Wire;

use crate::cluster::{self, CallId, Host};
use crate::wire::{Frame, Wire};

/// `call` is for those who follow a run, as the id of a trace is; nodes decide nothing by it. `request` is the sender's own
/// number of what it asks, and comes back in the answer.
#[derive(Clone, Debug, PartialEq, Eq, Wire)]
pub enum Message {
    /// `amount` is in euros or in cents: the message does not say which, its version does.
    Charge {
        call: CallId,
        request: u32,
        path: Rc<str>,
        version: Option<u8>,
        key: Option<Rc<str>>,
        /// How long the sender still waits.
        timeout_ms: Option<u32>,
        amount: u64,
    },
    Receipt {
        call: CallId,
        request: u32,
        charged: u64,
    },
    NotFound {
        call: CallId,
        request: u32,
    },
    KeyConflict {
        call: CallId,
        request: u32,
    },
    /// All charges but the first so many.
    List {
        call: CallId,
        after: u32,
    },
    Part {
        call: CallId,
        place: u32,
        of: u32,
        charge: CallId,
        euros: u64,
    },
    NoCharges {
        call: CallId,
    },
}

/// How many of a version's units are a euro.
pub fn unit(version: u8) -> u64 {
    if version == 1 { 1 } else { 100 }
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        Message::kind(self)
    }

    fn about(&self) -> String {
        match self {
            Message::Charge { path, version, key, timeout_ms, amount, .. } => {
                let version = version.map(|version| format!(", version {version}")).unwrap_or_default();
                let key = key.as_ref().map(|key| format!(", key {key}")).unwrap_or_default();
                let left = timeout_ms.map(|left| format!(", waits {left} ms")).unwrap_or_default();
                format!("{path}, amount {amount}{version}{key}{left}")
            }
            Message::Receipt { charged, .. } => format!("charged {charged}"),
            Message::NotFound { .. } => "404, not found".to_owned(),
            Message::KeyConflict { .. } => "422, key of another request".to_owned(),
            Message::List { after: 0, .. } => "all charges".to_owned(),
            Message::List { after, .. } => format!("charges after {after}"),
            Message::Part { place, of, charge, euros, .. } => format!("{place} of {of}: {charge}, {euros} €"),
            Message::NoCharges { .. } => "204, there are no charges".to_owned(),
        }
    }

    fn brief(&self) -> String {
        match self {
            Message::Charge { path, amount, .. } => format!("{} {amount}", path.rsplit('/').next().unwrap_or_default()),
            Message::Receipt { charged, .. } => format!("ok {charged}"),
            Message::NotFound { .. } => "404".to_owned(),
            Message::KeyConflict { .. } => "422".to_owned(),
            Message::List { .. } => "charges?".to_owned(),
            Message::Part { place, of, .. } => format!("{place} of {of}"),
            Message::NoCharges { .. } => "204".to_owned(),
        }
    }
}

/// A message as HTTP/1.1. A part of a stream is a server-sent event, in a response that has begun before it.
pub struct Http(pub Message);

const ID: &str = "X-Request-ID";
const KEY: &str = "Idempotency-Key";
const VERSION: &str = "Api-Version";
const TIMEOUT: &str = "X-Timeout-Ms";
const LAST_EVENT: &str = "Last-Event-ID";
const LENGTH: &str = "Content-Length";

impl Wire for Http {
    fn write(&self, _: &str, frame: &mut Frame) {
        match &self.0 {
            Message::Charge { call, request, path, version, key, timeout_ms, amount } => {
                start(frame, &[("method", "POST"), ("path", path), ("protocol", "HTTP/1.1")]);
                header(frame, "Host", &"pay.example");
                header(frame, ID, &format!("{call}-{request}"));
                version.iter().for_each(|version| header(frame, VERSION, version));
                key.iter().for_each(|key| header(frame, KEY, &format!("\"{key}\"")));
                timeout_ms.iter().for_each(|left| header(frame, TIMEOUT, left));
                body(frame, &json!({ "amount": amount }));
            }
            Message::Receipt { call, request, charged } => {
                answer(frame, "201", "Created", *call, *request);
                body(frame, &json!({ "charged": charged }));
            }
            Message::NotFound { call, request } => {
                answer(frame, "404", "Not Found", *call, *request);
                header(frame, LENGTH, &0);
                end(frame);
            }
            Message::KeyConflict { call, request } => {
                answer(frame, "422", "Unprocessable Content", *call, *request);
                header(frame, LENGTH, &0);
                end(frame);
            }
            Message::List { call, after } => {
                start(frame, &[("method", "GET"), ("path", "/statement"), ("protocol", "HTTP/1.1")]);
                header(frame, "Host", &"pay.example");
                header(frame, "Accept", &"text/event-stream");
                header(frame, ID, &format!("{call}-{after}"));
                header(frame, LAST_EVENT, after);
                end(frame);
            }
            Message::Part { call, place, of, charge, euros } => {
                line(frame, "event id", &format!("id: {place}"), "\n");
                let call = call.to_string();
                let data = json!({ "request": call, "of": of, "charge": charge.to_string(), "euros": euros });
                line(frame, "data", &format!("data: {data}"), "\n");
                line(frame, "end of the event", "", "\n");
            }
            Message::NoCharges { call } => {
                answer(frame, "204", "No Content", *call, 0);
                end(frame);
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Http> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (message, rest) = if text.starts_with("id: ") { read_event(text)? } else { read_http(text)? };
        *bytes = rest.as_bytes();
        Some(Http(message))
    }
}

fn start(frame: &mut Frame, [first, second, third]: &[(&str, &str); 3]) {
    frame.field(first.0, format!("{} ", first.1).as_bytes(), first.1.to_owned());
    frame.field(second.0, format!("{} ", second.1).as_bytes(), second.1.to_owned());
    line(frame, third.0, third.1, "\r\n");
}

fn answer(frame: &mut Frame, status: &str, reason: &str, call: CallId, request: u32) {
    start(frame, &[("protocol", "HTTP/1.1"), ("status", status), ("reason", reason)]);
    header(frame, ID, &format!("{call}-{request}"));
}

fn line(frame: &mut Frame, label: &str, text: &str, newline: &str) {
    frame.field(label, format!("{text}{newline}").as_bytes(), text.to_owned());
}

fn header(frame: &mut Frame, name: &str, value: &dyn Display) {
    frame.field(name, format!("{name}: {value}\r\n").as_bytes(), value.to_string());
}

fn end(frame: &mut Frame) {
    line(frame, "end of the head", "", "\r\n");
}

fn body(frame: &mut Frame, json: &Value) {
    let text = json.to_string();
    header(frame, "Content-Type", &"application/json");
    header(frame, LENGTH, &text.len());
    end(frame);
    line(frame, "body", &text, "");
}

fn read_http(text: &str) -> Option<(Message, &str)> {
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let (start, headers) = head.split_once("\r\n")?;
    let headers: Vec<_> = headers.split("\r\n").map(|line| line.split_once(": ")).collect::<Option<_>>()?;
    let header = |name| headers.iter().find(|header| header.0 == name).map(|header| header.1);
    let number = |name| header(name).map(|value| value.parse::<u32>());
    let (body, rest) = rest.split_at_checked(number(LENGTH).unwrap_or(Ok(0)).ok()? as usize)?;
    let field = |name| serde_json::from_str::<Value>(body).ok()?.get(name)?.as_u64();
    let (call, request) = header(ID)?.rsplit_once('-')?;
    let (call, request) = (call_id(call)?, request.parse().ok()?);
    let message = match start.splitn(3, ' ').collect::<Vec<_>>()[..] {
        ["POST", path, _] => Message::Charge {
            call,
            request,
            path: path.into(),
            version: header(VERSION).map(str::parse).transpose().ok()?,
            key: header(KEY).map(|key| key.trim_matches('"').into()),
            timeout_ms: number(TIMEOUT).transpose().ok()?,
            amount: field("amount")?,
        },
        ["GET", ..] => Message::List { call, after: number(LAST_EVENT)?.ok()? },
        [_, "201", _] => Message::Receipt { call, request, charged: field("charged")? },
        [_, "404", _] => Message::NotFound { call, request },
        [_, "422", _] => Message::KeyConflict { call, request },
        [_, "204", _] => Message::NoCharges { call },
        _ => return None,
    };
    Some((message, rest))
}

fn read_event(text: &str) -> Option<(Message, &str)> {
    let (event, rest) = text.split_once("\n\n")?;
    let (id, data) = event.split_once('\n')?;
    let data: Value = serde_json::from_str(data.strip_prefix("data: ")?).ok()?;
    let call = |name| call_id(data.get(name)?.as_str()?);
    let part = Message::Part {
        call: call("request")?,
        place: id.strip_prefix("id: ")?.parse().ok()?,
        of: data.get("of")?.as_u64()?.try_into().ok()?,
        charge: call("charge")?,
        euros: data.get("euros")?.as_u64()?,
    };
    Some((part, rest))
}

/// `c1.3`.
fn call_id(text: &str) -> Option<CallId> {
    let (client, number) = text.split_once('.')?;
    match client.parse() {
        Ok(Host::Client(client)) => Some(CallId { client, number: number.parse().ok()? }),
        _ => None,
    }
}
