//! Buttons, made in one place: `html!` writes out all of an element wherever it stands, and a player has many buttons.

use yew::prelude::*;

use super::{Message, Player};

/// Sends the message at each click.
pub fn sends(context: &Context<Player>, message: Message) -> Callback<MouseEvent> {
    let link = context.link().clone();
    Callback::from(move |_| link.send_message(message.clone()))
}

/// A button with words on it.
pub fn words(text: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Html {
    styled(None, text.into(), onclick)
}

/// A button with words on it and a look of its own.
pub fn styled(class: Option<&'static str>, text: AttrValue, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" {class} {onclick}>{ text }</button> }
}

/// A button that opens something and closes it again.
pub fn opener(text: AttrValue, open: bool, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" {onclick} aria-expanded={open.to_string()}>{ text }</button> }
}

/// A button with a drawing on it, of 24 by 24. One that opens something says whether it is open.
pub fn icon(label: &'static str, path: &'static str, open: Option<bool>, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="icon" {onclick} title={label} aria-label={label} aria-expanded={open.map(|open| open.to_string())}>
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg>
        </button>
    }
}
