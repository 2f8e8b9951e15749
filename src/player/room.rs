//! How much room there is: a stage is laid out for a page or for a phone.

use web_sys::HtmlElement;

use super::Player;
use crate::scene::Breadth;
use crate::spec::{FigureSpec, Text};

/// A figure narrower than this, in CSS pixels, is laid out for a phone.
const NARROW_BELOW: i32 = 640;
/// With large text that much sooner.
const LARGER: (i32, i32) = (4, 3);

impl Player {
    /// Whether the breadth has changed with the width; then it is drawn anew.
    pub(super) fn measure(&mut self) -> bool {
        let changed = self.lay_out(self.room());
        self.root.cast::<HtmlElement>().iter().for_each(|root| self.measure_stage(root));
        changed
    }

    /// On paper a stage is as on a phone, however wide it is there.
    pub(super) fn room(&self) -> Breadth {
        if self.on_paper {
            return Breadth::Narrow;
        }
        self.root.cast::<HtmlElement>().map_or(self.breadth, |root| breadth_of(&root, &self.spec))
    }

    pub(super) fn lay_out(&mut self, breadth: Breadth) -> bool {
        let changed = breadth != self.breadth;
        if changed {
            self.breadth = breadth;
            self.draw(false);
        }
        changed
    }
}

/// How an element of that width is laid out.
pub fn breadth_of(element: &HtmlElement, spec: &FigureSpec) -> Breadth {
    let width = element.offset_width();
    let (more, less) = if spec.manner.text == Text::Large { LARGER } else { (1, 1) };
    if width > 0 && width * less < NARROW_BELOW * more { Breadth::Narrow } else { Breadth::Wide }
}
