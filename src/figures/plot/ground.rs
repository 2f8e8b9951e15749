//! What a chart is drawn on, and the pen by which plotters draws on it.

use std::cell::RefCell;
use std::convert::Infallible;

use plotters::prelude::*;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

use crate::scene::area::Area;
use crate::scene::text::{SMALL, width};
use crate::scene::{Anchor, Mark};

/// Of a dot.
pub const RADIUS: u32 = 5;

/// What a chart is drawn on: marks of a scene, or a canvas. Places are counted from the chart's origin.
pub trait Ground {
    /// Over one point, from the second on.
    fn line(&mut self, points: &[(i32, i32)], class: &'static str);
    fn bar(&mut self, bar: Area, class: &'static str);
    fn dot(&mut self, middle: (i32, i32), class: &'static str);
    /// Where its baseline is, and where on that it is anchored.
    fn text(&mut self, text: &str, at: (f32, f32), anchor: Anchor, class: &'static str);
}

/// The classes of what is in a chart, which the style sheet gives their looks. Plotters knows colours alone, so a class goes
/// through it as one whose red is its place here.
#[derive(Default)]
pub struct Inks(RefCell<Vec<&'static str>>);

impl Inks {
    pub fn of(&self, class: &'static str) -> RGBColor {
        let mut classes = self.0.borrow_mut();
        let place = classes.iter().position(|each| *each == class).unwrap_or_else(|| {
            classes.push(class);
            classes.len() - 1
        });
        RGBColor(place as u8, 0, 0)
    }

    fn class(&self, colour: BackendColor) -> &'static str {
        self.0.borrow()[usize::from(colour.rgb.0)]
    }
}

/// The marks of a shape.
pub struct Marks(pub Vec<Mark>);

impl Ground for Marks {
    fn line(&mut self, points: &[(i32, i32)], class: &'static str) {
        let mut d = String::new();
        for (x, y) in points {
            d.push_str(&format!("{}{x} {y}", if d.is_empty() { 'M' } else { 'L' }));
        }
        self.0.push(Mark::Path { d, class });
    }

    fn bar(&mut self, Area { x, y, width, height }: Area, class: &'static str) {
        self.0.push(Mark::Rect { x, y, width, height, round: 0.0, class });
    }

    fn dot(&mut self, middle: (i32, i32), class: &'static str) {
        self.0.push(Mark::Circle { x: middle.0 as f32, y: middle.1 as f32, radius: RADIUS as f32, class });
    }

    fn text(&mut self, text: &str, (x, y): (f32, f32), anchor: Anchor, class: &'static str) {
        self.0.push(Mark::Text { x, y, text: text.to_owned(), anchor, class });
    }
}

/// The backend by which plotters draws on a ground.
pub struct Pen<'a> {
    pub ground: &'a mut dyn Ground,
    pub size: (u32, u32),
    pub inks: &'a Inks,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Pen<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// A chart has no single pixels.
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha > 0.0 {
            let points: Vec<_> = path.into_iter().collect();
            self.ground.line(&points, self.inks.class(style.color()));
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, _: bool) -> Drawn {
        // A sliver of the ground shows between two bars.
        let width = ((to.0 - from.0) as f32 - 0.5).max(1.0);
        let bar = Area { x: from.0 as f32, y: from.1 as f32, width, height: (to.1 - from.1) as f32 };
        self.ground.bar(bar, self.inks.class(style.color()));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, middle: BackendCoord, _: u32, style: &S, _: bool) -> Drawn {
        self.ground.dot(middle, self.inks.class(style.color()));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let position = style.anchor();
        let anchor = match position.h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let down = match position.v_pos {
            VPos::Top => SMALL * 0.8,
            VPos::Center => SMALL * 0.35,
            VPos::Bottom => 0.0,
        };
        self.ground.text(text, (at.0 as f32, at.1 as f32 + down), anchor, self.inks.class(style.color()));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        _: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((width(text, SMALL) as u32, SMALL as u32))
    }
}
