//! Statements that change a database: on a draft of it, which takes its place if all went well.

use std::rc::Rc;

use super::bind::{Binder, Kind, Seen};
use super::database::{Database, Effect, Field, Index, Relation, Statistics, Tuple, Written};
use super::datum::{Datum, Type};
use super::planner::plan;
use super::query::{At, ColumnDefinition, Expr, InsertSource, Name, Statement};
use super::run::Run;
use super::scalar::Scalar;
use super::token::Mistake;
use super::{document, record};
use crate::language::shorten;
use crate::order;

type Done<T> = Result<T, Mistake>;

fn wrong<T>(at: At, problem: impl Into<String>, accepted: impl Into<String>) -> Done<T> {
    Err(Mistake { at, problem: problem.into(), accepted: accepted.into() })
}

impl Database {
    /// Carries out a statement that is no query. Where that can't be done, nothing is changed.
    pub fn write(&mut self, statement: &Statement) -> Done<Effect> {
        let mut draft = self.clone();
        let effect = draft.carry_out(statement)?;
        *self = draft;
        Ok(effect)
    }

    fn carry_out(&mut self, statement: &Statement) -> Done<Effect> {
        match statement {
            Statement::Select(_) | Statement::Explain(_) => {
                wrong(0, "this statement changes nothing", "a statement that changes something")
            }
            Statement::CreateTable { name, columns } => self.create_table(name, columns),
            Statement::CreateIndex { name, table, columns, unique } => self.create_index(name, table, columns, *unique),
            Statement::DropTable { name } => self.drop_table(name),
            Statement::DropIndex { name } => {
                for table in &mut self.tables {
                    if let Some(place) = table.indexes.iter().position(|index| index.name == name.text) {
                        if table.indexes[place].of_constraint {
                            let problem = format!("the index {} keeps the values of {} apart", name.text, table.name);
                            return wrong(name.at, problem, "an index that CREATE INDEX made");
                        }
                        let table = Rc::make_mut(table);
                        table.indexes.remove(place);
                        if let Some(statistics) = &mut table.statistics {
                            statistics.index_distinct.remove(place);
                        }
                        return Ok(Effect::Defined(format!("the index {} is gone", name.text)));
                    }
                }
                let names: Vec<&str> =
                    self.tables().flat_map(|table| table.indexes.iter().map(|index| &*index.name)).collect();
                wrong(name.at, format!("there is no index {}", shorten(&name.text, 40)), names.join(", "))
            }
            Statement::AddColumn { table, column } => self.add_column(table, column),
            Statement::Analyze => {
                self.analyze();
                Ok(Effect::Defined("the statistics are counted".to_owned()))
            }
            Statement::Insert { table, columns, source } => self.insert(table, columns.as_deref(), source),
            Statement::Update { table, set, condition } => self.update(table, set, condition.as_ref()),
            Statement::Delete { table, condition } => self.delete(table, condition.as_ref()),
        }
    }

    fn place(&self, name: &Name) -> Done<usize> {
        self.tables.iter().position(|table| table.name == name.text).ok_or_else(|| {
            let names: Vec<&str> = self.tables().map(|table| &*table.name).collect();
            let accepted = if names.is_empty() { "none, as none was made".to_owned() } else { names.join(", ") };
            Mistake { at: name.at, problem: format!("there is no table {}", shorten(&name.text, 40)), accepted }
        })
    }

    /// A table of these columns, without a row. Where that can't be done, nothing is changed.
    pub fn create_table(&mut self, name: &Name, definitions: &[ColumnDefinition]) -> Done<Effect> {
        if self.table(&name.text).is_some() {
            return wrong(name.at, format!("there is a table {} already", name.text), "another name");
        }
        let mut table = Relation::new(name.text.clone());
        definitions.iter().try_for_each(|definition| self.define(&mut table, definition))?;
        definitions.iter().try_for_each(|definition| self.refer(&mut table, definition))?;
        let told = format!("the table {} has {}", table.name, crate::wording::count(table.columns.len(), "column"));
        self.tables.push(Rc::new(table));
        Ok(Effect::Defined(told))
    }

