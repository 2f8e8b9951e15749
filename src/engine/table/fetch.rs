//! Rows out of a table: through it, by its key, by an index, or by a map of what must be equal.

use std::cmp::Ordering;
use std::ops::Range;
use std::rc::Rc;

use super::database::{Index, Tuple};
use super::datum::Datum;
use super::keyed::Keyed;
use super::plan::{Access, JoinKind, OperatorId, Path, Source};
use super::record;
use super::run::{Run, State};
use super::scalar::Scalar;
use super::token::Mistake;

/// What is still to be read of a table.
#[derive(Clone, Debug)]
pub(super) enum Span {
    Nothing,
    /// Rows by their place in the table.
    Rows(Range<usize>),
    /// Entries of an index, and whether the rows behind them are not needed.
    Entries {
        index: usize,
        range: Range<usize>,
        covering: bool,
    },
    /// Rows that a stage has given.
    Given {
        rows: Rc<Vec<Tuple>>,
        next: usize,
    },
}

impl Run {
    /// What is to be read for one row of those tables that were read before.
    pub(super) fn span(&self, access: &Access, row: &[Datum]) -> Result<Span, Mistake> {
        let place = match &access.table {
            Source::Table(place) => *place,
            Source::Stage(stage) => return Ok(Span::Given { rows: self.given[*stage].clone(), next: 0 }),
            Source::Frontier => return Ok(Span::Given { rows: self.frontier.clone(), next: 0 }),
        };
        let table = &self.database.tables[place];
        Ok(match &access.path {
            Path::Scan | Path::Hash { .. } => Span::Rows(0..table.rows.len()),
            Path::CoveringScan { index } => {
                Span::Entries { index: *index, range: 0..table.indexes[*index].entries.len(), covering: true }
            }
            Path::Key(key) => {
                let key = key.value(row)?;
                match table.rows.binary_search_by(|(number, _)| Datum::Integer(*number).cmp(&key)) {
                    Ok(at) => Span::Rows(at..at + 1),
                    Err(_) => Span::Nothing,
                }
            }
            Path::Index { index, equal, low, high, covering } => {
                let equal: Vec<Datum> = equal.iter().map(|scalar| scalar.value(row)).collect::<Result<_, _>>()?;
                let bound = |bound: &Option<(Scalar, bool)>| -> Result<Option<(Datum, bool)>, Mistake> {
                    bound.as_ref().map(|(scalar, inclusive)| Ok((scalar.value(row)?, *inclusive))).transpose()
                };
                let range = table.indexes[*index].range(&equal, bound(low)?, bound(high)?);
                Span::Entries { index: *index, range, covering: *covering }
            }
        })
    }

    /// The next row of a span: its number in the table, and the columns that are needed.
    pub(super) fn fetch(&mut self, id: OperatorId, access: &Access, span: &mut Span) -> Option<(i64, Vec<Datum>)> {
        let row = self.next(id, access, span)?;
        if let (Some(reads), Source::Table(place)) = (&mut self.reads, &access.table) {
            reads.push((*place, row.0));
        }
        Some(row)
    }

    fn next(&mut self, id: OperatorId, access: &Access, span: &mut Span) -> Option<(i64, Vec<Datum>)> {
        let flow = &mut self.flow[id];
        let place = match &access.table {
            Source::Table(place) => *place,
            _ => usize::MAX,
        };
        match span {
            Span::Nothing => None,
            Span::Given { rows, next } => rows.get(*next).map(|row| {
                *next += 1;
                flow.rows_read += 1;
                (*next as i64, access.columns.iter().map(|column| row[*column].clone()).collect())
            }),
            Span::Rows(range) => range.next().map(|at| {
                let table = &self.database.tables[place];
                let (number, record) = &table.rows[at];
                flow.rows_read += 1;
                flow.bytes_read += record.len() as u64;
                (*number, record::columns(record, *number, &table.columns, &access.columns))
            }),
            Span::Entries { index, range, covering } => {
                let at = range.next()?;
                let table = &self.database.tables[place];
                let index = &table.indexes[*index];
                let (key, number) = &index.entries[at];
                flow.entries_read += 1;
                flow.bytes_read += record::entry_size(key, *number);
                if *covering {
                    let value = |column: &usize| match index.columns.iter().position(|place| place == column) {
                        Some(place) => key[place].clone(),
                        None => Datum::Integer(*number),
                    };
                    return Some((*number, access.columns.iter().map(value).collect()));
                }
                let at = table.rows.binary_search_by_key(number, |(number, _)| *number).ok()?;
                let record = &table.rows[at].1;
                flow.rows_read += 1;
                flow.bytes_read += record.len() as u64;
                Some((*number, record::columns(record, *number, &table.columns, &access.columns)))
            }
        }
    }

