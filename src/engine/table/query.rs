//! The language of queries: what a text of it means. [`parse`] reads it, [`super::plan`] decides how it is answered.
//!
//! ```text
//! CREATE TABLE name (column INTEGER|TEXT|BOOLEAN|JSON [PRIMARY KEY] [NOT NULL] [UNIQUE] [DEFAULT value]
//!                    [REFERENCES table (column)], …)
//! CREATE [UNIQUE] INDEX name ON table (column, …)      DROP INDEX name      DROP TABLE name      ANALYZE
//! ALTER TABLE name ADD COLUMN column TYPE …
//! INSERT INTO table [(column, …)] VALUES (expression, …), … | SELECT …
//! UPDATE table SET column = expression, … [WHERE expression]
//! DELETE FROM table [WHERE expression]
//! EXPLAIN query
//!
//! query    [WITH [RECURSIVE] name [(column, …)] AS (query), …]
//!          select [UNION [ALL] select …] [ORDER BY expression [ASC|DESC], …] [LIMIT number [OFFSET number]]
//! select   SELECT [DISTINCT] * | table.* | expression [AS name], …
//!          [FROM table [AS name] [[LEFT] JOIN table [AS name] [ON expression] …]]
//!          [WHERE expression] [GROUP BY expression, … [HAVING expression]]
//! ```
//!
//! Expressions have whole numbers, `'texts'`, `NULL`, `TRUE`, `FALSE`, columns, `table.column`, `+ - * / %`, `||`, `->>`,
//! comparisons, `AND OR NOT`, `[NOT] IN (…)`, `[NOT] BETWEEN … AND …`, `[NOT] LIKE`, `IS [NOT] NULL`, `CASE WHEN … END`, and
//! the functions of [`FUNCTIONS`]. They mean what they mean in SQLite.

use std::rc::Rc;

use super::datum::{Datum, Type};
pub use super::parse::parse;
use super::token::Mistake;

/// A longer text is refused: a statement of the book is read by people.
pub const MAX_QUERY: usize = 4000;

/// Where in the text something stands, in bytes.
pub type At = usize;

/// One statement. All names are in small letters, whatever the text had.
#[derive(Clone, Debug)]
pub enum Statement {
    Select(Query),
    Explain(Query),
    CreateTable {
        name: Name,
        columns: Vec<ColumnDefinition>,
    },
    CreateIndex {
        name: Name,
        table: Name,
        columns: Vec<Name>,
        unique: bool,
    },
    DropTable {
        name: Name,
    },
    DropIndex {
        name: Name,
    },
    AddColumn {
        table: Name,
        column: ColumnDefinition,
    },
    /// Counts the statistics anew.
    Analyze,
    Insert {
        table: Name,
        columns: Option<Vec<Name>>,
        source: InsertSource,
    },
    Update {
        table: Name,
        set: Vec<(Name, Expr)>,
        condition: Option<Expr>,
    },
    Delete {
        table: Name,
        condition: Option<Expr>,
    },
}

/// A name, and where it stands.
#[derive(Clone, Debug)]
pub struct Name {
    pub text: Rc<str>,
    pub at: At,
}

#[derive(Clone, Debug)]
pub struct ColumnDefinition {
    pub name: Name,
    pub kind: Type,
    pub key: bool,
    pub not_null: bool,
    pub unique: bool,
    pub default: Datum,
    /// The table and the column that must have the value.
    pub references: Option<(Name, Name)>,
}

#[derive(Clone, Debug)]
pub enum InsertSource {
    Values(Vec<(At, Vec<Expr>)>),
    Query(Box<Query>),
}

/// A whole query: tables that it names for itself, selects put together, their order.
#[derive(Clone, Debug)]
pub struct Query {
    pub with: Vec<Common>,
    pub recursive: bool,
    pub first: Select,
    /// Further selects, each with whether all of its rows are kept (`UNION ALL`) or only new ones (`UNION`).
    pub unions: Vec<(bool, Select)>,
    pub order: Vec<Order>,
    pub limit: Option<u64>,
    pub offset: u64,
}

