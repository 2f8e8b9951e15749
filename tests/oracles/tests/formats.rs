//! The book's formats beside their own libraries: byte for byte the same where the library writes, the same record where it
//! reads, on the worked record and on thousands by chance, of schemas by chance.

mod chance;
mod libraries;

use chance::Chance;
use stepwise_engine::format::{Format, Parts, Schema, Value, person};

/// What a format's library writes or reads has to be what the book's does.
fn compare(record: &Value, schema: &Schema) {
    for format in Format::ALL {
        let told = || format!("{}: {record} of {schema:?}", format.name());
        let ours = format.write(record, schema).unwrap_or_else(|misfit| panic!("{}: {misfit}", told()));
        match format {
            Format::Xml => assert_eq!(libraries::xml::read(&ours, schema), without_nothing(record), "{}", told()),
            Format::Csv => assert_eq!(libraries::csv::read(&ours), libraries::csv::cells(record, schema), "{}", told()),
            _ => {
                let theirs = libraries::write(format, record, schema);
                assert!(ours == theirs, "{}\nours   {ours:02x?}\ntheirs {theirs:02x?}", told());
            }
        }
        let (read, Parts { parts, .. }) = format.read(&ours, schema, Parts::default());
        let read = read.unwrap_or_else(|bad| panic!("{}: {bad}", told()));
        // What comes back is what can be written again; some formats don't tell nothing from not being there.
        assert_eq!(format.write(&read, schema).as_ref(), Ok(&ours), "{}", told());
        let end = parts.iter().try_fold(0, |end, part| (part.range.start == end).then_some(part.range.end));
        assert_eq!(end, Some(ours.len()), "{}: every byte is explained once", told());
    }
}

/// A record as XML can say it: without fields that are nothing, and without lists that are empty.
fn without_nothing(value: &Value) -> Value {
    match value {
        Value::Record(fields) => {
            let said = fields.iter().filter(|(_, value)| *value != Value::Null && *value != Value::List(Vec::new()));
            Value::Record(said.map(|(name, value)| (name.clone(), without_nothing(value))).collect())
        }
        Value::List(items) => Value::List(items.iter().map(without_nothing).collect()),
        other => other.clone(),
    }
}

#[test]
fn the_worked_record_is_written_as_the_libraries_write_it() {
    let (record, schema) = person();
    compare(&record, &schema);
}

#[test]
fn records_and_schemas_by_chance_are_written_as_the_libraries_write_them() {
    for seed in 0..3_000 {
        let mut chance = Chance::new(seed);
        let schema = chance.schema("Thing", 2);
        let record = chance.record(&schema);
        schema.check(&record).unwrap_or_else(|misfit| panic!("{seed}: {misfit}"));
        compare(&record, &schema);
    }
}

/// Bytes that were changed are the same record for the book as for the library, wherever both take them for one.
#[test]
fn changed_protocol_buffers_are_read_as_the_library_reads_them() {
    let (mut read, mut refused) = (0, 0);
    for seed in 0..2_000 {
        let mut chance = Chance::new(seed);
        let schema = chance.schema("Thing", 1);
        let record = chance.record(&schema);
        let mut bytes = Format::ProtocolBuffers.write(&record, &schema).expect("it fits");
        chance.damage(&mut bytes);
        match (Format::ProtocolBuffers.read(&bytes, &schema, ()).0, libraries::protocol_buffers::read(&bytes, &schema))
        {
            (Ok(ours), Some(theirs)) => {
                let again = Format::ProtocolBuffers.read(&theirs, &schema, ()).0;
                assert_eq!(again.as_ref(), Ok(&ours), "{seed}");
                read += 1;
            }
            _ => refused += 1,
        }
    }
    assert!(read > 200 && refused > 200, "{read} were read and {refused} refused: both have to be tried");
}
