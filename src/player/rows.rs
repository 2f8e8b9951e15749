//! Rows of controls, and the sheets with what has no room in them. `static/rows.js` measures, and minds the keys.

use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Message, Panel, Player};

/// A toolbar of one line, as it is called for those who hear it, with a button for a sheet. So many things are on the sheet
/// that are never in the row.
pub struct Row {
    pub class: &'static str,
    pub label: &'static str,
    pub panel: Panel,
    pub unlisted: usize,
}

impl Player {
    pub(super) fn row(&self, context: &Context<Player>, row: Row, items: impl Iterator<Item = Html>) -> Html {
        let Row { class, label, panel, unlisted } = row;
        let open = self.panel == Some(panel);
        let onclick = sends(context, Message::Panel((!open).then_some(panel)));
        html! {
            <div {class} role="toolbar" aria-label={label}>
                <div class="row">{ for items }</div>
                <button type="button" class="more" {onclick} aria-haspopup="dialog" aria-expanded={open.to_string()} data-unlisted={unlisted.to_string()}>
                    <span class="count"></span>{ " more" }
                </button>
            </div>
        }
    }
}

/// What lies over the figure until it is closed. `class` says where.
pub fn sheet(context: &Context<Player>, class: &'static str, label: &'static str, inside: Html) -> Html {
    html! {
        <div key={label} class={classes!("sheet", class)} role="dialog" aria-modal="true" aria-label={label}>
            { inside }
            <div class="close">{ buttons::words("Close", sends(context, Message::Panel(None))) }</div>
        </div>
    }
}
