//! A scene as SVG text. It has neither blank lines nor lines that begin with spaces, so that it can stand in Markdown.

use std::fmt::Write;

use super::{Anchor, Body, Mark, Point, Scene, Shape, arrow_paths};

/// The scene as an element of a page that has the style already; `label` says what it shows.
pub fn inline(scene: &Scene, label: &str) -> String {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"scene\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{}\">",
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
    let tenths = (value * 10.0).round() as i32;
    let (sign, tenths) = (if tenths < 0 { "-" } else { "" }, tenths.unsigned_abs());
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (whole, tenth) => format!("{sign}{whole}.{tenth}"),
    }
}

pub fn translate(at: Point) -> String {
    format!("translate({} {})", number(at.x), number(at.y))
}

/// One element of a shape's group.
pub struct Part<'a> {
    pub name: &'static str,
    pub attributes: Vec<(&'static str, String)>,
    pub text: &'a str,
}

impl Part<'_> {
    fn new(name: &'static str, class: &str, attributes: &[(&'static str, String)]) -> Self {
        let mut all = vec![("class", class.to_owned())];
        all.extend_from_slice(attributes);
        Part { name, attributes: all, text: "" }
    }
}

/// The elements of a shape's group: its title for a pointer that rests on it, and its marks. An arrow stands where it
/// is; marks are moved with their group.
pub fn parts(shape: &Shape) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    if !shape.label.is_empty() {
        parts.push(Part { name: "title", attributes: Vec::new(), text: &shape.label });
    }
    match &shape.body {
        Body::Marks(marks) => parts.extend(marks.iter().map(part)),
        Body::Arrow { to, bend, class } => parts.extend(arrow(shape.at, *to, *bend, class)),
    }
    parts
}

/// The line, the head and the tail of an arrow.
pub fn arrow(at: Point, to: Point, bend: f32, class: &str) -> [Part<'static>; 3] {
    let (line, head) = arrow_paths(at, to, bend);
    [
        Part::new("path", class, &[("d", line)]),
        Part::new("path", &format!("{class} head"), &[("d", head)]),
        Part::new(
            "circle",
            &format!("{class} tail"),
            &[("cx", number(at.x)), ("cy", number(at.y)), ("r", "2.5".to_owned())],
        ),
    ]
}

fn part(mark: &Mark) -> Part<'_> {
    match mark {
        Mark::Rect { x, y, width, height, round, class } => {
            let mut part = Part::new(
                "rect",
                class,
                &[("x", number(*x)), ("y", number(*y)), ("width", number(*width)), ("height", number(*height))],
            );
            // What is as it would be anyway is not said: a page holds hundreds of these.
            if *round != 0.0 {
                part.attributes.push(("rx", number(*round)));
            }
            part
        }
        Mark::Circle { x, y, radius, class } => {
            Part::new("circle", class, &[("cx", number(*x)), ("cy", number(*y)), ("r", number(*radius))])
        }
        Mark::Text { x, y, text, anchor, class } => {
            let mut part = Part::new("text", class, &[("x", number(*x)), ("y", number(*y))]);
            if *anchor != Anchor::Start {
                part.attributes.push(("text-anchor", anchor.name().to_owned()));
            }
            Part { text, ..part }
        }
        Mark::Path { d, class } => Part::new("path", class, &[("d", d.clone())]),
    }
}

fn write_shape(out: &mut String, shape: &Shape) {
    out.push_str("<g");
    let class = group_class(shape);
    if !class.is_empty() {
        write_attribute(out, "class", &class);
    }
    if matches!(shape.body, Body::Marks(_)) {
        write_attribute(out, "transform", &translate(shape.at));
    }
    out.push('>');
    for part in parts(shape) {
        out.push('<');
        out.push_str(part.name);
        part.attributes.iter().for_each(|(name, value)| write_attribute(out, name, value));
        if part.text.is_empty() {
            out.push_str("/>");
        } else {
            push(out, format_args!(">{}</{}>", escape(part.text), part.name));
        }
    }
    out.push_str("</g>");
}

fn write_attribute(out: &mut String, name: &str, value: &str) {
    push(out, format_args!(" {name}=\"{value}\""));
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
    use crate::scene::Shape;

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
}
