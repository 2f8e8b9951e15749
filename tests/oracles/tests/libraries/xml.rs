//! `quick-xml`: its events, and from the texts between them the values that the schema says they are.

use base64::Engine;
use quick_xml::Reader;
use quick_xml::events::Event;
use stepwise_engine::format::{Double, Kind, Schema, Value};

/// An element: its name, the text in it, and the elements in it.
struct Element {
    name: String,
    text: String,
    inner: Vec<Element>,
}

fn elements(reader: &mut Reader<&[u8]>) -> (String, Vec<Element>) {
    let (mut text, mut inner) = (String::new(), Vec::new());
    loop {
        match reader.read_event().expect("it is XML") {
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                let (text, elements) = elements(reader);
                inner.push(Element { name, text, inner: elements });
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(name) => match name.resolve_char_ref().expect("a number") {
                Some(each) => text.push(each),
                None => {
                    text.push_str(quick_xml::escape::resolve_xml_entity(&name).expect("a known entity"));
                }
            },
            Event::End(_) | Event::Eof => return (text, inner),
            other => panic!("{other:?} was not written"),
        }
    }
}

pub fn read(bytes: &[u8], schema: &Schema) -> Value {
    let mut reader = Reader::from_reader(bytes);
    let (_, roots) = elements(&mut reader);
    assert_eq!(roots.len(), 1, "a document has one root");
    assert_eq!(roots[0].name, &*schema.name);
    record(&roots[0].inner, schema)
}

fn record(elements: &[Element], schema: &Schema) -> Value {
    let mut fields = Vec::new();
    for field in &schema.fields {
        let here: Vec<_> = elements.iter().filter(|element| element.name == *field.name).collect();
        match &field.kind {
            Kind::List(of) if !here.is_empty() => {
                fields.push((field.name.clone(), Value::List(here.iter().map(|it| value(it, of)).collect())));
            }
            Kind::List(_) => {}
            kind => fields.extend(here.first().map(|it| (field.name.clone(), value(it, kind)))),
        }
    }
    Value::Record(fields)
}

fn value(element: &Element, kind: &Kind) -> Value {
    let text = &element.text;
    match kind {
        Kind::Bool => Value::Bool(text.parse().expect("a truth")),
        Kind::Int | Kind::Long => Value::Int(text.parse().expect("a number")),
        Kind::Double => Value::Double(Double(text.parse().expect("a number"))),
        Kind::Text => Value::text(text),
        Kind::Bytes => Value::bytes(&base64::engine::general_purpose::STANDARD.decode(text).expect("Base64")),
        Kind::Record(schema) => record(&element.inner, schema),
        Kind::List(_) => panic!("it has no lists of lists"),
    }
}
