//! Avro as the book has it, beside Avro's own library in Rust: the same bytes, the same canonical form, the same
//! fingerprint, and the same value where one schema reads what another wrote.

use apache_avro::rabin::Rabin;
use apache_avro::types::Value;
use oorandom::Rand32;
use stepwise_engine::format::avro::container::{file_block, file_head, single_object};
use stepwise_engine::format::avro::{self, Datum, Form, Schema, Type};

/// As many as take a few seconds.
const CASES: u64 = 1_500;

/// A type by chance, as JSON. Names are numbered, so that none stands twice.
fn any_type(chance: &mut Rand32, depth: u32, names: &mut u32) -> String {
    let most = if depth < 3 { 14 } else { 8 };
    match chance.rand_range(0..most) {
        0 => "\"null\"".to_owned(),
        1 => "\"boolean\"".to_owned(),
        2 => "\"int\"".to_owned(),
        3 => "\"long\"".to_owned(),
        4 => "\"float\"".to_owned(),
        5 => "\"double\"".to_owned(),
        6 => "\"bytes\"".to_owned(),
        7 => "\"string\"".to_owned(),
        8 => format!("{{\"type\":\"array\",\"items\":{}}}", any_type(chance, depth + 1, names)),
        9 => format!("{{\"type\":\"map\",\"values\":{}}}", any_type(chance, depth + 1, names)),
        10 => union(chance),
        11 => {
            *names += 1;
            format!("{{\"type\":\"enum\",\"name\":\"E{names}\",\"symbols\":[\"A\",\"B\",\"C\"]}}")
        }
        12 => {
            *names += 1;
            let size = chance.rand_range(1..5);
            format!("{{\"type\":\"fixed\",\"name\":\"F{names}\",\"size\":{size}}}")
        }
        _ => any_record(chance, depth + 1, names),
    }
}

fn union(chance: &mut Rand32) -> String {
    let all = ["\"null\"", "\"int\"", "\"string\"", "\"double\"", "\"boolean\"", "\"bytes\""];
    let some: Vec<&str> = all.into_iter().filter(|_| chance.rand_range(0..2) == 0).collect();
    format!("[{}]", if some.is_empty() { "\"long\"".to_owned() } else { some.join(",") })
}

fn any_record(chance: &mut Rand32, depth: u32, names: &mut u32) -> String {
    *names += 1;
    let name = *names;
    let space = if chance.rand_range(0..3) == 0 { ",\"namespace\":\"a.b\",\"doc\":\"a \\\"doc\\\"\"" } else { "" };
    let fields: Vec<String> = (0..chance.rand_range(0..5))
        .map(|place| format!("{{\"name\":\"f{place}\",\"type\":{}}}", any_type(chance, depth, names)))
        .collect();
    format!("{{\"type\":\"record\",\"name\":\"R{name}\"{space},\"fields\":[{}]}}", fields.join(","))
}

/// A value of a type by chance.
fn any_datum(chance: &mut Rand32, schema: &Schema, of: &Type) -> Datum {
    let bits = (u64::from(chance.rand_u32()) << 32 | u64::from(chance.rand_u32())) >> chance.rand_range(0..64);
    let text = |chance: &mut Rand32| {
        (0..chance.rand_range(0..6))
            .map(|_| ['a', 'é', '🙂', ' '][chance.rand_range(0..4) as usize])
            .collect::<String>()
    };
    let raw = |chance: &mut Rand32, many: usize| (0..many).map(|_| chance.rand_u32() as u8).collect::<Vec<u8>>();
    match of {
        Type::Null => Datum::Null,
        Type::Boolean => Datum::Boolean(bits & 1 == 1),
        Type::Int => Datum::Int(bits as i32),
        Type::Long => Datum::Long(bits as i64),
        Type::Float => Datum::Float(chance.rand_float() * 1e6),
        Type::Double => Datum::Double(f64::from(chance.rand_float()) * 1e12),
        Type::Bytes => {
            let many = chance.rand_range(0..6) as usize;
            Datum::Bytes(raw(chance, many))
        }
        Type::String => Datum::String(text(chance)),
        Type::Array(items) => {
            Datum::Array((0..chance.rand_range(0..4)).map(|_| any_datum(chance, schema, items)).collect())
        }
        // The library keeps maps in an order of its own, so one entry at most.
        Type::Map(values) => Datum::Map(
            (0..chance.rand_range(0..2)).map(|_| (text(chance), any_datum(chance, schema, values))).collect(),
        ),
        Type::Union(branches) => {
            let place = chance.rand_range(0..branches.len() as u32) as usize;
            Datum::Union(place, Box::new(any_datum(chance, schema, &branches[place])))
        }
        Type::Named(name) => match &schema.definition(name).form {
            Form::Record(fields) => {
                Datum::Record(fields.iter().map(|field| any_datum(chance, schema, &field.of)).collect())
            }
            Form::Enum { symbols, .. } => Datum::Enum(chance.rand_range(0..symbols.len() as u32) as usize),
            Form::Fixed(size) => Datum::Fixed(raw(chance, *size)),
        },
    }
}

