//! The statement language: what a text means, or where it is wrong.
//!
//! ```text
//! INSERT INTO table (column, …) VALUES (expression, …), …
//! UPDATE table SET column = expression, … [WHERE expression] [ORDER BY column [DESC]] [LIMIT number]
//! DELETE FROM table [WHERE expression] [ORDER BY column [DESC]] [LIMIT number]
//! ```
//!
//! Expressions have numbers, `'texts'`, `TIME '09:00:00.000'`, columns, `NOW()`, `RAND()`, arithmetic, `||` between
//! texts, comparisons, `NOT`, `AND`, `OR` and parentheses. Words may be written large or small.

use std::ops::Range;
use std::rc::Rc;

use super::token::{Mistake, Token, tokens};
use super::value::{Value, parse_time};

/// A longer statement is refused: it has to be seen, and expressions must not nest without end.
pub const MAX_STATEMENT: usize = 400;
/// Parentheses and `NOT`s do not nest deeper.
const MAX_DEPTH: usize = 24;

/// A statement with the text that it was read from.
#[derive(Clone)]
pub struct Statement {
    pub text: Rc<str>,
    pub table: Rc<str>,
    pub action: Rc<Action>,
}

pub enum Action {
    Insert { columns: Vec<String>, rows: Vec<Vec<Expression>> },
    Update { set: Vec<(String, Expression)>, which: Which },
    Delete { which: Which },
}

/// Which rows, and at most how many of them in which order.
#[derive(Default)]
pub struct Which {
    pub condition: Option<Expression>,
    /// The column, and whether it is descending. Without it, rows come in the order in which they lie on the disk.
    pub order: Option<(String, bool)>,
    pub limit: Option<usize>,
}

pub enum Expression {
    Literal(Value),
    Column(String),
    /// Where the call stands in the text.
    Now(Range<usize>),
    Random(Range<usize>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Join,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

use Operator::*;

/// Each operator as it is written, with how tightly it binds.
const OPERATORS: &[(&str, Operator, u8)] = &[
    ("or", Or, 1),
    ("and", And, 2),
    ("=", Equal, 3),
    ("<>", Unequal, 3),
    ("<", Less, 3),
    ("<=", AtMost, 3),
    (">", Greater, 3),
    (">=", AtLeast, 3),
    ("||", Join, 4),
    ("+", Add, 5),
    ("-", Subtract, 5),
    ("*", Multiply, 6),
    ("/", Divide, 6),
    ("%", Remainder, 6),
];

type Read<T> = Result<T, Mistake>;

/// Reads a statement about one of these tables.
pub fn parse(text: &str, tables: &[&str]) -> Read<Statement> {
    if text.len() > MAX_STATEMENT {
        let problem = format!("the statement has {} bytes", text.len());
        return Err(Mistake { at: 0, problem, accepted: format!("at most {MAX_STATEMENT} bytes") });
    }
    let mut parser = Parser { text, tables, tokens: tokens(text)?, taken: 0, depth: 0 };
    let (table, action) = parser.action()?;
    if parser.taken < parser.tokens.len() {
        return Err(parser.wrong("the end of the statement"));
    }
    Ok(Statement { text: text.into(), table, action: Rc::new(action) })
}

struct Parser<'a> {
    text: &'a str,
    tables: &'a [&'a str],
    tokens: Vec<(Token, Range<usize>)>,
    taken: usize,
    depth: usize,
}

