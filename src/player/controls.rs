//! The row of controls: back and forward by steps and by commands, play, the scrubber, speed, crash, start over.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::buttons::{self, sends};
use super::{Go, Message, Panel, Player, SPEEDS};
use crate::figures::Run;
use crate::spec::View;

/// More ticks than this on a scrubber could not be told apart.
const MAX_TICKS: usize = 120;

impl Player {
    pub(super) fn controls(&self, context: &Context<Player>, run: &Run) -> Html {
        let button = |label, path, message| buttons::icon(label, path, None, sends(context, message));
        let go = |label, path, to: Go| button(label, path, Message::Go(to));
        let playing = self.playing.is_some();
        let (label, path) = if playing { ("Pause", "M7 5v14M17 5v14") } else { ("Play", "M7 4.5v15l12-7.5z") };
        let play = button(label, path, Message::Play(!playing));
        html! {
            <div class="controls">
                <div class="bar" role="toolbar" aria-label="Controls">
                <div class="buttons">
                    { go("To the opening", "M6 5v14M18 5l-9 7 9 7z", Go::Start) }
                    { go("Back a command", "M12 5l-8 7 8 7zM20 5l-8 7 8 7z", Go::BackCommand) }
                    { go("Back a step", "M16 5l-9 7 9 7z", Go::Back) }
                    { play }
                    { go("Forward a step", "M8 5l9 7-9 7z", Go::Forward) }
                    { go("Forward a command", "M4 5l8 7-8 7zM12 5l8 7-8 7z", Go::ForwardCommand) }
                    { go("To the last step", "M18 5v14M6 5l9 7-9 7z", Go::End) }
                </div>
                <div class="extras">
                    { self.decide_switch(context) }
                    { self.speed_button(context) }
                    if run.has_diagram() {
                        { self.view_button(context) }
                    }
                    if run.entry().plug.is_some() {
                        { self.opener(context, "Crash here", "M13 3 6 13h5l-1 8 8-11h-5z", Panel::Crash) }
                    }
                    { button("Start over", "M5 12a7 7 0 1 0 2.5-5.4M5 4v4h4", Message::Reset) }
                    { self.opener(context, "Keys", "M4 7h16v10H4zM8 14h8M8 10.5h.01M12 10.5h.01M16 10.5h.01", Panel::Keys) }
                </div>
                </div>
                { self.scrubber(context, run) }
                if self.panel == Some(Panel::Crash) {
                    { self.crash_menu(context, run) }
                }
            </div>
        }
    }

    fn scrubber(&self, context: &Context<Player>, run: &Run) -> Html {
        let last = self.last();
        let oninput = context.link().batch_callback(|event: InputEvent| {
            let input: HtmlInputElement = event.target_dyn_into()?;
            Some(Message::Seek(input.value_as_number() as usize))
        });
        // One path, a tick a command, on a thousand units: no style of its own, which some pages forbid.
        let ticked = if run.len() <= MAX_TICKS { run.len() } else { 0 };
        let starts = (0..ticked).map(|command| run.range(command).start).filter(|start| *start <= last);
        let ticks: String = starts.map(|start| format!("M{} 0v1", start * 1000 / last.max(1))).collect();
        let position = run.position(self.index);
        let text = format!("step {} of {last}, address {position}", self.index);
        html! {
            <div class="scrubber">
                <svg class="ticks" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true"><path d={ticks} /></svg>
                <input type="range" min="0" max={last.to_string()} value={self.index.to_string()} {oninput}
                    aria-label="Step" aria-valuetext={text.clone()} disabled={last == 0} />
                <span class="place" title={format!("address {position}")}>{ format!("{} / {last}", self.index) }</span>
            </div>
        }
    }

    /// To the space-time diagram and back.
    fn view_button(&self, context: &Context<Player>) -> Html {
        let (label, path, to) = match self.view {
            View::Picture => ("Show as a diagram of time", "M5 4v16M12 4v16M19 4v16M5 7l7 4M12 12l7 4", View::Time),
            View::Time => ("Show as a picture", "M4 5h16v14H4zM4 15l5-5 4 4 3-3 4 4", View::Picture),
        };
        buttons::icon(label, path, None, sends(context, Message::View(to)))
    }

    fn speed_button(&self, context: &Context<Player>) -> Html {
        let fastest = self.speed + 1 == SPEEDS.len();
        let onclick = sends(context, Message::Speed(if fastest { -(SPEEDS.len() as isize) } else { 1 }));
        let name = SPEEDS[self.speed].1;
        html! {
            <button type="button" class="speed" {onclick} title="Speed" aria-label={format!("Speed {name}")}>{ name }</button>
        }
    }

    fn opener(&self, context: &Context<Player>, label: &'static str, path: &'static str, panel: Panel) -> Html {
        let open = self.panel == Some(panel);
        buttons::icon(label, path, Some(open), sends(context, Message::Panel((!open).then_some(panel))))
    }

    /// What can be broken at this very step, each with a button.
    fn crash_menu(&self, context: &Context<Player>, run: &Run) -> Html {
        let faults = run.faults(self.index);
        let is_empty = faults.is_empty();
        let faults = faults
            .into_iter()
            .map(|fault| buttons::words(fault.about, sends(context, Message::Crash(Some(fault.command)))));
        html! {
            <div class="menu" role="dialog" aria-modal="true" aria-label="Crash here">
                { for faults }
                if is_empty {
                    { buttons::words("Nothing is left to break", sends(context, Message::Panel(None))) }
                }
            </div>
        }
    }
}
