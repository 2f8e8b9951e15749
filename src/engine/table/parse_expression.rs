//! Expressions of the query language, by how tightly their operators bind: as in SQLite.

use super::parse::{Parser, Read};
use super::query::*;
use super::token::{Mistake, Token};

/// Parentheses, `NOT`s and functions do not nest deeper.
const MAX_DEPTH: usize = 24;
/// An expression has no more operators: they nest too, to the left.
const MAX_OPERATORS: usize = 200;

/// How tightly `NOT` binds, and `IN`, `LIKE`, `BETWEEN` and `IS`, as `=` does.
const NOT: u8 = 3;
const EQUALITY: u8 = 4;

/// Each operator as it is written, with how tightly it binds.
const OPERATORS: &[(&str, Operator, u8)] = &[
    ("or", Operator::Or, 1),
    ("and", Operator::And, 2),
    ("=", Operator::Equal, EQUALITY),
    ("==", Operator::Equal, EQUALITY),
    ("<>", Operator::Unequal, EQUALITY),
    ("!=", Operator::Unequal, EQUALITY),
    ("<", Operator::Less, 5),
    ("<=", Operator::AtMost, 5),
    (">", Operator::Greater, 5),
    (">=", Operator::AtLeast, 5),
    ("+", Operator::Add, 6),
    ("-", Operator::Subtract, 6),
    ("*", Operator::Multiply, 7),
    ("/", Operator::Divide, 7),
    ("%", Operator::Remainder, 7),
    ("||", Operator::Join, 8),
    ("->>", Operator::Field, 8),
];

const AGGREGATES: &[(&str, Aggregate)] = &[
    ("count", Aggregate::Count),
    ("sum", Aggregate::Sum),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("avg", Aggregate::Avg),
];

const OPERAND: &str = "a number, a 'text', a column, a function, NULL, CASE, NOT, -, (";