impl Parser<'_> {
    fn action(&mut self) -> Read<(Rc<str>, Action)> {
        if self.word("insert") {
            self.expect("into")?;
            return Ok((self.table()?, self.insert()?));
        }
        if self.word("update") {
            let table = self.table()?;
            self.expect("set")?;
            let mut set = Vec::new();
            loop {
                let column = self.name()?;
                self.expect("=")?;
                set.push((column, self.expression(0)?));
                if !self.word(",") {
                    return Ok((table, Action::Update { set, which: self.which()? }));
                }
            }
        }
        if self.word("delete") {
            self.expect("from")?;
            return Ok((self.table()?, Action::Delete { which: self.which()? }));
        }
        Err(self.wrong("INSERT, UPDATE, DELETE"))
    }

    fn table(&mut self) -> Read<Rc<str>> {
        let found = self.tables.iter().find(|table| self.peek().is_some_and(|token| token.is(table)));
        let table = found.ok_or_else(|| self.wrong(&self.tables.join(", ")))?;
        self.taken += 1;
        Ok((*table).into())
    }

    fn insert(&mut self) -> Read<Action> {
        let mut columns = Vec::new();
        self.expect("(")?;
        while !self.word(")") {
            if !columns.is_empty() {
                self.expect(",")?;
            }
            columns.push(self.name()?);
        }
        self.expect("values")?;
        let mut rows = Vec::new();
        loop {
            let start = self.taken;
            self.expect("(")?;
            let mut row = Vec::new();
            while !self.word(")") {
                if !row.is_empty() {
                    self.expect(",")?;
                }
                row.push(self.expression(0)?);
            }
            if row.len() != columns.len() {
                self.taken = start;
                let problem = format!("{} columns and {} values", columns.len(), row.len());
                return Err(Mistake { at: self.at(), problem, accepted: "a value for each column".to_owned() });
            }
            rows.push(row);
            if !self.word(",") {
                return Ok(Action::Insert { columns, rows });
            }
        }
    }

    fn which(&mut self) -> Read<Which> {
        let mut which = Which::default();
        if self.word("where") {
            which.condition = Some(self.expression(0)?);
        }
        if self.word("order") {
            self.expect("by")?;
            which.order = Some((self.name()?, self.word("desc")));
        }
        if self.word("limit") {
            let limit = match self.peek() {
                Some(Token::Number(number)) => usize::try_from(*number).ok(),
                _ => None,
            };
            which.limit = Some(limit.ok_or_else(|| self.wrong("a whole number"))?);
            self.taken += 1;
        }
        Ok(which)
    }

    /// An expression of operators that bind more tightly than `least`: precedence climbing.
    fn expression(&mut self, least: u8) -> Read<Expression> {
        let mut left = self.operand()?;
        while let Some((_, operator, binds)) = self.operator(least) {
            self.taken += 1;
            let right = self.expression(binds)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operator(&self, least: u8) -> Option<(&'static str, Operator, u8)> {
        let token = self.peek()?;
        OPERATORS.iter().find(|(sign, _, binds)| *binds > least && token.is(sign)).copied()
    }

    fn operand(&mut self) -> Read<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let problem = "the expression nests too deeply".to_owned();
            return Err(Mistake { at: self.at(), problem, accepted: format!("at most {MAX_DEPTH} levels") });
        }
        let operand = self.nested_operand();
        self.depth -= 1;
        operand
    }

    fn nested_operand(&mut self) -> Read<Expression> {
        let start = self.at();
        if self.word("not") {
            // Binds more loosely than a comparison, more tightly than AND.
            return Ok(Expression::Not(Box::new(self.expression(2)?)));
        }
        if self.word("-") {
            return Ok(Expression::Negative(Box::new(self.operand()?)));
        }
        if self.word("(") {
            let inner = self.expression(0)?;
            self.expect(")")?;
            return Ok(inner);
        }
        let is_now = self.word("now");
        if is_now || self.word("rand") {
            self.expect("(")?;
            self.expect(")")?;
            let range = start..self.tokens[self.taken - 1].1.end;
            return Ok(if is_now { Expression::Now(range) } else { Expression::Random(range) });
        }
        let is_time = self.word("time");
        let literal = match self.peek() {
            Some(Token::Text(text)) if is_time => parse_time(text).map(Value::Time),
            Some(Token::Text(text)) => Some(Value::Text(text.clone())),
            Some(Token::Number(number)) if !is_time => i32::try_from(*number).ok().map(Value::Integer),
            _ => None,
        };
        if let Some(value) = literal {
            self.taken += 1;
            return Ok(Expression::Literal(value));
        }
        if is_time {
            return Err(self.wrong("a time as in '09:00:00.000'"));
        }
        match self.name() {
            Ok(name) if self.peek().is_some_and(|token| token.is("(")) => {
                let problem = format!("there is no function {}", crate::language::shorten(&name, 40));
                Err(Mistake { at: start, problem, accepted: "NOW(), RAND()".to_owned() })
            }
            Ok(name) => Ok(Expression::Column(name)),
            Err(_) => Err(self.wrong("a number, a 'text', a column, NOW(), RAND(), NOT, -, (")),
        }
    }

    fn name(&mut self) -> Read<String> {
        /// Words of the language, which name no column.
        const RESERVED: &[&str] = &[
            "insert", "into", "values", "update", "set", "delete", "from", "where", "order", "by", "desc", "limit",
            "and", "or", "not", "now", "rand", "time",
        ];
        match self.peek() {
            Some(token @ Token::Word(name)) if !RESERVED.iter().any(|word| token.is(word)) => {
                let name = name.to_ascii_lowercase();
                self.taken += 1;
                Ok(name)
            }
            _ => Err(self.wrong("a column")),
        }
    }

    /// Takes the next token if it is that word or sign.
    fn word(&mut self, word: &str) -> bool {
        let here = self.peek().is_some_and(|token| token.is(word));
        self.taken += usize::from(here);
        here
    }

    fn expect(&mut self, word: &str) -> Read<()> {
        if self.word(word) { Ok(()) } else { Err(self.wrong(word)) }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.taken).map(|(token, _)| token)
    }

    /// Where the next token stands.
    fn at(&self) -> usize {
        self.tokens.get(self.taken).map_or(self.text.len(), |(_, range)| range.start)
    }

    fn wrong(&self, accepted: &str) -> Mistake {
        let problem = match self.tokens.get(self.taken) {
            Some((_, range)) => {
                format!("`{}` isn't expected here", crate::language::shorten(&self.text[range.clone()], 40))
            }
            None => "the statement ends too early".to_owned(),
        };
        Mistake { at: self.at(), problem, accepted: accepted.to_owned() }
    }
}
