//! `#[derive(Choice)]`: an enum whose variants are words, in a parameter or a command.
//!
//! ```text
//! /// one canary, then all          its label on the page; without a doc comment, its name
//! Canary,                           `canary` in a script, or as #[name("…")] has it
//! ```

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Ident, Result};

use crate::attributes::{doc, name};

pub fn derive(input: DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(input.ident.span(), "a choice is an enum of plain variants"));
    };
    let this = &input.ident;
    let (mut variants, mut names, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for variant in &data.variants {
        if !variant.fields.is_empty() {
            return Err(Error::new(
                variant.ident.span(),
                "a choice is an enum of plain variants, and this one has fields",
            ));
        }
        let word = name(&variant.attrs, &variant.ident)?;
        let label = match doc(&variant.attrs) {
            text if text.is_empty() => word.clone(),
            text => text,
        };
        variants.push(&variant.ident);
        names.push(word);
        labels.push(label);
    }
    Ok(quote! {
        impl crate::form::Choice for #this {
            const ALL: &'static [#this] = &[#(#this::#variants),*];
            const NAMES: &'static [&'static str] = &[#(#names),*];
            const WORDS: &'static [(&'static str, &'static str)] = &[#((#names, #labels)),*];

            fn place(self) -> usize {
                self as usize
            }
        }

        impl #this {
            /// As a script spells it.
            pub fn name(self) -> &'static str {
                crate::form::Choice::name(self)
            }

            /// As a reader of the page sees it.
            pub fn label(self) -> &'static str {
                crate::form::Choice::label(self)
            }
        }
    })
}

pub fn stand_in(this: &Ident) -> TokenStream {
    quote! {
        impl crate::form::Choice for #this {
            const ALL: &'static [#this] = &[];
            const NAMES: &'static [&'static str] = &[];
            const WORDS: &'static [(&'static str, &'static str)] = &[];
            fn place(self) -> usize { 0 }
        }
    }
}
