use proptest::prelude::*;

use super::resume::{REGIONS, Record};
use super::*;
use crate::testing::{counter, run, told};

fn costs(models: &Models) -> [Cost; 3] {
    [0, 1, 2].map(|place| models.panes[place].last.as_ref().expect("all were asked").cost)
}

/// The first and the other two.
fn answers(models: &Models) -> (Option<Result<Answer, Trouble>>, [bool; 2]) {
    let first = models.panes[0].answer.clone();
    let same = [1, 2].map(|place| models.panes[place].answer == first);
    (first, same)
}

#[test]
fn a_profile_is_one_document_and_rows_of_five_tables() {
    let (models, outcomes) = run::<Models>(&[], "recommend 1 by 2; profile 1");
    let expected = "answer of the tables: name = Ada Berg, region = Greater Oslo, positions = Analyst at Engines, Author at Notes, \
                    schools = Nesna, recommended by = Grace Ozols";
    assert_eq!(outcomes[1].to_string(), expected);
    let [rows, documents, edges] = costs(&models);
    assert_eq!((documents.read, documents.steps), (1, 0));
    // A person, a region, two positions, a school, a recommendation and its giver, and four entries of indexes.
    assert_eq!((rows.read, rows.steps), (7 + 4, 2));
    // As many vertices as rows, and two organisations; an edge to each but the first.
    assert_eq!((edges.read, edges.steps), (8 + 7, 7));
    let touched: Vec<_> = models.panes[0].last.as_ref().unwrap().touched.keys().cloned().collect();
    assert_eq!(
        touched,
        ["people 1", "people 2", "positions 1", "positions 2", "recommendations 1", "regions 1", "schools 1"]
    );
}

