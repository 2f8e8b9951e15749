//! The decoders, one target each. Most bytes under a checksum end at the checksum, so such a target is tried twice: with
//! the bytes as they are, and with the checksum put right.

use stepwise::engine::checksum::crc32;
use stepwise::engine::cluster::Cluster;
use stepwise::engine::data::{self, Header};
use stepwise::engine::format::Format;
use stepwise::engine::key::Key;
use stepwise::engine::language::statements;
use stepwise::engine::log;
use stepwise::engine::replication::quorum;
use stepwise::engine::replication::replication_log::{Method, Replica, TICKETS, entry};
use stepwise::engine::sim::{Disk, FileId, Time};
use stepwise::engine::storage::block::{Block, BlockBuilder, Entries};
use stepwise::engine::storage::bloom::{self, Bloom};
use stepwise::engine::storage::btree::slot::MAX_VALUE_BYTES;
use stepwise::engine::storage::btree::{Kind, Layout, Page, PageId};
use stepwise::engine::storage::hash_index::{Record, Timestamp, hint};
use stepwise::engine::storage::lsm::version::{Edit, TableMeta};
use stepwise::engine::storage::table::{Table, TableBuilder, TableShape};
use stepwise::engine::storage::{Entry, btree, entry as storage_entry};
use stepwise::engine::table::Value;
use stepwise::engine::varint;
use stepwise::engine::wire::{self, Wire};
use stepwise::engine::{Parameters, Words};
use stepwise::figures::catalogue;
use stepwise::spec::FigureSpec;

use crate::{avro, records, sql};

/// Something that takes bytes from outside.
pub struct Target {
    pub name: &'static str,
    /// Inputs that it was made for.
    pub seeds: fn() -> Vec<Vec<u8>>,
    pub run: fn(&[u8]),
    /// How many inputs are tried in every test run.
    pub inputs: u64,
}

pub const TARGETS: &[Target] = &[
    Target { name: "sql", seeds: sql::texts, run: sql::read_text, inputs: 3_000 },
    Target { name: "sql-record", seeds: sql::records, run: sql::read_record, inputs: 20_000 },
    Target { name: "varint", seeds: varints, run: read_varints, inputs: 20_000 },
    Target { name: "block", seeds: blocks, run: read_block, inputs: 10_000 },
    Target { name: "bloom", seeds: blooms, run: read_bloom, inputs: 10_000 },
    Target { name: "entry", seeds: entries, run: read_entry, inputs: 20_000 },
    Target { name: "table", seeds: tables, run: read_table, inputs: 5_000 },
    Target { name: "log", seeds: logs, run: read_log, inputs: 3_000 },
    Target { name: "manifest", seeds: edits, run: read_edit, inputs: 20_000 },
    Target { name: "btree-page", seeds: pages, run: read_page, inputs: 10_000 },
    Target { name: "btree-log", seeds: page_logs, run: read_page_log, inputs: 10_000 },
    Target { name: "hash-index-record", seeds: records, run: read_record, inputs: 20_000 },
    Target { name: "hash-index-hint", seeds: hints, run: read_hint, inputs: 20_000 },
    Target { name: "quorum-message", seeds: messages, run: read_message, inputs: 20_000 },
    Target { name: "quorum-record", seeds: cluster_records, run: read_cluster_record, inputs: 20_000 },
    Target { name: "avro-schema", seeds: avro::schemas, run: avro::read_schema, inputs: 10_000 },
    Target { name: "avro-head", seeds: avro::heads, run: avro::read_heads, inputs: 10_000 },
    Target { name: "avro-handshake", seeds: avro::handshakes, run: avro::read_handshakes, inputs: 3_000 },
    Target {
        name: "shipped-statements",
        seeds: || shipped(Method::Statements),
        run: |b| apply(b, Method::Statements),
        inputs: 5_000,
    },
    Target {
        name: "shipped-pages",
        seeds: || shipped(Method::WriteAheadLog),
        run: |b| apply(b, Method::WriteAheadLog),
        inputs: 5_000,
    },
    Target { name: "shipped-rows", seeds: || shipped(Method::Rows), run: |b| apply(b, Method::Rows), inputs: 5_000 },
    Target {
        name: "shipped-changes",
        seeds: || shipped(Method::Triggers),
        run: |b| apply(b, Method::Triggers),
        inputs: 5_000,
    },
    of_format::<0>("json"),
    of_format::<1>("xml"),
    of_format::<2>("csv"),
    of_format::<3>("message-pack"),
    of_format::<4>("bson"),
    of_format::<5>("thrift-binary"),
    of_format::<6>("thrift-compact"),
    of_format::<7>("protocol-buffers"),
    of_format::<8>("avro"),
    Target { name: "script", seeds: scripts, run: read_script, inputs: 10_000 },
    Target { name: "data", seeds: files, run: read_file, inputs: 10_000 },
    Target { name: "spec", seeds: specs, run: read_spec, inputs: 5_000 },
    Target { name: "fence", seeds: fences, run: read_fence, inputs: 5_000 },
];