impl Parser<'_> {
    /// An expression of operators that bind more tightly than `least`: precedence climbing.
    pub(super) fn expression(&mut self, least: u8) -> Read<Expr> {
        let at = self.at();
        let mut left = self.operand()?;
        loop {
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                let problem = "the statement has too many operators".to_owned();
                return Err(Mistake { at: self.at(), problem, accepted: format!("at most {MAX_OPERATORS}") });
            }
            let here = OPERATORS.iter().find(|(sign, _, binds)| *binds > least && self.here(sign));
            let kind = if let Some((_, operator, binds)) = here {
                self.skip();
                let right = self.expression(*binds)?;
                ExprKind::Binary(*operator, Box::new(left), Box::new(right))
            } else if EQUALITY > least && self.is_predicate() {
                self.predicate(left)?
            } else {
                self.operators -= 1;
                return Ok(left);
            };
            left = Expr { at, kind };
        }
    }

    fn is_predicate(&self) -> bool {
        const PREDICATES: [&str; 3] = ["in", "between", "like"];
        let negated = self.here("not") && PREDICATES.iter().any(|word| self.sign_at(1, word));
        negated || self.here("is") || PREDICATES.iter().any(|word| self.here(word))
    }

    fn predicate(&mut self, left: Expr) -> Read<ExprKind> {
        let of = Box::new(left);
        if self.word("is") {
            let not = self.word("not");
            self.expect("null")?;
            return Ok(ExprKind::IsNull { of, not });
        }
        let not = self.word("not");
        if self.word("in") {
            self.expect("(")?;
            self.no_query()?;
            let list = self.list(|parser| parser.expression(0))?;
            self.expect(")")?;
            return Ok(ExprKind::In { of, list, not });
        }
        if self.word("like") {
            return Ok(ExprKind::Like { of, pattern: Box::new(self.expression(EQUALITY)?), not });
        }
        self.expect("between")?;
        let low = Box::new(self.expression(EQUALITY)?);
        self.expect("and")?;
        Ok(ExprKind::Between { of, low, high: Box::new(self.expression(EQUALITY)?), not })
    }

    fn operand(&mut self) -> Read<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let problem = "the expression nests too deeply".to_owned();
            return Err(Mistake { at: self.at(), problem, accepted: format!("at most {MAX_DEPTH} levels") });
        }
        let at = self.at();
        let kind = self.nested_operand();
        self.depth -= 1;
        Ok(Expr { at, kind: kind? })
    }

    fn nested_operand(&mut self) -> Read<ExprKind> {
        if self.word("not") {
            return Ok(ExprKind::Not(Box::new(self.expression(NOT)?)));
        }
        if let Some(number) = self.negative_literal() {
            return Ok(ExprKind::Literal(number));
        }
        if self.word("-") {
            return Ok(ExprKind::Negative(Box::new(self.operand()?)));
        }
        if self.word("(") {
            self.no_query()?;
            let inner = self.expression(0)?;
            self.expect(")")?;
            return Ok(inner.kind);
        }
        if self.word("case") {
            return self.case();
        }
        if let Some(value) = self.literal()? {
            return Ok(ExprKind::Literal(value));
        }
        if !matches!(self.peek(), Some(Token::Word(_))) {
            return Err(self.wrong(OPERAND));
        }
        if self.sign_at(1, "(") {
            return self.call();
        }
        let name = self.name(OPERAND)?.text;
        if self.word(".") {
            return Ok(ExprKind::Column { table: Some(name), name: self.name("a column")?.text });
        }
        Ok(ExprKind::Column { table: None, name })
    }

    fn case(&mut self) -> Read<ExprKind> {
        let mut whens = Vec::new();
        self.expect("when")?;
        loop {
            let condition = self.expression(0)?;
            self.expect("then")?;
            whens.push((condition, self.expression(0)?));
            if !self.word("when") {
                break;
            }
        }
        let otherwise = if self.word("else") { Some(Box::new(self.expression(0)?)) } else { None };
        self.expect("end")?;
        Ok(ExprKind::Case { whens, otherwise })
    }

    fn call(&mut self) -> Read<ExprKind> {
        let at = self.at();
        if let Some((_, function)) = AGGREGATES.iter().find(|(name, _)| self.here(name)) {
            self.skip();
            self.skip();
            if *function == Aggregate::Count && self.word("*") {
                self.expect(")")?;
                return Ok(ExprKind::Aggregate { function: *function, of: None, distinct: false });
            }
            let distinct = self.word("distinct");
            let of = Some(Box::new(self.expression(0)?));
            self.expect(")")?;
            return Ok(ExprKind::Aggregate { function: *function, of, distinct });
        }
        let Some((function, least, most)) = FUNCTIONS.iter().copied().find(|(name, ..)| self.here(name)) else {
            let mut mistake = self.wrong("");
            if !mistake.problem.ends_with("known here") {
                mistake.problem = mistake.problem.replace("isn't expected here", "is no function known here");
            }
            let names = AGGREGATES.iter().map(|(name, _)| *name).chain(FUNCTIONS.iter().map(|(name, ..)| *name));
            mistake.accepted = names.map(str::to_ascii_uppercase).collect::<Vec<_>>().join(", ");
            return Err(mistake);
        };
        self.skip();
        self.skip();
        let arguments = self.list(|parser| parser.expression(0))?;
        self.expect(")")?;
        if !(least..=most).contains(&arguments.len()) {
            let problem = format!(
                "{} with {}",
                function.to_ascii_uppercase(),
                crate::wording::count(arguments.len(), "argument")
            );
            let accepted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(Mistake { at, problem, accepted });
        }
        Ok(ExprKind::Call { function, arguments })
    }

    /// Refuses a query within an expression by its name.
    fn no_query(&self) -> Read<()> {
        if !self.here("select") && !self.here("with") {
            return Ok(());
        }
        let problem = "a query within an expression isn't known here".to_owned();
        Err(Mistake { at: self.at(), problem, accepted: "a list of values, or a JOIN".to_owned() })
    }
}
