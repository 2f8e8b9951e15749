//! Charts on the stage: plotters chooses the ticks, draws the axes and says where a value is; it draws into a scene, so
//! that a chart is shapes like all else, in both themes, on the page before Wasm arrives and in print.

use std::convert::Infallible;

use plotters::prelude::*;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

use crate::scene::svg::number as n;
use crate::scene::text::{SMALL, width};
use crate::scene::{Anchor, Mark, Shape, Table};

/// What plotters calls the lines across a chart: the style sheet says how they look.
const RULING: RGBColor = RGBColor(1, 1, 1);

/// Room at the left of a chart for the numbers of its axis, and at the right for the name of the last mark.
const LEFT: u32 = 44;
const RIGHT: u32 = 78;
/// From one row of names to the next.
const NAMES: f32 = 13.0;

/// An axis from 0 to its end, and how its values are written.
pub struct Axis<'a> {
    pub end: u64,
    pub spell: &'a dyn Fn(u64) -> String,
    /// What stands on it, with its unit.
    pub title: String,
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

/// Draws a chart of that size into a shape, from its origin.
pub fn plot(shape: Shape, size: (f32, f32), x: Axis, y: Axis, series: &[Series]) -> Shape {
    draw(shape, size, x, y, None, series)
}

/// [`plot`], but the vertical axis goes by powers of ten: from the one below the least value, to the one above its end.
pub fn plot_by_tens(shape: Shape, size: (f32, f32), x: Axis, (least, y): (u64, Axis), series: &[Series]) -> Shape {
    draw(shape, size, x, y, Some(least.max(1).ilog10()), series)
}

/// How high a value stands above the power of ten at the foot of its axis, in thousandths of the way to the next power.
fn above(foot: u32, value: u64) -> u64 {
    let thousandths = (value.max(1) as f64).log10() * 1000.0;
    (thousandths.round() as u64).saturating_sub(u64::from(foot) * 1000)
}

fn draw(shape: Shape, size: (f32, f32), x: Axis, y: Axis, foot: Option<u32>, series: &[Series]) -> Shape {
    let mut marks = Vec::new();
    let top = foot.map_or(y.end.max(1), |foot| above(foot, y.end).next_multiple_of(1000).max(1000));
    let spell = |value: &u64| match foot {
        None => (y.spell)(*value),
        Some(foot) if value.is_multiple_of(1000) => (y.spell)(10_u64.pow(foot + (value / 1000) as u32)),
        Some(_) => String::new(),
    };
    let (wide, high) = (size.0 as u32, size.1 as u32);
    // Room for the names of marks above, in rows.
    let names = rows_of_names(series, x.end.max(1), size.0 - (LEFT + RIGHT) as f32);
    let head = 22 + NAMES as u32 * names.iter().map(|row| row + 1).max().unwrap_or(0) as u32;
    let area = IntoDrawingArea::into_drawing_area(IntoScene { marks: &mut marks, size: (wide, high) });
    let Ok(mut chart) = ChartBuilder::on(&area)
        .margin_top(head as i32)
        .margin_right(if names.is_empty() { 12 } else { RIGHT as i32 })
        .x_label_area_size(20)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(0..x.end.max(1), 0..top)
    else {
        unreachable!("nothing can go wrong in a scene")
    };
    let drawn = chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(RULING)
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", SMALL))
        .x_labels((wide / 90).max(3) as usize)
        .y_labels((high / 45).clamp(2, 4) as usize)
        .x_label_formatter(&|value| (x.spell)(*value))
        .y_label_formatter(&spell)
        .draw();
    assert!(drawn.is_ok(), "nothing can go wrong in a scene");
    let place = |across: u64, up: u64| {
        let up = foot.map_or(up.min(y.end), |foot| above(foot, up));
        chart.backend_coord(&(across.min(x.end), up.min(top)))
    };
    let bottom = place(0, 0).1 as f32;
    let mut more = Vec::new();
    let mut rows = names.into_iter();
    for each in series {
        match each {
            Series::Bars(bars, class) => {
                for (from, to, up) in bars {
                    let (left, top) = place(*from, *up);
                    let right = place(*to, 0).0;
                    let (left, top) = (left as f32, top as f32);
                    let width = (right as f32 - left - 0.5).max(1.0);
                    more.push(Mark::Rect { x: left, y: top, width, height: bottom - top, round: 0.0, class });
                }
            }
            Series::Line(_, points, class) => {
                let mut d = String::new();
                for (across, up) in points {
                    let (x, y) = place(*across, *up);
                    d.push_str(&format!("{}{x} {y}", if d.is_empty() { 'M' } else { 'L' }));
                }
                if !d.is_empty() {
                    more.push(Mark::Path { d, class });
                }
            }
            Series::Dots(_, points, class) => {
                for (across, up) in points {
                    let (x, y) = place(*across, *up);
                    more.push(Mark::Circle { x: x as f32, y: y as f32, radius: 5.0, class });
                }
            }
            Series::Mark(across, name, class) => {
                let stands = place(*across, 0).0 as f32;
                let top = 26.0 + rows.next().unwrap_or(0) as f32 * NAMES;
                more.push(Mark::Path { d: format!("M{} {}V{}", n(stands), n(top - 4.0), n(bottom)), class });
                let text = name_of(name, *across, x.end);
                more.push(Mark::Text { x: stands + 4.0, y: top + 4.0, text, anchor: Anchor::Start, class: "small" });
            }
        }
    }
    drop(chart);
    drop(area);
    let table = table(&x, &y, series);
    more.push(Mark::Text { x: 0.0, y: 11.0, text: y.title, anchor: Anchor::Start, class: "region-name" });
    more.push(Mark::Text { x: size.0, y: 11.0, text: x.title, anchor: Anchor::End, class: "region-name" });
    marks.into_iter().chain(more).fold(shape, Shape::mark).table(table)
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

/// A drawing backend that makes marks.
struct IntoScene<'a> {
    marks: &'a mut Vec<Mark>,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for IntoScene<'_> {
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
        let colour = style.color();
        if colour.alpha > 0.0 {
            let class = if colour.rgb == (RULING.0, RULING.1, RULING.2) { "ruling" } else { "axis" };
            self.marks.push(Mark::Path { d: format!("M{} {}L{} {}", from.0, from.1, to.0, to.1), class });
        }
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
        let (x, y) = (at.0 as f32, at.1 as f32 + down);
        self.marks.push(Mark::Text { x, y, text: text.to_owned(), anchor, class: "small" });
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
