//! Records in the formats in which programs hand them to each other.

use stepwise::engine::format::{Double, Field, Format, Kind, Parts, Schema, Value};

/// A schema with everything that one can have.
fn schema() -> Schema {
    let field = |number, name: &str, kind| Field { number, name: name.into(), kind, optional: false, default: None };
    let optional = |number, name: &str, kind| Field { optional: true, ..field(number, name, kind) };
    let inner = Schema {
        name: "Place".into(),
        fields: vec![field(1, "street", Kind::Text), optional(2, "flat", Kind::Int), field(40, "at", Kind::Double)],
    };
    Schema {
        name: "Thing".into(),
        fields: vec![
            field(1, "name", Kind::Text),
            optional(2, "number", Kind::Long),
            field(3, "words", Kind::List(Kind::Text.into())),
            field(4, "true", Kind::Bool),
            optional(17, "photo", Kind::Bytes),
            field(400, "places", Kind::List(Kind::Record(inner.clone().into()).into())),
            field(401, "home", Kind::Record(inner.into())),
            field(402, "counts", Kind::List(Kind::Int.into())),
        ],
    }
}

fn records() -> Vec<Value> {
    let place = |street: &str, flat: Option<i64>| {
        let mut fields = vec![("street".into(), Value::text(street))];
        fields.extend(flat.map(|flat| ("flat".into(), Value::Int(flat))));
        fields.push(("at".into(), Value::Double(Double(48.25))));
        Value::Record(fields)
    };
    let record = |name: &str, number, counts: Vec<i64>| {
        Value::Record(vec![
            ("name".into(), Value::text(name)),
            ("number".into(), number),
            ("words".into(), Value::List(vec![Value::text("a, \"b\""), Value::text("<&>"), Value::text("")])),
            ("true".into(), Value::Bool(true)),
            ("photo".into(), Value::bytes(&[0xff, 0xd8, 0, 1])),
            ("places".into(), Value::List(vec![place("one", Some(-7)), place("two", None)])),
            ("home".into(), place("\\\n\u{e9}", Some(300))),
            ("counts".into(), Value::List(counts.into_iter().map(Value::Int).collect())),
        ])
    };
    vec![
        record("Martin", Value::Int(1337), vec![0, -1, 70_000]),
        record("", Value::Null, Vec::new()),
        record("\u{1f642}", Value::Int(i64::MIN), (0..40).collect()),
    ]
}

pub fn written(format: Format) -> Vec<Vec<u8>> {
    records().iter().map(|record| format.write(record, &schema()).expect("it fits")).collect()
}

/// What is read fits the schema, can be written, and reads as the same again; what is refused is refused at a byte.
pub fn read(format: Format, bytes: &[u8]) {
    let schema = schema();
    let (read, Parts { parts, .. }) = format.read(bytes, &schema, Parts::default());
    let in_order = parts.windows(2).all(|two| two[0].range.end <= two[1].range.start);
    assert!(in_order, "parts lie in each other: {parts:?}");
    match read {
        Ok(record) => {
            assert_eq!(schema.check(&record), Ok(()));
            let end = parts.iter().try_fold(0, |end, part| (part.range.start == end).then_some(part.range.end));
            assert_eq!(end.unwrap_or_default(), bytes.len(), "every byte is explained: {parts:?}");
            // Text has no word for a number that is none, and XML none for most control characters.
            if let Ok(again) = format.write(&record, &schema) {
                assert_eq!(format.read(&again, &schema, ()).0, Ok(record));
            }
        }
        Err(bad) => assert!(bad.offset <= bytes.len(), "{bad}"),
    }
}