/// A common table expression: `name (columns) AS (query)`.
#[derive(Clone, Debug)]
pub struct Common {
    pub name: Name,
    pub columns: Option<Vec<Name>>,
    pub query: Query,
}

#[derive(Clone, Debug)]
pub struct Select {
    pub at: At,
    pub distinct: bool,
    pub output: Vec<Output>,
    /// Empty where there is no `FROM`.
    pub from: Vec<From>,
    pub condition: Option<Expr>,
    pub group: Vec<Expr>,
    pub having: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum Output {
    /// `*`, or the columns of one table.
    All { at: At, table: Option<Name> },
    /// An expression, how it is spelt, and what it is to be called.
    One { expr: Expr, text: Rc<str>, name: Option<Name> },
}

/// A table to be read, and how it is joined to those before it.
#[derive(Clone, Debug)]
pub struct From {
    pub table: Name,
    /// What its columns are called by: the alias, or the table's name.
    pub alias: Rc<str>,
    pub left: bool,
    /// Of the first one, nothing.
    pub on: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub expr: Expr,
    pub descending: bool,
}

/// An expression, and where it starts.
#[derive(Clone, Debug)]
pub struct Expr {
    pub at: At,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Literal(Datum),
    Column {
        table: Option<Rc<str>>,
        name: Rc<str>,
    },
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    IsNull {
        of: Box<Expr>,
        not: bool,
    },
    In {
        of: Box<Expr>,
        list: Vec<Expr>,
        not: bool,
    },
    Between {
        of: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        not: bool,
    },
    Like {
        of: Box<Expr>,
        pattern: Box<Expr>,
        not: bool,
    },
    Case {
        whens: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    /// A function of the row: the place of its name in [`FUNCTIONS`].
    Call {
        function: &'static str,
        arguments: Vec<Expr>,
    },
    /// A function of many rows; `COUNT(*)` has no argument.
    Aggregate {
        function: Aggregate,
        of: Option<Box<Expr>>,
        distinct: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aggregate {
    Count,
    Sum,
    Min,
    Max,
    Avg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    /// `||`
    Join,
    /// `->>`: the value of a key or a path in a JSON document.
    Field,
}

impl Expr {
    /// Whether an aggregate is in it.
    pub fn has_aggregate(&self) -> bool {
        let any = |list: &[Expr]| list.iter().any(Expr::has_aggregate);
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Column { .. } => false,
            ExprKind::Aggregate { .. } => true,
            ExprKind::Not(of) | ExprKind::Negative(of) | ExprKind::IsNull { of, .. } => of.has_aggregate(),
            ExprKind::Binary(_, one, other) | ExprKind::Like { of: one, pattern: other, .. } => {
                one.has_aggregate() || other.has_aggregate()
            }
            ExprKind::In { of, list, .. } => of.has_aggregate() || any(list),
            ExprKind::Between { of, low, high, .. } => {
                of.has_aggregate() || low.has_aggregate() || high.has_aggregate()
            }
            ExprKind::Case { whens, otherwise } => {
                whens.iter().any(|(one, other)| one.has_aggregate() || other.has_aggregate())
                    || otherwise.as_ref().is_some_and(|of| of.has_aggregate())
            }
            ExprKind::Call { arguments, .. } => any(arguments),
        }
    }
}

/// The functions of one row, with the fewest and the most arguments they take.
pub const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("abs", 1, 1),
    ("coalesce", 2, 8),
    ("instr", 2, 2),
    ("length", 1, 1),
    ("lower", 1, 1),
    ("substr", 2, 3),
    ("upper", 1, 1),
];

/// Reads a query, and nothing else.
pub fn parse_query(text: &str) -> Result<Query, Mistake> {
    match parse(text)? {
        Statement::Select(query) => Ok(query),
        Statement::Explain(_) => Err(Mistake {
            at: 0,
            problem: "EXPLAIN says how a query is answered, but doesn't answer it".into(),
            accepted: "SELECT, WITH".into(),
        }),
        _ => Err(Mistake { at: 0, problem: "this statement answers nothing".into(), accepted: "SELECT, WITH".into() }),
    }
}
