//! Names become places, and kinds are checked: what a query means before it is known how it is answered.
//!
//! The rows that an expression sees are those of all tables of its `SELECT` side by side, in the order of the text; the
//! [planner](super::plan) moves them to where they really are. Behind a `GROUP BY` an expression sees the keys and the
//! aggregates instead.

use std::rc::Rc;

use super::aggregate::Call;
use super::datum::{Datum, Type};
use super::query::{Aggregate, At, Expr, ExprKind, Operator};
use super::scalar::{Scalar, ScalarKind};
use super::token::Mistake;
use crate::language::shorten;

/// What kind of values an expression has, beside `NULL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but `NULL`.
    Null,
    Number,
    Fraction,
    Text,
    /// What comes out of a document is known only when it is read.
    Any,
}

impl Kind {
    pub fn of(kind: Type) -> Kind {
        if matches!(kind, Type::Integer | Type::Boolean) { Kind::Number } else { Kind::Text }
    }

    fn said(self) -> &'static str {
        match self {
            Kind::Null => "NULL",
            Kind::Number => "a whole number",
            Kind::Fraction => "a fraction",
            Kind::Text => "a text",
            Kind::Any => "a value of a document",
        }
    }

    /// The kind of a value that is of one or of the other; `None` if they don't go together.
    pub fn with(self, other: Kind) -> Option<Kind> {
        Some(match (self, other) {
            (one, other) if one == other => one,
            (Kind::Null, one) | (one, Kind::Null) => one,
            (Kind::Any, _) | (_, Kind::Any) => Kind::Any,
            (Kind::Number, Kind::Fraction) | (Kind::Fraction, Kind::Number) => Kind::Fraction,
            _ => return None,
        })
    }
}

/// A table that a `SELECT` reads, as its expressions see it.
pub(super) struct Seen {
    pub alias: Rc<str>,
    pub columns: Vec<(Rc<str>, Kind)>,
    /// The place of its first column.
    pub offset: usize,
}

pub(super) struct Binder<'a> {
    pub seen: &'a [Seen],
    /// How many of them may be named here: `ON` sees no later ones.
    pub visible: usize,
    /// What output columns are called, for where they may be named.
    pub names: Vec<(Rc<str>, &'a Expr)>,
    /// Behind a `GROUP BY`: its keys, and the aggregates that were met.
    pub grouped: Option<(Vec<Scalar>, Vec<Call>)>,
    /// Whether an aggregate may stand here, and if not, the name of this place.
    pub place: &'static str,
    /// Whether something was compared of which the kind is not known.
    pub met_any: bool,
}

type Bound = Result<(Scalar, Kind), Mistake>;

