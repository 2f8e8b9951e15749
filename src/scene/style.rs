//! What `static/scene.css` says of an element, reckoned as a browser would: for pictures that are read by programs to which
//! a style sheet, a variable or a selector says nothing.
//!
//! The style sheet is the one place where looks are told, so it is read here and told no second time. What it may hold is
//! little: selectors of classes, of `text` and of the parent, and the properties of [`PROPERTIES`].

/// The style of every mark.
const SHEET: &str = include_str!("../../static/scene.css");

/// In whose colours a picture is that stands alone, and so has no one to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
    /// For paper: light, with less ink and darker lines.
    Print,
}

/// A property that the style sheet may set: its name, its value where no one sets it, and whether children have it from
/// their parent.
pub struct Property {
    pub name: &'static str,
    pub initial: &'static str,
    pub inherited: bool,
}

const fn inherited(name: &'static str, initial: &'static str) -> Property {
    Property { name, initial, inherited: true }
}

const fn own(name: &'static str, initial: &'static str) -> Property {
    Property { name, initial, inherited: false }
}

/// All of them. Those that are more than copied have their places named below.
pub const PROPERTIES: [Property; 13] = [
    inherited("fill", "#000000"),
    inherited("fill-opacity", "1"),
    inherited("stroke", "none"),
    inherited("stroke-width", "1"),
    inherited("paint-order", "normal"),
    inherited("font-family", "sans-serif"),
    inherited("font-size", "16"),
    inherited("font-weight", "400"),
    own("text-decoration", "none"),
    own("background", "none"),
    own("opacity", "1"),
    inherited("stroke-dasharray", "none"),
    inherited("stroke-linecap", "butt"),
];
pub const FILL: usize = 0;
pub const FILL_OPACITY: usize = 1;
pub const STROKE: usize = 2;
pub const STROKE_WIDTH: usize = 3;
pub const PAINT_ORDER: usize = 4;
pub const FONT_FAMILY: usize = 5;
pub const FONT_SIZE: usize = 6;
pub const FONT_WEIGHT: usize = 7;
pub const TEXT_DECORATION: usize = 8;
pub const BACKGROUND: usize = 9;
pub const STROKE_DASHARRAY: usize = 11;

