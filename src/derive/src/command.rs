//! `#[derive(Command)]`: an enum whose variants are what a reader may ask.
//!
//! ```text
//! /// Read a key from the leader, or from the node that is named here.            what help shows
//! #[button]                                                      it has a button
//! #[begin("only send a read", button)]                           a second form, `begin get …`, that only begins it
//! Get {
//!     begin: bool,
//!     #[example("k")] key: Key,                                  what its input holds at first
//!     #[word("as")] #[default(ClientId::FIRST)] client: ClientId,   `as c2`, or the default
//!     #[word("via")] node: Option<NodeId>,                       `via n2`, or nothing
//!     #[range(0..=9)] level: u64,  #[most(HOUR)] time: Time,     what is accepted
//!     #[read(short)] text: String,                               a reader of its own: fn(&mut Words, &str) -> Result<…>
//! },
//! #[name("begin merge")]                                         as a script spells it, if not as the variant
//! #[flatten] Fate(Fate),                                         all the forms of another enum, in this place
//! ```

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Field, Fields, Ident, LitStr, Path, Result, Token, Type, Variant,
};

use crate::attributes::{argument, begun_small, find, kebab, name, option_of, required_doc, tokens};

/// `#[begin("what it does", button)]`.
struct Begin {
    about: LitStr,
    button: bool,
}

impl Parse for Begin {
    fn parse(input: ParseStream) -> Result<Begin> {
        let about = input.parse()?;
        if input.parse::<Option<Token![,]>>()?.is_none() {
            return Ok(Begin { about, button: false });
        }
        let word: Ident = input.parse()?;
        if word != "button" {
            return Err(Error::new(word.span(), "only `button` may stand here"));
        }
        Ok(Begin { about, button: true })
    }
}

#[derive(Default)]
struct Expanded {
    forms: Vec<TokenStream>,
    /// Forms that only begin a command: they follow those of the variants that stand together.
    begins: Vec<TokenStream>,
    /// Forms of flattened enums, in their places.
    parts: Vec<TokenStream>,
    readers: Vec<TokenStream>,
    spellings: Vec<TokenStream>,
}

pub fn derive(input: DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        let problem = "a command is an enum: one variant for each thing that may be asked";
        return Err(Error::new(input.ident.span(), problem));
    };
    let this = &input.ident;
    let mut all = Expanded::default();
    for variant in &data.variants {
        if find(&variant.attrs, "begin").is_none() {
            all.forms.append(&mut all.begins);
        }
        match find(&variant.attrs, "flatten") {
            Some(_) => flattened(this, variant, &mut all)?,
            None => own(this, variant, &mut all)?,
        }
    }
    all.forms.append(&mut all.begins);
    all.close_part();
    let Expanded { parts, readers, spellings, .. } = all;
    Ok(quote! {
        impl crate::form::Command for #this {
            const FORMS: &'static [crate::form::CommandForm] = {
                const PARTS: &[&[crate::form::CommandForm]] = &[#(#parts),*];
                &crate::form::joined::<{ crate::form::length(PARTS) }>(PARTS)
            };

            fn read(
                name: &crate::language::Word,
                words: &mut crate::language::Words,
            ) -> ::core::result::Result<::core::option::Option<#this>, crate::language::BadCommand> {
                #(#readers)*
                Ok(None)
            }
        }

        impl ::core::fmt::Display for #this {
            fn fmt(&self, out: &mut ::core::fmt::Formatter) -> ::core::fmt::Result {
                match self { #(#spellings),* }
            }
        }
    })
}

