//! Areas: a figure cuts its stage into parts, and each part into its own. No one else counts units.

use super::{Breadth, Point};

/// A part of the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// Of a row or a column among others.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    Units(f32),
    /// Of what the others leave.
    Share(f32),
}

/// Between parts, and around them.
pub const GAP: f32 = 8.0;

impl Area {
    pub const fn stage(breadth: Breadth, height: f32) -> Area {
        Area { x: 0.0, y: 0.0, width: breadth.width(), height }
    }

    /// The highest stage that is seen at once.
    pub const fn window(breadth: Breadth) -> Area {
        Area::stage(breadth, breadth.height())
    }

    /// The same area seen from its own corner, where the marks of its shape begin.
    pub fn own(self) -> Area {
        Area { x: 0.0, y: 0.0, ..self }
    }

    pub fn right(self) -> f32 {
        self.x + self.width
    }

    pub fn bottom(self) -> f32 {
        self.y + self.height
    }

    pub fn middle(self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub fn inset(self, by: f32) -> Area {
        Area { x: self.x + by, y: self.y + by, width: self.width - 2.0 * by, height: self.height - 2.0 * by }
    }

    /// Cuts that much off, and leaves the rest.
    pub fn cut_top(&mut self, height: f32) -> Area {
        let cut = Area { height, ..*self };
        (self.y, self.height) = (self.y + height, self.height - height);
        cut
    }

    pub fn cut_bottom(&mut self, height: f32) -> Area {
        self.height -= height;
        Area { y: self.bottom(), height, ..*self }
    }

    pub fn cut_left(&mut self, width: f32) -> Area {
        let cut = Area { width, ..*self };
        (self.x, self.width) = (self.x + width, self.width - width);
        cut
    }

    pub fn cut_right(&mut self, width: f32) -> Area {
        self.width -= width;
        Area { x: self.right(), width, ..*self }
    }

    /// One below the other, with gaps between.
    pub fn rows<const N: usize>(self, sizes: [Size; N]) -> [Area; N] {
        let mut y = self.y;
        resolved(self.height, sizes).map(|height| {
            let row = Area { y, height, ..self };
            y += height + GAP;
            row
        })
    }

    /// Side by side, with gaps between.
    pub fn columns<const N: usize>(self, sizes: [Size; N]) -> [Area; N] {
        let mut x = self.x;
        resolved(self.width, sizes).map(|width| {
            let column = Area { x, width, ..self };
            x += width + GAP;
            column
        })
    }

    /// One of so many rows of the same height, with gaps between.
    pub fn row(self, many: usize, place: usize) -> Area {
        let height = (self.height + GAP) / many.max(1) as f32;
        Area { y: self.y + place as f32 * height, height: height - GAP, ..self }
    }

    /// One of so many columns of the same width, with gaps between.
    pub fn column(self, many: usize, place: usize) -> Area {
        let width = (self.width + GAP) / many.max(1) as f32;
        Area { x: self.x + place as f32 * width, width: width - GAP, ..self }
    }

    /// The place of a grid that is filled row by row, with gaps between.
    pub fn place(self, columns: usize, rows: usize, place: usize) -> Area {
        self.row(rows, place / columns.max(1)).column(columns, place % columns.max(1))
    }

    /// The middle part of it, at most so high.
    pub fn low(self, height: f32) -> Area {
        let height = height.min(self.height);
        Area { y: self.middle().y - height / 2.0, height, ..self }
    }

    /// One of so many points that stand evenly on its outline, clockwise from the middle of its top.
    pub fn around(self, many: usize, place: usize) -> Point {
        let (width, height) = (self.width, self.height);
        let mut way = 2.0 * (width + height) * place as f32 / many.max(1) as f32 + width / 2.0;
        for (side, point) in [
            (width, [(1.0, 0.0), (0.0, 0.0)]),
            (height, [(0.0, 1.0), (1.0, 0.0)]),
            (width, [(-1.0, 0.0), (1.0, 1.0)]),
            (height, [(0.0, -1.0), (0.0, 1.0)]),
        ] {
            if way <= side {
                let [(right, down), (x, y)] = point;
                return Point::new(self.x + x * width + right * way, self.y + y * height + down * way);
            }
            way -= side;
        }
        Point::new(self.x + way, self.y)
    }

    /// The cell at a place of a grid that fills the area row by row.
    pub fn cell(self, columns: usize, rows: usize, place: usize) -> Area {
        let (width, height) = (self.width / columns as f32, self.height / rows as f32);
        let (column, row) = ((place % columns) as f32, (place / columns) as f32);
        Area { x: self.x + column * width, y: self.y + row * height, width: width - GAP, height: height - GAP }
    }

    /// [`Area::cell`], as close to the next as tiles are.
    pub fn tile(self, columns: usize, rows: usize, place: usize) -> Area {
        let (width, height) = (self.width / columns as f32, self.height / rows as f32);
        let between = GAP.min(width / 6.0).min(height / 6.0);
        let (column, row) = ((place % columns) as f32, (place / columns) as f32);
        Area { x: self.x + column * width, y: self.y + row * height, width: width - between, height: height - between }
    }

    /// How many cells of a grid stand side by side, so that `many` of them are about `shape` times as wide as high.
    pub fn columns_for(self, many: usize, shape: f32) -> usize {
        let columns = (many as f32 * self.width / self.height.max(1.0) / shape).sqrt().ceil() as usize;
        // Not more than it takes to fill the rows there are then.
        many.div_ceil(many.div_ceil(columns.max(1)).max(1)).max(1)
    }

    /// As many as fit of the newest, side by side, given how wide each wants to be: how many older ones there are no
    /// places for, and the places of the others. The first units are kept for a sign that there are more.
    pub fn newest(self, widths: &[f32]) -> (usize, Vec<Area>) {
        const SIGN: f32 = 14.0;
        const BETWEEN: f32 = 3.0;
        let room = self.width - SIGN;
        let mut used = 0.0;
        let fits = |width: &&f32| {
            used += width.min(room) + BETWEEN;
            used <= self.width - SIGN + BETWEEN
        };
        let shown = widths.iter().rev().take_while(fits).count();
        let hidden = widths.len() - shown;
        let mut rest = self;
        if hidden > 0 {
            rest.cut_left(SIGN);
        }
        let places = widths[hidden..].iter().map(|width| {
            let place = rest.cut_left(width.min(room));
            rest.cut_left(BETWEEN);
            place
        });
        (hidden, places.collect())
    }
}

fn resolved<const N: usize>(all: f32, sizes: [Size; N]) -> [f32; N] {
    let (mut units, mut shares) = (GAP * (N.max(1) - 1) as f32, 0.0);
    for size in sizes {
        match size {
            Size::Units(each) => units += each,
            Size::Share(each) => shares += each,
        }
    }
    sizes.map(|size| match size {
        Size::Units(each) => each,
        Size::Share(each) => (all - units) * each / shares,
    })
}
