//! Libraries that have values of their own for records of any schema.

use std::hint::black_box;

use prost_reflect::prost::Message;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, OneofDescriptorProto,
};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};

use crate::Work;

pub fn json(bytes: &[u8]) -> [Work<'_>; 2] {
    let read = |bytes| serde_json::from_slice::<serde_json::Value>(black_box(bytes)).expect("it is JSON");
    let record = read(bytes);
    let write = move || drop(black_box(serde_json::to_vec(black_box(&record)).expect("it is JSON")));
    [Box::new(write), Box::new(move || drop(black_box(read(bytes))))]
}

pub fn message_pack(bytes: &[u8]) -> [Work<'_>; 2] {
    let read = |bytes| rmpv::decode::read_value(&mut black_box(bytes)).expect("it is MessagePack");
    let record = read(bytes);
    let write = move || {
        let mut out = Vec::new();
        rmpv::encode::write_value(&mut out, black_box(&record)).expect("a vector takes all");
        drop(black_box(out));
    };
    [Box::new(write), Box::new(move || drop(black_box(read(bytes))))]
}

pub fn bson(bytes: &[u8]) -> [Work<'_>; 2] {
    let read = |bytes| bson::Document::from_reader(black_box(bytes)).expect("it is BSON");
    let record = read(bytes);
    let write = move || drop(black_box(black_box(&record).to_vec().expect("it is a document")));
    [Box::new(write), Box::new(move || drop(black_box(read(bytes))))]
}

pub fn avro(bytes: &[u8]) -> [Work<'_>; 2] {
    const PERSON: &str = r#"{"type":"record","name":"Person","fields":[
        {"name":"userName","type":"string"},
        {"name":"favoriteNumber","type":["null","long"]},
        {"name":"interests","type":{"type":"array","items":"string"}}]}"#;
    let schema = apache_avro::Schema::parse_str(PERSON).expect("it is a schema");
    let from = |schema: &apache_avro::Schema, mut bytes: &[u8]| {
        apache_avro::from_avro_datum(schema, &mut bytes, None).expect("it is Avro")
    };
    let record = from(&schema, bytes);
    let known = schema.clone();
    // It takes the value, so each is a copy.
    let write =
        move || drop(black_box(apache_avro::to_avro_datum(&known, black_box(&record).clone()).expect("it fits")));
    [Box::new(write), Box::new(move || drop(black_box(from(&schema, black_box(bytes)))))]
}

pub fn protocol_buffers(bytes: &[u8]) -> [Work<'_>; 2] {
    let descriptor = person();
    let from = |descriptor: &MessageDescriptor, bytes: &[u8]| {
        DynamicMessage::decode(descriptor.clone(), bytes).expect("it is a message")
    };
    let record = from(&descriptor, bytes);
    let write = move || drop(black_box(black_box(&record).encode_to_vec()));
    [Box::new(write), Box::new(move || drop(black_box(from(&descriptor, black_box(bytes)))))]
}

fn person() -> MessageDescriptor {
    let field = |number, name: &str, label: Label, kind: Type| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(label.into()),
        r#type: Some(kind.into()),
        ..Default::default()
    };
    let mut number = field(2, "favoriteNumber", Label::Optional, Type::Int64);
    (number.proto3_optional, number.oneof_index) = (Some(true), Some(0));
    let message = DescriptorProto {
        name: Some("Person".to_owned()),
        field: vec![
            field(1, "userName", Label::Optional, Type::String),
            number,
            field(3, "interests", Label::Repeated, Type::String),
        ],
        oneof_decl: vec![OneofDescriptorProto { name: Some("_favoriteNumber".to_owned()), options: None }],
        ..Default::default()
    };
    let file = FileDescriptorProto {
        name: Some("person.proto".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![message],
        ..Default::default()
    };
    let pool = DescriptorPool::from_file_descriptor_set(FileDescriptorSet { file: vec![file] });
    pool.expect("it is a schema").get_message_by_name("Person").expect("it is in its file")
}
