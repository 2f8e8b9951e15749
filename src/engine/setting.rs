//! `set PARAMETER VALUE`: a command by which a reader changes one of the settings while the engine runs.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use crate::form::{Argument, BadParameter, Command, CommandForm, Declared, form};
use crate::language::{BadCommand, Word, Words, spell};

/// Settings of which a reader may change one by `set` while the engine runs.
pub trait Changeable: Declared {
    /// The parameters that are decided before a run begins.
    const DECIDED: &'static [&'static str];
    /// What the inputs of `set` hold at first.
    const EXAMPLE: (&'static str, &'static str);
    /// What it is good for, as help shows it.
    const ABOUT: &'static str = "change a parameter from now on";
}

/// `set PARAMETER VALUE`: no attribute of a derive can say that the one argument decides what the other may be.
#[derive(Clone, Debug)]
pub struct Setting<S> {
    name: &'static str,
    /// As it was written, and accepted by the parameter.
    value: String,
    of: PhantomData<S>,
}

impl<S: Changeable> Command for Setting<S> {
    const FORMS: &'static [CommandForm] = &[form(
        "set",
        &[Argument::text("parameter", S::EXAMPLE.0), Argument::text("value", S::EXAMPLE.1)],
        S::ABOUT,
        true,
    )];

    fn read(name: &Word, words: &mut Words) -> Result<Option<Setting<S>>, BadCommand> {
        if name.text != "set" {
            return Ok(None);
        }
        let word = words.required("parameter")?;
        let changeable = S::PARAMETERS.iter().filter(|each| !S::DECIDED.contains(&each.name));
        let Some(parameter) = changeable.clone().find(|each| each.name == word.text) else {
            let names: Vec<_> = changeable.map(|each| each.name).collect();
            let problem = if S::DECIDED.contains(&word.text.as_str()) {
                format!("`{}` is decided before a run begins", word.quote())
            } else {
                format!("`{}` is no PARAMETER", word.quote())
            };
            return Err(words.refuse(word, problem, names.join(", ")));
        };
        let value = words.required("value")?;
        match parameter.check(&value.text) {
            Ok(()) => Ok(Some(Setting { name: parameter.name, value: value.text.clone(), of: PhantomData })),
            Err(bad) => {
                Err(words.refuse(value, format!("`{}` can't be `{}`", parameter.name, value.quote()), bad.accepted))
            }
        }
    }
}

impl<S: Changeable> Setting<S> {
    /// The settings with this one changed, if they fit each other then.
    pub fn changed(&self, settings: &S) -> Result<S, BadParameter> {
        let mut changed = settings.clone();
        changed.set(self.name, &self.value);
        changed.check()?;
        Ok(changed)
    }

    /// As narration says it: `workers 2`.
    pub fn what(&self) -> String {
        format!("{} {}", self.name, self.value)
    }
}

impl<S> Display for Setting<S> {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "set {} {}", self.name, spell(&self.value))
    }
}
