//! How the page around a figure wants it to be shown, beside what it shows. All of it is a few words, each with the words
//! that are accepted in its place.

use super::BadSpec;
use crate::timeline::Address;

/// The names of what stands here, in the order in which links say them.
pub const NAMES: [&str; 10] =
    ["controls", "hide", "view", "theme", "fit", "text", "autoplay", "loop", "speed", "until"];

/// What is as it would be anyway is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    pub controls: Controls,
    pub hide: Hidden,
    /// As what the figure opens.
    pub view: View,
    pub theme: Theme,
    pub fit: Fit,
    pub text: Text,
    /// It plays when it is first seen.
    pub autoplay: bool,
    /// Where playing ends, it begins anew.
    pub repeat: bool,
    pub speed: Speed,
    /// The last step of the run as the page wants it seen; a reader's own commands go on beyond it.
    pub until: Option<Address>,
}

impl Manner {
    /// Takes what that name says, if it is one of [`NAMES`].
    pub fn take(&mut self, name: &str, value: &str) -> Result<(), BadSpec> {
        match name {
            "controls" => self.controls = Controls::read(value)?,
            "hide" => self.hide = Hidden::read(value)?,
            "view" => self.view = View::read(value)?,
            "theme" => self.theme = Theme::read(value)?,
            "fit" => self.fit = Fit::read(value)?,
            "text" => self.text = Text::read(value)?,
            "autoplay" => self.autoplay = switched(name, value)?,
            "loop" => self.repeat = switched(name, value)?,
            "speed" => self.speed = Speed::read(value)?,
            "until" => self.until = Some(value.parse().map_err(|mistake| BadSpec(format!("`until`: {mistake}")))?),
            _ => {}
        }
        Ok(())
    }

    /// The names and values that say it.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let on = |on: bool| on.then(|| "on".to_owned());
        let values = [
            said(self.controls),
            self.hide.spelt(),
            said(self.view),
            said(self.theme),
            said(self.fit),
            said(self.text),
            on(self.autoplay),
            on(self.repeat),
            said(self.speed),
            self.until.map(|until| until.to_string()),
        ];
        NAMES.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// One of a few words; the first is what goes without saying.
pub trait Choice: Copy + PartialEq + 'static {
    /// What links call it.
    const NAME: &'static str;
    const WORDS: &'static [(&'static str, Self)];

    /// The word for it.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, choice)| *choice == self).map_or("", |(word, _)| word)
    }

    fn read(word: &str) -> Result<Self, BadSpec> {
        match Self::WORDS.iter().find(|(each, _)| *each == word) {
            Some((_, choice)) => Ok(*choice),
            None => {
                let words: Vec<_> = Self::WORDS.iter().map(|(each, _)| *each).collect();
                Err(BadSpec::value(Self::NAME, word, &words.join(", ")))
            }
        }
    }
}

fn said<C: Choice>(choice: C) -> Option<String> {
    (choice != C::WORDS[0].1).then(|| choice.word().to_owned())
}

/// As an attribute it may stand alone, as in HTML.
fn switched(name: &str, value: &str) -> Result<bool, BadSpec> {
    match value {
        "" | "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ if value == name => Ok(true),
        _ => Err(BadSpec::value(name, value, "on, off")),
    }
}

/// How much of the player the host wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Controls {
    #[default]
    Full,
    /// Stage, narration and the row of controls.
    Minimal,
    /// Only the stage.
    None,
}

impl Choice for Controls {
    const NAME: &'static str = "controls";
    const WORDS: &'static [(&'static str, Controls)] =
        &[("full", Controls::Full), ("minimal", Controls::Minimal), ("none", Controls::None)];
}

/// How a step is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// What there is, where it is.
    #[default]
    Picture,
    /// A space-time diagram, for figures of clusters.
    Time,
}

impl Choice for View {
    const NAME: &'static str = "view";
    const WORDS: &'static [(&'static str, View)] = &[("picture", View::Picture), ("time", View::Time)];
}

/// Whose colours the figure has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those of the page that it stands on, or else of the reader's system.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Choice for Theme {
    const NAME: &'static str = "theme";
    const WORDS: &'static [(&'static str, Theme)] =
        &[("auto", Theme::Auto), ("light", Theme::Light), ("dark", Theme::Dark)];
}

/// What decides how large the figure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// Its width; it is as high as it then needs.
    #[default]
    Width,
    /// The height that it is given: the picture takes what the rows leave.
    Height,
}

