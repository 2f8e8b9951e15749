//! A scene as SVG text. It has neither blank lines nor lines that begin with spaces, so that it can stand in Markdown.

use std::fmt::Write;

use super::{Anchor, Body, Mark, Scene, Shape, arrow_paths};

/// The style of every mark, for pictures that stand alone.
pub const STYLE: &str = include_str!("../../static/scene.css");

/// The scene as an element of a page that has the style already; `label` says what it shows.
pub fn inline(scene: &Scene, label: &str) -> String {
    element(scene, label, "")
}

/// Light or dark, for a picture that stands alone and so has nobody to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

/// The scene as a file of its own, with its style: for export, for LaTeX and Typst, for a teacher's slides.
pub fn standalone(scene: &Scene, label: &str, theme: Theme) -> String {
    element(scene, label, &format!("<style>{}</style>", escape(&style(theme))))
}

/// The style sheet without variables: each `var(--ink)` replaced by what `--ink: light-dark(…, …)` says.
fn style(theme: Theme) -> String {
    let mut style = STYLE[STYLE.find("*/").map_or(0, |end| end + 2)..].to_owned();
    for line in STYLE.lines() {
        let Some((name, colours)) = line.trim().split_once(": light-dark(") else { continue };
        let Some((light, dark)) = colours.trim_end_matches(");").split_once(", ") else { continue };
        let colour = if theme == Theme::Light { light } else { dark };
        style = style.replace(&format!("var({name})"), colour).replace(&format!("{line}\n"), "");
    }
    style
}

fn element(scene: &Scene, label: &str, inside: &str) -> String {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"scene\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{}\">{inside}",
        escape(label)
    );
    for shape in &scene.shapes {
        write_shape(&mut out, shape);
    }
    out.push_str("</svg>");
    out
}

/// The classes of a shape's group.
pub fn group_class(shape: &Shape) -> String {
    let classes = [
        (!shape.class.is_empty()).then_some(shape.class),
        shape.changed.then_some("changed"),
        shape.selects.then_some("selects"),
    ];
    classes.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A length for an attribute, to a tenth of a unit.
pub fn number(value: f32) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

fn write_shape(out: &mut String, shape: &Shape) {
    let class = match group_class(shape) {
        none if none.is_empty() => none,
        class => format!(" class=\"{class}\""),
    };
    let title = if shape.label.is_empty() { String::new() } else { format!("<title>{}</title>", escape(&shape.label)) };
    match &shape.body {
        Body::Marks(marks) => {
            let at = format!("translate({} {})", number(shape.at.x), number(shape.at.y));
            push(out, format_args!("<g{class} transform=\"{at}\">{title}"));
            for mark in marks {
                write_mark(out, mark);
            }
        }
        Body::Arrow { to, bend, class: arrow } => {
            let (line, head) = arrow_paths(shape.at, *to, *bend);
            let (x, y) = (number(shape.at.x), number(shape.at.y));
            push(
                out,
                format_args!(
                    "<g{class}>{title}<path class=\"{arrow}\" d=\"{line}\"/><path class=\"{arrow} head\" \
                     d=\"{head}\"/><circle class=\"{arrow} tail\" cx=\"{x}\" cy=\"{y}\" r=\"2.5\"/>"
                ),
            );
        }
    }
    out.push_str("</g>");
}

fn write_mark(out: &mut String, mark: &Mark) {
    match mark {
        Mark::Rect { x, y, width, height, round, class } => {
            // What is as it would be anyway is not said: a page holds hundreds of these.
            let round = if *round == 0.0 { String::new() } else { format!(" rx=\"{}\"", number(*round)) };
            let (x, y, width, height) = (number(*x), number(*y), number(*width), number(*height));
            let at = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{round}");
            push(out, format_args!("<rect class=\"{class}\" {at}/>"));
        }
        Mark::Circle { x, y, radius, class } => push(
            out,
            format_args!(
                "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                number(*x),
                number(*y),
                number(*radius)
            ),
        ),
        Mark::Text { x, y, text, anchor, class } => {
            let anchor = match anchor {
                Anchor::Start => String::new(),
                other => format!(" text-anchor=\"{}\"", other.name()),
            };
            let (x, y, text) = (number(*x), number(*y), escape(text));
            push(out, format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}>{text}</text>"));
        }
        Mark::Path { d, class } => push(out, format_args!("<path class=\"{class}\" d=\"{d}\"/>")),
    }
}

impl Anchor {
    /// As SVG spells it.
    pub fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

fn push(out: &mut String, text: std::fmt::Arguments) {
    out.write_fmt(text).expect("writing to a string does not fail");
}

/// Text as it may stand in an element or a quoted attribute. What XML cannot hold at all becomes U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for each in text.chars() {
        match each {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            each if each.is_control() || matches!(each, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            each => out.push(each),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Point, Shape};

    #[test]
    fn a_readers_text_stays_text() {
        let mut scene = Scene::new(100.0, 50.0);
        scene.push(Shape::new("k", 1.0, 2.25).text(0.0, 0.0, Anchor::Middle, "key", "<script>\"&\u{1}").label("a<b"));
        scene.push(Shape::arrow("a", Point::new(0.0, 0.0), Point::new(10.0, 0.0)));
        let text = inline(&scene, "a \"picture\"");
        assert!(text.contains("&lt;script&gt;&quot;&amp;\u{fffd}"), "{text}");
        assert!(text.contains("translate(1 2.3)") && text.contains("a &quot;picture&quot;"), "{text}");
        assert!(!text.contains('\n'));
    }

    #[test]
    fn a_picture_that_stands_alone_needs_no_variables() {
        for theme in [Theme::Light, Theme::Dark] {
            let text = standalone(&Scene::new(1.0, 1.0), "", theme);
            assert!(text.contains(".scene .cell") && !text.contains("var(") && !text.contains("light-dark"), "{text}");
        }
    }
}