/// The same value as the library has it.
fn theirs(schema: &Schema, of: &Type, datum: &Datum) -> Value {
    match (datum, of) {
        (Datum::Null, _) => Value::Null,
        (Datum::Boolean(value), _) => Value::Boolean(*value),
        (Datum::Int(number), _) => Value::Int(*number),
        (Datum::Long(number), _) => Value::Long(*number),
        (Datum::Float(number), _) => Value::Float(*number),
        (Datum::Double(number), _) => Value::Double(*number),
        (Datum::Bytes(bytes), _) => Value::Bytes(bytes.clone()),
        (Datum::String(text), _) => Value::String(text.clone()),
        (Datum::Array(items), Type::Array(each)) => {
            Value::Array(items.iter().map(|item| theirs(schema, each, item)).collect())
        }
        (Datum::Map(entries), Type::Map(each)) => {
            Value::Map(entries.iter().map(|(key, value)| (key.clone(), theirs(schema, each, value))).collect())
        }
        (Datum::Union(place, inner), Type::Union(branches)) => {
            Value::Union(*place as u32, Box::new(theirs(schema, &branches[*place], inner)))
        }
        (Datum::Fixed(bytes), _) => Value::Fixed(bytes.len(), bytes.clone()),
        (Datum::Enum(place), Type::Named(name)) => {
            let Form::Enum { symbols, .. } = &schema.definition(name).form else { panic!("an enum") };
            Value::Enum(*place as u32, symbols[*place].to_string())
        }
        (Datum::Record(values), Type::Named(name)) => {
            let Form::Record(fields) = &schema.definition(name).form else { panic!("a record") };
            let fields = fields.iter().zip(values);
            Value::Record(
                fields.map(|(field, value)| (field.name.to_string(), theirs(schema, &field.of, value))).collect(),
            )
        }
        (datum, of) => panic!("{datum:?} of {of:?}"),
    }
}

fn both(text: &str) -> (Schema, apache_avro::Schema) {
    let ours = avro::parse(text).unwrap_or_else(|mistake| panic!("{mistake}: {text}"));
    (ours, apache_avro::Schema::parse_str(text).unwrap_or_else(|mistake| panic!("{mistake}: {text}")))
}

/// Schemas and records by chance: the same bytes, and both read the other's.
#[test]
fn avro_writes_what_its_library_writes() {
    for seed in 0..CASES {
        let mut chance = Rand32::new(seed);
        let (ours, library) = both(&any_record(&mut chance, 0, &mut 0));
        let datum = any_datum(&mut chance, &ours, &ours.root);
        let mut bytes = Vec::new();
        avro::encode(&datum, &mut bytes);
        let value = theirs(&ours, &ours.root, &datum);
        let written = apache_avro::to_avro_datum(&library, value.clone()).expect("a value of its schema");
        assert_eq!(bytes, written, "seed {seed}");
        assert_eq!(apache_avro::from_avro_datum(&library, &mut &bytes[..], None).expect("its own bytes"), value);
        assert_eq!(avro::decode_all(&ours, &written, ()).expect("our own bytes").0, datum);
    }
}

#[test]
fn avro_has_the_canonical_form_and_the_fingerprint_of_its_library() {
    for seed in 0..CASES {
        let (ours, library) = both(&any_record(&mut Rand32::new(seed), 0, &mut 0));
        assert_eq!(avro::canonical(&ours), library.canonical_form(), "seed {seed}");
        let print = library.fingerprint::<Rabin>().bytes;
        assert_eq!(avro::fingerprint(&ours).to_le_bytes().to_vec(), print, "seed {seed}");
    }
}