    /// A table that others refer to stays: their values would be those of no row.
    fn drop_table(&mut self, name: &Name) -> Done<Effect> {
        let place = self.place(name)?;
        let refers = |field: &&Field| field.references.as_ref().is_some_and(|(parent, _)| *parent == name.text);
        for table in self.tables().filter(|table| table.name != name.text) {
            if let Some(field) = table.columns.iter().find(refers) {
                let problem = format!("{}.{} refers to {}", table.name, field.name, name.text);
                return wrong(name.at, problem, format!("{} first", table.name));
            }
        }
        self.tables.remove(place);
        Ok(Effect::Defined(format!("the table {} is gone", name.text)))
    }

    /// Puts a column to a table, with the index that keeps its values apart.
    fn define(&self, table: &mut Relation, definition: &ColumnDefinition) -> Done<()> {
        let ColumnDefinition { name, kind, key, not_null, unique, default, .. } = definition;
        if table.column(&name.text).is_some() {
            return wrong(name.at, format!("there is a column {} already", name.text), "another name");
        }
        if *key && table.columns.iter().any(|column| column.key) {
            return wrong(
                name.at,
                "a primary key of several columns isn't known here",
                "one column, and UNIQUE indexes",
            );
        }
        let field = Field {
            name: name.text.clone(),
            kind: *kind,
            key: *key,
            not_null: *not_null || *key,
            default: default.clone(),
            references: None,
        };
        if !default.is_null() {
            check(&field, default, name.at)?;
        }
        let is_row_number = field.is_row_number();
        table.columns.push(field);
        if (*unique || *key) && !is_row_number {
            let columns = vec![table.columns.len() - 1];
            let index: Rc<str> = format!("{}_{}", table.name, name.text).into();
            self.check_index_name(&index, name.at)?;
            table.indexes.push(Index { name: index, columns, unique: true, of_constraint: true, entries: Vec::new() });
        }
        Ok(())
    }

    /// Notes which column must have the values of a column: one of which no two rows have the same.
    fn refer(&self, table: &mut Relation, definition: &ColumnDefinition) -> Done<()> {
        let Some((parent, referred)) = &definition.references else { return Ok(()) };
        let there = if parent.text == table.name { &*table } else { &*self.tables[self.place(parent)?] };
        let place = there.place(referred)?;
        let keeps = |index: &Index| index.unique && index.columns == [place];
        if !there.columns[place].is_row_number() && !there.indexes.iter().any(keeps) {
            let problem = format!("{}.{} may have a value in several rows", parent.text, referred.text);
            return wrong(referred.at, problem, "a PRIMARY KEY or a UNIQUE column");
        }
        if let Some(field) = table.columns.iter_mut().find(|field| field.name == definition.name.text) {
            field.references = Some((parent.text.clone(), referred.text.clone()));
        }
        Ok(())
    }

    fn check_index_name(&self, name: &str, at: At) -> Done<()> {
        if self.tables().any(|table| table.indexes.iter().any(|index| *index.name == *name)) {
            return wrong(at, format!("there is an index {name} already"), "another name");
        }
        Ok(())
    }

