//! What lies behind the picture, in drawers that are closed at first.

mod bytes;
mod copyable;
mod data;
mod long;
mod numbers;
mod script;
mod share;
mod source;
mod transcript;

use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Message, Player};
use crate::figures::Run;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    Script,
    Data,
    Source,
    Bytes,
    Numbers,
    Transcript,
    Long,
    Share,
}

const DRAWERS: [(Drawer, &str); 8] = [
    (Drawer::Script, "Script"),
    (Drawer::Data, "Your data"),
    (Drawer::Source, "Source"),
    (Drawer::Bytes, "Bytes"),
    (Drawer::Numbers, "Numbers"),
    (Drawer::Transcript, "Transcript"),
    (Drawer::Long, "Long run"),
    (Drawer::Share, "Share"),
];

impl Player {
    pub(super) fn drawers(&self, context: &Context<Player>, run: &Run) -> Html {
        let offered = |drawer: &Drawer| match drawer {
            Drawer::Data => run.entry().takes_data(),
            Drawer::Long => run.entry().long.is_some(),
            _ => true,
        };
        let buttons = DRAWERS.iter().filter(|(drawer, _)| offered(drawer)).map(|(drawer, name)| {
            let open = self.drawer == Some(*drawer);
            let onclick = sends(context, Message::Open((!open).then_some(*drawer)));
            buttons::opener((*name).into(), open, onclick)
        });
        let inside = match self.drawer {
            None => html! {},
            Some(Drawer::Script) => self.script_box(context, run),
            Some(Drawer::Data) => self.data(context),
            Some(Drawer::Source) => self.source(context, run),
            Some(Drawer::Bytes) => self.bytes(context, run),
            Some(Drawer::Numbers) => self.numbers(run),
            Some(Drawer::Transcript) => self.transcript(context, run),
            Some(Drawer::Long) => self.long(run),
            Some(Drawer::Share) => self.share(context, run),
        };
        html! {
            <>
                <div class="drawers" role="group" aria-label="What lies behind the picture">{ for buttons }</div>
                if self.drawer.is_some() {
                    <div class="drawer">{ inside }</div>
                }
            </>
        }
    }
}