    /// The row with each row of another table for which all conditions hold.
    pub(super) fn joined(
        &mut self,
        id: OperatorId,
        kind: JoinKind,
        inner: &Access,
        on: &[Scalar],
        row: &[Datum],
    ) -> Result<Vec<Vec<Datum>>, Mistake> {
        let mut found = Vec::new();
        let mut try_it = |other: &[Datum]| -> Result<(), Mistake> {
            let both: Vec<Datum> = row.iter().chain(other).cloned().collect();
            for condition in on {
                if condition.truth(&both)? != Some(true) {
                    return Ok(());
                }
            }
            found.push(both);
            Ok(())
        };
        if let (JoinKind::Hash, Path::Hash { outer, .. }) = (kind, &inner.path) {
            let map = self.map(id, inner)?;
            let key: Vec<Datum> = outer.iter().map(|scalar| scalar.value(row)).collect::<Result<_, _>>()?;
            for other in map.get(&key[..]).into_iter().flatten() {
                try_it(other)?;
            }
            return Ok(found);
        }
        let mut span = self.span(inner, row)?;
        while let Some((_, other)) = self.fetch(id, inner, &mut span) {
            self.work()?;
            try_it(&other)?;
        }
        Ok(found)
    }

    /// All rows of a table by what must be equal; made when the first row comes. `NULL` is equal to nothing.
    fn map(&mut self, id: OperatorId, inner: &Access) -> Result<Rc<Keyed<Vec<Tuple>>>, Mistake> {
        if let State::Map(map) = &self.states[id] {
            return Ok(map.clone());
        }
        let mut map = Keyed::<Vec<Tuple>>::default();
        let mut span = self.span(inner, &[])?;
        while let Some((_, row)) = self.fetch(id, inner, &mut span) {
            let Path::Hash { inner: places, .. } = &inner.path else { break };
            let key: Tuple = places.iter().map(|place| row[*place].clone()).collect();
            if !key.iter().any(Datum::is_null) {
                map.at(key, Vec::new).0.push(row.into());
            }
        }
        let map = Rc::new(map);
        self.states[id] = State::Map(map.clone());
        Ok(map)
    }
}

impl Index {
    /// The entries whose first columns are these and whose next one lies between the bounds. `NULL` is equal to nothing, and
    /// between nothing.
    pub(super) fn range(
        &self,
        equal: &[Datum],
        low: Option<(Datum, bool)>,
        high: Option<(Datum, bool)>,
    ) -> Range<usize> {
        let bounds = low.iter().chain(&high).map(|(value, _)| value);
        if equal.iter().chain(bounds).any(Datum::is_null) {
            return 0..0;
        }
        let next = equal.len();
        let before = |key: &[Datum]| match (&low, &high) {
            (Some((low, true)), _) => key[next] < *low,
            (Some((low, false)), _) => key[next] <= *low,
            (None, Some(_)) => key[next].is_null(),
            (None, None) => false,
        };
        let start = self.entries.partition_point(|(key, _)| match key[..next].cmp(equal) {
            Ordering::Less => true,
            Ordering::Equal => before(key),
            Ordering::Greater => false,
        });
        let end = self.entries.partition_point(|(key, _)| match key[..next].cmp(equal) {
            Ordering::Less => true,
            Ordering::Equal => match &high {
                Some((high, true)) => key[next] <= *high,
                Some((high, false)) => key[next] < *high,
                None => true,
            },
            Ordering::Greater => false,
        });
        start..end.max(start)
    }
}
