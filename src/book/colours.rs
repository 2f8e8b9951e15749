//! Colours for browsers that do not know `light-dark()`. Our styles say every colour once, for light and for dark; such a
//! browser would drop what it cannot read and paint black boxes. So each style sheet is served with both said apart behind
//! it, in rules that browsers of today pass over.

use std::fmt::Write;

const BOTH: &str = "light-dark(";

/// The style sheet as it is served.
pub fn both_ways(css: &str) -> String {
    let plain = without_comments(css);
    let (light, dark) = (rules(&plain, 0), rules(&plain, 1));
    if light.is_empty() {
        return css.to_owned();
    }
    format!(
        "{css}/* Where there is no light-dark(). */\n@supports not (color: light-dark(#000, #fff)) {{\n{light}\
         @media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n}}\n"
    )
}

fn without_comments(css: &str) -> String {
    let mut out = String::new();
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out += before;
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

/// The rules that name colours, with those alone, each as it is in one of the two.
fn rules(css: &str, which: usize) -> String {
    let mut out = String::new();
    let mut rest = css;
    while let Some((before, after)) = rest.split_once('{') {
        // A statement without a block ends before it.
        let prelude = before.rsplit(';').next().unwrap_or_default().trim();
        let (inside, after) = block(after);
        let chosen = match inside.contains('{') {
            true => rules(inside, which),
            false => declarations(inside, which),
        };
        if !chosen.is_empty() {
            writeln!(out, "{prelude} {{ {} }}", chosen.trim()).expect("writing to a string does not fail");
        }
        rest = after;
    }
    out
}

/// What is in a block that has just been opened, and what stands behind it.
fn block(css: &str) -> (&str, &str) {
    let mut depth = 1;
    for (at, each) in css.char_indices() {
        match each {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&css[..at], &css[at + 1..]);
        }
    }
    (css, "")
}

fn declarations(block: &str, which: usize) -> String {
    let with_colours = block.split(';').filter(|declaration| declaration.contains(BOTH));
    with_colours.map(|declaration| format!("{}; ", one_of(declaration.trim(), which))).collect()
}

/// The text with the first or the second of every pair of colours.
fn one_of(text: &str, which: usize) -> String {
    let Some((before, after)) = text.split_once(BOTH) else { return text.to_owned() };
    let (mut depth, mut commas, mut end) = (1, Vec::new(), after.len());
    for (at, each) in after.char_indices() {
        match each {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 1 => commas.push(at),
            _ => {}
        }
        if depth == 0 {
            end = at;
            break;
        }
    }
    let comma = commas.first().copied().unwrap_or(end);
    let colour = if which == 0 { &after[..comma] } else { after[comma..end].trim_start_matches(',') };
    format!("{before}{}{}", colour.trim(), one_of(after[end..].trim_start_matches(')'), which))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PAGE F4: without `light-dark()` every stage was solid black.
    #[test]
    fn f4_every_colour_is_said_both_ways() {
        let css = "a { margin: 0; --x: light-dark(#fff, rgb(1 2 3 / .5)); color: light-dark(red, blue); }\n\
                   /* light-dark(no) { */ @media print { b { border: 1px solid light-dark(#111, #222); } c { top: 0; } }";
        let served = both_ways(css);
        let behind = served.strip_prefix(css).expect("what browsers of today read is as it was written");
        assert_eq!(
            behind,
            "/* Where there is no light-dark(). */\n@supports not (color: light-dark(#000, #fff)) {\n\
             a { --x: #fff; color: red; }\n@media print { b { border: 1px solid #111; } }\n\
             @media screen and (prefers-color-scheme: dark) {\n\
             a { --x: rgb(1 2 3 / .5); color: blue; }\n@media print { b { border: 1px solid #222; } }\n}\n}\n"
        );
        assert_eq!(both_ways("a { color: red; }"), "a { color: red; }");
    }

    #[test]
    fn f4_no_style_of_ours_is_left_out() {
        for css in [
            include_str!("../../static/scene.css"),
            include_str!("../../static/figure.css"),
            include_str!("../../static/page.css"),
            include_str!("../../static/slides/deck.css"),
        ] {
            let plain = without_comments(css);
            for which in [0, 1] {
                let rules = rules(&plain, which);
                assert!(!rules.contains(BOTH) && rules.matches('{').count() == rules.matches('}').count());
            }
            let named = rules(&plain, 0).matches(';').count();
            let said = plain.split([';', '{', '}']).filter(|each| each.contains(BOTH)).count();
            assert_eq!(named, said);
        }
    }
}
