//! What the page around a figure asks it to do.

use yew::prelude::*;

use super::{Go, Player};
use crate::engine::language::shorten;
use crate::spec::{Choice, Theme};
use crate::timeline::Address;

impl Player {
    /// What a host may ask for; see [`Figure::receive`](super::Figure::receive).
    pub(super) fn asked(&mut self, name: &str, argument: &str, context: &Context<Player>) {
        let host = &context.props().host;
        match name {
            "forward" => self.go(Go::Forward, host),
            "back" => self.go(Go::Back, host),
            "forward_command" => self.go(Go::ForwardCommand, host),
            "back_command" => self.go(Go::BackCommand, host),
            "start" => self.go(Go::Start, host),
            "end" => self.go(Go::End, host),
            "play" => self.play(true, context),
            "pause" => self.play(false, context),
            "reset" => self.reset(context),
            "crash" => self.crash(None),
            "run" => self.command(argument),
            "theme" => match Theme::read(argument) {
                Ok(theme) => self.spec.manner.theme = theme,
                Err(mistake) => self.problems = vec![mistake.0],
            },
            "seek" => match (argument.parse::<Address>(), &self.run) {
                (Ok(address), Some(run)) => {
                    let index = run.index(address);
                    self.seek(index, false);
                }
                (Err(mistake), _) => self.problems = vec![mistake.to_string()],
                (Ok(_), None) => {}
            },
            _ => {
                let found = shorten(name, 40);
                self.problems = vec![format!(
                    "the page has asked for `{found}`; accepted: forward, back, forward_command, back_command, start, \
                     end, seek, play, pause, crash, reset, run, theme"
                )];
            }
        }
    }
}
