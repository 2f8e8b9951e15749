//! A picture as data: shapes with the engine's own identities, in an order that stays put.
//!
//! A figure makes a [`Scene`] of an engine's state. The stage shows it in the browser and moves what has moved; [`svg`]
//! writes the very same scene as text, for the page before Wasm arrives, for print, for export and for tests.

use std::rc::Rc;

mod advances;
pub mod area;
pub mod channel;
pub mod code;
pub mod export;
pub mod field;
pub mod graph;
pub mod hex;
pub mod letters;
pub mod parts;
pub mod pieces;
pub mod places;
pub mod round;
pub mod rows;
pub mod seats;
pub mod style;
pub mod svg;
pub mod table;
pub mod text;
pub mod vocabulary;
pub mod words;

pub use style::Theme;
pub use table::Table;

/// How much room the stage has. A figure lays itself out for one or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// A page or a slide: 960 units wide.
    Wide,
    /// A phone: 400 units wide.
    Narrow,
}

impl Breadth {
    pub const fn width(self) -> f32 {
        match self {
            Breadth::Wide => 960.0,
            Breadth::Narrow => 400.0,
        }
    }

    /// So high may a stage be at most: then it is seen at once with narration and controls.
    pub const fn height(self) -> f32 {
        match self {
            Breadth::Wide => 450.0,
            Breadth::Narrow => 460.0,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    pub const fn new(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    /// The point that lies `share` of the way to `to`.
    pub fn towards(self, to: Point, share: f32) -> Point {
        Point::new(self.x + (to.x - self.x) * share, self.y + (to.y - self.y) * share)
    }
}

/// `value`, or the bound that it has passed. `f32::clamp` panics with both bounds spelled out, and so has all of the code
/// that spells floats: 12 KB that nothing else on the page needs.
pub fn between(value: f32, least: f32, most: f32) -> f32 {
    value.max(least).min(most)
}

/// What the stage shows. Width and height are the same at every step of a run, so that nothing jumps.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub width: f32,
    pub height: f32,
    /// Drawn in this order, later ones over earlier ones. Keys are unique.
    pub shapes: Vec<Shape>,
}

/// One thing that the engine has, somewhere on the stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// From the engine's own identifiers: `page 7`, `page 7/key k`, `message 31`.
    pub key: String,
    /// Where it is: the origin of its marks, or the tail of its arrow.
    pub at: Point,
    pub body: Body,
    /// Classes of the whole shape, from the vocabulary: `dead`, `stopped`, `unsynced`.
    pub class: &'static str,
    /// It has just changed, and is outlined for this one step.
    pub changed: bool,
    /// A click on it shows its bytes.
    pub selects: bool,
    /// What it is, in words, for a pointer that rests on it. Empty for what needs none.
    pub label: String,
    /// The numbers of a chart.
    pub table: Option<Rc<Table>>,
    /// Where it comes from when it enters; in place, by fading in, where this says nothing.
    pub born: Option<Whence>,
    /// Where it goes when it leaves; in place, by fading out, where this says nothing.
    pub gone: Option<Whence>,
}

/// Where a shape enters from, or leaves to.
#[derive(Clone, Debug, PartialEq)]
pub enum Whence {
    /// The place of another shape, by its key.
    Shape(String),
    At(Point),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Marks(Vec<Mark>),
    /// A thin arrow from the shape's place to `to`, both on the stage; `bend` is how far its middle stands off the
    /// straight line, to the left of its direction.
    Arrow {
        to: Point,
        bend: f32,
        class: &'static str,
    },
}

/// A primitive, placed relative to its shape. Classes come from `static/scene.css`.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    Rect {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        round: f32,
        class: &'static str,
    },
    Circle {
        x: f32,
        y: f32,
        radius: f32,
        class: &'static str,
    },
    /// `x`, `y` is the baseline's start, middle or end, as `anchor` says.
    Text {
        x: f32,
        y: f32,
        text: String,
        anchor: Anchor,
        class: &'static str,
    },
    /// SVG path data, made by us and never of a reader's text.
    Path {
        d: String,
        class: &'static str,
    },
}

impl Mark {
    /// Its classes.
    pub fn class(&self) -> &'static str {
        let (Mark::Rect { class, .. }
        | Mark::Circle { class, .. }
        | Mark::Text { class, .. }
        | Mark::Path { class, .. }) = self;
        class
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Scene {
    pub fn new(width: f32, height: f32) -> Scene {
        Scene { width, height, shapes: Vec::new() }
    }

    pub fn push(&mut self, shape: Shape) {
        self.shapes.push(shape);
    }

    pub fn shape(&self, key: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.key == key)
    }
}

