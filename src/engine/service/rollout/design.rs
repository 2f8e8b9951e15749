//! The components of the software, and who knows what of whom.
//!
//! A component that reaches into the inside of another has to follow when that inside changes; one that goes through an
//! interface has not. A component that follows is changed inside itself, and so the change may travel on.

use std::fmt::{self, Display};
use std::rc::Rc;

use crate::form::{ArgumentKind, Value};
use crate::language::{BadCommand, Words};

/// A component, written from 1: `c1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component(pub u32);

impl Component {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Components are c1 to c24: the circle has room for no more.
pub const MAX_COMPONENTS: u64 = 24;

impl Value for Component {
    const KIND: ArgumentKind = ArgumentKind::Text;

    fn read(words: &mut Words, what: &str) -> Result<Component, BadCommand> {
        let word = words.required(what)?;
        match word.text.strip_prefix('c').unwrap_or(&word.text).parse::<u64>() {
            Ok(number @ 1..=MAX_COMPONENTS) => Ok(Component(number as u32 - 1)),
            _ => Err(words.refuse(
                word,
                format!("`{}` is no component", word.quote()),
                format!("a component as in c1, up to c{MAX_COMPONENTS}"),
            )),
        }
    }

    fn spell(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.fmt(out)
    }
}

impl Display for Component {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "c{}", self.0 + 1)
    }
}

#[derive(Clone)]
pub struct Design {
    components: u32,
    /// Who uses whom, in no order.
    pub uses: Rc<Vec<(Component, Component)>>,
    /// Those whose inside is hidden behind an interface.
    hidden: Rc<Vec<Component>>,
}

impl Design {
    /// The first component uses every other, and is used by every other.
    pub fn new(components: u32, hidden: bool) -> Design {
        let hub = Component(0);
        let mut uses = Vec::new();
        for other in (1..components).map(Component) {
            uses.push((hub, other));
            uses.push((other, hub));
        }
        let mut behind = Vec::new();
        if hidden {
            behind.extend((0..components).map(Component));
        }
        Design { components, uses: Rc::new(uses), hidden: Rc::new(behind) }
    }

    pub fn count(&self) -> u32 {
        self.components
    }

    pub fn is_hidden(&self, component: Component) -> bool {
        self.hidden.contains(&component)
    }

    /// Those who use `component`.
    pub fn users_of(&self, component: Component) -> impl Iterator<Item = Component> {
        self.uses.iter().filter(move |(_, used)| *used == component).map(|(user, _)| *user)
    }

    /// Lets `user` use `used`; returns false if it does already.
    pub fn couple(&mut self, user: Component, used: Component) -> bool {
        let is_new = !self.uses.contains(&(user, used));
        if is_new {
            Rc::make_mut(&mut self.uses).push((user, used));
        }
        is_new
    }

    /// Puts an interface before `component`; returns false if there is one.
    pub fn hide(&mut self, component: Component) -> bool {
        let is_new = !self.is_hidden(component);
        if is_new {
            Rc::make_mut(&mut self.hidden).push(component);
        }
        is_new
    }

    /// Whom a change to the inside of `component` touches next, beside `touched`.
    pub fn followers(&self, component: Component, touched: &[Touched]) -> Vec<Component> {
        let mut followers = Vec::new();
        if !self.is_hidden(component) {
            followers
                .extend(self.users_of(component).filter(|user| touched.iter().all(|each| each.component != *user)));
        }
        followers
    }
}

/// A component that a change has touched, and which one it had to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    pub component: Component,
    pub after: Option<Component>,
}
