//! What must hold of every format: sizes that are known, every byte explained, and no bytes that make a reader fall.

use super::*;

#[test]
fn the_worked_record_has_the_sizes_that_everyone_knows() {
    let (record, schema) = person();
    schema.check(&record).unwrap();
    let sizes = Format::ALL.map(|format| (format.name(), format.write(&record, &schema).unwrap().len()));
    assert_eq!(
        sizes,
        [
            ("JSON", 81),
            ("XML", 145),
            ("CSV", 80),
            ("MessagePack", 66),
            ("BSON", 100),
            ("Thrift Binary", 59),
            ("Thrift Compact", 34),
            ("Protocol Buffers", 33),
            ("Avro", 32),
        ]
    );
    assert_eq!(
        Format::Json.write(&record, &schema).unwrap(),
        br#"{"userName":"Martin","favoriteNumber":1337,"interests":["daydreaming","hacking"]}"#
    );
}

#[test]
fn every_byte_is_explained_once_and_reads_back() {
    let (record, schema) = person();
    for format in Format::ALL {
        let bytes = format.write(&record, &schema).unwrap();
        let (read, Parts { parts, .. }) = format.read(&bytes, &schema, Parts::default());
        assert_eq!(read.as_ref(), Ok(&record), "{}", format.name());
        let end = parts.iter().try_fold(0, |end, part| (part.range.start == end).then_some(part.range.end));
        assert_eq!(end, Some(bytes.len()), "{}: {parts:#?}", format.name());
    }
}

#[test]
fn bytes_that_are_cut_or_changed_are_refused_or_are_another_record() {
    let (record, schema) = person();
    for format in Format::ALL {
        let bytes = format.write(&record, &schema).unwrap();
        for at in 0..bytes.len() {
            let (cut, _) = format.read(&bytes[..at], &schema, Parts::default());
            if let Err(bad) = &cut {
                assert!(bad.offset <= at, "{}: {bad}", format.name());
            }
            for byte in 0..=255 {
                let mut changed = bytes.clone();
                changed[at] = byte;
                match format.read(&changed, &schema, ()).0 {
                    Ok(read) => assert_eq!(schema.check(&read), Ok(()), "{}: byte {at} is {byte}", format.name()),
                    Err(bad) => assert!(bad.offset <= bytes.len(), "{}: {bad}", format.name()),
                }
            }
        }
    }
}
