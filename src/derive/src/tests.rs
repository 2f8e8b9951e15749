//! Wrong inputs, and what is said of them: each file of `wrong/` is a type as someone might write it, and below it, after
//! `// error:`, the message, and the word that it points to.

use std::fs;

use syn::DeriveInput;

use crate::{choice, command, event, parameters, wire};

/// A derive's name, and what it does.
type Derive = (&'static str, fn(DeriveInput) -> syn::Result<proc_macro2::TokenStream>);

const DERIVES: [Derive; 5] = [
    ("Choice", choice::derive),
    ("Command", command::derive),
    ("Event", event::derive),
    ("Parameters", parameters::derive),
    ("Wire", wire::derive),
];

#[test]
fn a_mistake_is_said_at_the_very_word() {
    let mut files: Vec<_> = fs::read_dir("wrong").expect("a folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(files.len() >= 15, "{} wrong inputs", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("a wrong input is text");
        let name = file.display();
        let input: DeriveInput = syn::parse_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (_, derive) =
            DERIVES.iter().find(|(derive, _)| text.contains(&format!("#[derive({derive})]"))).expect("a derive");
        let error = derive(input).map(|_| ()).expect_err(&format!("{name} is wrong"));
        let (start, end) = (error.span().start(), error.span().end());
        let line = text.lines().nth(start.line - 1).expect("it is a line of the file");
        let last = if end.line == start.line { end.column } else { line.chars().count() };
        let word: String = line.chars().skip(start.column).take(last - start.column).collect();
        let told = format!("`{word}`: {error}");
        let expected: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("// error: ")).collect();
        assert_eq!(told, expected.join(" "), "{name}");
    }
}
