//! What goes over the wire.

use stepwise_derive::Wire;

use super::cart::{Cart, Items};
use super::carts::{Carts, Seen};
use crate::cluster::{self, CallId};
use crate::wording::count;

#[derive(Clone, Debug, PartialEq, Wire)]
pub enum Message {
    Put {
        cart: Cart,
        seen: Seen,
    },
    Get {
        call: CallId,
    },
    /// The answer to both: all that the replica holds then, and what its reader has seen with that.
    Carts {
        call: CallId,
        carts: Vec<Cart>,
        seen: Seen,
    },
    /// One replica tells another all that it holds; `back` where that is the answer.
    Sync {
        carts: Carts,
        back: bool,
    },
}

impl cluster::Message for Message {
    fn kind(&self) -> &'static str {
        Message::kind(self)
    }

    fn about(&self) -> String {
        match self {
            Message::Put { cart, seen: Seen::Nothing } => cart.items.to_string(),
            Message::Put { cart, seen } => format!("{}, having seen {}", cart.items, seen.words()),
            Message::Get { .. } => "the cart, please".to_owned(),
            Message::Carts { carts, seen, .. } => {
                let items: Vec<_> = carts.iter().map(|cart| cart.items.to_string()).collect();
                let all = format!("{}: {}", count(carts.len(), "cart"), items.join(" / "));
                if *seen == Seen::Nothing { all } else { format!("{all}; seen with that: {}", seen.words()) }
            }
            Message::Sync { carts, .. } => format!("all {}", count(carts.all().len(), "cart")),
        }
    }

    fn brief(&self) -> String {
        let names = |items: &Items| {
            let within: Vec<_> = items.iter().filter(|(_, is_in)| *is_in).map(|(item, _)| item.to_string()).collect();
            if within.is_empty() { "empty".to_owned() } else { within.join(" ") }
        };
        match self {
            Message::Put { cart, .. } => names(&cart.items),
            Message::Get { .. } => "get".to_owned(),
            Message::Carts { carts, .. } => count(carts.len(), "cart"),
            Message::Sync { carts, .. } => format!("sync {}", carts.all().len()),
        }
    }
}

impl Seen {
    /// As a sentence has it.
    pub fn words(&self) -> String {
        match self {
            Seen::Nothing | Seen::Number(0) => "nothing".to_owned(),
            Seen::Number(number) => format!("version {number}"),
            Seen::Vector(vector) if vector.is_empty() => "nothing".to_owned(),
            Seen::Vector(vector) => vector.to_string(),
        }
    }
}
