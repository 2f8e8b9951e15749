//! `prost-reflect`: messages of a schema that is made at run time.

use prost_reflect::prost::Message;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, OneofDescriptorProto,
};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use stepwise_engine::format::{Kind, Schema, Value};

fn descriptor(schema: &Schema) -> MessageDescriptor {
    let mut messages = Vec::new();
    describe(schema, &mut messages);
    let file = FileDescriptorProto {
        name: Some("thing.proto".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: messages,
        ..Default::default()
    };
    let pool =
        DescriptorPool::from_file_descriptor_set(FileDescriptorSet { file: vec![file] }).expect("it is a schema");
    pool.get_message_by_name(&schema.name).expect("it is in its file")
}

fn describe(schema: &Schema, messages: &mut Vec<DescriptorProto>) {
    let mut message = DescriptorProto { name: Some(schema.name.to_string()), ..Default::default() };
    for field in &schema.fields {
        let (label, of) = match &field.kind {
            Kind::List(of) => (Label::Repeated, &**of),
            kind => (Label::Optional, kind),
        };
        let kind = match of {
            Kind::Bool => Type::Bool,
            Kind::Int => Type::Int32,
            Kind::Long => Type::Int64,
            Kind::Double => Type::Double,
            Kind::Text => Type::String,
            Kind::Bytes => Type::Bytes,
            Kind::Record(inner) => {
                describe(inner, messages);
                Type::Message
            }
            Kind::List(_) => panic!("it has no lists of lists"),
        };
        let mut described = FieldDescriptorProto {
            name: Some(field.name.to_string()),
            number: Some(field.number as i32),
            label: Some(label.into()),
            r#type: Some(kind.into()),
            ..Default::default()
        };
        if let Kind::Record(inner) = of {
            described.type_name = Some(format!(".{}", inner.name));
        }
        if field.optional {
            described.proto3_optional = Some(true);
            described.oneof_index = Some(message.oneof_decl.len() as i32);
            message.oneof_decl.push(OneofDescriptorProto { name: Some(format!("_{}", field.name)), options: None });
        }
        message.field.push(described);
    }
    messages.push(message);
}

fn message(record: &Value, schema: &Schema, descriptor: MessageDescriptor) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in &schema.fields {
        let Some(value) = record.field(&field.name).filter(|value| **value != Value::Null) else { continue };
        let inner = descriptor.get_field(field.number).expect("it was described").kind();
        let inner = inner.as_message().cloned();
        message.set_field_by_number(field.number, theirs(value, &field.kind, inner));
    }
    message
}

fn theirs(value: &Value, kind: &Kind, inner: Option<MessageDescriptor>) -> prost_reflect::Value {
    match (value, kind) {
        (Value::Bool(truth), _) => prost_reflect::Value::Bool(*truth),
        (Value::Int(number), Kind::Int) => prost_reflect::Value::I32(*number as i32),
        (Value::Int(number), _) => prost_reflect::Value::I64(*number),
        (Value::Double(number), _) => prost_reflect::Value::F64(number.0),
        (Value::Text(text), _) => prost_reflect::Value::String(text.to_string()),
        (Value::Bytes(bytes), _) => prost_reflect::Value::Bytes(bytes.to_vec().into()),
        (Value::List(items), Kind::List(of)) => {
            prost_reflect::Value::List(items.iter().map(|item| theirs(item, of, inner.clone())).collect())
        }
        (Value::Record(_), Kind::Record(schema)) => {
            prost_reflect::Value::Message(message(value, schema, inner.expect("it is a message")))
        }
        _ => panic!("{value} is no {kind}"),
    }
}

pub fn write(record: &Value, schema: &Schema) -> Vec<u8> {
    message(record, schema, descriptor(schema)).encode_to_vec()
}

/// What it takes some bytes for, written anew without what it does not know; nothing, if it refuses them.
pub fn read(bytes: &[u8], schema: &Schema) -> Option<Vec<u8>> {
    let mut read = DynamicMessage::decode(descriptor(schema), bytes).ok()?;
    forget(&mut read);
    Some(read.encode_to_vec())
}

/// Unknown fields are kept by the library, and not by the book's reader.
fn forget(message: &mut DynamicMessage) {
    message.take_unknown_fields().for_each(drop);
    for (_, value) in message.fields_mut() {
        match value {
            prost_reflect::Value::Message(inner) => forget(inner),
            prost_reflect::Value::List(items) => {
                items.iter_mut().filter_map(|item| item.as_message_mut()).for_each(forget);
            }
            _ => {}
        }
    }
}