impl Choice for Fit {
    const NAME: &'static str = "fit";
    const WORDS: &'static [(&'static str, Fit)] = &[("width", Fit::Width), ("height", Fit::Height)];
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Text {
    #[default]
    Normal,
    /// For a room: a third larger.
    Large,
}

impl Choice for Text {
    const NAME: &'static str = "text";
    const WORDS: &'static [(&'static str, Text)] = &[("normal", Text::Normal), ("large", Text::Large)];
}

/// How fast it plays at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    Half,
    #[default]
    Once,
    Twice,
    FourTimes,
}

impl Choice for Speed {
    const NAME: &'static str = "speed";
    const WORDS: &'static [(&'static str, Speed)] =
        &[("1", Speed::Once), ("0.5", Speed::Half), ("2", Speed::Twice), ("4", Speed::FourTimes)];
}

/// Rows of a full figure that the page does without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    pub parameters: bool,
    pub commands: bool,
    pub drawers: bool,
}

impl Hidden {
    const ACCEPTED: &'static str = "parameters, commands, drawers, or some of them";

    fn read(value: &str) -> Result<Hidden, BadSpec> {
        let mut hidden = Hidden::default();
        for word in value.split([',', ' ']).filter(|word| !word.is_empty()) {
            match word {
                "parameters" => hidden.parameters = true,
                "commands" => hidden.commands = true,
                "drawers" => hidden.drawers = true,
                _ => return Err(BadSpec::value("hide", word, Hidden::ACCEPTED)),
            }
        }
        Ok(hidden)
    }

    fn spelt(self) -> Option<String> {
        let words =
            [(self.parameters, "parameters"), (self.commands, "commands"), (self.drawers, "drawers")].into_iter();
        let words: Vec<_> = words.filter_map(|(hidden, word)| hidden.then_some(word)).collect();
        (!words.is_empty()).then(|| words.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PAGE c, point 4: each is read as it is spelt, and what goes without saying is not said.
    #[test]
    fn a_manner_is_read_as_it_is_spelt() {
        let said = [
            ("controls", "minimal"),
            ("hide", "parameters,drawers"),
            ("view", "time"),
            ("theme", "dark"),
            ("fit", "height"),
            ("text", "large"),
            ("autoplay", "on"),
            ("loop", "on"),
            ("speed", "0.5"),
            ("until", "3.2"),
        ];
        let mut manner = Manner::default();
        assert_eq!(manner.to_pairs(), []);
        for (name, value) in said {
            manner.take(name, value).unwrap();
        }
        let spelt = manner.to_pairs();
        assert_eq!(spelt.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), said);
        for (name, plain) in [("theme", "auto"), ("speed", "1"), ("loop", "off"), ("hide", ""), ("fit", "width")] {
            manner.take(name, plain).unwrap();
            assert!(manner.to_pairs().iter().all(|(each, _)| *each != name), "{name}");
        }
    }

    #[test]
    fn a_wrong_word_is_told_with_those_that_are_accepted() {
        for (name, wrong, told) in [
            ("theme", "night", "`theme` can't be `night`; accepted: auto, light, dark"),
            ("fit", "both", "`fit` can't be `both`; accepted: width, height"),
            ("text", "huge", "`text` can't be `huge`; accepted: normal, large"),
            (
                "hide",
                "drawers,title",
                "`hide` can't be `title`; accepted: parameters, commands, drawers, or some of them",
            ),
            ("autoplay", "maybe", "`autoplay` can't be `maybe`; accepted: on, off"),
            ("loop", "3", "`loop` can't be `3`; accepted: on, off"),
            ("speed", "3", "`speed` can't be `3`; accepted: 1, 0.5, 2, 4"),
            ("until", "end", "`until`: `end` is no step; accepted: COMMAND.STEP as in 3.2"),
        ] {
            let mut manner = Manner::default();
            let mistake = manner.take(name, wrong).unwrap_err().0;
            assert!(mistake.starts_with(told), "{mistake}");
            assert_eq!(manner, Manner::default());
        }
    }

    /// As attributes of HTML they may stand alone.
    #[test]
    fn a_switch_may_stand_alone() {
        for (value, on) in [("", true), ("loop", true), ("true", true), ("on", true), ("off", false), ("false", false)]
        {
            let mut manner = Manner::default();
            manner.take("loop", value).unwrap();
            assert_eq!(manner.repeat, on, "{value}");
        }
    }
}