impl Shape {
    /// A shape without marks yet.
    pub fn new(key: impl Into<String>, x: f32, y: f32) -> Shape {
        Shape {
            key: key.into(),
            at: Point::new(x, y),
            body: Body::Marks(Vec::new()),
            class: "",
            changed: false,
            selects: false,
            label: String::new(),
            table: None,
            born: None,
            gone: None,
        }
    }

    /// An arrow between two points of the stage.
    pub fn arrow(key: impl Into<String>, from: Point, to: Point) -> Shape {
        Shape { body: Body::Arrow { to, bend: 0.0, class: "pointer" }, ..Shape::new(key, from.x, from.y) }
    }

    /// How far the arrow's middle stands off, to the left of its direction.
    pub fn bend(mut self, by: f32) -> Shape {
        if let Body::Arrow { bend, .. } = &mut self.body {
            *bend = by;
        }
        self
    }

    /// The arrow's own class, where it is not a plain `pointer`.
    pub fn arrow_class(mut self, new: &'static str) -> Shape {
        if let Body::Arrow { class, .. } = &mut self.body {
            *class = new;
        }
        self
    }

    // Not inlined, here and below: pictures are made of thousands of these calls, and each would be a copy of its code.
    #[inline(never)]
    pub fn mark(mut self, mark: Mark) -> Shape {
        match &mut self.body {
            Body::Marks(marks) => marks.push(mark),
            Body::Arrow { .. } => panic!("an arrow has no marks"),
        }
        self
    }

    #[inline(never)]
    pub fn rect(self, x: f32, y: f32, width: f32, height: f32, round: f32, class: &'static str) -> Shape {
        self.mark(Mark::Rect { x, y, width, height, round, class })
    }

    #[inline(never)]
    pub fn circle(self, x: f32, y: f32, radius: f32, class: &'static str) -> Shape {
        self.mark(Mark::Circle { x, y, radius, class })
    }

    #[inline(never)]
    pub fn text(self, x: f32, y: f32, anchor: Anchor, class: &'static str, text: impl Into<String>) -> Shape {
        self.mark(Mark::Text { x, y, text: text.into(), anchor, class })
    }

    pub fn path(self, d: impl Into<String>, class: &'static str) -> Shape {
        self.mark(Mark::Path { d: d.into(), class })
    }

    pub fn class(mut self, class: &'static str) -> Shape {
        self.class = class;
        self
    }

    pub fn changed(mut self, changed: bool) -> Shape {
        self.changed = changed;
        self
    }

    pub fn label(mut self, label: impl Into<String>) -> Shape {
        self.label = label.into();
        self
    }

    pub fn table(mut self, table: Table) -> Shape {
        self.table = Some(Rc::new(table));
        self
    }

    /// A click on the shape shows the bytes that the figure's `dump` has for its key.
    pub fn selects(mut self) -> Shape {
        self.selects = true;
        self
    }

    pub fn born(mut self, from: Whence) -> Shape {
        self.born = Some(from);
        self
    }

    pub fn gone(mut self, to: Whence) -> Shape {
        self.gone = Some(to);
        self
    }
}

/// The two paths of an arrow: its line, and its head.
pub fn arrow_paths(from: Point, to: Point, bend: f32) -> (String, String) {
    const HEAD: f32 = 6.0;
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy).max(0.01);
    let middle = from.towards(to, 0.5);
    let control = Point::new(middle.x + dy / length * bend * 2.0, middle.y - dx / length * bend * 2.0);
    let (ex, ey) = (to.x - control.x, to.y - control.y);
    let reach = ex.hypot(ey).max(0.01);
    let (ux, uy) = (ex / reach, ey / reach);
    let neck = Point::new(to.x - ux * HEAD, to.y - uy * HEAD);
    let n = svg::number;
    let line = format!("M{} {}Q{} {} {} {}", n(from.x), n(from.y), n(control.x), n(control.y), n(neck.x), n(neck.y));
    let half = HEAD * 0.5;
    let head = format!(
        "M{} {}L{} {}L{} {}Z",
        n(to.x),
        n(to.y),
        n(neck.x - uy * half),
        n(neck.y + ux * half),
        n(neck.x + uy * half),
        n(neck.y - ux * half)
    );
    (line, head)
}
