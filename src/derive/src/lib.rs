//! Derives for engines: each fact about a command, a parameter, an event or a message stands once, in the type that holds it.
//!
//! - [`Command`]: the forms that help shows, the reader, and the spelling that reads back as the same command;
//! - [`Parameters`]: the table that a figure shows, and the reader of checked values;
//! - [`Choice`]: an enum whose variants are words;
//! - [`Event`]: the name for programs, and the narration;
//! - [`Wire`]: a message as bytes, each of them explained.
//!
//! A doc comment is what a reader of the book is told: its first paragraph, without the full stop at the end. Nothing here
//! takes a step, draws, or hides control flow: what is generated is what one would write by hand, and `cargo expand` shows it.
//!
//! What is generated names its traits by `crate::`, for all engines live in one crate.

mod attributes;
mod choice;
mod command;
mod event;
mod parameters;
mod wire;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{DeriveInput, Ident, Result, parse_macro_input};

/// What is derived; or beside an error an empty stand-in, so that one mistake is told once.
fn expand(
    input: DeriveInput,
    derive: fn(DeriveInput) -> Result<Tokens>,
    stand_in: fn(&Ident) -> Tokens,
) -> TokenStream {
    let ident = input.ident.clone();
    let derived = derive(input).unwrap_or_else(|error| {
        let (error, stand_in) = (error.into_compile_error(), stand_in(&ident));
        quote! { #error #stand_in }
    });
    derived.into()
}

#[proc_macro_derive(Command, attributes(name, button, example, word, default, range, most, read, begin, flatten))]
pub fn command(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input), command::derive, command::stand_in)
}

#[proc_macro_derive(Parameters, attributes(name, label, parameter, parameters, fixed))]
pub fn parameters(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input), parameters::derive, parameters::stand_in)
}

#[proc_macro_derive(Choice, attributes(name))]
pub fn choice(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input), choice::derive, choice::stand_in)
}

#[proc_macro_derive(Event, attributes(told, flatten))]
pub fn event(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input), event::derive, event::stand_in)
}

#[proc_macro_derive(Wire, attributes(name, label))]
pub fn wire(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input), wire::derive, wire::stand_in)
}
