//! The body of a `SELECT`, once all of its names have been found: its conditions, groups, columns and order.

use std::rc::Rc;

use super::aggregate::Call;
use super::bind::{Binder, Kind, Seen};
use super::choose::Conjunct;
use super::datum::Datum;
use super::query::{self, Expr, ExprKind, Output, Select};
use super::scalar::{Scalar, ScalarKind};
use super::token::Mistake;

/// What columns are called, and of which kind they are.
pub(super) type Columns = Vec<(Rc<str>, Kind)>;

/// A `SELECT` whose names have been found; places are those of all its tables side by side.
pub(super) struct Body {
    pub conjuncts: Vec<Conjunct>,
    /// The keys and the aggregates of its groups.
    pub grouped: Option<(Vec<Scalar>, Vec<Call>)>,
    pub having: Option<Scalar>,
    /// The columns of the answer, then those that only the order is by.
    pub output: Vec<Scalar>,
    pub columns: Columns,
    pub distinct: bool,
    pub by: Vec<(usize, bool)>,
}

impl Body {
    /// All expressions that see the tables themselves; the conditions are moved where they are used.
    pub fn base_scalars(&mut self, see: &mut dyn FnMut(&mut Scalar)) {
        match &mut self.grouped {
            Some((keys, calls)) => {
                keys.iter_mut().for_each(&mut *see);
                calls.iter_mut().filter_map(|call| call.of.as_mut()).for_each(&mut *see);
            }
            None => self.output.iter_mut().for_each(&mut *see),
        }
        self.conjuncts.iter_mut().for_each(|conjunct| see(&mut conjunct.scalar));
    }
}

pub(super) fn bind<'a>(select: &'a Select, order: &'a [query::Order], seen: &[Seen]) -> Result<Body, Mistake> {
    let mut conjuncts = Vec::new();
    for (place, from) in select.from.iter().enumerate() {
        if let Some(on) = &from.on {
            let left_of = from.left.then_some(place);
            split(on, seen, place + 1, "ON", left_of, &mut conjuncts)?;
        }
    }
    if let Some(condition) = &select.condition {
        split(condition, seen, seen.len(), "WHERE", None, &mut conjuncts)?;
    }
    let named = |output: &'a Output| match output {
        Output::One { expr, name: Some(name), .. } => Some((name.text.clone(), expr)),
        _ => None,
    };
    let names: Vec<(Rc<str>, &Expr)> = select.output.iter().filter_map(named).collect();
    let aggregated = |output: &Output| matches!(output, Output::One { expr, .. } if expr.has_aggregate());
    let is_grouped = !select.group.is_empty()
        || select.having.is_some()
        || select.output.iter().any(aggregated)
        || order.iter().any(|order| order.expr.has_aggregate());
    let mut keys = Vec::new();
    let mut binder = Binder { names: names.clone(), ..Binder::new(seen, "GROUP BY") };
    for expr in &select.group {
        let (mut key, _) = binder.bind(expr)?;
        let mut reads = 0;
        key.places(&mut |_| reads += 1);
        if reads == 0 {
            let problem = "GROUP BY a value that is the same for all rows".to_owned();
            return Err(Mistake { at: expr.at, problem, accepted: "a column or an expression of one".to_owned() });
        }
        keys.push(key);
    }
    let mut binder = Binder::new(seen, "this place");
    binder.grouped = is_grouped.then_some((keys, Vec::new()));
    let (mut output, mut columns) = (Vec::new(), Columns::new());
    for each in &select.output {
        match each {
            Output::One { expr, text, name } => {
                let (scalar, kind) = binder.bind(expr)?;
                let own = match &expr.kind {
                    ExprKind::Column { name, .. } => name.clone(),
                    _ => text.clone(),
                };
                columns.push((name.as_ref().map_or(own, |name| name.text.clone()), kind));
                output.push(scalar);
            }
            Output::All { at, table } => {
                let all: Vec<&Seen> =
                    seen.iter().filter(|seen| table.as_ref().is_none_or(|table| table.text == seen.alias)).collect();
                if all.is_empty() {
                    let accepted = seen.iter().map(|seen| &*seen.alias).collect::<Vec<_>>().join(", ");
                    return Err(Mistake { at: *at, problem: "there is no such table here".to_owned(), accepted });
                }
                if is_grouped {
                    let problem = "* has many values in a group".to_owned();
                    return Err(Mistake {
                        at: *at,
                        problem,
                        accepted: "what GROUP BY names, or an aggregate".to_owned(),
                    });
                }
                for seen in all {
                    for (place, (name, kind)) in seen.columns.iter().enumerate() {
                        output.push(Scalar::place(*at, seen.offset + place));
                        columns.push((name.clone(), *kind));
                    }
                }
            }
        }
    }
    binder.names = names;
    binder.place = "HAVING";
    let having = select.having.as_ref().map(|having| binder.condition(having)).transpose()?;
    binder.place = "ORDER BY";
    let mut by = Vec::new();
    for order in order {
        let place = match output_place(&order.expr, &columns) {
            Ok(place) => {
                let alike = |at: &usize| columns[*at].0 == columns[place].0 && output[*at] != output[place];
                let by_name = matches!(order.expr.kind, ExprKind::Column { .. });
                if by_name && (0..columns.len()).any(|at| alike(&at)) {
                    let problem = format!("two columns of the answer are called {}", columns[place].0);
                    return Err(Mistake { at: order.expr.at, problem, accepted: format!("1 to {}", columns.len()) });
                }
                place
            }
            Err(mistake) if matches!(order.expr.kind, ExprKind::Literal(_)) => return Err(mistake),
            Err(_) => {
                let (mut scalar, _) = binder.bind(&order.expr)?;
                let mut reads = 0;
                scalar.places(&mut |_| reads += 1);
                if reads == 0 {
                    let problem = "ORDER BY a value that is the same for all rows".to_owned();
                    let accepted = "a column, an expression of one, a column's place from 1".to_owned();
                    return Err(Mistake { at: order.expr.at, problem, accepted });
                }
                let found = output.iter().position(|other| *other == scalar);
                if found.is_none() && select.distinct {
                    let problem = "DISTINCT drops what this order is by".to_owned();
                    return Err(Mistake { at: order.expr.at, problem, accepted: "a column of the answer".to_owned() });
                }
                found.unwrap_or_else(|| {
                    output.push(scalar);
                    output.len() - 1
                })
            }
        };
        by.push((place, order.descending));
    }
    Ok(Body { conjuncts, grouped: binder.grouped, having, output, columns, distinct: select.distinct, by })
}

