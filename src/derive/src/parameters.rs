//! `#[derive(Parameters)]`: a struct whose fields are what an engine is opened with.
//!
//! ```text
//! #[derive(Clone, Parameters)]
//! #[parameters(fits)]                                    a function for what does not fit together
//! pub struct Settings {
//!     /// How a change goes out                          what the page says of it
//!     #[label("Roll-out")]                               what it is called there, if not as the field
//!     #[parameter(Strategy::All)]                        what it is when no one says
//!     pub strategy: Strategy,
//!     /// How long a stage is watched before the next
//!     #[parameter(10, 1..=60, "minutes")]                the default, the range, the unit
//!     pub watch: u32,
//!     /// Whether errors are watched
//!     #[parameter(true)]
//!     pub monitoring: bool,
//!     /// So many full memtables may wait.
//!     #[fixed(2)]                                        no parameter: what it is, unless another engine makes its own
//!     pub waiting: usize,
//! }
//! ```

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Data, DeriveInput, Error, Expr, Field, Fields, Ident, Lit, LitStr, Path, Result, Token};

use crate::attributes::{argument, name, required_doc, tokens};

/// `#[parameter(DEFAULT, RANGE, "UNIT")]`.
struct Given {
    default: Expr,
    range: Option<Expr>,
    unit: Option<LitStr>,
}

impl Parse for Given {
    fn parse(input: ParseStream) -> Result<Given> {
        let default = input.parse()?;
        let (mut range, mut unit) = (None, None);
        while input.parse::<Option<Token![,]>>()?.is_some() {
            if input.peek(LitStr) {
                unit = Some(input.parse()?);
            } else {
                range = Some(input.parse()?);
            }
        }
        Ok(Given { default, range, unit })
    }
}

pub fn derive(input: DeriveInput) -> Result<TokenStream> {
    let this = &input.ident;
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            _ => return Err(Error::new(this.span(), "parameters have names")),
        },
        _ => return Err(Error::new(this.span(), "parameters are a struct: one field for each")),
    };
    let check = argument::<Path>(&input.attrs, "parameters")?.map(|check| quote! { #check(self)?; });
    let (mut table, mut proofs, mut read, mut set) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for field in fields {
        let ident = field.ident.as_ref().expect("it is named");
        let ty = &field.ty;
        if let Some(value) = tokens(&field.attrs, "fixed")? {
            read.push(quote! { #ident: #value });
            continue;
        }
        let name = name(&field.attrs, ident)?;
        let given = argument::<Given>(&field.attrs, "parameter")?.ok_or_else(|| {
            let needs = format!(
                "`{ident}` needs a #[parameter(…)]: its default, and for a number its range and unit; or a #[fixed(…)]"
            );
            Error::new(ident.span(), needs)
        })?;
        let unit = given.unit.as_ref().map(LitStr::value).unwrap_or_default();
        table.push(row(field, ident, &name, &given)?);
        proofs.extend(proof(ident, &given));
        read.push(quote! {
            #ident: <#ty as crate::form::ParameterValue>::of(parameters.text(#name), #unit)
        });
        set.push(quote! { #name => self.#ident = <#ty as crate::form::ParameterValue>::of(value, #unit) });
    }
    Ok(quote! {
        impl crate::form::Declared for #this {
            const PARAMETERS: &'static [crate::form::Parameter] = &[#(#table),*];

            fn read(parameters: &crate::form::Parameters) -> #this {
                #(#proofs)*
                #this { #(#read),* }
            }

            fn set(&mut self, name: &str, value: &str) {
                match name {
                    #(#set,)*
                    _ => ::core::panic!("parameter {name} is not declared"),
                }
            }

            fn check(&self) -> ::core::result::Result<(), crate::form::BadParameter> {
                #check
                Ok(())
            }
        }
    })
}

fn row(field: &Field, ident: &Ident, name: &str, given: &Given) -> Result<TokenStream> {
    let ty = &field.ty;
    let about = required_doc(&field.attrs, ident, "what the parameter decides, in one sentence")?;
    let label = argument::<LitStr>(&field.attrs, "label")?.map(|label| label.value());
    let label = label.unwrap_or_else(|| capital(&name.replace('-', " ")));
    let unit = given.unit.as_ref().map(LitStr::value).unwrap_or_default();
    let kind = match &given.range {
        Some(range) => quote! { crate::form::integers(#range, #unit) },
        None => quote! { <#ty as crate::form::ParameterValue>::KIND },
    };
    let default = match &given.default {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_digits().to_owned(),
            Lit::Bool(switch) => if switch.value { "on" } else { "off" }.to_owned(),
            other => return Err(Error::new(other.span(), "a default is a whole number, true, false, or a choice")),
        },
        Expr::Path(choice) => {
            let default = quote! { <#ty as crate::form::Choice>::NAMES[#choice as usize] };
            return Ok(quote! {
                crate::form::Parameter { name: #name, label: #label, about: #about, kind: #kind, default: #default }
            });
        }
        other => {
            let problem = "a default is a whole number, true, false, or a choice";
            return Err(Error::new_spanned(other, problem));
        }
    };
    Ok(quote! {
        crate::form::Parameter { name: #name, label: #label, about: #about, kind: #kind, default: #default }
    })
}

/// That the default is in the range, as the compiler sees it.
fn proof(ident: &Ident, given: &Given) -> Option<TokenStream> {
    let (range, default) = (given.range.as_ref()?, &given.default);
    let problem = format!("the default of `{ident}` is out of its range");
    Some(quote! {
        const _: () = {
            let range: ::core::ops::RangeInclusive<u64> = #range;
            ::core::assert!(*range.start() <= #default && #default <= *range.end(), #problem);
        };
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

pub fn stand_in(this: &Ident) -> TokenStream {
    quote! {
        impl crate::form::Declared for #this {
            const PARAMETERS: &'static [crate::form::Parameter] = &[];
            fn read(_: &crate::form::Parameters) -> #this { ::core::unreachable!() }
            fn set(&mut self, _: &str, _: &str) {}
            fn check(&self) -> ::core::result::Result<(), crate::form::BadParameter> { Ok(()) }
        }
    }
}
