//! `#[derive(Event)]`: each variant's name, and its narration from `#[told("…")]`.
//!
//! ```text
//! #[told("Version {version} is on all {} now.", many(*of, "node"), when = nodes == of)]
//! #[told("Version {version} is on {nodes} of {} now.", many(*of, "node"))]
//! StageBegun { version: Version, nodes: u32, of: u32 },
//! #[flatten]
//! Refused(Refused),
//! ```
//!
//! Fields are at hand by their names, as references. Several may stand one above the other, each but the last with `when =`
//! a condition, or `when = let PATTERN = …`: the first that holds is told. A path in place of a text names a function that
//! tells all the rest: `#[told(tell_crash)]` is called with the fields, in their order, and the formatter.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Error, Expr, Fields, Ident, LitStr, Path, Result, Token, Variant};

enum Told {
    Text { text: LitStr, arguments: Vec<Expr>, when: Option<Box<Expr>> },
    By(Path),
}

impl Parse for Told {
    fn parse(input: ParseStream) -> Result<Told> {
        if !input.peek(LitStr) {
            return input.parse().map(Told::By);
        }
        let text = input.parse()?;
        let (mut arguments, mut when) = (Vec::new(), None);
        while input.parse::<Option<Token![,]>>()?.is_some() {
            if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
                let name: Ident = input.parse()?;
                input.parse::<Token![=]>()?;
                if name != "when" {
                    return Err(Error::new(name.span(), "only `when = …` may stand here"));
                }
                when = Some(input.parse()?);
            } else {
                arguments.push(input.parse()?);
            }
        }
        Ok(Told::Text { text, arguments, when })
    }
}

pub fn derive(input: DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(input.ident.span(), "an event is an enum: one variant for each thing that can happen"));
    };
    let this = &input.ident;
    let is_flat = |variant: &Variant| variant.attrs.iter().any(|each| each.path().is_ident("flatten"));
    let names = data.variants.iter().map(|variant| {
        let (ident, text) = (&variant.ident, variant.ident.to_string());
        if is_flat(variant) {
            return quote! { #this::#ident(inner) => crate::contract::Event::name(inner) };
        }
        quote! { #this::#ident { .. } => #text }
    });
    let from = data.variants.iter().filter(|variant| is_flat(variant)).map(|variant| {
        let (ident, fields) = (&variant.ident, variant.fields.iter().map(|field| &field.ty));
        quote! { #(impl ::core::convert::From<#fields> for #this {
            fn from(inner: #fields) -> #this {
                #this::#ident(inner)
            }
        })* }
    });
    let arms = data.variants.iter().map(|variant| arm(this, variant)).collect::<Result<Vec<_>>>()?;
    Ok(quote! {
        impl crate::contract::Event for #this {
            fn name(&self) -> &'static str {
                match self { #(#names),* }
            }
        }

        impl ::core::fmt::Display for #this {
            fn fmt(&self, out: &mut ::core::fmt::Formatter) -> ::core::fmt::Result {
                match self { #(#arms),* }
            }
        }

        #(#from)*
    })
}

fn arm(this: &Ident, variant: &Variant) -> Result<TokenStream> {
    let ident = &variant.ident;
    if variant.attrs.iter().any(|each| each.path().is_ident("flatten")) {
        return Ok(quote! { #this::#ident(inner) => ::core::fmt::Display::fmt(inner, out) });
    }
    let told = variant.attrs.iter().filter(|each| each.path().is_ident("told"));
    let told = told.map(|each| each.parse_args::<Told>()).collect::<Result<Vec<_>>>()?;
    let (pattern, fields) = match &variant.fields {
        Fields::Unit => (quote! {}, Vec::new()),
        Fields::Named(named) => {
            let fields: Vec<Ident> = named.named.iter().filter_map(|field| field.ident.clone()).collect();
            (quote! { { #(#fields),* } }, fields)
        }
        Fields::Unnamed(unnamed) => {
            let fields: Vec<Ident> = (0..unnamed.unnamed.len()).map(|place| format_ident!("_{place}")).collect();
            (quote! { ( #(#fields),* ) }, fields)
        }
    };
    let mut sentences = Vec::new();
    let mut always = false;
    for each in &told {
        if always {
            return Err(Error::new(ident.span(), "the last #[told] has no `when`, those above it have one"));
        }
        sentences.push(match each {
            Told::By(path) => {
                always = true;
                quote! { #path(#(#fields,)* out) }
            }
            Told::Text { text, arguments, when } => {
                let arguments: Punctuated<_, Token![,]> = arguments.iter().collect();
                let write = quote! { ::core::write!(out, #text, #arguments) };
                match when {
                    Some(when) => quote! { if #when { return #write; } },
                    None => {
                        always = true;
                        write
                    }
                }
            }
        });
    }
    if !always {
        return Err(Error::new(ident.span(), format!("`{ident}` needs a #[told(\"…\")]: one or two plain sentences")));
    }
    Ok(quote! {
        #[allow(unused_variables)]
        #this::#ident #pattern => { #(#sentences)* }
    })
}

pub fn stand_in(this: &Ident) -> TokenStream {
    quote! {
        impl crate::contract::Event for #this {
            fn name(&self) -> &'static str { "" }
        }
        impl ::core::fmt::Display for #this {
            fn fmt(&self, _: &mut ::core::fmt::Formatter) -> ::core::fmt::Result { Ok(()) }
        }
    }
}