impl<'a> Binder<'a> {
    pub fn new(seen: &'a [Seen], place: &'static str) -> Binder<'a> {
        Binder { seen, visible: seen.len(), names: Vec::new(), grouped: None, place, met_any: false }
    }

    /// A condition.
    pub fn condition(&mut self, expr: &Expr) -> Result<Scalar, Mistake> {
        let (scalar, kind) = self.bind(expr)?;
        self.expect(expr.at, kind, &[Kind::Number], "a condition")?;
        Ok(scalar)
    }

    pub fn bind(&mut self, expr: &Expr) -> Bound {
        if let Some(found) = self.key(expr)? {
            return Ok(found);
        }
        let at = expr.at;
        let (kind, of) = match &expr.kind {
            ExprKind::Literal(value) => (ScalarKind::Literal(value.clone()), kind_of(value)),
            ExprKind::Column { table, name } => return self.column(at, table.as_ref(), name),
            ExprKind::Not(inner) => (ScalarKind::Not(Rc::new(self.condition(inner)?)), Kind::Number),
            ExprKind::Negative(inner) => {
                let (scalar, kind) = self.bind(inner)?;
                self.expect(inner.at, kind, &[Kind::Number, Kind::Fraction], "negated")?;
                (ScalarKind::Negative(Rc::new(scalar)), kind)
            }
            ExprKind::Binary(operator, left, right) => self.binary(at, *operator, left, right)?,
            ExprKind::IsNull { of, not } => {
                (ScalarKind::IsNull { of: Rc::new(self.bind(of)?.0), not: *not }, Kind::Number)
            }
            ExprKind::In { of, list, not } => {
                let (value, kind) = self.bind(of)?;
                let list = list.iter().map(|each| {
                    let (scalar, other) = self.bind(each)?;
                    self.comparable(each.at, kind, other)?;
                    Ok(scalar)
                });
                let list = list.collect::<Result<_, Mistake>>()?;
                (ScalarKind::In { of: Rc::new(value), list, not: *not }, Kind::Number)
            }
            ExprKind::Between { of, low, high, not } => {
                let (low, _) = self.binary(at, Operator::AtLeast, of, low)?;
                let (high, _) = self.binary(at, Operator::AtMost, of, high)?;
                let both =
                    ScalarKind::Binary(Operator::And, Rc::new(Scalar::new(at, low)), Rc::new(Scalar::new(at, high)));
                (if *not { ScalarKind::Not(Rc::new(Scalar::new(at, both))) } else { both }, Kind::Number)
            }
            ExprKind::Like { of, pattern, not } => {
                let (text, kind) = self.bind(of)?;
                let (like, other) = self.bind(pattern)?;
                self.expect(of.at, kind, &[Kind::Text, Kind::Any], "LIKE")?;
                self.expect(pattern.at, other, &[Kind::Text, Kind::Any], "LIKE")?;
                (ScalarKind::Like { of: Rc::new(text), pattern: Rc::new(like), not: *not }, Kind::Number)
            }
            ExprKind::Case { whens, otherwise } => self.case(whens, otherwise.as_deref())?,
            ExprKind::Call { function, arguments } => self.call(function, arguments)?,
            ExprKind::Aggregate { function, of, distinct } => {
                return self.aggregate(at, *function, of.as_deref(), *distinct);
            }
        };
        Ok((Scalar::new(at, kind), of))
    }

    /// Behind a `GROUP BY`, an expression that is one of its keys is that key.
    fn key(&mut self, expr: &Expr) -> Result<Option<(Scalar, Kind)>, Mistake> {
        if expr.has_aggregate() || matches!(expr.kind, ExprKind::Literal(_)) {
            return Ok(None);
        }
        let Some((keys, calls)) = self.grouped.take() else { return Ok(None) };
        let bound = self.bind(expr);
        let found = bound.as_ref().ok().and_then(|(scalar, kind)| {
            let place = keys.iter().position(|key| key == scalar)?;
            Some((Scalar::place(expr.at, place), *kind))
        });
        self.grouped = Some((keys, calls));
        Ok(found)
    }

    fn column(&mut self, at: At, table: Option<&Rc<str>>, name: &Rc<str>) -> Bound {
        let mut found = None;
        for seen in &self.seen[..self.visible] {
            if table.is_some_and(|table| *table != seen.alias) {
                continue;
            }
            let Some(place) = seen.columns.iter().position(|(column, _)| column == name) else { continue };
            if found.replace((seen.offset + place, seen.columns[place].1)).is_some() {
                let tables: Vec<String> = self.seen.iter().map(|seen| format!("{}.{name}", seen.alias)).collect();
                let problem = format!("the column {} is in more than one table", shorten(name, 40));
                return Err(Mistake { at, problem, accepted: tables.join(", ") });
            }
        }
        if let Some((place, kind)) = found {
            if self.grouped.is_some() {
                let problem = format!("{} has many values in a group", shorten(name, 40));
                let accepted = "what GROUP BY names, or an aggregate as MIN(…)".to_owned();
                return Err(Mistake { at, problem, accepted });
            }
            return Ok((Scalar::place(at, place), kind));
        }
        let named = self.names.iter().find(|(called, _)| table.is_none() && called == name).map(|(_, expr)| *expr);
        if let Some(expr) = named {
            let names = std::mem::take(&mut self.names);
            let bound = self.bind(expr);
            self.names = names;
            return bound;
        }
        Err(self.unknown(at, table, name))
    }

    fn unknown(&self, at: At, table: Option<&Rc<str>>, name: &str) -> Mistake {
        let visible = &self.seen[..self.visible];
        if let Some(table) = table.filter(|table| !visible.iter().any(|seen| seen.alias == **table)) {
            let tables: Vec<&str> = visible.iter().map(|seen| &*seen.alias).collect();
            let problem = format!("there is no table {} here", shorten(table, 40));
            return Mistake { at, problem, accepted: tables.join(", ") };
        }
        let of = visible.iter().filter(|seen| table.is_none_or(|table| *table == seen.alias));
        let columns: Vec<&str> = of.flat_map(|seen| seen.columns.iter().map(|(name, _)| &**name)).collect();
        let accepted =
            if columns.is_empty() { "no column, as there is no FROM".to_owned() } else { columns.join(", ") };
        Mistake { at, problem: format!("there is no column {}", shorten(name, 40)), accepted }
    }

    fn binary(&mut self, at: At, operator: Operator, left: &Expr, right: &Expr) -> Result<(ScalarKind, Kind), Mistake> {
        use Operator::*;
        let ((one, kind), (other, other_kind)) = (self.bind(left)?, self.bind(right)?);
        let of = match operator {
            Or | And => {
                self.expect(left.at, kind, &[Kind::Number], "a condition")?;
                self.expect(right.at, other_kind, &[Kind::Number], "a condition")?;
                Kind::Number
            }
            Equal | Unequal | Less | AtMost | Greater | AtLeast => {
                self.comparable(at, kind, other_kind)?;
                Kind::Number
            }
            Join => {
                self.expect(left.at, kind, &[Kind::Text, Kind::Number], "||")?;
                self.expect(right.at, other_kind, &[Kind::Text, Kind::Number], "||")?;
                Kind::Text
            }
            Field => {
                self.expect(left.at, kind, &[Kind::Text, Kind::Any], "->>")?;
                self.expect(right.at, other_kind, &[Kind::Text, Kind::Number], "->>")?;
                self.met_any = true;
                Kind::Any
            }
            Remainder => {
                self.expect(left.at, kind, &[Kind::Number], "%")?;
                self.expect(right.at, other_kind, &[Kind::Number], "%")?;
                Kind::Number
            }
            Add | Subtract | Multiply | Divide => {
                let sign = ["+", "-", "*", "/"][operator as usize - Add as usize];
                self.expect(left.at, kind, &[Kind::Number, Kind::Fraction], sign)?;
                self.expect(right.at, other_kind, &[Kind::Number, Kind::Fraction], sign)?;
                if [kind, other_kind].contains(&Kind::Fraction) { Kind::Fraction } else { Kind::Number }
            }
        };
        Ok((ScalarKind::Binary(operator, Rc::new(one), Rc::new(other)), of))
    }

    fn case(&mut self, whens: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<(ScalarKind, Kind), Mistake> {
        let mut of = Kind::Null;
        let mut bound = Vec::new();
        for (condition, then) in whens {
            let condition = self.condition(condition)?;
            let (scalar, kind) = self.bind(then)?;
            of = self.together(then.at, of, kind)?;
            bound.push((condition, scalar));
        }
        let otherwise = match otherwise {
            Some(expr) => {
                let (scalar, kind) = self.bind(expr)?;
                of = self.together(expr.at, of, kind)?;
                Some(Rc::new(scalar))
            }
            None => None,
        };
        Ok((ScalarKind::Case { whens: bound, otherwise }, of))
    }

    fn call(&mut self, function: &'static str, arguments: &[Expr]) -> Result<(ScalarKind, Kind), Mistake> {
        let mut bound = Vec::new();
        let mut of = Kind::Null;
        for (place, argument) in arguments.iter().enumerate() {
            let (scalar, kind) = self.bind(argument)?;
            match function {
                "coalesce" => of = self.together(argument.at, of, kind)?,
                "abs" => {
                    self.expect(argument.at, kind, &[Kind::Number, Kind::Fraction], "ABS")?;
                    of = kind;
                }
                "substr" if place > 0 => self.expect(argument.at, kind, &[Kind::Number], "SUBSTR")?,
                _ => self.expect(argument.at, kind, &[Kind::Text], &function.to_ascii_uppercase())?,
            }
            bound.push(scalar);
        }
        match function {
            "instr" | "length" => of = Kind::Number,
            "lower" | "upper" | "substr" => of = Kind::Text,
            _ => {}
        }
        Ok((ScalarKind::Call { function, arguments: bound }, of))
    }

    fn aggregate(&mut self, at: At, function: Aggregate, of: Option<&Expr>, distinct: bool) -> Bound {
        let Some((keys, mut calls)) = self.grouped.take() else {
            let problem = format!("{} can't be used in {}", function.name(), self.place);
            return Err(Mistake { at, problem, accepted: "an aggregate after SELECT, HAVING or ORDER BY".to_owned() });
        };
        let place = std::mem::replace(&mut self.place, "another aggregate");
        let bound = of.map(|expr| self.bind(expr)).transpose();
        self.place = place;
        let (scalar, mut kind) = match bound? {
            Some((scalar, kind)) => (Some(scalar), kind),
            None => (None, Kind::Number),
        };
        let at_argument = of.map_or(at, |expr| expr.at);
        match function {
            Aggregate::Count => kind = Kind::Number,
            Aggregate::Sum | Aggregate::Avg => {
                self.expect(at_argument, kind, &[Kind::Number], function.name())?;
                kind = if function == Aggregate::Avg { Kind::Fraction } else { Kind::Number };
            }
            Aggregate::Min | Aggregate::Max => {
                let fits = [Kind::Number, Kind::Fraction, Kind::Text];
                self.expect(at_argument, kind, &fits, function.name())?;
            }
        }
        let call = Call { at, function, of: scalar, distinct };
        let here = calls.iter().position(|other| *other == call).unwrap_or_else(|| {
            calls.push(call);
            calls.len() - 1
        });
        let place = keys.len() + here;
        self.grouped = Some((keys, calls));
        Ok((Scalar::place(at, place), kind))
    }

    fn comparable(&mut self, at: At, one: Kind, other: Kind) -> Result<(), Mistake> {
        self.met_any |= [one, other].contains(&Kind::Any);
        self.together(at, one, other).map(|_| ())
    }

    fn together(&self, at: At, one: Kind, other: Kind) -> Result<Kind, Mistake> {
        one.with(other).ok_or_else(|| {
            let problem = format!("{} and {} don't go together", one.said(), other.said());
            Mistake { at, problem, accepted: "two numbers, or two texts".to_owned() }
        })
    }

    fn expect(&self, at: At, kind: Kind, fits: &[Kind], place: &str) -> Result<(), Mistake> {
        if kind == Kind::Null || fits.contains(&kind) {
            return Ok(());
        }
        let accepted: Vec<&str> = fits.iter().map(|kind| kind.said()).collect();
        let place = if place == "a condition" { "as a condition".to_owned() } else { format!("in {place}") };
        Err(Mistake { at, problem: format!("{} can't be used {place}", kind.said()), accepted: accepted.join(", ") })
    }
}

fn kind_of(value: &Datum) -> Kind {
    match value {
        Datum::Null => Kind::Null,
        Datum::Integer(_) => Kind::Number,
        Datum::Real(_) => Kind::Fraction,
        Datum::Text(_) => Kind::Text,
    }
}
