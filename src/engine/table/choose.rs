//! Which table is read first, and how each is read: every way is weighed by what it is expected to cost, and the cheapest
//! is taken.
//!
//! The unit of cost is a tenth of a row that is read in its order. An entry of an index is half of that, as it has fewer
//! bytes; to go from an entry to its row, somewhere else, is three times that; and a search costs half for each time that the
//! table can be halved. So an index pays where it leaves few rows, and loses against a plain scan where it leaves many.
//!
//! How many rows fit a condition is guessed as it is everywhere: those of a column that are equal to a value, by how many
//! different values `ANALYZE` has counted (or ten, where it has not), as if all were equally frequent; between bounds, a
//! third for each bound; of any other condition, a half.

use std::rc::Rc;

use super::database::{Relation, Statistics};
use super::plan::{Choice, JoinKind, Path, Source};
use super::query::Operator;
use super::scalar::{Scalar, ScalarKind};

const ROW: u64 = 10;
const ENTRY: u64 = 5;
const FETCH: u64 = 30;
const LEVEL: u64 = 5;
/// Of a column that was never counted.
const UNKNOWN_DISTINCT: u64 = 10;
/// With more tables, they are read as they are written: there would be too many orders to weigh.
const MOST_ORDERED: usize = 5;
const MILLION: u64 = 1_000_000;

/// A table that is to be read.
pub(super) struct Input<'a> {
    pub alias: Rc<str>,
    pub name: Rc<str>,
    pub source: Source,
    pub relation: Option<&'a Relation>,
    pub rows: u64,
    pub columns: Vec<Rc<str>>,
    /// The place of its first column among those of all tables.
    pub offset: usize,
    /// The places of its columns that are needed.
    pub needed: Vec<usize>,
    /// Whether it is on the right of a `LEFT JOIN`; then all tables are read as they are written.
    pub left: bool,
}

/// A condition that must hold, and which tables it reads, as bits.
#[derive(Clone)]
pub(super) struct Conjunct {
    pub scalar: Scalar,
    pub reads: u32,
    /// The place of the table whose `LEFT JOIN` it belongs to.
    pub left_of: Option<usize>,
    /// Whether a table may be searched by it: all kinds in it are known.
    pub searchable: bool,
}

/// A table in its turn.
#[derive(Clone)]
pub(super) struct Turn {
    pub input: usize,
    pub path: Path,
    /// How it is joined to those before; `None` for the first.
    pub kind: Option<JoinKind>,
    /// Conditions that are looked at while it is joined, and after that.
    pub on: Vec<Scalar>,
    pub filter: Vec<Scalar>,
    pub says: String,
    /// How many rows are expected to leave the table or the join, and how many of them the filter.
    pub joined_rows: u64,
    pub rows: u64,
}

/// A way to read a table, for each row of those before it.
struct Way {
    path: Path,
    kind: Option<JoinKind>,
    says: String,
    /// The conditions that it already keeps.
    keeps: Vec<usize>,
    cost: u64,
}

/// The turns of the cheapest order, and all that was weighed for it.
pub(super) fn order(inputs: &[Input], conjuncts: &[Conjunct]) -> (Vec<Turn>, Vec<Choice>) {
    let written: Vec<usize> = (0..inputs.len()).collect();
    if inputs.iter().any(|input| input.left) || inputs.len() > MOST_ORDERED {
        let (turns, choices, _) = in_order(inputs, conjuncts, &written);
        return (turns, choices);
    }
    let mut best = in_order(inputs, conjuncts, &written);
    let mut order = written;
    while next_permutation(&mut order) {
        let other = in_order(inputs, conjuncts, &order);
        if other.2 < best.2 {
            best = other;
        }
    }
    (best.0, best.1)
}