    /// An index of these columns of a table. Where that can't be done, nothing is changed.
    pub fn create_index(&mut self, name: &Name, table: &Name, columns: &[Name], unique: bool) -> Done<Effect> {
        self.check_index_name(&name.text, name.at)?;
        let place = self.place(table)?;
        let table = Rc::make_mut(&mut self.tables[place]);
        let columns = columns.iter().map(|column| table.place(column)).collect::<Done<Vec<usize>>>()?;
        let mut index = Index { name: name.text.clone(), columns, unique, of_constraint: false, entries: Vec::new() };
        let fields = &table.columns;
        index.entries =
            table.rows.iter().map(|(number, record)| (index.key(*number, record, fields), *number)).collect();
        order::sort(&mut index.entries);
        let twice =
            index.entries.windows(2).find(|pair| pair[0].0 == pair[1].0 && !pair[0].0.iter().any(Datum::is_null));
        if let (true, Some([(key, _), _])) = (unique, twice) {
            return wrong(name.at, format!("{} is there more than once", spelt(key)), "an index that isn't UNIQUE");
        }
        let told = format!("the index {} has {}", index.name, crate::wording::count(index.entries.len(), "entry"));
        if let Some(statistics) = &mut table.statistics {
            statistics.index_distinct.push(index.distinct());
        }
        table.indexes.push(index);
        Ok(Effect::Defined(told))
    }

    fn add_column(&mut self, name: &Name, definition: &ColumnDefinition) -> Done<Effect> {
        let place = self.place(name)?;
        if definition.key || definition.unique {
            let problem = "a column that is added and must differ in all rows";
            return wrong(definition.name.at, problem, "a column without PRIMARY KEY and UNIQUE");
        }
        if definition.not_null && definition.default.is_null() && !self.tables[place].rows.is_empty() {
            return wrong(
                definition.name.at,
                "the rows that are there have nothing for it",
                "a DEFAULT beside NOT NULL",
            );
        }
        let mut table = (*self.tables[place]).clone();
        self.define(&mut table, definition)?;
        self.refer(&mut table, definition)?;
        if let Some(statistics) = &mut table.statistics {
            statistics.distinct.push(1);
        }
        self.tables[place] = Rc::new(table);
        self.check_references(place, definition.name.at)?;
        Ok(Effect::Defined(format!(
            "the table {} has a column {}; no row was written",
            name.text, definition.name.text
        )))
    }

    /// Puts rows into a table, each with a value for every column: for whoever has them at hand, and no text. Where one can't
    /// be put, those before it are in the table.
    pub fn fill(&mut self, name: &Name, rows: impl Iterator<Item = Vec<Datum>>) -> Done<()> {
        let place = self.place(name)?;
        let mut written = Written::default();
        for row in rows {
            self.put(place, row, None, name.at, &mut written)?;
        }
        self.check_references(place, name.at)
    }

    fn insert(&mut self, name: &Name, columns: Option<&[Name]>, source: &InsertSource) -> Done<Effect> {
        let place = self.place(name)?;
        let table = self.tables[place].clone();
        let twice = |columns: &[Name]| {
            let is_twice = |at: &usize| columns[..*at].iter().any(|other| other.text == columns[*at].text);
            (1..columns.len()).find(is_twice).map(|at| columns[at].clone())
        };
        if let Some(column) = columns.and_then(twice) {
            return wrong(column.at, format!("{} is named twice", column.text), "each column once");
        }
        let places = match columns {
            Some(columns) => columns.iter().map(|column| table.place(column)).collect::<Done<Vec<usize>>>()?,
            None => (0..table.columns.len()).collect(),
        };
        let mut written = Written { table: name.text.clone(), ..Written::default() };
        let mut rows: Vec<(At, Vec<Datum>)> = Vec::new();
        match source {
            InsertSource::Values(values) => {
                for (at, row) in values {
                    let each = row.iter().map(|expr| Binder::new(&[], "VALUES").bind(expr)?.0.value(&[]));
                    rows.push((*at, each.collect::<Done<_>>()?));
                }
            }
            InsertSource::Query(query) => {
                let mut run = Run::new(Rc::new(plan(query, self)?), self);
                run.finish()?;
                (written.rows_read, written.bytes_read) = (run.total().rows_read, run.total().bytes_read);
                rows.extend(run.answer().rows.iter().map(|row| (query.first.at, row.to_vec())));
            }
        }
        for (at, values) in rows {
            if values.len() != places.len() {
                let problem = format!(
                    "{} for {}",
                    crate::wording::count(values.len(), "value"),
                    crate::wording::count(places.len(), "column")
                );
                return wrong(at, problem, "a value for each column");
            }
            let mut row: Vec<Datum> = table.columns.iter().map(|column| column.default.clone()).collect();
            for (place, value) in places.iter().zip(values) {
                row[*place] = value;
            }
            self.put(place, row, None, at, &mut written)?;
        }
        self.check_references(place, name.at)?;
        Ok(Effect::Wrote(written))
    }

