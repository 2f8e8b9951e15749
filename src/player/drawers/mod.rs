//! What lies behind the picture, in drawers that are closed at first. Most readers of a page open none: what is in them
//! is a part of the Wasm of its own, like each figure of the catalogue, and is fetched when the first drawer is opened.

mod bytes;
mod copyable;
mod data;
mod describe;
mod long;
mod numbers;
mod script;
mod share;
mod source;
mod transcript;

use std::cell::Cell;

use yew::prelude::*;

use super::buttons::{self, sends};
use super::rows::{Row, sheet};
use super::{Message, Panel, Player};
use crate::figures::{NotFetched, Run};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    Describe,
    Script,
    Data,
    Source,
    Bytes,
    Numbers,
    Transcript,
    Long,
    Share,
}

const DRAWERS: [(Drawer, &str); 9] = [
    (Drawer::Describe, "Describe"),
    (Drawer::Script, "Script"),
    (Drawer::Data, "Your data"),
    (Drawer::Source, "Source"),
    (Drawer::Bytes, "Bytes"),
    (Drawer::Numbers, "Numbers"),
    (Drawer::Transcript, "Transcript"),
    (Drawer::Long, "Long run"),
    (Drawer::Share, "Share"),
];

/// Shows what is in a drawer.
type Show = fn(Drawer, &Player, &Context<Player>, &Run) -> Html;

/// Where the Wasm is cut; it becomes `async`. Nothing else may name what is in a drawer.
#[wasm_split_helpers::wasm_split(drawers, fallible)]
fn inside() -> Result<Show, NotFetched> {
    Ok(|drawer, player, context, run| match drawer {
        Drawer::Describe => player.described(run),
        Drawer::Script => player.script_box(context, run),
        Drawer::Data => player.data(context),
        Drawer::Source => player.source(context, run),
        Drawer::Bytes => player.bytes(context, run),
        Drawer::Numbers => player.numbers(run),
        Drawer::Transcript => player.transcript(context, run),
        Drawer::Long => player.long(run),
        Drawer::Share => player.share(context, run),
    })
}

thread_local! {
    /// What [`inside`] has come to, for all figures of a page.
    static AT_HAND: Cell<Option<Show>> = const { Cell::new(None) };
}

impl Player {
    /// Opens a drawer in the place of the one that is open, and fetches what is in it, unless it is at hand.
    pub(super) fn open_drawer(&mut self, drawer: Drawer, context: &Context<Player>) {
        self.drawer = Some(drawer);
        self.not_fetched = false;
        if AT_HAND.get().is_none() {
            context.link().send_future(async {
                let show = inside().await;
                let is_here = show.is_ok();
                AT_HAND.set(show.ok());
                Message::Fetched(is_here)
            });
        }
    }

    pub(super) fn drawers(&self, context: &Context<Player>, run: &Run) -> Html {
        let row = Row { class: "drawers", label: "What lies behind the picture", panel: Panel::Drawers, unlisted: 0 };
        self.row(context, row, self.openers(context, run))
    }

    pub(super) fn drawer_sheet(&self, context: &Context<Player>, run: &Run) -> Html {
        let all = html! { <div class="all">{ for self.openers(context, run) }</div> };
        sheet(context, "of-drawers", "What lies behind the picture", all)
    }

    fn openers(&self, context: &Context<Player>, run: &Run) -> impl Iterator<Item = Html> {
        let offered = |drawer: &Drawer| match drawer {
            Drawer::Data => run.entry().takes_data(),
            Drawer::Long => run.entry().long.is_some(),
            _ => true,
        };
        DRAWERS.iter().filter(move |(drawer, _)| offered(drawer)).map(move |(drawer, name)| {
            let open = self.drawer == Some(*drawer);
            let onclick = sends(context, Message::Open((!open).then_some(*drawer)));
            buttons::opener((*name).into(), open, onclick)
        })
    }

    /// What is in the drawer that is open. The words for the picture are there wherever there is a figure, by their key.
    pub(super) fn drawer(&self, context: &Context<Player>, run: &Run) -> Html {
        let hidden = self.minimal() || self.spec.manner.hide.drawers;
        let Some(drawer) = self.drawer.filter(|drawer| !hidden || *drawer == Drawer::Describe) else {
            return Html::default();
        };
        let inside = match AT_HAND.get() {
            Some(show) => show(drawer, self, context, run),
            None if self.not_fetched => html! {
                <p role="alert">{ "The contents of this drawer couldn't be fetched; is there a network? " }
                    { buttons::words("Try again", sends(context, Message::Open(self.drawer))) }</p>
            },
            None => html! { <p role="status">{ "On its way …" }</p> },
        };
        html! { <div class="drawer">{ inside }</div> }
    }
}