/// Records in the format of that place among all.
const fn of_format<const PLACE: usize>(name: &'static str) -> Target {
    Target {
        name,
        seeds: || records::written(Format::ALL[PLACE]),
        run: |bytes| records::read(Format::ALL[PLACE], bytes),
        inputs: 10_000,
    }
}

fn varints() -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    for number in [0, 127, 128, 300, u64::MAX] {
        varint::put(&mut bytes, number);
    }
    vec![bytes]
}

fn read_varints(mut bytes: &[u8]) {
    while let Some(number) = varint::take(&mut bytes) {
        let mut again = Vec::new();
        varint::put(&mut again, number);
        let _ = varint::take_bytes(&mut bytes, number);
    }
}

fn samples() -> Vec<Entry> {
    let keys = ["1", "2", "10", "apple", "apply", "é🙂"];
    let mut entries: Vec<Entry> = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        entries.push(Entry::new(&Key::new(key), place as u64 + 1, (place % 3 != 2).then_some("value")));
    }
    entries
}

fn blocks() -> Vec<Vec<u8>> {
    let build = |interval| {
        let mut builder = BlockBuilder::new(interval);
        for entry in samples() {
            builder.add(&entry.internal_key(), entry.value_bytes());
        }
        builder.finish()
    };
    vec![build(1), build(3), build(16)]
}

fn read_block(bytes: &[u8]) {
    if let Ok(block) = Block::new(bytes.to_vec()) {
        assert!(count(block.iter()) <= bytes.len());
        let key = Key::new("apple");
        let _ = block.seek(|found| storage_entry::is_before(found, &key, u64::MAX)).map(count);
    }
}

/// How many entries are left, a broken one counted.
fn count(mut rest: Entries) -> usize {
    std::iter::from_fn(|| rest.placed().map(drop)).count()
}

fn blooms() -> Vec<Vec<u8>> {
    vec![Bloom::of(&["a", "b", "c"].map(|key| bloom::hash(key.as_bytes())), 10).encode()]
}

fn read_bloom(bytes: &[u8]) {
    if let Some(filter) = Bloom::decode(bytes) {
        let _ = filter.may_contain(b"a");
        assert_eq!(filter.encode(), bytes);
    }
}

fn entries() -> Vec<Vec<u8>> {
    samples().iter().map(Entry::payload).collect()
}

fn read_entry(bytes: &[u8]) {
    if let Some(entry) = Entry::from_payload(bytes) {
        assert_eq!(Entry::from_payload(&entry.payload()), Some(entry));
    }
}

/// A disk with one file of these bytes.
fn disk_with(bytes: &[u8]) -> (Disk, FileId) {
    let mut disk = Disk::new(1 << 20);
    let file = disk.create("file").expect("an empty disk has room");
    disk.append(file, bytes).expect("an input is shorter than the disk");
    (disk, file)
}