    /// Which rows are meant, with all their columns.
    fn choose(&self, place: usize, condition: Option<&Expr>, written: &mut Written) -> Done<Vec<(i64, Vec<Datum>)>> {
        let (access, conditions) = super::planner::access(place, condition, self)?;
        let mut found = Vec::new();
        let mut reader = Run::reader(self);
        let mut span = reader.span(&access, &[])?;
        while let Some((number, row)) = reader.fetch(0, &access, &mut span) {
            let fits = |scalar: &Scalar| Ok::<_, Mistake>(scalar.truth(&row)? == Some(true));
            if conditions.iter().try_fold(true, |all, scalar| Ok::<_, Mistake>(all && fits(scalar)?))? {
                found.push((number, row));
            }
        }
        (written.rows_read, written.bytes_read) = (reader.total().rows_read, reader.total().bytes_read);
        Ok(found)
    }

    fn update(&mut self, name: &Name, set: &[(Name, Expr)], condition: Option<&Expr>) -> Done<Effect> {
        let place = self.place(name)?;
        let table = self.tables[place].clone();
        let seen = [table.seen()];
        let mut changes = Vec::new();
        for (column, expr) in set {
            changes.push((table.place(column)?, Binder::new(&seen, "SET").bind(expr)?.0, expr.at));
        }
        let mut written = Written { table: name.text.clone(), ..Written::default() };
        for (number, row) in self.choose(place, condition, &mut written)? {
            let mut after = row.clone();
            for (place, scalar, _) in &changes {
                after[*place] = scalar.value(&row)?;
            }
            let at = changes.first().map_or(name.at, |(_, _, at)| *at);
            self.take_out(place, number, &mut written);
            self.put(place, after.clone(), Some(number), at, &mut written)?;
            // An entry whose key and row stay the same need not be touched.
            let stays = |column: &usize| row[*column] == after[*column];
            if !table.columns.iter().enumerate().any(|(column, field)| field.is_row_number() && !stays(&column)) {
                for index in table.indexes.iter().filter(|index| index.columns.iter().all(stays)) {
                    let key: Tuple = index.columns.iter().map(|column| row[*column].clone()).collect();
                    written.entries_written -= 2;
                    written.bytes_written -= record::entry_size(&key, number);
                }
            }
        }
        self.check_references(place, name.at)?;
        Ok(Effect::Wrote(written))
    }

    fn delete(&mut self, name: &Name, condition: Option<&Expr>) -> Done<Effect> {
        let place = self.place(name)?;
        let mut written = Written { table: name.text.clone(), ..Written::default() };
        for (number, _) in self.choose(place, condition, &mut written)? {
            self.take_out(place, number, &mut written);
            written.rows_written += 1;
        }
        self.check_references(place, name.at)?;
        Ok(Effect::Wrote(written))
    }

