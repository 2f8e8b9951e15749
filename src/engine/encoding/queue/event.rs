//! What happened, one event a step, and how it is told.

use std::fmt::{self, Formatter};
use std::rc::Rc;

use stepwise_derive::Event;

use super::settings::{Ack, Group};
use crate::cluster::{CallId, ClientId, Happened};
use crate::contract::Refused;
use crate::sim::Time;
use crate::wording::{count, shown, were};

#[derive(Clone, Event)]
pub enum Event {
    // The producer.
    #[told("{} sends {call} to the topic, with the key {}. It names no consumer.", call.client, shown(key))]
    Sent { call: CallId, key: Rc<str> },
    #[told("{} sends {call}, with the key {}, and waits for no answer.", call.client, shown(key))]
    SentOff { call: CallId, key: Rc<str> },
    #[told("{} keeps {call} until the message before it is answered.", call.client)]
    HeldBack { call: CallId },
    #[told("The broker has acknowledged {call}, after {took}: {} may forget it.", call.client)]
    Acknowledged { call: CallId, took: Time },
    #[told("One more answer for {call}; {} waits for none.", call.client)]
    AcknowledgedAgain { call: CallId },
    #[told("The broker has no room for {call}. {} must hold it back, and tries again later.", call.client)]
    PutOff { call: CallId },
    #[told("{} sends {call} again, attempt {attempt}.", call.client, when = *no_room)]
    #[told(
        "{waited} without an answer for {call}. {} can't know whether the broker has it, and sends it again, attempt \
         {attempt}.", call.client
    )]
    SentAgain { call: CallId, waited: Time, attempt: u32, no_room: bool },
    #[told("{} gives {call} up: the broker has no room.", call.client, when = *no_room)]
    #[told("{} gives {call} up, and doesn't know whether the broker has it.", call.client)]
    GaveUp { call: CallId, no_room: bool },

    // The broker.
    #[told(tell_appended)]
    Appended { call: CallId, file: String, offset: u64, synced: bool, dropped: Option<(CallId, String)> },
    #[told("The sequence number of {call} isn't above the last one: n1 acknowledges it, and doesn't append it.")]
    Known { call: CallId },
    #[told("n1 has {} and no room: it doesn't take {call}.", count(*kept, "message"))]
    NoRoom { call: CallId, kept: usize },
    #[told("n1 takes {client} into {group}, which is {members} now.")]
    Joined { client: ClientId, group: Group, members: String },
    #[told("{client} is gone from its group. {}", back_to_others(*back, *dead))]
    Left { client: ClientId, back: usize, dead: usize },
    #[told(
        "n1 has waited {waited} for an acknowledgement, and takes {client} for dead. {}", back_to_others(*back, *dead)
    )]
    TakenBack { client: ClientId, waited: Time, back: usize, dead: usize },
    #[told("{group} has acknowledged {call}, and n1 deletes it.", when = *last)]
    #[told("{group} has acknowledged {call}. n1 keeps it for the other group.")]
    Deleted { call: CallId, group: Group, last: bool },
    #[told("n1 notes that {group} goes on at offset {next} of {file}. The log stays as it is.")]
    Committed { group: Group, file: String, next: u64 },
    #[told("{client} gives {call} back. That was its last delivery: it goes to the dead letters.", when = *dead)]
    #[told("{client} gives {call} back, and n1 delivers it again.")]
    Returned { call: CallId, client: ClientId, dead: bool },
    #[told("{client} answers too late: n1 has taken the message back.")]
    TooLate { client: ClientId },
    #[told("n1 doesn't know {client}, and says so.")]
    Unknown { client: ClientId },
    #[told("{group} goes back to offset {offset}, and gets every message from there on once more.", when = *offset > 0)]
    #[told("{group} goes back to the beginning, and once more gets every message that is kept.")]
    Replayed { group: Group, offset: u64 },
    #[told("n1 keeps the newest message of each key: {removed} removed, {kept} kept. Offsets stay as they were.")]
    Compacted { removed: usize, kept: usize },

    // Consumers.
    #[told("{client} starts, and asks to consume in {group}.")]
    Joins { client: ClientId, group: Group },
    #[told("{client} asks to consume anew.")]
    JoinsAgain { client: ClientId },
    #[told("{client} hears that n1 has given it up, and ends its work on {call} first.")]
    GoesOn { client: ClientId, call: CallId },
    #[told("{client} says goodbye.", when = *held == 0)]
    #[told("{client} says goodbye, and leaves {}.", count(*held, "message"))]
    Leaves { client: ClientId, held: usize },
    #[told("{client} dies without a word.", when = *held == 0)]
    #[told("{client} dies without a word, with {} in hand.", count(*held, "message"))]
    Killed { client: ClientId, held: usize },
    #[told("{client} is a consumer now, and has {names}.")]
    Assigned { client: ClientId, names: String },
    #[told("{client} gets {call}{} and acknowledges it before its work.", time_of(*times), when = *ack == Ack::Before)]
    #[told("{client} gets {call}{} and works on it.", time_of(*times))]
    Taken { client: ClientId, call: CallId, times: u32, ack: Ack },
    #[told("{client} gets {call} while it is busy, and puts it aside.")]
    Laid { client: ClientId, call: CallId },
    #[told("The acknowledgement of {call} counts. Now {client} works on it.")]
    MayWork { client: ClientId, call: CallId },
    #[told(
        "{client} has worked on {call}. It doesn't know the new field, and what it sends to the store is without it.",
        when = *lost
    )]
    #[told("{client} has worked on {call}, and sends its effect to the store.")]
    Effects { client: ClientId, call: CallId, lost: bool },
    #[told("The store has the effect of {call}: {client} acknowledges the message.")]
    Acknowledges { client: ClientId, call: CallId },
    #[told("{client} is done with {call}.{}", turns_to(*next))]
    Finished { client: ClientId, call: CallId, next: Option<CallId> },
    #[told("{client} must not work on {call} any more.{}", turns_to(*next), when = *ack == Ack::Before)]
    #[told("{client} has done {call}, but its acknowledgement comes too late to count.{}", turns_to(*next))]
    Late { client: ClientId, call: CallId, ack: Ack, next: Option<CallId> },
    #[told("{waited} without an answer from the store. {client} doesn't repeat {call}.{}", turns_to(*next))]
    NotRepeated { client: ClientId, call: CallId, waited: Time, next: Option<CallId> },
    #[told("{waited} without an answer about {call}: {client} lets it go, and asks to consume anew.")]
    BeginsAnew { client: ClientId, call: CallId, waited: Time },
    #[told("{client} can't work on {call}, which is acknowledged: it is lost.{}", turns_to(*next))]
    Failed { client: ClientId, call: CallId, next: Option<CallId> },
    #[told("{client} can't work on {call}, and gives it back.{}", turns_to(*next))]
    Rejected { client: ClientId, call: CallId, next: Option<CallId> },
    #[told("{client} can't work on {call}, and dies of it. For its group the message is still the next.")]
    Poisoned { client: ClientId, call: CallId },
    #[told("A message ({what}) comes to {client}, and no one is there.")]
    Unheard { client: ClientId, what: &'static str },
    #[told("A message ({what}) comes to {client}, which has gone on since, and puts it aside.")]
    PutAside { client: ClientId, what: &'static str },

    // The store.
    /// With this one it is there so many times.
    #[told("The effect of {call} is in the store, for {group}.", when = *times == 1)]
    #[told("The effect of {call} is in the store once more, for {group}: it counts {}.", as_often(*times))]
    Applied { call: CallId, group: Group, times: usize },
    #[told("The store has the effect of {call} for {group} already, and does nothing.")]
    HadIt { call: CallId, group: Group },

    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}

fn tell_appended(
    call: &CallId,
    file: &str,
    offset: &u64,
    synced: &bool,
    dropped: &Option<(CallId, String)>,
    out: &mut Formatter,
) -> fmt::Result {
    write!(out, "n1 appends {call} to {file}, at offset {offset}, and ")?;
    out.write_str(if *synced { "syncs it." } else { "doesn't sync it." })?;
    match dropped {
        None => Ok(()),
        Some((oldest, concerned)) if concerned.is_empty() => write!(out, " It has no room, so it lets {oldest} go."),
        Some((oldest, concerned)) => {
            write!(out, " It has no room, so it lets {oldest} go, though {concerned} hadn't finished with it.")
        }
    }
}

fn back_to_others(back: usize, dead: usize) -> String {
    match (back, dead) {
        (0, 0) => "It held nothing.".to_owned(),
        (back, 0) => format!("{} taken back.", were(back, "message")),
        (0, dead) => format!("{} put with the dead letters.", were(dead, "message")),
        (back, dead) => format!("{} taken back, and {dead} put with the dead letters.", were(back, "message")),
    }
}

fn time_of(times: u32) -> String {
    if times == 1 { String::new() } else { format!(", which was delivered {times} times,") }
}

fn as_often(times: usize) -> String {
    if times == 2 { "twice".to_owned() } else { format!("{times} times") }
}

fn turns_to(next: Option<CallId>) -> String {
    next.map_or_else(String::new, |next| format!(" It turns to {next}."))
}
