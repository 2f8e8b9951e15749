//! Charts: plotters chooses the ticks, draws the axes and says where a value is. What it draws becomes shapes on the stage,
//! so that a chart is in both themes, on the page before Wasm arrives, and in print; or, many times a second while a long
//! run goes on, it is painted on a canvas (`player/canvas.rs`). Both have it from [`Chart::draw`].

mod ground;
mod line;

use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters_backend::text_anchor::{HPos, Pos, VPos};

use crate::scene::area::{Area, GAP};
use crate::scene::text::{SMALL, width};
use crate::scene::{Scene, Shape, Table};
pub use ground::{Ground, RADIUS};
use ground::{Inks, Marks, Pen};

/// Room at the left of a chart for the numbers of its axis, and at the right for the name of the last mark.
const LEFT: u32 = 44;
const RIGHT: u32 = 78;
/// From one row of names to the next.
const NAMES: f32 = 13.0;

/// An axis from 0 to its end, and how its values are written.
pub struct Axis {
    pub end: u64,
    pub spell: Rc<dyn Fn(u64) -> String>,
    /// What stands on it, with its unit.
    pub title: String,
}

impl Axis {
    pub fn new(end: u64, spell: impl Fn(u64) -> String + 'static, title: impl Into<String>) -> Axis {
        Axis { end, spell: Rc::new(spell), title: title.into() }
    }
}

/// What is drawn between the axes.
pub enum Series {
    /// Bars that stand side by side: from, to, how high.
    Bars(Vec<(u64, u64, u64)>, &'static str),
    /// A line or dots, what they stand for, and their class.
    Line(&'static str, Vec<(u64, u64)>, &'static str),
    Dots(&'static str, Vec<(u64, u64)>, &'static str),
    /// A place on the horizontal axis, with its name. Given from left to right, so that no line crosses a name.
    Mark(u64, String, &'static str),
}

/// A chart, in its place.
pub struct Chart {
    key: &'static str,
    pub area: Area,
    x: Axis,
    y: Axis,
    /// The vertical axis goes by powers of ten, from the one below this value to the one above its end.
    least: Option<u64>,
    series: Vec<Series>,
    label: String,
    /// Room below the axis where it is said which line stands for what.
    legend: f32,
}

/// Charts that are shown together.
pub struct Charts {
    pub width: f32,
    pub height: f32,
    pub charts: Vec<Chart>,
}

impl Charts {
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(self.width, self.height);
        self.charts.iter().for_each(|chart| scene.push(chart.shape()));
        scene
    }
}

/// How high a value stands above the power of ten at the foot of its axis, in thousandths of the way to the next power.
fn above(foot: u32, value: u64) -> u64 {
    let thousandths = (value.max(1) as f64).log10() * 1000.0;
    (thousandths.round() as u64).saturating_sub(u64::from(foot) * 1000)
}

impl Chart {
    pub fn new(key: &'static str, area: Area, (x, y): (Axis, Axis), series: Vec<Series>) -> Chart {
        Chart { key, area, x, y, least: None, series, label: String::new(), legend: 0.0 }
    }

    pub fn label(self, label: impl Into<String>) -> Chart {
        Chart { label: label.into(), ..self }
    }

    pub fn by_tens(self, least: u64) -> Chart {
        Chart { least: Some(least.max(1)), ..self }
    }

    /// Says in a row so high at its foot which line stands for what.
    pub fn legend(self, height: f32) -> Chart {
        Chart { legend: height, ..self }
    }

    pub fn shape(&self) -> Shape {
        let mut marks = Marks(Vec::new());
        self.draw(&mut marks);
        let shape = Shape::new(self.key, self.area.x, self.area.y);
        let table = table(&self.x, &self.y, &self.series);
        marks.0.into_iter().fold(shape, Shape::mark).table(table).label(self.label.clone())
    }

    /// Draws it, from its origin.
    pub fn draw(&self, ground: &mut dyn Ground) {
        let size = (self.area.width as u32, self.area.height as u32);
        let inks = Inks::default();
        let root = IntoDrawingArea::into_drawing_area(Pen { ground, size, inks: &inks });
        assert!(self.draw_on(&root, &inks).is_ok(), "nothing can go wrong with a pen");
    }