    /// Puts a row into a table and its indexes, at that number if its key gives no other.
    fn put(
        &mut self,
        place: usize,
        mut row: Vec<Datum>,
        number: Option<i64>,
        at: At,
        written: &mut Written,
    ) -> Done<()> {
        let table = Rc::make_mut(&mut self.tables[place]);
        let next = table.rows.last().map_or(Some(1), |(last, _)| last.checked_add(1));
        let key = table.columns.iter().position(Field::is_row_number);
        let number = match (key.map(|key| &row[key]), number, next) {
            (Some(Datum::Integer(number)), ..) => *number,
            (Some(Datum::Null), None, Some(next)) | (None, None, Some(next)) => next,
            (None, Some(number), _) => number,
            (Some(Datum::Null), ..) => return wrong(at, "the primary key is NULL", "a whole number"),
            (Some(other), ..) => {
                return wrong(at, format!("{} is {}", other.literal(), other.kind()), "a whole number as primary key");
            }
            _ => return wrong(at, "there is no number left for the row", "a smaller primary key"),
        };
        if let Some(key) = key {
            row[key] = Datum::Integer(number);
        }
        for (field, value) in table.columns.iter().zip(&row) {
            check(field, value, at)?;
        }
        let slot = match table.rows.binary_search_by_key(&number, |(number, _)| *number) {
            Err(slot) => slot,
            Ok(_) => {
                let column = key.map_or("number", |key| &*table.columns[key].name);
                return wrong(
                    at,
                    format!("there is a row of {} with the {column} {number} already", table.name),
                    "another one",
                );
            }
        };
        for index in &mut table.indexes {
            let key: Tuple = index.columns.iter().map(|column| row[*column].clone()).collect();
            let slot = index.entries.partition_point(|(other, row)| (other, *row) < (&key, number));
            let near = [slot.checked_sub(1), Some(slot)];
            let taken =
                near.into_iter().flatten().any(|at| index.entries.get(at).is_some_and(|(other, _)| *other == key));
            if index.unique && taken && !key.iter().any(Datum::is_null) {
                return wrong(
                    at,
                    format!("{} is in the index {} already", spelt(&key), index.name),
                    "a value that isn't there yet",
                );
            }
            written.bytes_written += record::entry_size(&key, number);
            written.entries_written += 1;
            index.entries.insert(slot, (key, number));
        }
        // The row's number is not in its record.
        if let Some(key) = key {
            row[key] = Datum::Null;
        }
        let record: Rc<[u8]> = record::encode(&row).into();
        written.bytes_written += record.len() as u64;
        written.rows_written += 1;
        table.rows.insert(slot, (number, record));
        Ok(())
    }

    fn take_out(&mut self, place: usize, number: i64, written: &mut Written) {
        let table = Rc::make_mut(&mut self.tables[place]);
        let Ok(slot) = table.rows.binary_search_by_key(&number, |(number, _)| *number) else { return };
        let (_, record) = table.rows.remove(slot);
        for index in &mut table.indexes {
            let key = index.key(number, &record, &table.columns);
            if let Ok(slot) = index.entries.binary_search(&(key, number)) {
                index.entries.remove(slot);
                written.entries_written += 1;
            }
        }
    }

    /// Whether every value that must be in another table is there: of this table, and of those that name it.
    fn check_references(&self, place: usize, at: At) -> Done<()> {
        let changed = &self.tables[place];
        for table in &self.tables {
            for (column, field) in table.columns.iter().enumerate() {
                let Some((parent, referred)) = &field.references else { continue };
                if *parent != changed.name && table.name != changed.name {
                    continue;
                }
                let Some(parent) = self.table(parent) else { continue };
                let Some(referred) = parent.column(referred) else { continue };
                let there = parent.sorted_values(referred);
                let is_lost = |value: &Datum| !value.is_null() && there.binary_search(value).is_err();
                let lost = table.column_values(column).find(is_lost);
                if let Some(value) = lost {
                    let column = &parent.columns[referred].name;
                    let problem = format!(
                        "{}.{} would be {}, which no row of {} has as its {column}",
                        table.name,
                        field.name,
                        value.literal(),
                        parent.name
                    );
                    return wrong(at, problem, "a value that is there");
                }
            }
        }
        Ok(())
    }

    /// Gives all tables the statistics of large ones: so many rows, a quarter as many values in each column. The planner then
    /// chooses as it would among real tables, though these are small enough to be drawn.
    pub fn assume(&mut self, rows: u64) {
        for table in &mut self.tables {
            let index_distinct = table.indexes.iter().map(|index| vec![rows / 4; index.columns.len()]).collect();
            let statistics = Statistics { rows, distinct: vec![rows / 4; table.columns.len()], index_distinct };
            Rc::make_mut(table).statistics = Some(statistics);
        }
    }