/// The column of the answer that an `ORDER BY` names, or counts from 1.
pub(super) fn output_place(expr: &Expr, columns: &Columns) -> Result<usize, Mistake> {
    let found = match &expr.kind {
        ExprKind::Literal(Datum::Integer(place)) => {
            usize::try_from(*place).ok().and_then(|place| place.checked_sub(1)).filter(|place| *place < columns.len())
        }
        ExprKind::Column { table: None, name } => columns.iter().position(|(column, _)| column == name),
        _ => None,
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = columns.iter().map(|(name, _)| &**name).collect();
        let accepted = format!("{}, or 1 to {}", names.join(", "), columns.len());
        Mistake { at: expr.at, problem: "this is no column of the answer".to_owned(), accepted }
    })
}

/// Takes a condition apart at each `AND`.
pub(super) fn split(
    expr: &Expr,
    seen: &[Seen],
    visible: usize,
    place: &'static str,
    left_of: Option<usize>,
    conjuncts: &mut Vec<Conjunct>,
) -> Result<(), Mistake> {
    if let ExprKind::Binary(query::Operator::And, left, right) = &expr.kind {
        split(left, seen, visible, place, left_of, conjuncts)?;
        return split(right, seen, visible, place, left_of, conjuncts);
    }
    let mut binder = Binder { visible, ..Binder::new(seen, place) };
    let scalar = binder.condition(expr)?;
    let searchable = !binder.met_any;
    // BETWEEN is two bounds, of which each may be searched by.
    let mut parts = vec![scalar];
    while let Some(part) = parts.pop() {
        match part.kind {
            ScalarKind::Binary(query::Operator::And, one, other) => parts.extend([(*other).clone(), (*one).clone()]),
            _ => conjuncts.push(Conjunct { scalar: part, reads: 0, left_of, searchable }),
        }
    }
    Ok(())
}
