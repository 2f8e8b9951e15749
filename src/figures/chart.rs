//! One counter over the steps of a run, drawn by plotters: on a canvas in the browser, as SVG natively, by this one
//! function.

use plotters::prelude::*;

/// A grey that can be read on white and on black alike.
const INK: RGBColor = RGBColor(124, 128, 138);
const LINE: RGBColor = RGBColor(0, 128, 190);
const HERE: RGBColor = RGBColor(213, 94, 0);

/// A counter's name as a reader reads it: `bytes_written` is `bytes written`.
pub fn label(name: &str) -> String {
    name.replace('_', " ")
}

/// Draws `values`, one for each step from the opening on, with a mark at the step `at`.
pub fn draw<B: DrawingBackend>(
    backend: B,
    name: &str,
    values: &[u64],
    at: usize,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let area = backend.into_drawing_area();
    let last = values.len().saturating_sub(1).max(1);
    let top = values.iter().copied().max().unwrap_or(0).max(1);
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .x_label_area_size(34)
        .y_label_area_size(64)
        .build_cartesian_2d(0..last, 0..top + top.div_ceil(20))?;
    let font = ("sans-serif", 13).into_font().color(&INK);
    chart
        .configure_mesh()
        .disable_mesh()
        .axis_style(INK)
        .label_style(font.clone())
        .axis_desc_style(font)
        .x_desc("step")
        .y_desc(label(name))
        .x_labels(8)
        .y_labels(5)
        .draw()?;
    // A counter keeps its value until the step that changes it.
    let stairs = values.iter().enumerate().flat_map(|(step, value)| {
        let before = values[step.saturating_sub(1)];
        [(step, before), (step, *value)]
    });
    chart.draw_series(LineSeries::new(stairs, LINE.stroke_width(2)))?;
    if let Some(value) = values.get(at) {
        chart.draw_series([Circle::new((at, *value), 5, HERE.filled())])?;
    }
    area.present()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_chart_is_an_svg() {
        let mut svg = String::new();
        draw(plotters_svg::SVGBackend::with_string(&mut svg, (640, 220)), "bytes_written", &[0, 10, 10, 40], 2)
            .unwrap();
        assert!(svg.contains("<polyline") && svg.contains("bytes written") && svg.contains("<circle"), "{svg}");
        draw(plotters_svg::SVGBackend::with_string(&mut String::new(), (640, 220)), "x", &[0], 0).unwrap();
    }
}