impl Expanded {
    fn close_part(&mut self) {
        let forms = std::mem::take(&mut self.forms);
        if !forms.is_empty() {
            self.parts.push(quote! { &[#(#forms),*] });
        }
    }
}

fn flattened(this: &Ident, variant: &Variant, all: &mut Expanded) -> Result<()> {
    let ident = &variant.ident;
    let Some(Field { ty, .. }) = variant.fields.iter().next() else {
        return Err(Error::new(ident.span(), "what is flattened is `Name(Enum)`"));
    };
    all.close_part();
    all.parts.push(quote! { <#ty as crate::form::Command>::FORMS });
    all.readers.push(quote! {
        if let Some(command) = <#ty as crate::form::Command>::read(name, words)? {
            return Ok(Some(#this::#ident(command)));
        }
    });
    all.spellings.push(quote! { #this::#ident(command) => ::core::fmt::Display::fmt(command, out) });
    Ok(())
}

fn own(this: &Ident, variant: &Variant, all: &mut Expanded) -> Result<()> {
    let ident = &variant.ident;
    let spelt = name(&variant.attrs, ident)?;
    let about = begun_small(&required_doc(&variant.attrs, ident, "what the command does, for help and its button")?);
    let button = find(&variant.attrs, "button").is_some();
    let begin = argument::<Begin>(&variant.attrs, "begin")?;

    let (mut arguments, mut reads, mut writes, mut bound, mut made) = (vec![], vec![], vec![], vec![], vec![]);
    for (place, field) in variant.fields.iter().enumerate() {
        let variable = field.ident.clone().unwrap_or_else(|| format_ident!("_{place}"));
        bound.push(variable.clone());
        if begin.is_some() && variable == "begin" {
            made.push(quote! { begin: is_begun });
            continue;
        }
        reads.push((variable.clone(), expand_field(field, &variable, &mut arguments, &mut writes)?));
        made.push(quote! { #variable });
    }
    let reads = in_any_order(reads);
    let form = |name: &str, about: &str, button: bool| {
        quote! {
            crate::form::CommandForm { name: #name, arguments: &[#(#arguments),*], about: #about, button: #button }
        }
    };
    all.forms.push(form(&spelt, &about, button));
    let is_this = match spelt.split_once(' ') {
        Some((first, second)) => quote! { name.text == #first && words.keyword(#second) },
        None => quote! { name.text == #spelt },
    };
    let (is_this, pattern, first) = match &begin {
        Some(begin) => {
            all.begins.push(form(&format!("begin {spelt}"), &begin.about.value(), begin.button));
            let begins = quote! { let is_begun = name.text == "begin" && words.keyword(#spelt); };
            all.readers.push(begins);
            (quote! { is_begun || #is_this }, quote! { #spelt }, quote! { if *begin { out.write_str("begin ")?; } })
        }
        None => (is_this, quote! { #spelt }, quote! {}),
    };
    let (construct, take) = match &variant.fields {
        Fields::Unit => (quote! { #this::#ident }, quote! { #this::#ident }),
        Fields::Named(_) => (quote! { #this::#ident { #(#made),* } }, quote! { #this::#ident { #(#bound),* } }),
        Fields::Unnamed(_) => (quote! { #this::#ident(#(#made),*) }, quote! { #this::#ident(#(#bound),*) }),
    };
    all.readers.push(quote! {
        if #is_this {
            #reads
            return Ok(Some(#construct));
        }
    });
    all.spellings.push(quote! { #take => { #first out.write_str(#pattern)?; #(#writes)* Ok(()) } });
    Ok(())
}

/// How a field is read.
enum Read {
    Plain(TokenStream),
    /// It may be missing, and a word says that it comes.
    Introduced {
        is_there: TokenStream,
        value: TokenStream,
        otherwise: TokenStream,
    },
}

/// Fields as they stand; those at the end that a word introduces in any order, as `as c2 via n2` and `via n2 as c2`.
fn in_any_order(reads: Vec<(Ident, Read)>) -> TokenStream {
    let mut code = quote! {};
    let mut open: Vec<(Ident, Read)> = Vec::new();
    for (variable, read) in reads {
        match read {
            Read::Plain(read) => {
                close(&mut code, &mut open);
                code.extend(quote! { let #variable = #read; });
            }
            introduced => open.push((variable, introduced)),
        }
    }
    close(&mut code, &mut open);
    code
}

fn close(code: &mut TokenStream, open: &mut Vec<(Ident, Read)>) {
    // Once from the first to the last, and once more for those that come after a later one.
    let many = open.len();
    let again = (0..many).chain(0..many.saturating_sub(1)).enumerate();
    for (turn, place) in again {
        if let (variable, Read::Introduced { is_there, value, .. }) = &open[place] {
            code.extend(match turn < many {
                true => quote! { let mut #variable = if #is_there { Some(#value) } else { None }; },
                false => quote! { if #variable.is_none() && #is_there { #variable = Some(#value); } },
            });
        }
    }
    for (variable, read) in open.drain(..) {
        if let Read::Introduced { otherwise, .. } = read {
            code.extend(quote! { let #variable = #otherwise; });
        }
    }
}

/// How a field is read; what help shows of it and how it is spelt go into the two lists.
fn expand_field(
    field: &Field,
    variable: &Ident,
    arguments: &mut Vec<TokenStream>,
    writes: &mut Vec<TokenStream>,
) -> Result<Read> {
    let attributes = &field.attrs;
    let what =
        argument::<LitStr>(attributes, "name")?.map_or_else(|| kebab(&variable.to_string()), |name| name.value());
    let example = argument::<LitStr>(attributes, "example")?.map(|text| text.value()).unwrap_or_default();
    let word = argument::<LitStr>(attributes, "word")?;
    let default = argument::<Expr>(attributes, "default")?;
    let (ty, is_option) = option_of(&field.ty).map_or((&field.ty, false), |inner| (inner, true));
    let optional = is_option || default.is_some();

    if let Some(word) = &word {
        arguments.push(quote! { crate::form::Argument::keyword(#word) });
    }
    arguments.push(quote! {
        crate::form::Argument {
            name: #what,
            kind: <#ty as crate::form::Value>::KIND,
            example: #example,
            optional: #optional,
        }
    });
    let introduced = word.as_ref().map(|word| word.value() + " ").unwrap_or_default();
    let spell = |value: TokenStream| {
        quote! { out.write_str(" ")?; out.write_str(#introduced)?; <#ty as crate::form::Value>::spell(#value, out)?; }
    };
    let read = read_value(attributes, ty, &what)?;
    if !optional {
        writes.push(spell(quote! { #variable }));
        return Ok(Read::Plain(read));
    }
    let (written, given, missing) = match default {
        Some(default) => {
            let value = spell(quote! { #variable });
            (quote! { if *#variable != #default { #value } }, read.clone(), quote! { #default })
        }
        None => {
            let value = spell(quote! { value });
            (quote! { if let Some(value) = #variable { #value } }, quote! { Some(#read) }, quote! { None })
        }
    };
    writes.push(written);
    Ok(match word {
        None => Read::Plain(quote! { if words.is_empty() { #missing } else { #given } }),
        Some(word) => {
            let otherwise = if is_option {
                quote! { #variable }
            } else {
                quote! { #variable.unwrap_or(#missing) }
            };
            Read::Introduced { is_there: quote! { words.keyword(#word) }, value: read, otherwise }
        }
    })
}

fn read_value(attributes: &[Attribute], ty: &Type, what: &str) -> Result<TokenStream> {
    if let Some(reader) = argument::<Path>(attributes, "read")? {
        return Ok(quote! { #reader(words, #what)? });
    }
    let range = tokens(attributes, "range")?;
    let most = tokens(attributes, "most")?;
    Ok(match (range, most) {
        (Some(range), _) => quote! { words.number(#what, #range)? as #ty },
        (_, Some(most)) => quote! { words.time(#what, #most)? },
        _ => quote! { <#ty as crate::form::Value>::read(words, #what)? },
    })
}

pub fn stand_in(this: &Ident) -> TokenStream {
    quote! {
        impl crate::form::Command for #this {
            const FORMS: &'static [crate::form::CommandForm] = &[];
            fn read(
                _: &crate::language::Word,
                _: &mut crate::language::Words,
            ) -> ::core::result::Result<::core::option::Option<#this>, crate::language::BadCommand> {
                Ok(None)
            }
        }
        impl ::core::fmt::Display for #this {
            fn fmt(&self, _: &mut ::core::fmt::Formatter) -> ::core::fmt::Result { Ok(()) }
        }
    }
}
