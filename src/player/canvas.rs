//! Charts on a canvas, for as long as they change many times a second: elements of a page would cost too much for that. They
//! look as they do on the stage, whose style sheet says the colours and the dashes of the canvas, too.

use gloo::utils::window;
use js_sys::Array;
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{
    BackendColor, BackendStyle, BackendTextStyle, DrawingBackend, FontFamily, FontStyle, FontTransform,
};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::figures::plot::{Charts, Ground, RADIUS};
use crate::scene::Anchor;
use crate::scene::area::Area;
use crate::scene::style::{FILL, FONT_SIZE, STROKE, STROKE_DASHARRAY, STROKE_WIDTH, Sheet, Style, Theme};

/// Paints charts on a canvas, again and again. The style sheet is read once, and once more when the page changes its theme.
#[derive(Default)]
pub struct Painter(Option<(Theme, Sheet)>);

impl Painter {
    /// Paints all charts anew, as wide as the canvas is on the page; nothing, where the browser has no canvas.
    pub fn paint(&mut self, canvas: &HtmlCanvasElement, charts: &Charts) -> Option<()> {
        let shown = f64::from(canvas.client_width()).max(1.0) / f64::from(charts.width);
        let finer = shown * window().device_pixel_ratio().max(1.0);
        let size = |units: f32| (f64::from(units) * finer).round() as u32;
        let (width, height) = (size(charts.width), size(charts.height));
        if (canvas.width(), canvas.height()) != (width, height) {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let theme = theme(canvas);
        if self.0.as_ref().is_none_or(|(before, _)| *before != theme) {
            self.0 = Some((theme, Sheet::new(theme)));
        }
        let (_, sheet) = self.0.as_ref()?;
        let stage = sheet.style(&[("svg", "scene")], &Style::initial());
        context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
        context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
        for chart in &charts.charts {
            let (x, y) = (f64::from(chart.area.x), f64::from(chart.area.y));
            context.set_transform(finer, 0.0, 0.0, finer, x * finer, y * finer).ok()?;
            let backend = CanvasBackend::with_canvas_object(canvas.clone())?;
            chart.draw(&mut Canvas { backend, context: &context, sheet, stage });
        }
        Some(())
    }
}

/// What the page around the canvas is in, by the colour that its text has.
fn theme(canvas: &HtmlCanvasElement) -> Theme {
    let colour = window().get_computed_style(canvas).ok().flatten();
    let colour = colour.and_then(|style| style.get_property_value("color").ok()).unwrap_or_default();
    let numbers = colour.split(|each: char| !each.is_ascii_digit()).filter_map(|number| number.parse::<u32>().ok());
    if numbers.take(3).sum::<u32>() > 3 * 128 { Theme::Dark } else { Theme::Light }
}

struct Canvas<'a> {
    backend: CanvasBackend,
    context: &'a CanvasRenderingContext2d,
    sheet: &'a Sheet,
    stage: Style,
}

impl Canvas<'_> {
    fn style(&self, name: &str, class: &str) -> Style {
        self.sheet.style(&[("svg", "scene"), ("g", ""), (name, class)], &self.stage)
    }

    /// A pen for lines, with its dashes; or for what is filled.
    fn pen(&self, style: &Style, what: usize) -> Pen {
        let dashes: Array = style.0[STROKE_DASHARRAY]
            .split([' ', ','])
            .filter_map(|dash| Some(JsValue::from_f64(dash.parse().ok()?)))
            .collect();
        let _ = self.context.set_line_dash(&dashes);
        let width = style.0[STROKE_WIDTH].parse::<f32>().unwrap_or(1.0).round().max(1.0);
        Pen { colour: colour(style.0[what]), width: width as u32 }
    }
}

/// As the style sheet writes it: `#rrggbb`, or none.
fn colour(written: &str) -> BackendColor {
    let part = |from: usize| u8::from_str_radix(written.get(from..from + 2)?, 16).ok();
    match (written.strip_prefix('#'), part(1), part(3), part(5)) {
        (Some(_), Some(red), Some(green), Some(blue)) => BackendColor { alpha: 1.0, rgb: (red, green, blue) },
        _ => BackendColor { alpha: 0.0, rgb: (0, 0, 0) },
    }
}

struct Pen {
    colour: BackendColor,
    width: u32,
}

impl BackendStyle for Pen {
    fn color(&self) -> BackendColor {
        self.colour
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

impl Ground for Canvas<'_> {
    fn line(&mut self, points: &[(i32, i32)], class: &'static str) {
        let pen = self.pen(&self.style("path", class), STROKE);
        let _ = self.backend.draw_path(points.iter().copied(), &pen);
    }

    /// By itself, for the backend knows whole units alone.
    fn bar(&mut self, bar: Area, class: &'static str) {
        self.context.set_fill_style_str(self.style("rect", class).0[FILL]);
        self.context.fill_rect(bar.x.into(), bar.y.into(), bar.width.into(), bar.height.into());
    }

    fn dot(&mut self, middle: (i32, i32), class: &'static str) {
        let pen = self.pen(&self.style("circle", class), FILL);
        let _ = self.backend.draw_circle(middle, RADIUS, &pen, true);
    }

    fn text(&mut self, text: &str, (x, y): (f32, f32), anchor: Anchor, class: &'static str) {
        let style = self.style("text", class);
        let size = style.0[FONT_SIZE].parse().unwrap_or(12.0);
        // The letters of the canvas hang from their baseline where an anchor of `Bottom` sets them; that lies lower by what
        // the longest of them reach below it.
        let at = (x.round() as i32, (y + size as f32 * 0.28).round() as i32);
        let _ = self.backend.draw_text(text, &Letters { colour: colour(style.0[FILL]), size, anchor }, at);
    }
}

struct Letters {
    colour: BackendColor,
    size: f64,
    anchor: Anchor,
}

impl BackendTextStyle for Letters {
    type FontError = std::convert::Infallible;

    fn color(&self) -> BackendColor {
        self.colour
    }

    fn size(&self) -> f64 {
        self.size
    }

    fn transform(&self) -> FontTransform {
        FontTransform::None
    }

    fn style(&self) -> FontStyle {
        FontStyle::Normal
    }

    fn anchor(&self) -> Pos {
        let across = match self.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        Pos::new(across, VPos::Bottom)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name("\"Stepwise Sans\", system-ui, sans-serif")
    }

    fn layout_box(&self, _: &str) -> Result<((i32, i32), (i32, i32)), Self::FontError> {
        unreachable!("a chart knows how wide its texts are")
    }

    fn draw<E, D: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _: &str,
        _: (i32, i32),
        _: D,
    ) -> Result<Result<(), E>, Self::FontError> {
        unreachable!("a canvas draws its letters by itself")
    }
}
