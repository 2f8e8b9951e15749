//! The picture in words, for those who do not see it: what the step has changed, and then all that there is.

use yew::prelude::*;

use super::super::Player;
use crate::figures::Run;
use crate::scene::words::Item;

impl Player {
    pub(super) fn described(&self, run: &Run) -> Html {
        let words = run.in_words(self.view, self.index);
        let changes = words.changes.iter().map(|change| html! { <li>{ change }</li> });
        html! {
            <div class="described" tabindex="0" role="group" aria-label="The picture in words">
                <h4>{ "Changed by this step" }</h4>
                if words.changes.is_empty() {
                    <p>{ if self.index == 0 { "Nothing has happened yet." } else { "Nothing in the picture." } }</p>
                } else {
                    <ul>{ for changes }</ul>
                }
                <h4>{ "All of the picture" }</h4>
                { list(&words.items, 0) }
            </div>
        }
    }
}

/// Items of one depth, with those that stand in them. Items come in order, each after what it stands in.
fn list(items: &[Item], depth: usize) -> Html {
    let own: Vec<usize> = items.iter().enumerate().filter(|(_, item)| item.depth == depth).map(|(at, _)| at).collect();
    if own.is_empty() {
        return Html::default();
    }
    let ends = own.iter().skip(1).copied().chain([items.len()]);
    let each = own.iter().zip(ends).map(|(at, end)| {
        html! { <li>{ &items[*at].words }{ list(&items[at + 1..end], depth + 1) }</li> }
    });
    html! { <ul>{ for each }</ul> }
}
