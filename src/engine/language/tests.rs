use super::*;

fn texts(script: &str) -> Vec<Vec<String>> {
    let unfolded = statements(script).unwrap().into_iter().flat_map(|each| each.unfold().unwrap());
    unfolded.map(|each| each.words.into_iter().map(|word| word.text).collect()).collect()
}

#[test]
fn commands_stand_one_a_line_or_between_semicolons() {
    assert_eq!(
        texts("put a 1; get a\n\n# nothing\n;;delete a # gone"),
        [vec!["put", "a", "1"], vec!["get", "a"], vec!["delete", "a"]]
    );
}

/// FAULTS S10.
#[test]
fn a_byte_order_mark_at_the_beginning_is_no_part_of_the_script() {
    assert_eq!(texts("\u{feff}put a 1; get a"), [vec!["put", "a", "1"], vec!["get", "a"]]);
    assert_eq!(statements("\u{feff}put a 1").unwrap()[0].words[0].place, Place { line: 1, column: 1 });
    assert_eq!(texts("put a \u{feff}1")[0][2], "\u{feff}1", "only there");
}

/// FAULTS S12: a CR alone ends a line of a script, as it does in a file of data.
#[test]
fn a_cr_alone_ends_a_line() {
    let lines = "put a 1\n# put b 2\nget \"a\nb\" # b\n\nget";
    for end in ["\r", "\r\n"] {
        let other = lines.replace('\n', end);
        let [found, expected] = [&other, lines].map(|script| statements(script).unwrap());
        let places = |found: &[Statement]| found.iter().map(|each| each.words[0].place).collect::<Vec<_>>();
        assert_eq!(places(&found), places(&expected), "{other:?}");
        assert_eq!(found[0].words, expected[0].words, "{other:?}");
    }
    assert_eq!(texts("put a 1\rget \"a\rb\""), [vec!["put", "a", "1"], vec!["get", "a\nb"]]);
    let told = decode(b"put a 1\rput \xff").unwrap_err().to_string();
    assert!(told.starts_with("line 2, column 5: "), "{told}");
}

/// FAULTS S12.
#[test]
fn bytes_that_are_no_text_are_said_with_their_place() {
    assert_eq!(decode("put é 1".as_bytes()), Ok("put é 1"));
    let told = decode(b"put a 1\nput \xc3\xa9 \xff\n").unwrap_err().to_string();
    assert_eq!(told, "line 2, column 7: the byte 0xff is no UTF-8; accepted: a text file saved as UTF-8");
}

#[test]
fn words_may_be_quoted() {
    assert_eq!(texts(r##"put "new york" "a;b#\"\\""##), [["put", "new york", r##"a;b#"\"##]]);
}

#[test]
fn a_range_repeats_the_command() {
    assert_eq!(texts("put 9..11 x"), [["put", "9", "x"], ["put", "10", "x"], ["put", "11", "x"]]);
    assert_eq!(texts("put \"9..11\" x"), [["put", "9..11", "x"]]);
}

#[test]
fn a_cut_belongs_to_its_statement() {
    let found = statements("put 9 z @3; crash").unwrap();
    assert_eq!(found[0].cut, Some(3));
    assert_eq!(found[1].cut, None);
}

#[test]
fn what_is_decided_otherwise_belongs_to_its_statement() {
    let found = statements("put 9 z !1.2 !3.1 @3; crash").unwrap();
    assert_eq!(found[0].overruled.iter().map(Overruled::to_string).collect::<Vec<_>>(), ["!1.2", "!3.1"]);
    assert_eq!((found[0].cut, found[0].words.len(), found[1].overruled.len()), (Some(3), 3, 0));
    assert_eq!(statements("put \"!1.2\" x").unwrap()[0].words[1].text, "!1.2");
}

#[test]
fn a_mistake_says_where_what_and_what_instead() {
    let message = |script: &str| match statements(script) {
        Err(mistake) => mistake.to_string(),
        Ok(found) => found[0].unfold().unwrap_err().to_string(),
    };
    assert_eq!(message("put a\nput \"b"), "line 2, column 5: a quote that is never closed; accepted: a closing \"");
    assert_eq!(message("put 9 @0"), "line 1, column 7: `@0` names no step; accepted: @ and a whole number from 1");
    assert_eq!(
        message("put 9 x !1"),
        "line 1, column 9: `!1` names no decision and way; accepted: ! and two whole numbers from 1, as in !1.2"
    );
    assert!(message("put 9 !1.0").contains("names no decision and way"));
    assert!(message("put !1.2 9").contains("`9` after `!1.2`"));
    assert!(message("put 1..9 x !1.2").contains("a range, or `!`"));
    assert_eq!(message("put 20..1 x"), "line 1, column 5: `20..1` runs backwards; accepted: 1..20");
    assert!(message("put 0..99999999999999999999 x").contains("too many commands"));
    assert!(statements(&" ".repeat(MAX_SCRIPT_BYTES + 1)).is_err());
}

#[test]
fn a_spelt_word_reads_as_itself() {
    for word in ["k", "bob@x.org", "new york", "", "1..3", "a;b", "\"", "\\", "é🙂", "a\nb\tc", "@3", "!1.2", "!", "#"]
    {
        assert_eq!(texts(&format!("put {}", spell(word)))[0][1], word);
    }
}

/// A mistake within a text in another language is shown where it stands in the script, whatever escapes and lines are before.
#[test]
fn a_passage_knows_where_each_of_its_bytes_stands_in_the_script() {
    let script = "ask \"é \\\"x\\\" y\\nz\n  w\"; ask é b\tc";
    let statements = statements(script).unwrap();
    let passage = |statement: usize| {
        let mut words = Words::new(&statements[statement]);
        words.next();
        words.passage("text").unwrap().text
    };
    assert_eq!([passage(0), passage(1)], ["é \"x\" y\nz\n  w", "é b c"]);
    let place = |statement: usize, what: &str| {
        let mut words = Words::new(&statements[statement]);
        words.next();
        let passage = words.passage("text").unwrap();
        let Place { line, column } = passage.place(passage.text.find(what).unwrap());
        (line, column)
    };
    assert_eq!(
        [place(0, "é"), place(0, "x"), place(0, "y"), place(0, "z"), place(0, "w")],
        [(1, 6), (1, 10), (1, 14), (1, 17), (2, 3)]
    );
    assert_eq!([place(1, "é"), place(1, "b"), place(1, "c")], [(2, 11), (2, 13), (2, 15)]);
    let mut words = Words::new(&statements[1]);
    words.next();
    let passage = words.passage("text").unwrap();
    assert_eq!(passage.place(passage.text.len()), Place { line: 2, column: 16 });
}
