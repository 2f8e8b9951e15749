//! `#[derive(Wire)]`: a message as bytes, each of them explained, and read back: a byte for the kind, then its fields, each
//! under the words of its `#[label("…")]`, or its name.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Fields, Ident, LitStr, Result};

use crate::attributes::{argument, kebab, name};

pub fn derive(input: DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(input.ident.span(), "a message is an enum"));
    };
    let this = &input.ident;
    let (mut kinds, mut writes, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, variant) in (1_u8..).zip(&data.variants) {
        let (ident, called) = (&variant.ident, name(&variant.attrs, &variant.ident)?.replace('-', " "));
        let fields: Vec<_> = variant
            .fields
            .iter()
            .enumerate()
            .map(|(place, field)| {
                let variable = field.ident.clone().unwrap_or_else(|| format_ident!("_{place}"));
                let label = argument::<LitStr>(&field.attrs, "label")?.map(|label| label.value());
                let label = label.unwrap_or_else(|| kebab(&variable.to_string()).replace('-', " "));
                Ok((variable, label))
            })
            .collect::<Result<_>>()?;
        let (variables, labels): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        let pattern = match &variant.fields {
            Fields::Unit => quote! {},
            Fields::Named(_) => quote! { { #(#variables),* } },
            Fields::Unnamed(_) => quote! { ( #(#variables),* ) },
        };
        kinds.push(quote! { #this::#ident { .. } => #called });
        writes.push(quote! {
            #this::#ident #pattern => {
                frame.field("kind", &[#kind], #called.to_owned());
                #(crate::wire::Wire::write(#variables, #labels, frame);)*
            }
        });
        reads.push(quote! {
            #kind => { #(let #variables = crate::wire::Wire::read(bytes)?;)* #this::#ident #pattern }
        });
    }
    Ok(quote! {
        impl crate::wire::Wire for #this {
            fn write(&self, _: &str, frame: &mut crate::wire::Frame) {
                match self { #(#writes),* }
            }

            fn read(bytes: &mut &[u8]) -> ::core::option::Option<#this> {
                let kind: u8 = crate::wire::Wire::read(bytes)?;
                Some(match kind { #(#reads,)* _ => return None })
            }
        }

        impl #this {
            /// As a reader calls it.
            pub fn kind(&self) -> &'static str {
                match self { #(#kinds),* }
            }
        }
    })
}

pub fn stand_in(this: &Ident) -> TokenStream {
    quote! {
        impl crate::wire::Wire for #this {
            fn write(&self, _: &str, _: &mut crate::wire::Frame) {}
            fn read(_: &mut &[u8]) -> ::core::option::Option<#this> { None }
        }
        impl #this {
            pub fn kind(&self) -> &'static str { "" }
        }
    }
}
