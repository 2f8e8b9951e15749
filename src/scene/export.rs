//! A scene as a file of its own: for a slide, a paper, a book. The programs that read it know less than a browser, and
//! each something else: Inkscape no `transparent`, LibreOffice no selector of two classes, librsvg no ground. So all is
//! said in attributes that each of them knows, the ground is drawn, and every text says how wide it is, so that another
//! font stands where Stepwise's own would.

use super::style::{
    BACKGROUND, FILL, FILL_OPACITY, FONT_FAMILY, FONT_SIZE, PAINT_ORDER, PROPERTIES, STROKE, STROKE_WIDTH, Sheet,
    Style, TEXT_DECORATION, Theme,
};
use super::svg::{Part, escape, group_class, number, parts, translate};
use super::text::Face;
use super::{Body, Scene, Shape};

/// The faces that stand in for Stepwise's own, by what its list of families begins with: the first is one that nearly
/// every system has or has a copy of, since LibreOffice reads no further. And how large they are beside it, in
/// ten thousandths, to be as wide and as high (`static/fonts/fonts.css` has the same number).
const STAND_INS: [(&str, &str, u32); 2] = [
    ("\"Stepwise Mono\"", "'Liberation Mono', 'DejaVu Sans Mono', Menlo, 'Courier New', monospace", 10_000),
    ("\"Stepwise Sans\"", "Arial, 'Liberation Sans', Helvetica, sans-serif", 9_376),
];

/// The scene in these colours; `label` says what it shows.
pub fn standalone(scene: &Scene, label: &str, theme: Theme) -> String {
    let sheet = Sheet::new(theme);
    let root = ("svg", "scene");
    let style = sheet.style(&[root], &Style::initial());
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{}\"{}><rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
        escape(label),
        style.attributes(None),
        style.0[BACKGROUND],
    );
    for shape in &scene.shapes {
        write_shape(&mut out, shape, &sheet, style);
    }
    out.push_str("</svg>");
    out
}

fn write_shape(out: &mut String, shape: &Shape, sheet: &Sheet, above: Style) {
    let class = group_class(shape);
    let path = [("svg", "scene"), ("g", class.as_str())];
    let group = sheet.style(&path, &above);
    *out += "<g";
    if matches!(shape.body, Body::Marks(_)) {
        *out += &format!(" transform=\"{}\"", translate(shape.at));
    }
    *out += &group.attributes(Some(above));
    *out += ">";
    for part in parts(shape) {
        let class = part.attributes.iter().find(|(name, _)| *name == "class").map_or("", |(_, class)| class);
        let style = sheet.style(&[path[0], path[1], (part.name, class)], &group);
        write_part(out, &part, style, group);
    }
    *out += "</g>";
}

fn write_part(out: &mut String, part: &Part, mut style: Style, group: Style) {
    match part.name {
        "title" => return *out += &format!("<title>{}</title>", escape(part.text)),
        "text" if style.0[PAINT_ORDER] == "stroke" && style.0[STROKE] != "none" => {
            // A text with a halo is two: what is around it, and itself.
            let mut halo = style;
            (halo.0[FILL], halo.0[TEXT_DECORATION]) = (style.0[STROKE], "none");
            (style.0[STROKE], style.0[STROKE_WIDTH]) = ("none", group.0[STROKE_WIDTH]);
            write_element(out, part, halo, group, " aria-hidden=\"true\"");
        }
        "text" => {}
        _ if !style.is_seen() => return,
        _ => {}
    }
    write_element(out, part, style, group, "");
}