fn tables() -> Vec<Vec<u8>> {
    let (mut disk, file) = disk_with(&[]);
    let mut builder = TableBuilder::new(file, TableShape { block_bytes: 40, restart_interval: 3, bloom_bits: 10 });
    for entry in samples() {
        builder.add(&mut disk, &entry).expect("the disk has room");
    }
    builder.finish(&mut disk).expect("the disk has room");
    vec![disk.peek(file, 0..u64::MAX)]
}

fn read_table(bytes: &[u8]) {
    let read = |bytes: &[u8]| {
        let (mut disk, file) = disk_with(bytes);
        let Ok(table) = Table::open(&mut disk, file) else { return };
        let key = Key::new("apple");
        let _ = table.may_contain(&key);
        assert!(table.find_block(&key, u64::MAX) <= table.blocks().len());
        for handle in table.blocks() {
            if let Ok(block) = table.read_block(&mut disk, handle) {
                let _ = count(block.iter());
            }
        }
    };
    read(bytes);
    // With a footer that fits: then what it points to is anywhere.
    let footer = stepwise::engine::storage::table::FOOTER as usize;
    if let Some(start) = bytes.len().checked_sub(footer) {
        let mut sealed = bytes.to_vec();
        let end = sealed.len() - 4;
        let sum = crc32(&sealed[start..end]);
        sealed[end..].copy_from_slice(&sum.to_le_bytes());
        read(&sealed);
    }
}

fn logs() -> Vec<Vec<u8>> {
    let (mut disk, file) = disk_with(&[]);
    let mut writer = log::LogWriter::new(file, 0);
    for entry in samples() {
        writer.append(&mut disk, &entry.payload()).expect("the disk has room");
        writer.sync(&mut disk).expect("the disk has power");
    }
    vec![disk.peek(file, 0..u64::MAX)]
}

fn read_log(bytes: &[u8]) {
    let read = |bytes: &[u8]| {
        let (mut disk, file) = disk_with(bytes);
        match log::recover(&mut disk, file, log::Tail::Unsynced) {
            Ok(found) => assert!(found.end <= found.len),
            Err(corrupt) => assert!(corrupt.offset < bytes.len() as u64),
        }
    };
    read(bytes);
    if let Some(len) = bytes.get(4..8) {
        let len = u32::from_le_bytes(len.try_into().expect("four bytes")) as usize;
        read(&sealed(bytes, 0, log::HEADER.saturating_add(len), u32::to_le_bytes));
    }
}

/// The bytes with the checksum that stands at `at` put right for what follows up to `end`.
fn sealed(bytes: &[u8], at: usize, end: usize, order: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let mut sealed = bytes.to_vec();
    if at + 4 <= end.min(bytes.len()) {
        let sum = crc32(&sealed[at + 4..end.min(bytes.len())]);
        sealed[at..at + 4].copy_from_slice(&order(sum));
    }
    sealed
}

fn edits() -> Vec<Vec<u8>> {
    let (smallest, largest) = (Key::new("apple"), Key::new("é🙂"));
    let meta = TableMeta { number: 7, smallest, largest, bytes: 1234, entries: 6 };
    let edit = Edit {
        added: vec![(0, meta.clone()), (2, meta)],
        removed: vec![3, 5],
        oldest_log: 4,
        next_file: 9,
        sequence: 99,
    };
    vec![edit.encode(), Edit::default().encode()]
}

fn read_edit(bytes: &[u8]) {
    if let Some(edit) = Edit::decode(bytes) {
        assert_eq!(Edit::decode(&edit.encode()), Some(edit));
    }
}

/// The layout of the figure's pages.
fn layout() -> Layout {
    Layout::of_order(4, MAX_VALUE_BYTES)
}

fn pages() -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    for kind in [Kind::Leaf, Kind::Inner, Kind::Free, Kind::Meta] {
        let level = u8::from(kind == Kind::Inner);
        let mut page = Page::new(layout(), kind, level, PageId(3));
        page.set_next(Some(PageId(5)));
        pages.push(page.seal().to_vec());
    }
    pages
}

