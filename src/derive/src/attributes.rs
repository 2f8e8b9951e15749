//! What all derives read from the types: names, doc comments and attributes.

use proc_macro2::TokenStream;
use syn::{Attribute, Error, Expr, Ident, Lit, LitStr, Meta, Result, Type, parse::Parse};

/// The doc comment as one line, without the full stop of its last sentence.
pub fn doc(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|each| each.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(literal) = &pair.value
            && let Lit::Str(text) = &literal.lit
        {
            lines.push(text.value().trim().to_owned());
        }
    }
    // The first paragraph is for readers of the book; what follows is for readers of the code.
    let first: Vec<&str> = lines.iter().map(String::as_str).take_while(|line| !line.is_empty()).collect();
    first.join(" ").trim_end_matches('.').to_owned()
}

/// The doc comment, which must be there: without it no one is told what the thing is.
pub fn required_doc(attributes: &[Attribute], ident: &Ident, what: &str) -> Result<String> {
    match doc(attributes) {
        text if text.is_empty() => Err(Error::new(ident.span(), format!("`{ident}` needs a doc comment: {what}"))),
        text => Ok(text),
    }
}

pub fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|each| each.path().is_ident(name))
}

/// The argument of `#[name(…)]`.
pub fn argument<T: Parse>(attributes: &[Attribute], name: &str) -> Result<Option<T>> {
    find(attributes, name).map(|each| each.parse_args()).transpose()
}

pub fn tokens(attributes: &[Attribute], name: &str) -> Result<Option<TokenStream>> {
    argument(attributes, name)
}

/// As a script spells it: `#[name("…")]`, or the identifier in kebab case.
pub fn name(attributes: &[Attribute], ident: &Ident) -> Result<String> {
    Ok(argument::<LitStr>(attributes, "name")?.map_or_else(|| kebab(&ident.to_string()), |given| given.value()))
}

pub fn kebab(ident: &str) -> String {
    let mut text = String::new();
    for (place, each) in ident.trim_start_matches("r#").chars().enumerate() {
        match each {
            '_' => text.push('-'),
            _ if each.is_uppercase() => {
                if place > 0 {
                    text.push('-');
                }
                text.extend(each.to_lowercase());
            }
            _ => text.push(each),
        }
    }
    text
}

/// A sentence begins small in help, unless its first word is written large altogether.
pub fn begun_small(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain([second]).chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// The `T` of `Option<T>`.
pub fn option_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let syn::PathArguments::AngleBracketed(inner) = &last.arguments else { return None };
    match inner.args.first() {
        Some(syn::GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}