fn write_element(out: &mut String, part: &Part, style: Style, group: Style, more: &str) {
    *out += &format!("<{}{more}", part.name);
    for (name, value) in &part.attributes {
        match *name {
            "class" if part.name == "text" => {
                // As wide as it is on the page, where runs of spaces are one.
                let text = part.text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
                let width = number(Face::of(value).width(&text));
                *out += &format!(" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"");
            }
            "class" => {}
            _ => *out += &format!(" {name}=\"{value}\""),
        }
    }
    *out += &style.attributes(Some(group));
    match part.text {
        "" => *out += "/>",
        text => *out += &format!(">{}</{}>", escape(text), part.name),
    }
}

/// In words that every program knows.
impl Style {
    /// Whether a shape leaves anything on the picture, or only takes clicks.
    fn is_seen(self) -> bool {
        let fill = self.value(FILL) != "none" && self.0[FILL_OPACITY] != "0";
        fill || self.value(STROKE) != "none"
    }

    /// The attributes for what an element does not have from its parent.
    fn attributes(self, parent: Option<Style>) -> String {
        let mut out = String::new();
        for (place, property) in PROPERTIES.iter().enumerate() {
            let value = self.value(place);
            let before = match parent {
                Some(parent) if property.inherited => parent.value(place),
                _ => property.initial.to_owned(),
            };
            if value != before && ![PAINT_ORDER, BACKGROUND].contains(&place) {
                out += &format!(" {}=\"{}\"", property.name, escape(&value));
            }
        }
        out
    }

    fn stand_in(self) -> Option<(&'static str, u32)> {
        let family = self.0[FONT_FAMILY];
        STAND_INS.iter().find(|(first, ..)| family.starts_with(first)).map(|(_, families, share)| (*families, *share))
    }

    /// A property's value, in words that all programs know.
    fn value(self, place: usize) -> String {
        let value = self.0[place];
        match place {
            FILL | STROKE if value == "transparent" => "none".to_owned(),
            FONT_FAMILY => self.stand_in().map_or(value, |(families, _)| families).to_owned(),
            FONT_SIZE => match (value.parse::<u16>(), self.stand_in()) {
                (Ok(size), Some((_, share))) => number(f32::from(size) * share as f32 / 10_000.0),
                _ => value.to_owned(),
            },
            _ => value.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Anchor, Point};

    const THEMES: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Print];

    fn drawn(shape: Shape, theme: Theme) -> String {
        let mut scene = Scene::new(100.0, 50.0);
        scene.push(shape);
        standalone(&scene, "a \"picture\"", theme)
    }

    /// PAGE F2: exported pictures were black in LibreOffice and had no ground in librsvg.
    #[test]
    fn a_picture_that_stands_alone_has_attributes_alone() {
        for theme in THEMES {
            let shape = Shape::new("k", 1.0, 2.25)
                .rect(0.0, 0.0, 9.0, 9.0, 2.0, "cell")
                .rect(0.0, 0.0, 9.0, 9.0, 0.0, "touch")
                .text(0.0, 0.0, Anchor::Middle, "note", "a < b");
            let text = drawn(shape.class("dead"), theme);
            for never in ["<style", "class=", "var(", "light-dark", "paint-order", "transparent", "style=", "px"] {
                assert!(!text.contains(never), "{never}: {text}");
            }
            let ground = if theme == Theme::Dark { "#14171f" } else { "#ffffff" };
            assert!(text.contains(&format!("<rect width=\"100\" height=\"50\" fill=\"{ground}\"/><g")), "{text}");
            // What only takes clicks is not in it, and the halo of a text is a text of its own.
            assert_eq!((text.matches("<rect").count(), text.matches(">a &lt; b</text>").count()), (2, 2), "{text}");
        }
    }

    #[test]
    fn a_text_says_how_wide_it_is() {
        let shape = Shape::new("k", 0.0, 0.0).text(0.0, 0.0, Anchor::Start, "key", "abc  d");
        let text = drawn(shape, Theme::Light);
        assert!(text.contains("<svg") && text.contains("font-family=\"Arial, ") && text.contains("font-size=\"13.1\""));
        assert!(text.contains("textLength=\"39\" lengthAdjust=\"spacingAndGlyphs\""), "{text}");
        assert!(text.contains("font-family=\"'Liberation Mono', ") && text.contains("font-weight=\"700\""), "{text}");
    }

    #[test]
    fn what_is_stopped_is_grey() {
        let shape = Shape::new("k", 0.0, 0.0).rect(0.0, 0.0, 9.0, 9.0, 0.0, "cell").class("stopped");
        let text = drawn(shape, Theme::Light);
        assert!(text.contains("fill=\"#eceef2\"") && text.contains("stroke=\"#696b73\""), "{text}");
        let arrow = Shape::arrow("a", Point::new(0.0, 0.0), Point::new(10.0, 0.0));
        assert!(drawn(arrow, Theme::Light).contains("stroke=\"#4a5878\""));
    }
}