fn read_page(bytes: &[u8]) {
    let size = layout().size();
    let read = |bytes: &[u8]| {
        let id = bytes.get(8..12).map_or(0, |id| u32::from_le_bytes(id.try_into().expect("four bytes")));
        let Ok(page) = Page::decode(bytes, layout(), PageId(id)) else { return };
        let _ = (page.kind(), page.level(), page.next(), page.transaction(), page.root(), page.children().count());
        let keys: Vec<_> = page.keys().collect();
        for (at, key) in keys.iter().enumerate() {
            let _ = (key.to_string(), page.search(key), page.child_for(key));
            if page.is_leaf() {
                let _ = page.value(at);
            }
        }
    };
    let mut bytes = bytes.to_vec();
    read(&bytes);
    bytes.resize(size, 0);
    read(&sealed(&bytes, 0, size, u32::to_le_bytes));
}

fn page_logs() -> Vec<Vec<u8>> {
    let image = |page: &Vec<u8>| {
        let mut record = vec![0, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0];
        record.extend(page);
        let len = record.len();
        sealed(&record, 0, len, u32::to_le_bytes)
    };
    pages().iter().map(image).collect()
}

fn read_page_log(bytes: &[u8]) {
    let _ = btree::log::decode(bytes, 0, layout());
    for len in [16, 16 + layout().size()] {
        let _ = btree::log::decode(&sealed(bytes, 0, len, u32::to_le_bytes), 0, layout());
    }
}

fn hash_records() -> Vec<Record> {
    let record = |key: &str, value: Option<&str>| Record {
        timestamp: Timestamp(7),
        key: Key::new(key),
        value: value.map(Into::into),
    };
    vec![record("apple", Some("value")), record("é🙂", Some("")), record("gone", None)]
}

fn records() -> Vec<Vec<u8>> {
    hash_records().iter().map(Record::encode).collect()
}

fn read_record(bytes: &[u8]) {
    let _ = Record::decode(bytes);
    if let Some(header) = stepwise::engine::storage::hash_index::record::Header::decode(bytes) {
        let end = usize::try_from(header.record_len()).unwrap_or(usize::MAX);
        let _ = Record::decode(&sealed(bytes, 0, end, u32::to_be_bytes));
    }
}

fn hints() -> Vec<Vec<u8>> {
    let entries: Vec<_> = hash_records().iter().map(|record| hint::HintEntry::new(record, 20)).collect();
    vec![hint::encode(&entries), hint::encode(&[])]
}

fn read_hint(bytes: &[u8]) {
    let _ = hint::decode(bytes);
    if let Some(end) = bytes.len().checked_sub(hint::CHECKSUM) {
        let sum = crc32(&bytes[..end]);
        let _ = hint::decode(&[&bytes[..end], &sum.to_be_bytes()].concat());
    }
}

fn cluster_records() -> Vec<Vec<u8>> {
    messages().iter().filter(|message| message[0] == 8).map(|message| message[1..].to_vec()).collect()
}

fn read_cluster_record(bytes: &[u8]) {
    let _ = quorum::record::decode(bytes);
    if let Some([key, high, low]) = bytes.get(17..20) {
        let end = 20 + usize::from(*key) + usize::from(u16::from_be_bytes([*high, *low]));
        let _ = quorum::record::decode(&sealed(bytes, 0, end, u32::to_be_bytes));
    }
}

