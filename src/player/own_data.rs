//! Rows of the reader's own, written into an engine in slices, and then the ground on which runs begin.

use std::rc::Rc;

use yew::prelude::*;

use super::slices::Slices;
use super::{Message, OnTheWay, Player};
use crate::engine::data::{BadData, Data};
use crate::figures::Loading;
use crate::spec::FigureSpec;

impl Player {
    /// Begins to write rows in; a mistake in them leaves the figure as it is.
    pub(super) fn take_data(&mut self, read: Result<Data, BadData>, context: &Context<Player>) {
        self.problems.clear();
        match read {
            Ok(data) => self.load(self.elsewhere(), data.into(), context),
            Err(mistake) => self.problems.push(format!("in the data, {mistake}")),
        }
    }

    pub(super) fn load(&mut self, spec: FigureSpec, data: Rc<Data>, context: &Context<Player>) {
        match Loading::new(&spec, data) {
            Ok(loading) => self.loading = Some(OnTheWay { loading, slices: Slices::begin(wake(context)), spec }),
            Err(problem) => self.problems.push(problem.0),
        }
    }

    pub(super) fn load_on(&mut self, context: &Context<Player>) {
        let Some(OnTheWay { loading, slices, .. }) = &mut self.loading else { return };
        let mut problem = None;
        let mut advance = |rows: usize| {
            loading.advance(rows).unwrap_or_else(|mistake| {
                problem = Some(mistake);
                false
            })
        };
        if slices.slice(&mut advance, wake(context)) {
            return;
        }
        let Some(OnTheWay { loading, spec, .. }) = self.loading.take() else { return };
        match problem {
            Some(mistake) => self.problems.push(format!("in the data, {mistake}")),
            None => {
                self.own = Some(loading);
                self.replace(spec, Vec::new(), context);
            }
        }
    }
}

fn wake(context: &Context<Player>) -> impl FnOnce() + 'static {
    let link = context.link().clone();
    move || link.send_message(Message::LoadOn)
}