    fn draw_on(&self, root: &DrawingArea<Pen, Shift>, inks: &Inks) -> Result<(), DrawingAreaErrorKind<Infallible>> {
        let ink = |class| inks.of(class);
        let Chart { x, y, series, .. } = self;
        let (wide, high) = root.dim_in_pixel();
        let foot = self.least.map(u64::ilog10);
        let top = foot.map_or(y.end.max(1), |foot| above(foot, y.end).next_multiple_of(1000).max(1000));
        let spell = |value: &u64| match foot {
            None => (y.spell)(*value),
            Some(foot) if value.is_multiple_of(1000) => (y.spell)(10_u64.pow(foot + (value / 1000) as u32)),
            Some(_) => String::new(),
        };
        // Room for the names of marks above, in rows.
        let names = rows_of_names(series, x.end.max(1), self.area.width - (LEFT + RIGHT) as f32);
        let head = 22 + NAMES as u32 * names.iter().map(|row| row + 1).max().unwrap_or(0) as u32;
        let mut chart = ChartBuilder::on(root)
            .margin_top(head as i32)
            .margin_right(if names.is_empty() { 12 } else { RIGHT as i32 })
            .margin_bottom(self.legend as i32)
            .x_label_area_size(20)
            .y_label_area_size(LEFT)
            .build_cartesian_2d(0..x.end.max(1), 0..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .axis_style(ink("axis"))
            .bold_line_style(ink("ruling"))
            .light_line_style(TRANSPARENT)
            .label_style(("sans-serif", SMALL).into_font().color(&ink("small")))
            .x_labels((wide / 90).max(3) as usize)
            .y_labels((high / 45).clamp(2, 4) as usize)
            .x_label_formatter(&|value| (x.spell)(*value))
            .y_label_formatter(&spell)
            .draw()?;
        let place = |across: u64, up: u64| {
            let up = foot.map_or(up.min(y.end), |foot| above(foot, up));
            chart.backend_coord(&(across.min(x.end), up.min(top)))
        };
        let bottom = place(0, 0).1;
        let text = |text: &str, at: (i32, i32), hpos, class| {
            let style = ("sans-serif", SMALL).into_font().color(&ink(class)).pos(Pos::new(hpos, VPos::Bottom));
            root.draw(&Text::new(text.to_owned(), at, style))
        };
        let mut rows = names.into_iter();
        for each in series {
            match each {
                Series::Bars(bars, class) => {
                    for (from, to, up) in bars {
                        let corners = [place(*from, *up), (place(*to, 0).0, bottom)];
                        root.draw(&Rectangle::new(corners, ink(class).filled()))?;
                    }
                }
                Series::Line(_, points, class) if !points.is_empty() => {
                    let points = line::thinned(points.iter().map(|(across, up)| place(*across, *up)));
                    root.draw(&PathElement::new(points, ink(class)))?;
                }
                Series::Line(..) => {}
                Series::Dots(_, points, class) => {
                    for (across, up) in points {
                        root.draw(&Circle::new(place(*across, *up), RADIUS, ink(class).filled()))?;
                    }
                }
                Series::Mark(across, name, class) => {
                    let stands = place(*across, 0).0;
                    let top = 26 + rows.next().unwrap_or(0) as i32 * NAMES as i32;
                    root.draw(&PathElement::new(vec![(stands, top - 4), (stands, bottom)], ink(class)))?;
                    text(&name_of(name, *across, x.end), (stands + 4, top + 4), HPos::Left, "small")?;
                }
            }
        }
        text(&y.title, (0, 11), HPos::Left, "region-name")?;
        text(&x.title, (wide as i32, 11), HPos::Right, "region-name")?;
        let lines = series.iter().filter_map(|each| match each {
            Series::Line(name, _, class) => Some((*name, *class)),
            _ => None,
        });
        if self.legend == 0.0 {
            return Ok(());
        }
        let legend = self.area.own().cut_bottom(self.legend);
        for (number, (name, class)) in lines.clone().enumerate() {
            let mut area = legend.column(lines.clone().count(), number);
            let stroke = area.cut_left(3.0 * GAP);
            let (from, to, down) = (stroke.x as i32, (stroke.right() - GAP) as i32, stroke.middle().y as i32);
            root.draw(&PathElement::new(vec![(from, down), (to, down)], ink(class)))?;
            text(name, (area.x as i32, down + (SMALL * 0.35) as i32), HPos::Left, "small")?;
        }
        Ok(())
    }
}

/// What stands beside a mark; one beyond the axis points to where it is.
fn name_of(name: &str, across: u64, end: u64) -> String {
    if across > end { format!("{name} →") } else { name.to_owned() }
}

/// In which row above the chart the name of each mark stands: the first in which neither it nor its line meets another name.
fn rows_of_names(series: &[Series], end: u64, room: f32) -> Vec<usize> {
    let mut ends: Vec<f32> = Vec::new();
    let mut rows = Vec::new();
    for each in series {
        let Series::Mark(across, name, _) = each else { continue };
        let x = (*across).min(end) as f32 / end as f32 * room;
        let row = ends.iter().rposition(|taken| *taken > x).map_or(0, |taken| taken + 1);
        ends.truncate(row);
        ends.push(x + width(&name_of(name, *across, end), SMALL) + NAMES);
        rows.push(row);
    }
    rows
}

/// The numbers of a chart, for those who cannot see it: what, where on the horizontal axis, where on the vertical one.
fn table(x: &Axis, y: &Axis, series: &[Series]) -> Table {
    let across = if x.title.is_empty() { "at" } else { &x.title };
    let mut rows = Vec::new();
    for each in series {
        match each {
            Series::Bars(bars, _) => {
                let bars = bars.iter().filter(|(_, _, up)| *up > 0);
                let reach = |from: u64, to: u64| format!("{} to {}", (x.spell)(from), (x.spell)(to));
                rows.extend(bars.map(|(from, to, up)| vec![String::new(), reach(*from, *to), (y.spell)(*up)]));
            }
            Series::Line(name, points, _) | Series::Dots(name, points, _) => {
                rows.extend(points.iter().map(|(at, up)| vec![(*name).to_owned(), (x.spell)(*at), (y.spell)(*up)]));
            }
            Series::Mark(at, name, _) => rows.push(vec![name.clone(), (x.spell)(*at), String::new()]),
        }
    }
    Table::new(format!("{} over {across}", y.title), &["", across, &y.title], rows)
}