fn messages() -> Vec<Vec<u8>> {
    use quorum::message::{Ending, Message};
    use stepwise::engine::replication::history::Request;
    use stepwise::engine::replication::{CallId, ClientId, NodeId};
    let call = CallId { client: ClientId::new(1), number: 300 };
    let key = Key::new("apple");
    let after = Time::from_nanos(5_000_000);
    let version = quorum::record::Version { at: after, call };
    let record = quorum::record::Record::new(Some("é🙂".into()), version, None);
    let sibling = |number| {
        let call = CallId { client: ClientId::new(2), number };
        let seen = [quorum::record::Record::new(None, version, Some(Default::default()))]
            .iter()
            .collect::<quorum::kept::Kept>()
            .context();
        quorum::record::Record::new(Some("pear".into()), quorum::record::Version { at: after, call }, Some(seen))
    };
    let siblings: quorum::kept::Kept = [sibling(1), sibling(2)].iter().collect();
    let places = quorum::merkle::TreePlace::all();
    let digest = quorum::merkle::Tree::of(&Default::default()).entry(places[0]);
    let all = [
        Message::Request { call, request: Request::Read { key: key.clone() } },
        Message::Request { call, request: Request::Delete { key: key.clone() } },
        Message::Request { call, request: Request::Write { key: key.clone(), value: "pear".into() } },
        Message::Response { call, ending: Ending::Found(record.clone().into()) },
        Message::Response { call, ending: Ending::QuorumNotMet { got: 1, needed: 2, after } },
        Message::Response { call, ending: Ending::NoResponse { node: NodeId::new(2), after } },
        Message::Write { call, key: key.clone(), record: record.clone(), hint: Some(NodeId::new(3)) },
        Message::Answer { call, found: record.clone().into() },
        Message::Answer { call, found: siblings },
        Message::Write { call, key: key.clone(), record: sibling(1), hint: None },
        Message::RequestAfter {
            call,
            request: Request::Delete { key: key.clone() },
            seen: sibling(1).dotted.expect("it has").seen,
        },
        Message::Repair { key: key.clone(), record: record.clone(), call: Some(call) },
        Message::Repaired { call, version: record.version },
        Message::HandedOff { key: key.clone(), version: record.version },
        Message::Digests(vec![digest, digest]),
        Message::Entries { ranges: vec![places[3]], entries: vec![(key, record)], is_reply: true },
    ];
    all.iter().map(wire::bytes).collect()
}

/// What can be read can be written, and is read as the same again.
fn read_message(mut bytes: &[u8]) {
    if let Some(message) = quorum::message::Message::read(&mut bytes) {
        assert_eq!(quorum::message::Message::read(&mut &wire::bytes(&message)[..]), Some(message));
    }
}

/// What a leader ships for a few statements, in each form.
fn shipped(method: Method) -> Vec<Vec<u8>> {
    let schema = &TICKETS;
    let texts: [std::rc::Rc<str>; 3] = [
        "INSERT INTO tickets (holder) VALUES ('ann'), ('bob')".into(),
        "UPDATE tickets SET lot = id * 10 WHERE holder <> 'é🙂'".into(),
        "DELETE FROM tickets WHERE id = 1".into(),
    ];
    let changes: [std::rc::Rc<str>; 3] =
        ["I id=1, holder='ann'".into(), "U id=1, holder='ann' > id=1, holder='é'".into(), "D id=1".into()];
    let table = Replica::new(schema, 1).table;
    let shipped = match method {
        Method::Statements => vec![entry::of_texts(1, &texts)],
        Method::Triggers => vec![entry::of_texts(1, &changes)],
        Method::WriteAheadLog => vec![entry::of_pages(1, &[], &table)],
        Method::Rows => {
            let mut row = schema.default_row();
            row[0] = Value::Integer(1);
            vec![entry::of_inserted(vec![row], schema)]
        }
    };
    for bytes in &shipped {
        let mut follower = Replica::new(schema, 1);
        entry::apply(bytes, method, &mut follower, Time::from_nanos(1)).expect("an input that it was made for");
    }
    shipped
}