/// The value of each of [`PROPERTIES`].
#[derive(Clone, Copy)]
pub struct Style(pub [&'static str; PROPERTIES.len()]);

impl Style {
    pub fn initial() -> Style {
        let mut values = [""; PROPERTIES.len()];
        PROPERTIES.iter().zip(&mut values).for_each(|(property, value)| *value = property.initial);
        Style(values)
    }
}

/// An element of a picture: its name and its classes.
pub type Element<'a> = (&'a str, &'a str);

/// The style sheet in one theme.
pub struct Sheet {
    /// The weaker ones before the stronger.
    rules: Vec<Rule>,
}

struct Rule {
    selector: Vec<Step>,
    declarations: Vec<(usize, &'static str)>,
}

/// What an element must be, or one of its ancestors.
struct Step {
    /// The step before it is its parent, and not any ancestor.
    is_child: bool,
    name: &'static str,
    classes: Vec<&'static str>,
    /// It depends on a pointer, and a picture has none.
    never: bool,
}

impl Sheet {
    pub fn new(theme: Theme) -> Sheet {
        let variables = variables(theme);
        let mut rules = Vec::new();
        for (selectors, body) in blocks(SHEET) {
            if selectors.starts_with('@') {
                continue;
            }
            for selector in selectors.split(',') {
                let declarations = declarations(body).flat_map(|(name, value)| set(name, value, &variables)).collect();
                rules.push(Rule { selector: steps(selector), declarations });
            }
        }
        rules.sort_by_key(Rule::weight);
        Sheet { rules }
    }

    /// The style of the last of these, each of which is the parent of the next; its parent has that one.
    pub fn style(&self, path: &[Element], parent: &Style) -> Style {
        let mut style = Style::initial();
        for (place, property) in PROPERTIES.iter().enumerate() {
            if property.inherited {
                style.0[place] = parent.0[place];
            }
        }
        for rule in self.rules.iter().filter(|rule| is_met(&rule.selector, path)) {
            rule.declarations.iter().for_each(|(place, value)| style.0[*place] = value);
        }
        style
    }
}

impl Rule {
    fn weight(&self) -> (usize, usize) {
        let classes = self.selector.iter().map(|step| step.classes.len()).sum();
        (classes, self.selector.iter().filter(|step| !step.name.is_empty()).count())
    }
}

fn is_met(selector: &[Step], path: &[Element]) -> bool {
    let (Some((step, before)), Some(((name, classes), above))) = (selector.split_last(), path.split_last()) else {
        return selector.is_empty();
    };
    let has = |wanted: &&str| classes.split(' ').any(|class| class == *wanted);
    if step.never || !(step.name.is_empty() || step.name == *name) || !step.classes.iter().all(has) {
        return false;
    }
    match step.is_child {
        _ if before.is_empty() => true,
        true => is_met(before, above),
        false => (1..=above.len()).any(|depth| is_met(before, &above[..depth])),
    }
}

fn steps(selector: &'static str) -> Vec<Step> {
    let mut is_child = false;
    let mut steps = Vec::new();
    for word in selector.split_whitespace() {
        if word == ">" {
            is_child = true;
            continue;
        }
        let (word, never) = word.split_once(':').map_or((word, false), |(word, _)| (word, true));
        let mut parts = word.split('.');
        let name = parts.next().unwrap_or_default();
        steps.push(Step { is_child, name, classes: parts.collect(), never });
        is_child = false;
    }
    steps
}

/// What stands before each block of a style sheet and in it, without comments.
fn blocks(css: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut blocks = Vec::new();
    let mut rest = css;
    while let Some(open) = rest.find('{') {
        let (mut depth, mut end) = (0, rest.len() - 1);
        for (at, each) in rest.bytes().enumerate().skip(open) {
            depth += i32::from(each == b'{') - i32::from(each == b'}');
            if depth == 0 {
                end = at;
                break;
            }
        }
        let before = rest[..open].rsplit("*/").next().unwrap_or_default().trim();
        blocks.push((before, &rest[open + 1..end]));
        rest = &rest[end + 1..];
    }
    blocks
}

fn declarations(body: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let parts = body.split(';').filter_map(|each| each.split_once(':'));
    parts.map(|(name, value)| (name.trim(), value.trim()))
}

/// The variables of the first block, and for paper those that a block of its own sets anew.
fn variables(theme: Theme) -> Vec<(&'static str, &'static str)> {
    let mut variables = Vec::new();
    for (before, body) in blocks(SHEET) {
        match before.starts_with('@') {
            true if theme == Theme::Print => {
                variables.extend(blocks(body).into_iter().flat_map(|(_, body)| declarations(body)))
            }
            true => {}
            false => variables.extend(declarations(body).filter(|(name, _)| name.starts_with("--"))),
        }
    }
    for (_, value) in &mut variables {
        let both = value.strip_prefix("light-dark(").and_then(|both| both.strip_suffix(')')?.split_once(','));
        if let Some((light, dark)) = both {
            *value = if theme == Theme::Dark { dark.trim() } else { light };
        }
    }
    // What is said last holds, and is to be found first.
    variables.reverse();
    variables
}

/// What a declaration sets.
fn set(name: &str, value: &'static str, variables: &[(&str, &'static str)]) -> Vec<(usize, &'static str)> {
    let variable = value.strip_prefix("var(").and_then(|value| value.strip_suffix(')'));
    let value = match variable {
        Some(variable) => variables.iter().find(|(name, _)| *name == variable).map_or("none", |(_, value)| value),
        None => value,
    };
    if let ("font", Some((size, family))) = (name, value.split_once("px/1 ")) {
        return vec![(FONT_SIZE, size), (FONT_FAMILY, family), (FONT_WEIGHT, "400")];
    }
    let place = PROPERTIES.iter().position(|property| property.name == name);
    place.map(|place| (place, value.strip_suffix("px").unwrap_or(value))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(theme: Theme, group: &str, element: Element) -> Style {
        let (sheet, root) = (Sheet::new(theme), ("svg", "scene"));
        let top = sheet.style(&[root], &Style::initial());
        let middle = sheet.style(&[root, ("g", group)], &top);
        sheet.style(&[root, ("g", group), element], &middle)
    }

    #[test]
    fn the_stronger_rule_holds_and_of_two_alike_the_later() {
        assert_eq!(of(Theme::Light, "", ("rect", "cell")).0[FILL], "#ffffff");
        assert_eq!(of(Theme::Dark, "", ("rect", "cell")).0[FILL], "#171b25");
        assert_eq!(of(Theme::Light, "dead", ("rect", "cell")).0[FILL], "transparent");
        assert_eq!(of(Theme::Light, "changed", ("rect", "cell")).0[STROKE_WIDTH], "2.5");
        assert_eq!(of(Theme::Light, "selects", ("rect", "touch")).0[FILL_OPACITY], "1");
        let key = of(Theme::Light, "", ("text", "key"));
        assert_eq!((key.0[FONT_SIZE], key.0[FONT_WEIGHT], key.0[FILL]), ("13", "700", "#1d2433"));
        assert!(key.0[FONT_FAMILY].starts_with("\"Stepwise Mono\""));
        assert_eq!(of(Theme::Light, "dead", ("text", "key")).0[TEXT_DECORATION], "line-through");
    }

    /// Paper has no grounds, and what it does not set is as in the light.
    #[test]
    fn paper_has_colours_of_its_own() {
        let of = |class, place: usize| of(Theme::Print, "", ("rect", class)).0[place];
        assert_eq!((of("memory", FILL), of("hue-0", FILL), of("", FILL)), ("#ffffff", "#0072b2", "#000000"));
    }

    /// Else a picture would lack what the page has.
    #[test]
    fn whatever_the_style_sheet_sets_is_known_here() {
        // Nothing of these is seen in a picture, or it is where every program begins.
        const ELSEWHERE: [&str; 6] =
            ["color", "cursor", "font", "font-kerning", "font-variant-ligatures", "text-rendering"];
        for (before, body) in blocks(SHEET) {
            if before.starts_with('@') {
                assert_eq!(before, "@media print");
                let inside = blocks(body).into_iter().flat_map(|(_, body)| declarations(body));
                assert!(inside.into_iter().all(|(name, _)| name.starts_with("--") || name == "color-scheme"));
                continue;
            }
            for (name, value) in declarations(body) {
                let known = PROPERTIES.iter().any(|property| property.name == name);
                assert!(
                    name != "font-size" || value.strip_suffix("px").is_some_and(|size| size.parse::<u16>().is_ok())
                );
                assert!(known || name.starts_with("--") || ELSEWHERE.contains(&name), "{before}: {name}");
                assert!(
                    !value.contains("var(") || value.starts_with("var(") && value.ends_with(')'),
                    "{name}: {value}"
                );
            }
            for step in before.split(',').flat_map(steps) {
                assert!(
                    ["", "text"].contains(&step.name) && !step.classes.is_empty() | (step.name == "text"),
                    "{before}"
                );
            }
        }
    }
}