#[test]
fn a_region_is_one_row_and_one_vertex_and_a_document_for_each_who_lives_there() {
    let (models, _) = run::<Models>(&[], r#"rename-region "Greater Oslo" Oslo"#);
    assert_eq!(costs(&models).map(|cost| cost.written), [1, 2, 1]);
    assert_eq!(costs(&models)[1].read, 4);
    let written = |name: &str| {
        models.panes.iter().any(|pane| pane.last.as_ref().unwrap().touched.get(name) == Some(&work::Touch::Written))
    };
    assert_eq!(
        ["regions 1", "regions 2", "document 1", "document 2", "document 3"].map(written),
        [true, false, true, false, true]
    );
}

#[test]
fn one_field_rewrites_one_row_or_a_whole_document() {
    let (models, _) = run::<Models>(&[], r#"rename-person 1 "Ada Moe""#);
    let [rows, documents, _] = costs(&models);
    let Kept::Documents(kept) = &models.panes[1].kept else { panic!("documents") };
    assert_eq!(documents.bytes_written, kept.texts()[0].1.len() as u64);
    assert!(documents.bytes_written > 5 * rows.bytes_written, "{rows:?} {documents:?}");
}

#[test]
fn a_copy_of_a_name_disagrees_once_the_name_is_another() {
    let script = "recommend 1 by 2; rename-person 2 Amazing; profile 1";
    let (models, _) = run::<Models>(&[], script);
    let Kept::Documents(documents) = &models.panes[1].kept else { panic!("documents") };
    assert_eq!(documents.disagreeing(), [(1, 2, "Grace Ozols".to_owned())]);
    assert_eq!(counter(&models, "copies_that_disagree"), 1);
    assert_eq!(answers(&models).1, [false, true]);
    let (mut models, _) = run::<Models>(&[("copies", "off")], script);
    assert_eq!(answers(&models).1, [true, true]);
    let (text, _) = told(&mut models, "profile 1");
    assert!(text.contains("2 documents read") && text.contains("1 of them looked up for a name"), "{text}");
}

#[test]
fn a_schema_on_write_refuses_what_a_reader_of_the_others_finds() {
    let (mut models, _) = run::<Models>(&[], "add-person nameless");
    let refused = models.panes.each_ref().map(|pane| pane.answer.is_some());
    assert_eq!(refused, [true, false, false]);
    let (text, _) = told(&mut models, r#"profile 5; people-in "Riga Area""#);
    for part in
        ["Tables: nothing read, but it has no person 5.", "but the record of person 5 has no name.", "has no name."]
    {
        assert!(text.contains(part), "{text}");
    }
    // Whoever gives it a name has mended it.
    let (_, outcome) = told(&mut models, r#"rename-person 5 "Jim Kalns"; people-in "Riga Area""#);
    assert_eq!(outcome.to_string(), "answer of the tables: name = Grace Ozols");
    let expected = ["Grace Ozols", "Jim Kalns"].map(str::to_owned).to_vec();
    assert_eq!(models.panes[1].answer, Some(Ok(Answer::Names(expected.clone()))));
    assert_eq!(models.panes[2].answer, Some(Ok(Answer::Names(expected))));
}

/// What the others answer is told where it isn't what the tables answer.
#[test]
fn an_answer_that_differs_is_told_with_that_of_the_tables() {
    let (mut models, _) = run::<Models>(&[], "recommend 1 by 2; rename-person 2 \"Grace Kalns\"");
    let (text, _) = told(&mut models, "profile 1");
    let differs = "Its answer isn't that of the tables: recommended by = Grace Ozols, where they have recommended by \
                   = Grace Kalns.";
    assert_eq!(text.matches(differs).count(), 1, "{text}");
    let (mut models, _) = run::<Models>(&[], "add-person nameless; rename-person 5 \"Jim Kalns\"");
    let (text, _) = told(&mut models, "profile 5; people-in \"Riga Area\"");
    let none = "Its answer isn't that of the tables, which have none: name = Jim Kalns, region = Riga Area,";
    assert_eq!(text.matches(none).count(), 2, "{text}");
    let more = "Its answer isn't that of the tables: name = Jim Kalns, where they have nothing more.";
    assert_eq!(text.matches(more).count(), 2, "{text}");
}

/// A record that no model takes uses up no number, and who is new or recommends whom is told.
#[test]
fn numbers_are_told_and_given_to_those_who_are_taken() {
    let (mut models, _) = run::<Models>(&[], "add-person torn");
    let (text, _) = told(&mut models, "add-person whole");
    assert_eq!(text.matches("; it is person 5.").count(), 3, "{text}");
    let (text, outcome) = told(&mut models, "profile 5");
    assert!(
        !text.contains("no person 5") && outcome.to_string().starts_with("answer of the tables: name = Jim Kalns"),
        "{text}"
    );
    let (mut models, _) = run::<Models>(&[], "add-person nameless");
    let (text, _) = told(&mut models, "add-person whole; recommend 1");
    assert!(text.contains("; it is person 6.") && text.contains("; person 2 recommends person 1."), "{text}");
}

#[test]
fn a_text_takes_anything_and_a_json_column_takes_only_json() {
    let (mut models, _) = run::<Models>(&[("compare", "columns")], "add-person torn");
    assert_eq!(models.panes.each_ref().map(|pane| pane.answer.is_some()), [true, true, false]);
    let (text, _) = told(&mut models, r#"people-in "Riga Area""#);
    assert!(text.contains("JSON column: 4 rows read") && text.contains("gives the program names"), "{text}");
    assert!(text.contains("the text of person 5 is no JSON"), "{text}");
}

#[test]
fn names_that_become_two_rewrite_all_rows_and_no_document() {
    let (mut models, _) = run::<Models>(&[], "split-names");
    assert_eq!(costs(&models).map(|cost| cost.written), [4, 0, 0]);
    assert_eq!(counter(&models, "table_closed_ms"), 4);
    let (text, _) = told(&mut models, "profile 2");
    assert!(!text.contains("not that of"), "{text}");
    let Kept::Documents(documents) = &models.panes[1].kept else { panic!("documents") };
    assert_eq!(documents.unsplit(), 4);
    told(&mut models, "rename-person 2 Grace");
    let Kept::Documents(documents) = &models.panes[1].kept else { panic!("documents") };
    assert_eq!(documents.unsplit(), 3);
    assert!(documents.texts()[1].1.contains(r#""first":"Grace""#));
}

#[test]
fn what_cannot_be_done_is_refused_before_any_model_has_changed() {
    for (script, reason) in [
        ("profile 8", "there is no person 8; accepted: 1 to 4"),
        ("recommend 1 by 1", "no one recommends themselves"),
        (
            "rename-region Oslo Bergen",
            "there is no region Oslo; accepted: \"Greater Oslo\", \"Riga Area\", \"Basel Region\"",
        ),
        (r#"rename-region "Riga Area" "Greater Oslo""#, "there is a region \"Greater Oslo\" already"),
    ] {
        let (models, outcomes) = run::<Models>(&[], script);
        assert_eq!(outcomes, [Outcome::Refused(reason.to_owned())]);
        assert!(models.panes.iter().all(|pane| pane.total == Cost::default()));
    }
}

fn any_command(bad: bool) -> impl Strategy<Value = Command> {
    let person = 1..=8u32;
    let region = prop::sample::select(vec!["Greater Oslo", "Riga Area", "Basel Region", "it's", "Nowhere"]);
    let text =
        prop::sample::select(vec!["x", "O'Hara", "\"quoted\"", "ß, é", "[1]", "NULL", "Ada King Berg", " y", "z "]);
    let records = if bad { vec![Record::Whole, Record::Nameless, Record::Torn] } else { vec![Record::Whole] };
    let record = prop::sample::select(records);
    prop_oneof![
        3 => person.clone().prop_map(|person| Command::Profile { person }),
        3 => region.clone().prop_map(|region| Command::PeopleIn { region: region.to_owned() }),
        2 => (region.clone(), region)
            .prop_map(|(from, to)| Command::RenameRegion { from: from.to_owned(), to: to.to_owned() }),
        2 => (person.clone(), text.clone())
            .prop_map(|(person, name)| Command::RenamePerson { person, name: name.to_owned() }),
        2 => (person.clone(), text.clone(), text).prop_map(|(person, title, at)| Command::AddPosition {
            person,
            title: title.to_owned(),
            organisation: at.to_owned()
        }),
        2 => (person.clone(), person).prop_map(|(person, by)| Command::Recommend { person, by }),
        1 => record.prop_map(|record| Command::AddPerson { record }),
        1 => Just(Command::SplitNames),
    ]
}

/// The same people in plain structs, as slow and as simple as can be.
struct Oracle {
    regions: Vec<String>,
    /// Who recommends is kept by number; nothing where a record was no good.
    people: Vec<Option<(Profile, usize, Vec<usize>)>>,
    columns: bool,
}

impl Oracle {
    fn new(people: usize, columns: bool) -> Oracle {
        let mut oracle = Oracle { regions: REGIONS.map(str::to_owned).to_vec(), people: Vec::new(), columns };
        (0..people).for_each(|_| oracle.add(Record::Whole));
        oracle
    }

    fn add(&mut self, record: Record) {
        let given = &PEOPLE[self.people.len()];
        let owned = |(title, at): &(&str, &str)| ((*title).to_owned(), (*at).to_owned());
        let profile = Profile {
            name: given.name.to_owned(),
            positions: given.positions.iter().map(owned).collect(),
            schools: given.schools.iter().map(|school| (*school).to_owned()).collect(),
            ..Profile::default()
        };
        self.people.push((record == Record::Whole).then_some((profile, given.region - 1, Vec::new())));
    }

    fn person(&mut self, person: u32) -> Option<&mut (Profile, usize, Vec<usize>)> {
        self.people.get_mut(person as usize - 1)?.as_mut()
    }

    /// The answer of a question; nothing if it has none.
    fn execute(&mut self, command: &Command) -> Option<Answer> {
        match command {
            Command::Profile { person } => {
                let (profile, region, by) = self.person(*person)?.clone();
                let name = |by: &usize| self.people[*by].as_ref().map(|(profile, ..)| profile.name.clone());
                return Some(Answer::Profile(Profile {
                    region: self.regions[region].clone(),
                    recommended_by: by.iter().filter_map(name).collect(),
                    ..profile
                }));
            }
            Command::PeopleIn { region } => {
                let here = self.people.iter().flatten().filter(|(_, own, _)| self.regions[*own] == *region);
                return Some(Answer::Names(here.map(|(profile, ..)| profile.name.clone()).collect()));
            }
            Command::RenameRegion { from, to } if !self.regions.contains(to) => {
                self.regions.iter_mut().filter(|region| *region == from).for_each(|region| region.clone_from(to));
            }
            Command::RenamePerson { person, name } => self.person(*person)?.0.name.clone_from(name),
            Command::AddPosition { person, title, organisation } => {
                self.person(*person)?.0.positions.push((title.clone(), organisation.clone()));
            }
            Command::Recommend { person, by } if person != by => {
                self.person(*by)?;
                self.person(*person)?.2.push(*by as usize - 1);
            }
            // A torn record is taken by nobody but a column of texts.
            Command::AddPerson { record: Record::Torn } if !self.columns => {}
            Command::AddPerson { record } if self.people.len() < PEOPLE.len() => self.add(*record),
            _ => {}
        }
        None
    }
}

/// What a command came to was the answer of the tables, and nothing said so: `(no value)`, where the others had one.
#[test]
fn what_a_question_comes_to_says_whose_answer_it_is() {
    let (_, outcomes) = run::<Models>(&[], "people-in \"Riga Area\"; add-person nameless; profile 5; people-in Oslo");
    let said: Vec<_> = outcomes.iter().map(ToString::to_string).collect();
    assert_eq!(said[0], "answer of the tables: name = Grace Ozols");
    assert_eq!(said[2], "answer of the tables: none");
    assert_eq!(said[3], "answer of the tables: (no entries)");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was done before, all models answer as plain structs do, as long as records are whole; documents with copies do
    /// as long as no copy disagrees.
    #[test]
    fn all_models_answer_the_same(
        commands in prop::collection::vec(any_command(false), 1..25), copies: bool, columns: bool, people in 1..=8u32,
    ) {
        let compare = if columns { Compared::Columns } else { Compared::Models };
        let mut models = Models::new(Settings { compare, people, copies });
        let mut oracle = Oracle::new(people as usize, columns);
        for command in &commands {
            models.execute(command, &mut ());
            let expected = oracle.execute(command);
            for pane in &models.panes {
                if !copies || models.disagreeing == 0 || !matches!(pane.kept, Kept::Documents(_)) {
                    let answer = pane.answer.clone();
                    prop_assert_eq!(answer.map(|answer| answer.expect("nothing is wrong with it")), expected.clone());
                }
            }
        }
        prop_assert!(copies || models.disagreeing == 0);
    }

    /// Records that are no good never reach the tables, and what the others make of them is no panic.
    #[test]
    fn tables_hold_only_what_their_schema_allows(
        commands in prop::collection::vec(any_command(true), 1..25), copies: bool, columns: bool,
    ) {
        let compare = if columns { Compared::Columns } else { Compared::Models };
        let mut models = Models::new(Settings { compare, people: 2, copies });
        let mut oracle = Oracle::new(2, columns);
        for command in &commands {
            models.execute(command, &mut ());
            let expected = oracle.execute(command);
            prop_assert_eq!(models.panes[0].answer.clone().and_then(Result::ok), expected);
        }
    }
}