    /// Counts the statistics of all tables anew.
    pub fn analyze(&mut self) {
        for table in &mut self.tables {
            let distinct = |column| table.sorted_values(column).len() as u64;
            let statistics = Statistics {
                rows: table.rows.len() as u64,
                distinct: (0..table.columns.len()).map(distinct).collect(),
                index_distinct: table.indexes.iter().map(Index::distinct).collect(),
            };
            Rc::make_mut(table).statistics = Some(statistics);
        }
    }
}

impl Relation {
    fn new(name: Rc<str>) -> Relation {
        Relation { name, columns: Vec::new(), rows: Vec::new(), indexes: Vec::new(), statistics: None }
    }

    fn place(&self, column: &Name) -> Done<usize> {
        self.column(&column.text).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| &*column.name).collect();
            let problem = format!("there is no column {} in {}", shorten(&column.text, 40), self.name);
            Mistake { at: column.at, problem, accepted: names.join(", ") }
        })
    }

    pub(super) fn seen(&self) -> Seen {
        let columns = self.columns.iter().map(|field| (field.name.clone(), Kind::of(field.kind))).collect();
        Seen { alias: self.name.clone(), columns, offset: 0 }
    }

    /// The different values of one column, in their order.
    fn sorted_values(&self, column: usize) -> Vec<Datum> {
        order::set(self.column_values(column))
    }

    /// The values of one column, by the rows.
    fn column_values(&self, column: usize) -> impl Iterator<Item = Datum> {
        self.rows
            .iter()
            .filter_map(move |(number, record)| record::columns(record, *number, &self.columns, &[column]).pop())
    }
}

impl Index {
    fn key(&self, number: i64, row: &[u8], fields: &[Field]) -> Tuple {
        let wanted = order::set(self.columns.iter().copied());
        let values = record::columns(row, number, fields, &wanted);
        let value = |column: &usize| {
            wanted.iter().position(|other| other == column).map_or(Datum::Null, |at| values[at].clone())
        };
        self.columns.iter().map(value).collect()
    }

    /// How many different keys there are, for each number of columns from the first.
    fn distinct(&self) -> Vec<u64> {
        let of = |columns: usize| {
            let changes = self.entries.windows(2).filter(|pair| pair[0].0[..columns] != pair[1].0[..columns]).count();
            (changes + usize::from(!self.entries.is_empty())) as u64
        };
        (1..=self.columns.len()).map(of).collect()
    }
}

fn spelt(key: &[Datum]) -> String {
    key.iter().map(Datum::literal).collect::<Vec<_>>().join(", ")
}

/// Whether a column takes a value.
fn check(field: &Field, value: &Datum, at: At) -> Done<()> {
    let name = &field.name;
    let fits = match (field.kind, value) {
        (_, Datum::Null) if field.not_null => {
            return wrong(at, format!("{name} would be NULL"), "a value: the column is NOT NULL");
        }
        (_, Datum::Null) | (Type::Integer, Datum::Integer(_)) | (Type::Boolean, Datum::Integer(0 | 1)) => true,
        (Type::Text, Datum::Text(_)) => true,
        (Type::Json, Datum::Text(text)) => {
            return document::check(text)
                .or_else(|problem| wrong(at, format!("{name} is no JSON: {problem}"), "a JSON document"));
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let accepted = match field.kind {
        Type::Integer => "a whole number",
        Type::Text => "a text",
        Type::Boolean => "TRUE, FALSE",
        Type::Json => "a JSON document",
    };
    let shown = value.literal();
    wrong(at, format!("{name} is {}, and {} is {}", field.kind.name(), shorten(&shown, 40), value.kind()), accepted)
}