fn next_permutation(order: &mut [usize]) -> bool {
    let Some(turn) = (1..order.len()).rev().find(|at| order[at - 1] < order[*at]) else { return false };
    let next = (turn..order.len()).rev().find(|at| order[*at] > order[turn - 1]).unwrap_or(turn);
    order.swap(turn - 1, next);
    order[turn..].reverse();
    true
}

/// The cheapest ways to read the tables in that order, and what they cost together.
fn in_order(inputs: &[Input], conjuncts: &[Conjunct], order: &[usize]) -> (Vec<Turn>, Vec<Choice>, u64) {
    let (mut turns, mut choices, mut total) = (Vec::new(), Vec::new(), 0u64);
    let (mut bound, mut outer) = (0u32, 1u64);
    for (turn, place) in order.iter().enumerate() {
        let input = &inputs[*place];
        let with = bound | 1 << place;
        // Which conditions can be looked at now, for the first time. Those of a later WHERE wait until a left join is done.
        let now = |conjunct: &Conjunct| match conjunct.left_of {
            Some(left) => left == *place,
            None => conjunct.reads & !with == 0 && (conjunct.reads & !bound != 0 || turn == 0),
        };
        let usable: Vec<usize> = (0..conjuncts.len())
            .filter(|at| now(&conjuncts[*at]) && (!input.left || conjuncts[*at].left_of.is_some()))
            .collect();
        let ways = ways(inputs, *place, conjuncts, &usable, bound, outer, turn == 0);
        let part = |rows: u64, of: &[usize]| {
            let fits = of.iter().fold(MILLION, |fits, at| fits * share(inputs, &conjuncts[*at].scalar) / MILLION);
            (rows.saturating_mul(fits.max(1)) / MILLION).max(1)
        };
        let pairs = outer.saturating_mul(input.rows);
        let fitting = part(pairs, &usable);
        let cheapest = (0..ways.len()).min_by_key(|at| ways[*at].cost).unwrap_or(0);
        for (at, way) in ways.iter().enumerate() {
            let taken = at == cheapest;
            choices.push(Choice {
                alias: input.alias.clone(),
                way: way.says.clone(),
                rows: fitting,
                cost: way.cost,
                taken,
            });
        }
        let Some(way) = ways.into_iter().nth(cheapest) else { continue };
        total = total.saturating_add(way.cost);
        let rest = |of_join: bool| -> Vec<usize> {
            let all = (0..conjuncts.len()).filter(|at| now(&conjuncts[*at]) && !way.keeps.contains(at));
            all.filter(|at| (usable.contains(at) && turn > 0) == of_join).collect()
        };
        let (on, filter) = (rest(true), rest(false));
        // What leaves the table, or the join; and what a filter leaves of that.
        let joined = match turn {
            0 => part(pairs, &way.keeps),
            _ if input.left => fitting.max(outer),
            _ => fitting,
        };
        let rows = part(joined, &filter);
        let scalars = |of: &[usize]| of.iter().map(|at| conjuncts[*at].scalar.clone()).collect();
        turns.push(Turn {
            input: *place,
            path: way.path.clone(),
            kind: way.kind,
            on: scalars(&on),
            filter: scalars(&filter),
            says: way.says.clone(),
            joined_rows: joined,
            rows,
        });
        bound = with;
        outer = rows;
    }
    (turns, choices, total.saturating_add(outer))
}

/// One side of a comparison is a column of the table, the other is known when the table is read.
struct Bound {
    conjunct: usize,
    column: usize,
    operator: Operator,
    value: Scalar,
}

