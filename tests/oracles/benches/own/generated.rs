//! Libraries that go between bytes and a `struct`, in code such as their generators make.

use std::hint::black_box;

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TCompactInputProtocol, TCompactOutputProtocol, TFieldIdentifier,
    TInputProtocol, TListIdentifier, TOutputProtocol, TStructIdentifier, TType,
};

use crate::Work;

#[derive(Default)]
struct Person {
    user_name: String,
    favorite_number: Option<i64>,
    interests: Vec<String>,
}

/// A library's two directions, as works.
fn works<'a>(bytes: &'a [u8], write: fn(&Person) -> Vec<u8>, read: fn(&[u8]) -> Person) -> [Work<'a>; 2] {
    let person = read(bytes);
    assert_eq!(read(&write(&person)).interests, ["daydreaming", "hacking"], "it reads what it has written");
    [
        Box::new(move || drop(black_box(write(black_box(&person))))),
        Box::new(move || drop(black_box(read(black_box(bytes))))),
    ]
}

pub fn thrift_binary(bytes: &[u8]) -> [Work<'_>; 2] {
    let write = |person: &Person| {
        let mut out = Vec::new();
        write_thrift(person, &mut TBinaryOutputProtocol::new(&mut out, true)).expect("a vector takes all");
        out
    };
    works(bytes, write, |bytes| read_thrift(&mut TBinaryInputProtocol::new(bytes, true)).expect("it is Thrift"))
}

pub fn thrift_compact(bytes: &[u8]) -> [Work<'_>; 2] {
    let write = |person: &Person| {
        let mut out = Vec::new();
        write_thrift(person, &mut TCompactOutputProtocol::new(&mut out)).expect("a vector takes all");
        out
    };
    works(bytes, write, |bytes| read_thrift(&mut TCompactInputProtocol::new(bytes)).expect("it is Thrift"))
}

fn write_thrift(person: &Person, to: &mut impl TOutputProtocol) -> thrift::Result<()> {
    to.write_struct_begin(&TStructIdentifier::new("Person"))?;
    to.write_field_begin(&TFieldIdentifier::new("userName", TType::String, 1))?;
    to.write_string(&person.user_name)?;
    to.write_field_end()?;
    if let Some(number) = person.favorite_number {
        to.write_field_begin(&TFieldIdentifier::new("favoriteNumber", TType::I64, 2))?;
        to.write_i64(number)?;
        to.write_field_end()?;
    }
    to.write_field_begin(&TFieldIdentifier::new("interests", TType::List, 3))?;
    to.write_list_begin(&TListIdentifier::new(TType::String, person.interests.len() as i32))?;
    person.interests.iter().try_for_each(|each| to.write_string(each))?;
    to.write_list_end()?;
    to.write_field_end()?;
    to.write_field_stop()?;
    to.write_struct_end()
}

fn read_thrift(from: &mut impl TInputProtocol) -> thrift::Result<Person> {
    let mut person = Person::default();
    from.read_struct_begin()?;
    loop {
        let field = from.read_field_begin()?;
        match (field.field_type, field.id) {
            (TType::Stop, _) => break,
            (_, Some(1)) => person.user_name = from.read_string()?,
            (_, Some(2)) => person.favorite_number = Some(from.read_i64()?),
            (_, Some(3)) => {
                let list = from.read_list_begin()?;
                person.interests = (0..list.size).map(|_| from.read_string()).collect::<Result<_, _>>()?;
                from.read_list_end()?;
            }
            (kind, _) => from.skip(kind)?,
        }
        from.read_field_end()?;
    }
    from.read_struct_end()?;
    Ok(person)
}

/// The list is JSON in its cell, as in the book's. A reader is made for each record, which costs more than reading it.
pub fn csv(bytes: &[u8]) -> [Work<'_>; 2] {
    let write = |person: &Person| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["userName", "favoriteNumber", "interests"]).expect("a vector takes all");
        let number = person.favorite_number.map(|number| number.to_string()).unwrap_or_default();
        let interests = serde_json::to_string(&person.interests).expect("it is JSON");
        writer.write_record([&person.user_name, &number, &interests]).expect("a vector takes all");
        writer.into_inner().expect("a vector takes all")
    };
    let read = |bytes: &[u8]| {
        let mut reader = csv::ReaderBuilder::new().buffer_capacity(256).from_reader(bytes);
        let names = reader.headers().expect("it has a header");
        assert_eq!(names.get(0), Some("userName"));
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).expect("it is CSV");
        Person {
            user_name: record[0].to_owned(),
            favorite_number: record[1].parse().ok(),
            interests: serde_json::from_str(&record[2]).expect("it is JSON"),
        }
    };
    works(bytes, write, read)
}

pub fn xml(bytes: &[u8]) -> [Work<'_>; 2] {
    let write = |person: &Person| {
        let mut writer = quick_xml::Writer::new(Vec::new());
        let mut one = |name: &'static str, text: &str| {
            for event in [
                Event::Start(BytesStart::new(name)),
                Event::Text(BytesText::new(text)),
                Event::End(BytesEnd::new(name)),
            ] {
                writer.write_event(event).expect("a vector takes all");
            }
        };
        one("userName", &person.user_name);
        person.favorite_number.iter().for_each(|number| one("favoriteNumber", &number.to_string()));
        person.interests.iter().for_each(|each| one("interests", each));
        [b"<Person>", &*writer.into_inner(), b"</Person>"].concat()
    };
    let read = |bytes: &[u8]| {
        let mut reader = quick_xml::Reader::from_reader(bytes);
        let (mut person, mut name) = (Person::default(), String::new());
        loop {
            match reader.read_event().expect("it is XML") {
                Event::Start(start) => name = start.name().as_ref().to_owned(),
                Event::Text(text) => match &*name {
                    "userName" => person.user_name = text.to_string(),
                    "favoriteNumber" => person.favorite_number = text.parse().ok(),
                    _ => person.interests.push(text.to_string()),
                },
                Event::Eof => return person,
                _ => {}
            }
        }
    };
    works(bytes, write, read)
}
