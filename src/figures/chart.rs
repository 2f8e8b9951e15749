//! One counter over the steps of a run.

use super::plot::{Axis, Chart, Series};
use crate::engine::spell::grouped;
use crate::scene::area::Area;
use crate::scene::{Breadth, Scene};

const HEIGHT: f32 = 200.0;

/// A counter's name as a reader reads it: `bytes_written` is `bytes written`.
pub fn label(name: &str) -> String {
    name.replace('_', " ")
}

/// Draws `values`, one for each step from the opening on, with a mark at the step `at`.
pub fn draw(name: &str, values: &[u64], at: usize, breadth: Breadth) -> Scene {
    // Beside the table of the counters on a page, and below it on a phone.
    let width = if breadth == Breadth::Wide { 620.0 } else { 340.0 };
    // A counter keeps its value until the step that changes it.
    let mut stairs: Vec<(u64, u64)> = Vec::new();
    for (step, value) in (0..).zip(values) {
        match stairs.last() {
            Some((_, before)) if before == value => continue,
            Some((_, before)) => stairs.push((step, *before)),
            None => {}
        }
        stairs.push((step, *value));
    }
    let last = values.len().saturating_sub(1) as u64;
    let end = values.last().map(|value| (last, *value));
    stairs.extend(end.filter(|end| stairs.last() != Some(end)));
    let top = values.iter().copied().max().unwrap_or(0);
    let mut series = vec![Series::Line("", stairs, "plot-0")];
    if let Some(value) = values.get(at) {
        series.push(Series::Dots("this step", vec![(at as u64, *value)], "hue-1"));
    }
    let x = Axis::new(last, grouped, "step");
    let y = Axis::new(top + top.div_ceil(20), grouped, label(name));
    let mut scene = Scene::new(width, HEIGHT);
    let area = Area { x: 0.0, y: 0.0, width, height: HEIGHT };
    scene.push(Chart::new("growth", area, (x, y), series).shape());
    scene
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Body, Mark};

    #[test]
    fn a_counter_is_a_line_and_a_table_of_its_changes() {
        let scene = draw("bytes_written", &[0, 10, 10, 40], 2, Breadth::Wide);
        let [shape] = &scene.shapes[..] else { panic!("one shape") };
        let Body::Marks(marks) = &shape.body else { panic!("marks") };
        let has = |wanted: fn(&Mark) -> bool| marks.iter().any(wanted);
        assert!(has(|mark| matches!(mark, Mark::Path { class: "plot-0", .. })));
        assert!(has(|mark| matches!(mark, Mark::Circle { .. })));
        assert!(has(|mark| matches!(mark, Mark::Text { text, .. } if text == "bytes written")));
        let table = shape.table.as_ref().unwrap();
        let rows: Vec<String> = table.rows.iter().map(|row| row.join(" ").trim().to_owned()).collect();
        assert_eq!(rows, ["0 0", "1 0", "1 10", "3 10", "3 40", "this step 2 10"]);
    }

    #[test]
    fn a_run_without_steps_has_a_chart() {
        for values in [&[][..], &[0], &[u64::MAX / 2]] {
            assert_eq!(draw("x", values, 0, Breadth::Narrow).shapes.len(), 1);
        }
    }
}