fn bounds(inputs: &[Input], place: usize, conjuncts: &[Conjunct], usable: &[usize], bound: u32) -> Vec<Bound> {
    let input = &inputs[place];
    let column_of = |scalar: &Scalar| match scalar.kind {
        ScalarKind::Place(at) if reads(inputs, scalar) == 1 << place => Some(at - input.offset),
        _ => None,
    };
    let mut found = Vec::new();
    for at in usable {
        let ScalarKind::Binary(operator, left, right) = &conjuncts[*at].scalar.kind else { continue };
        if !conjuncts[*at].searchable {
            continue;
        }
        use Operator::*;
        let turned = match operator {
            Equal => Equal,
            Less => Greater,
            AtMost => AtLeast,
            Greater => Less,
            AtLeast => AtMost,
            _ => continue,
        };
        for (column, operator, value) in [(left, *operator, right), (right, turned, left)] {
            let Some(column) = column_of(column) else { continue };
            if reads(inputs, value) & !bound == 0 {
                found.push(Bound { conjunct: *at, column, operator, value: (**value).clone() });
                break;
            }
        }
    }
    found
}

/// Which tables an expression reads, as bits.
pub(super) fn reads(inputs: &[Input], scalar: &Scalar) -> u32 {
    let mut read = 0;
    scalar.clone().places(&mut |at| {
        let place = inputs.iter().rposition(|input| input.offset <= *at).unwrap_or(0);
        read |= 1 << place;
    });
    read
}

fn ways(
    inputs: &[Input],
    place: usize,
    conjuncts: &[Conjunct],
    usable: &[usize],
    bound: u32,
    outer: u64,
    first: bool,
) -> Vec<Way> {
    let input = &inputs[place];
    let called =
        if input.alias == input.name { input.name.to_string() } else { format!("{} AS {}", input.name, input.alias) };
    let bounds = bounds(inputs, place, conjuncts, usable, bound);
    let kind = |kind| if first { None } else { Some(kind) };
    let mut ways = vec![Way {
        path: Path::Scan,
        kind: kind(JoinKind::Loop),
        says: format!("SCAN {called}"),
        keeps: Vec::new(),
        cost: outer.saturating_mul(input.rows * ROW),
    }];
    let column = |column: usize| &input.columns[column];
    let equal: Vec<&Bound> = bounds.iter().filter(|bound| bound.operator == Operator::Equal).collect();
    // A map of the rows by what must be equal to columns of other tables.
    let joined: Vec<&Bound> = equal.iter().copied().filter(|bound| reads(inputs, &bound.value) != 0).collect();
    if !first && !joined.is_empty() {
        let names: Vec<String> = joined.iter().map(|bound| format!("{}=?", input.columns[bound.column])).collect();
        ways.push(Way {
            path: Path::Hash {
                inner: joined.iter().map(|bound| bound.column).collect(),
                outer: joined.iter().map(|bound| bound.value.clone()).collect(),
            },
            kind: kind(JoinKind::Hash),
            says: format!("HASH {called} ({})", names.join(" AND ")),
            keeps: joined.iter().map(|bound| bound.conjunct).collect(),
            cost: (input.rows * (ROW + ENTRY)).saturating_add(outer.saturating_mul(ENTRY)),
        });
    }
    let Some(relation) = input.relation else { return ways };
    let levels = LEVEL * u64::from(u64::BITS - input.rows.leading_zeros());
    if let Some(bound) = equal.iter().find(|bound| relation.columns[bound.column].is_row_number()) {
        ways.push(Way {
            path: Path::Key(bound.value.clone()),
            kind: kind(JoinKind::Search),
            says: format!("SEARCH {called} BY PRIMARY KEY ({}=?)", column(bound.column)),
            keeps: vec![bound.conjunct],
            cost: outer.saturating_mul(levels + ROW),
        });
    }
    for (index, found) in relation.indexes.iter().enumerate() {
        let has = |wanted: &usize| found.columns.contains(wanted) || relation.columns[*wanted].is_row_number();
        let covering = input.needed.iter().all(has);
        let using = if covering { "USING COVERING INDEX" } else { "USING INDEX" };
        if covering {
            ways.push(Way {
                path: Path::CoveringScan { index },
                kind: kind(JoinKind::Loop),
                says: format!("SCAN {called} {using} {}", found.name),
                keeps: Vec::new(),
                cost: outer.saturating_mul(input.rows * ENTRY),
            });
        }
        let (mut keeps, mut values, mut terms) = (Vec::new(), Vec::new(), Vec::new());
        for wanted in &found.columns {
            let Some(bound) = equal.iter().find(|bound| bound.column == *wanted) else { break };
            keeps.push(bound.conjunct);
            values.push(bound.value.clone());
            terms.push(format!("{}=?", column(*wanted)));
        }
        let (mut low, mut high) = (None, None);
        if let Some(next) = found.columns.get(values.len()) {
            for bound in bounds.iter().filter(|bound| bound.column == *next) {
                let (side, sign, inclusive) = match bound.operator {
                    Operator::Greater => (&mut low, ">", false),
                    Operator::AtLeast => (&mut low, ">=", true),
                    Operator::Less => (&mut high, "<", false),
                    Operator::AtMost => (&mut high, "<=", true),
                    _ => continue,
                };
                if side.is_none() {
                    *side = Some((bound.value.clone(), inclusive));
                    keeps.push(bound.conjunct);
                    terms.push(format!("{}{sign}?", column(*next)));
                }
            }
        }
        if terms.is_empty() {
            continue;
        }
        let ranges = u32::from(low.is_some()) + u32::from(high.is_some());
        let entries = entries(relation.statistics.as_ref(), input.rows, index, found, values.len()) / 3u64.pow(ranges);
        let each = if covering { ENTRY } else { ENTRY + FETCH };
        ways.push(Way {
            path: Path::Index { index, equal: values, low, high, covering },
            kind: kind(JoinKind::Search),
            says: format!("SEARCH {called} {using} {} ({})", found.name, terms.join(" AND ")),
            keeps,
            cost: outer.saturating_mul(levels + entries.max(1) * each),
        });
    }
    ways
}