fn apply(bytes: &[u8], method: Method) {
    let mut follower = Replica::new(&TICKETS, 1);
    let _ = entry::apply(bytes, method, &mut follower, Time::from_nanos(1));
    let _ = entry::explain(bytes, method);
    let _: Vec<_> = follower.table.rows().collect();
    if let Method::WriteAheadLog = method
        && let Some(len) = bytes.get(9)
    {
        // The first record with a checksum that fits.
        let end = 10 + usize::from(*len);
        if bytes.len() >= end + 4 {
            let mut sealed = bytes.to_vec();
            let sum = crc32(&sealed[6..end]);
            sealed[end..end + 4].copy_from_slice(&sum.to_be_bytes());
            let _ = entry::apply(&sealed, method, &mut follower, Time::from_nanos(1));
            let _: Vec<_> = follower.table.rows().collect();
        }
    }
}

fn scripts() -> Vec<Vec<u8>> {
    catalogue().iter().map(|entry| entry.about.example.as_bytes().to_vec()).collect()
}

fn read_script(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match statements(&text) {
        Ok(statements) => {
            for one in statements.iter().filter_map(|statement| statement.unfold().ok()).flatten().take(100) {
                read_by_all(&one);
            }
        }
        Err(mistake) => assert!(!mistake.to_string().is_empty()),
    }
}

/// Every language of commands reads it, or says what is wrong.
fn read_by_all(statement: &stepwise::engine::language::Statement) {
    use stepwise::engine::Engine;
    use stepwise::engine::{replication, service, storage};
    fn by<E: Engine>(statement: &stepwise::engine::language::Statement) {
        match E::parse(&mut Words::new(statement)) {
            Ok(command) => assert!(!command.to_string().is_empty()),
            Err(mistake) => assert!(!mistake.to_string().is_empty()),
        }
    }
    by::<storage::hash_index::HashIndex>(statement);
    by::<storage::sstable::SsTables>(statement);
    by::<storage::lsm::Lsm>(statement);
    by::<storage::btree::BTree>(statement);
    by::<Cluster<quorum::Quorum>>(statement);
    by::<Cluster<replication::lag::Lag>>(statement);
    by::<Cluster<replication::replication_log::ReplicationLog>>(statement);
    by::<service::faults::Faults>(statement);
    by::<service::latency::Latency>(statement);
}

fn files() -> Vec<Vec<u8>> {
    let texts = [
        "key,value\r\na,1\r\n\"b;c\",\"two \"\"words\"\"\"\r\n",
        "a\t1\nb\t\"2\n3\"\n",
        "\u{feff}🙂;é;1\n\nx;y;2",
        "sep=|\r\na|1\r\n",
        "{\"a\": [1, \"\\u00e9\"], \"b\": {}}",
        "[[\"a\", 1]]",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn read_file(bytes: &[u8]) {
    match data::read(bytes, Header::Guess) {
        Ok(data) => {
            let rows = &data.rows;
            assert_eq!(statements(&data::script(rows)).map(|all| all.len()), Ok(rows.len()));
            assert!(!data.told().is_empty());
            let _ = data.turned();
        }
        Err(mistake) => assert!(mistake.line > 0),
    }
}

fn specs() -> Vec<Vec<u8>> {
    vec![
        b"#kind=btree&order=4&run=put+1+a%3B+put+2+b&step=1.7".to_vec(),
        b"kind=lsm&before=put+1..20+x&controls=minimal&title=A+%26+B&run=get+%F0%9F%99%82".to_vec(),
    ]
}

fn read_spec(bytes: &[u8]) {
    let (spec, _) = FigureSpec::from_fragment(&String::from_utf8_lossy(bytes));
    let (again, _) = FigureSpec::from_fragment(&spec.to_fragment());
    assert_eq!(again.run, spec.run);
    if let Ok(entry) = stepwise::figures::find(&spec.kind) {
        let _ = Parameters::new(entry.parameters, spec.parameters.iter().map(|(name, value)| (&name[..], &value[..])));
    }
}

fn fences() -> Vec<Vec<u8>> {
    vec![b"kind = \"btree\"\norder = 4\nrun = \"\"\"\nput 1 a\n\"\"\"\nlog = true\nstep = \"2.1\"\n".to_vec()]
}

fn read_fence(bytes: &[u8]) {
    let _ = FigureSpec::from_toml(&String::from_utf8_lossy(bytes));
}