/// The library reads our files, and the fingerprint in front of our records is the one that it looks for.
#[test]
fn avro_files_are_read_by_its_library() {
    for seed in 0..CASES / 10 {
        let mut chance = Rand32::new(seed);
        let (ours, library) = both(&any_record(&mut chance, 0, &mut 0));
        let data: Vec<Datum> = (0..3).map(|_| any_datum(&mut chance, &ours, &ours.root)).collect();
        let records: Vec<Vec<u8>> = data
            .iter()
            .map(|datum| {
                let mut bytes = Vec::new();
                avro::encode(datum, &mut bytes);
                bytes
            })
            .collect();
        let sync = [7; 16];
        let file = [file_head(&ours, sync), file_block(&records, sync)].concat();
        let read: Vec<Value> =
            apache_avro::Reader::new(&file[..]).expect("a head").map(|value| value.expect("a record")).collect();
        let written: Vec<Value> = data.iter().map(|datum| theirs(&ours, &ours.root, datum)).collect();
        assert_eq!(read, written, "seed {seed}");
        let single = single_object(&ours, &records[0]);
        assert_eq!(single[..2], [0xc3, 0x01]);
        assert_eq!(single[2..10], library.fingerprint::<Rabin>().bytes);
    }
}

/// Fields of a version, and the next version: some removed, added with a default, made wider or allowed to be null, and all
/// in another order.
fn versions(chance: &mut Rand32) -> (String, String) {
    const WIDER: [(&str, &[&str]); 5] = [
        ("int", &["\"long\"", "\"float\"", "\"double\"", "[\"null\",\"int\"]", "[\"null\",\"long\"]", "\"string\""]),
        ("long", &["\"double\"", "[\"long\",\"null\"]", "\"boolean\""]),
        ("string", &["\"bytes\"", "[\"null\",\"string\"]"]),
        ("boolean", &["[\"null\",\"boolean\"]", "\"string\""]),
        ("double", &["[\"double\",\"null\"]"]),
    ];
    const ADDED: [&str; 5] = [
        "\"int\",\"default\":7",
        "\"bytes\",\"default\":\"\\u0041\\u0001\"",
        "[\"null\",\"string\"],\"default\":null",
        "{\"type\":\"array\",\"items\":\"long\"},\"default\":[1,2]",
        "\"string\"",
    ];
    let (mut writer, mut reader) = (Vec::new(), Vec::new());
    for place in 0..chance.rand_range(1..6) {
        let (of, wider) = WIDER[chance.rand_range(0..WIDER.len() as u32) as usize];
        let name = format!("\"name\":\"f{place}\"");
        let field = format!("{{{name},\"type\":\"{of}\"}}");
        match chance.rand_range(0..6) {
            0 => writer.push(field),
            1 => reader.push(format!("{{{name},\"type\":{}}}", ADDED[chance.rand_range(0..5) as usize])),
            2 => {
                writer.push(field);
                let other = wider[chance.rand_range(0..wider.len() as u32) as usize];
                reader.push(format!("{{{name},\"type\":{other}}}"));
            }
            3 => writer.push(field),
            _ => {
                writer.push(field.clone());
                reader.insert(0, field);
            }
        }
    }
    let of = |fields: Vec<String>| format!("{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{}]}}", fields.join(","));
    (of(writer), of(reader))
}

/// Two versions by chance, one of which reads what the other wrote. Aliases of fields are not among them: the library, as of
/// 0.21, does not follow those when it reads. Nor are defaults of bytes above 0x7f: it takes those for UTF-8, so that
/// `"\u00FF"` becomes two bytes, where the specification has one.
#[test]
fn avro_resolves_schemas_as_its_library_does() {
    let (mut read, mut refused) = (0, 0);
    for seed in 0..2 * CASES {
        let mut chance = Rand32::new(seed);
        let (writer, reader) = versions(&mut chance);
        let ((writer, theirs_writer), (reader, theirs_reader)) = (both(&writer), both(&reader));
        let datum = any_datum(&mut chance, &writer, &writer.root);
        let mut bytes = Vec::new();
        avro::encode(&datum, &mut bytes);
        let ours = avro::resolve(&writer, &reader, &datum);
        let library = apache_avro::from_avro_datum(&theirs_writer, &mut &bytes[..], Some(&theirs_reader));
        match (ours, library) {
            (Ok((ours, _)), Ok(library)) => {
                read += 1;
                assert_eq!(theirs(&reader, &reader.root, &ours), library, "seed {seed}");
            }
            (Err(_), Err(_)) => refused += 1,
            (ours, library) => panic!("seed {seed}: {writer:?} {reader:?} {ours:?} {library:?}"),
        }
    }
    assert!(read > 500 && refused > 500, "{read} were read, and {refused} refused");
}