/// How many entries of an index are expected to have the same first columns.
fn entries(
    statistics: Option<&Statistics>,
    rows: u64,
    place: usize,
    index: &super::database::Index,
    columns: usize,
) -> u64 {
    if columns == 0 {
        return rows;
    }
    if index.unique && columns == index.columns.len() {
        return 1;
    }
    let counted = statistics.and_then(|statistics| statistics.index_distinct.get(place)?.get(columns - 1).copied());
    (rows / counted.unwrap_or_else(|| UNKNOWN_DISTINCT.pow(columns as u32)).max(1)).max(1)
}

/// Which share of rows is expected to fit a condition, in millionths.
fn share(inputs: &[Input], scalar: &Scalar) -> u64 {
    let distinct = |scalar: &Scalar| match scalar.kind {
        ScalarKind::Place(at) => {
            let input = inputs.iter().rev().find(|input| input.offset <= at)?;
            Some(match input.relation {
                Some(relation) => {
                    let column = at - input.offset;
                    let counted =
                        relation.statistics.as_ref().and_then(|counted| counted.distinct.get(column).copied());
                    let key = relation.columns.get(column).is_some_and(|column| column.is_row_number());
                    if key { input.rows.max(1) } else { counted.unwrap_or(UNKNOWN_DISTINCT).max(1) }
                }
                None => UNKNOWN_DISTINCT,
            })
        }
        _ => None,
    };
    match &scalar.kind {
        ScalarKind::Binary(Operator::Equal, left, right) => MILLION / distinct(left).max(distinct(right)).unwrap_or(2),
        ScalarKind::Binary(Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast, ..) => {
            MILLION / 3
        }
        ScalarKind::Binary(Operator::And, left, right) => share(inputs, left) * share(inputs, right) / MILLION,
        ScalarKind::In { of, list, not: false } => {
            (MILLION / distinct(of).unwrap_or(2) * list.len() as u64).min(MILLION)
        }
        ScalarKind::IsNull { not: false, .. } => MILLION / 10,
        ScalarKind::IsNull { not: true, .. } | ScalarKind::Binary(Operator::Unequal, ..) => MILLION / 10 * 9,
        _ => MILLION / 2,
    }
}
