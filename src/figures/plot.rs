//! Charts: plotters chooses the ticks, draws the axes and says where a value is. What it draws becomes shapes on the stage,
//! so that a chart is in both themes, on the page before Wasm arrives, and in print; or, many times a second while a long
//! run goes on, it is painted on a canvas (`player/canvas.rs`). Both have it from [`Chart::draw`].

use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

use crate::scene::area::{Area, GAP};
use crate::scene::text::{SMALL, width};
use crate::scene::{Anchor, Mark, Scene, Shape, Table};

/// The classes of what is in a chart; the style sheet says how they look. Plotters knows colours alone, and so a class goes
/// through it as one whose red is its place here.
const INKS: [&str; 16] = [
    "ruling",
    "axis",
    "small",
    "region-name",
    "serving",
    "line-mark",
    "line-good",
    "line-bad",
    "plot-0",
    "plot-1",
    "plot-2",
    "hue-0",
    "hue-1",
    "hue-2",
    "strip",
    "pointer",
];

fn ink(class: &str) -> RGBColor {
    let place = INKS.iter().position(|each| *each == class);
    RGBColor(place.expect("the classes of charts are listed") as u8, 0, 0)
}

fn class_of(colour: BackendColor) -> &'static str {
    INKS[usize::from(colour.rgb.0)]
}

/// Room at the left of a chart for the numbers of its axis, and at the right for the name of the last mark.
const LEFT: u32 = 44;
const RIGHT: u32 = 78;
/// From one row of names to the next.
const NAMES: f32 = 13.0;
/// Of a dot.
pub const RADIUS: u32 = 5;

/// An axis from 0 to its end, and how its values are written.
#[derive(Clone)]
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
    /// Where it is said which line stands for what, from the origin of the chart.
    legend: Option<Area>,
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

/// What a chart is drawn on: marks of a scene, or a canvas. Places are counted from the chart's origin.
pub trait Ground {
    /// Over one point, from the second on.
    fn line(&mut self, points: &[(i32, i32)], class: &'static str);
    fn bar(&mut self, from: (i32, i32), to: (i32, i32), class: &'static str);
    fn dot(&mut self, middle: (i32, i32), class: &'static str);
    /// Where its baseline is, and where on that it is anchored.
    fn text(&mut self, text: &str, at: (f32, f32), anchor: Anchor, class: &'static str);
}

/// How high a value stands above the power of ten at the foot of its axis, in thousandths of the way to the next power.
fn above(foot: u32, value: u64) -> u64 {
    let thousandths = (value.max(1) as f64).log10() * 1000.0;
    (thousandths.round() as u64).saturating_sub(u64::from(foot) * 1000)
}

impl Chart {
    pub fn new(key: &'static str, area: Area, (x, y): (Axis, Axis), series: Vec<Series>) -> Chart {
        Chart { key, area, x, y, least: None, series, label: String::new(), legend: None }
    }

    pub fn label(self, label: impl Into<String>) -> Chart {
        Chart { label: label.into(), ..self }
    }

    pub fn by_tens(self, least: u64) -> Chart {
        Chart { least: Some(least.max(1)), ..self }
    }

    pub fn legend(self, place: Area) -> Chart {
        Chart { legend: Some(place), ..self }
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
        let root = IntoDrawingArea::into_drawing_area(Pen { ground, size });
        assert!(self.draw_on(&root).is_ok(), "nothing can go wrong with a pen");
    }

    fn draw_on(&self, root: &DrawingArea<Pen, Shift>) -> Result<(), DrawingAreaErrorKind<Infallible>> {
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
                    let points = thinned(points.iter().map(|(across, up)| place(*across, *up)));
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
        let Some(legend) = self.legend else { return Ok(()) };
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

/// A line as it is seen: of all points in one column of pixels, the first, the lowest, the highest and the last, in their
/// order. So a line of a hundred thousand points costs no more than one of some hundreds.
fn thinned(points: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
    let mut kept: Vec<(i32, i32)> = Vec::new();
    let mut column: Vec<(i32, i32)> = Vec::new();
    let end = |column: &mut Vec<(i32, i32)>, kept: &mut Vec<(i32, i32)>| {
        if column.len() <= 4 {
            kept.append(column);
            return;
        }
        let place = |of: fn(&[(i32, i32)]) -> usize| of(column);
        let lowest = place(|all| (0..all.len()).max_by_key(|at| all[*at].1).unwrap_or(0));
        let highest = place(|all| (0..all.len()).min_by_key(|at| all[*at].1).unwrap_or(0));
        let mut places = vec![0, lowest, highest, column.len() - 1];
        places.sort_unstable();
        places.dedup();
        kept.extend(places.into_iter().map(|at| column[at]));
        column.clear();
    };
    for point in points {
        if column.first().is_some_and(|first| first.0 != point.0) {
            end(&mut column, &mut kept);
        }
        column.push(point);
    }
    end(&mut column, &mut kept);
    kept
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

/// The marks of a shape.
struct Marks(Vec<Mark>);

impl Ground for Marks {
    fn line(&mut self, points: &[(i32, i32)], class: &'static str) {
        let mut d = String::new();
        for (x, y) in points {
            d.push_str(&format!("{}{x} {y}", if d.is_empty() { 'M' } else { 'L' }));
        }
        self.0.push(Mark::Path { d, class });
    }

    fn bar(&mut self, from: (i32, i32), to: (i32, i32), class: &'static str) {
        let width = ((to.0 - from.0) as f32 - 0.5).max(1.0);
        let (x, y, height) = (from.0 as f32, from.1 as f32, (to.1 - from.1) as f32);
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
struct Pen<'a> {
    ground: &'a mut dyn Ground,
    size: (u32, u32),
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
            self.ground.line(&points, class_of(style.color()));
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, _: bool) -> Drawn {
        self.ground.bar(from, to, class_of(style.color()));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, middle: BackendCoord, _: u32, style: &S, _: bool) -> Drawn {
        self.ground.dot(middle, class_of(style.color()));
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
        self.ground.text(text, (at.0 as f32, at.1 as f32 + down), anchor, class_of(style.color()));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// However many points there are, what is seen of them is there: each column's ends, and how far it goes up and down.
    #[test]
    fn a_long_line_is_thinned_to_what_is_seen_of_it() {
        let points: Vec<(i32, i32)> = (0..100_000).map(|at| (at / 250, (at * 7919) % 301)).collect();
        let kept = thinned(points.iter().copied());
        assert!(kept.len() <= 4 * 400, "{} points", kept.len());
        for column in 0..400 {
            let of = |all: &[(i32, i32)]| all.iter().filter(|point| point.0 == column).copied().collect::<Vec<_>>();
            let (all, few) = (of(&points), of(&kept));
            let ends = |some: &[(i32, i32)]| (some[0], some[some.len() - 1]);
            let reach = |some: &[(i32, i32)]| (some.iter().map(|it| it.1).min(), some.iter().map(|it| it.1).max());
            assert_eq!((ends(&all), reach(&all)), (ends(&few), reach(&few)));
        }
        let few = vec![(1, 1), (1, 5), (1, 2), (1, 1), (2, 7)];
        assert_eq!(thinned(few.iter().copied()), few);
    }
}
