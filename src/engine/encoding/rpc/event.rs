//! What happened, and how it is told.

use std::rc::Rc;

use stepwise_derive::Event;

use crate::cluster::{CallId, Happened, Host, NodeId};
use crate::contract::Refused;
use crate::sim::Time;
use crate::wording::{count, is_or_are};

#[derive(Clone, Event)]
pub enum Event {
    #[told("The function is called and returns: {amount} € charged. The caller knows that it happened.")]
    ChargedLocally { amount: u64 },
    #[told("{} asks {to} over the network to charge {amount} €.", call.client, when = *of == 1)]
    #[told("{} asks {to} over the network to charge {amount} €. It will try up to {of} times.", call.client)]
    CallSent { call: CallId, to: NodeId, amount: u64, of: u32 },
    #[told("{node} calls {next} in turn, for {call}.")]
    PassedOn { node: NodeId, next: NodeId, call: CallId },
    #[told("{node} knows no path {path}. It does nothing, and answers 404.")]
    PathUnknown { node: NodeId, path: Rc<str> },
    #[told(
        "{node} doesn't know the header of the version and skips it, as servers do with what they don't know. It reads \
         the {amount} as euros, and begins to work on {call}.", when = *header_skipped
    )]
    #[told("{node} begins to work on {call}. Nothing has been charged for it yet.", when = *charged == 0)]
    #[told("{node} begins to work on {call}. It has charged for that call before, and can't tell.")]
    WorkBegun { node: NodeId, call: CallId, amount: u64, header_skipped: bool, charged: u64 },
    #[told(
        "The key {key} came with another amount before: {was} €, not {amount} €. {node} charges nothing, and answers 422."
    )]
    KeyConflict { node: NodeId, key: Rc<str>, was: u64, amount: u64 },
    #[told("{node} is at work on the key {key} already. {call} waits for that, and isn't worked on a second time.")]
    KeyInProgress { node: NodeId, key: Rc<str>, call: CallId },
    #[told("{node} has charged for the key {key} before. It charges nothing, and sends the receipt again.")]
    KeyKnown { node: NodeId, key: Rc<str> },
    #[told("{node} charges {amount} € for {call}. Only {node} knows it.", when = !twice)]
    #[told("{node} charges {amount} € for {call} once more. The customer has paid twice.")]
    Charged { node: NodeId, call: CallId, amount: u64, twice: bool },
    #[told("{node} stops working on {call}: by its clock the deadline has passed, and no one should be waiting.")]
    Abandoned { node: NodeId, call: CallId },
    #[told("{node} has synced its disk and sends the receipt for {call}.", when = *answered == 1)]
    #[told(
        "{node} has synced its disk and sends {}, one for each request that waited for {call}.",
        count(*answered, "receipt")
    )]
    ReceiptSent { node: NodeId, call: CallId, answered: usize },
    #[told("{node} has the answer to {call} and passes it back to {to}.")]
    PassedBack { node: NodeId, call: CallId, to: Host },
    #[told("{} has the receipt after {took}: {charged} € charged.", call.client)]
    Answered { call: CallId, took: Time, charged: u64 },
    #[told("{} has an answer after {took}: {answer}.", call.client)]
    AnsweredInAWord { call: CallId, took: Time, answer: &'static str },
    #[told("An answer to {call} comes to {host}, which no longer waits for one.")]
    AnsweredLate { host: Host, call: CallId },
    #[told(
        "{host} has had no answer to {call} for {waited}. The request, the answer or a node may be lost, or slow: it \
         can't tell which. It sends attempt 2 of {of}.", when = *attempt == 2 && matches!(host, Host::Client(_))
    )]
    #[told("{host} has had no answer to {call} for {waited}, and sends attempt {attempt} of {of}.")]
    TriedAgain { host: Host, call: CallId, waited: Time, attempt: u32, of: u32 },
    #[told(
        "{host} gives up {call} after {}. It can't know whether the customer was charged.",
        count(*attempts, "attempt"),
        when = matches!(host, Host::Client(_))
    )]
    #[told("{host} gives up {call} after {}.", count(*attempts, "attempt"))]
    GaveUp { host: Host, call: CallId, attempts: u32 },
    #[told("{} asks {to} for all charges, as a stream.", call.client)]
    ListSent { call: CallId, to: NodeId },
    #[told("{node} has no charge on its disk, and says so.", when = *of == 0)]
    #[told("{node} begins to stream: charge {first} to {of}, a message for each.")]
    StreamBegun { node: NodeId, first: u32, of: u32 },
    #[told("{node} sends part {place} of {of}.")]
    PartSent { node: NodeId, place: u32, of: u32 },
    #[told("{} has part {place} of {of}.", call.client, when = *missing == 0)]
    #[told(
        "{} has part {place} of {of}, and sees a gap: {} missing before it.",
        call.client,
        is_or_are(*missing, "part")
    )]
    PartCame { call: CallId, place: u32, of: u32, missing: u32 },
    #[told("{} has part {place} of {of}, and with it the whole stream.", call.client)]
    StreamEnded { call: CallId, place: u32, of: u32 },
    #[told("{} has waited in vain for a part. It asks again, from the first one on.", call.client, when = *after == 0)]
    #[told("{} has waited in vain for a part. It asks again, for what comes after part {after}.", call.client)]
    StreamResumed { call: CallId, after: u32 },
    #[told("{} gives up {call}. It has {have} of the parts, and knows which ones it lacks.", call.client, when = *of > 0)]
    #[told("{} gives up {call}. It doesn't even know how many parts there are.", call.client)]
    StreamGivenUp { call: CallId, have: usize, of: u32 },
    #[flatten]
    Happened(Happened),
    #[flatten]
    Refused(Refused),
}
