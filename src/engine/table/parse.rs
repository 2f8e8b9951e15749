//! A text of the query language, read from the left to the right.

use std::ops::Range;

use super::datum::{Datum, Type};
use super::query::*;
use super::token::{Mistake, QUERIES, Token, split};
use crate::language::shorten;

pub(super) type Read<T> = Result<T, Mistake>;

/// Words of SQL that name nothing, as in SQL itself, and that this language does not have.
const FOREIGN_RESERVED: &[&str] = &["right", "full", "natural", "using", "intersect", "except", "exists", "all", "if"];

/// Words of SQL that may stand in places like these, and that this language does not have.
const FOREIGN: &[&str] = &[
    "over",
    "partition",
    "window",
    "any",
    "cast",
    "glob",
    "regexp",
    "collate",
    "escape",
    "nulls",
    "returning",
    "conflict",
    "replace",
    "foreign",
    "constraint",
    "check",
    "autoincrement",
    "generated",
    "view",
    "trigger",
    "begin",
    "commit",
    "rollback",
    "pragma",
    "vacuum",
    "filter",
    "materialized",
    "rename",
    "truncate",
    "merge",
    "real",
    "float",
    "double",
    "decimal",
    "numeric",
    "blob",
    "date",
    "timestamp",
    "time",
];

/// Words of the language, which name nothing.
const RESERVED: &[&str] = &[
    "select",
    "distinct",
    "from",
    "where",
    "group",
    "by",
    "having",
    "order",
    "limit",
    "offset",
    "union",
    "join",
    "left",
    "inner",
    "outer",
    "cross",
    "on",
    "as",
    "and",
    "or",
    "not",
    "in",
    "between",
    "like",
    "is",
    "null",
    "case",
    "when",
    "then",
    "else",
    "end",
    "with",
    "recursive",
    "insert",
    "into",
    "values",
    "update",
    "set",
    "delete",
    "create",
    "drop",
    "alter",
    "table",
    "index",
    "unique",
    "primary",
    "references",
    "default",
    "explain",
    "true",
    "false",
    "asc",
    "desc",
    "add",
];

/// What a statement begins with.
const FIRST: &str = "SELECT, WITH, EXPLAIN, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, ANALYZE";

/// Reads one statement; a semicolon may close it.
pub fn parse(text: &str) -> Read<Statement> {
    let mut parser = Parser::new(text)?;
    let statement = parser.statement()?;
    parser.end()?;
    Ok(statement)
}

/// Reads a query, and nothing else. It knows no other statement: whoever only asks needs the half of this file.
pub fn parse_query(text: &str) -> Read<Query> {
    let mut parser = Parser::new(text)?;
    let no_query = |problem: &str| Mistake { at: 0, problem: problem.to_owned(), accepted: "SELECT, WITH".to_owned() };
    match parser.peek() {
        Some(token) if token.is("select") || token.is("with") => {}
        Some(token) if token.is("explain") => {
            return Err(no_query("EXPLAIN says how a query is answered, and does not answer it"));
        }
        Some(token) if FIRST.split(", ").any(|word| token.is(word)) => {
            return Err(no_query("this statement answers nothing"));
        }
        _ => return Err(parser.wrong(FIRST)),
    }
    let query = parser.query(true)?;
    parser.end()?;
    Ok(query)
}

pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    taken: usize,
    pub(super) depth: usize,
    pub(super) operators: usize,
}

impl Parser<'_> {
    fn new(text: &str) -> Read<Parser<'_>> {
        if text.len() > MAX_QUERY {
            let problem = format!("the text has {} bytes", text.len());
            return Err(Mistake { at: 0, problem, accepted: format!("at most {MAX_QUERY} bytes") });
        }
        Ok(Parser { text, tokens: split(text, &QUERIES)?, taken: 0, depth: 0, operators: 0 })
    }

    fn end(&mut self) -> Read<()> {
        self.word(";");
        if self.taken < self.tokens.len() { Err(self.wrong("the end of the statement")) } else { Ok(()) }
    }

    fn statement(&mut self) -> Read<Statement> {
        match self.peek() {
            Some(token) if token.is("select") || token.is("with") => Ok(Statement::Select(self.query(true)?)),
            Some(token) if token.is("explain") => {
                self.taken += 1;
                Ok(Statement::Explain(self.query(true)?))
            }
            Some(token) if token.is("insert") => self.insert(),
            Some(token) if token.is("update") => self.update(),
            Some(token) if token.is("delete") => self.delete(),
            Some(token) if token.is("create") => self.create(),
            Some(token) if token.is("drop") => self.drop(),
            Some(token) if token.is("alter") => self.alter(),
            Some(token) if token.is("analyze") => {
                self.taken += 1;
                Ok(Statement::Analyze)
            }
            _ => Err(self.wrong(FIRST)),
        }
    }

    fn insert(&mut self) -> Read<Statement> {
        self.taken += 1;
        self.expect("into")?;
        let table = self.name("a table")?;
        let columns = if self.here("(") { Some(self.names()?) } else { None };
        if self.here("select") || self.here("with") {
            let source = InsertSource::Query(Box::new(self.query(true)?));
            return Ok(Statement::Insert { table, columns, source });
        }
        self.expect("values")?;
        let rows = self.list(|parser| {
            let at = parser.at();
            parser.expect("(")?;
            let row = parser.list(|parser| parser.expression(0))?;
            parser.expect(")")?;
            Ok((at, row))
        })?;
        Ok(Statement::Insert { table, columns, source: InsertSource::Values(rows) })
    }

    fn update(&mut self) -> Read<Statement> {
        self.taken += 1;
        let table = self.name("a table")?;
        self.expect("set")?;
        let set = self.list(|parser| {
            let column = parser.name("a column")?;
            parser.expect("=")?;
            Ok((column, parser.expression(0)?))
        })?;
        Ok(Statement::Update { table, set, condition: self.condition("where")? })
    }

    fn delete(&mut self) -> Read<Statement> {
        self.taken += 1;
        self.expect("from")?;
        Ok(Statement::Delete { table: self.name("a table")?, condition: self.condition("where")? })
    }

    fn create(&mut self) -> Read<Statement> {
        self.taken += 1;
        if self.word("table") {
            let name = self.name("a name")?;
            self.expect("(")?;
            let columns = self.list(Self::column_definition)?;
            self.expect(")")?;
            return Ok(Statement::CreateTable { name, columns });
        }
        let unique = self.word("unique");
        if !self.word("index") {
            return Err(self.wrong(if unique { "INDEX" } else { "TABLE, INDEX, UNIQUE INDEX" }));
        }
        let name = self.name("a name")?;
        self.expect("on")?;
        let table = self.name("a table")?;
        Ok(Statement::CreateIndex { name, table, columns: self.names()?, unique })
    }

    fn drop(&mut self) -> Read<Statement> {
        self.taken += 1;
        if self.word("table") {
            return Ok(Statement::DropTable { name: self.name("a table")? });
        }
        if self.word("index") {
            return Ok(Statement::DropIndex { name: self.name("an index")? });
        }
        Err(self.wrong("TABLE, INDEX"))
    }

    fn alter(&mut self) -> Read<Statement> {
        self.taken += 1;
        self.expect("table")?;
        let table = self.name("a table")?;
        self.expect("add")?;
        self.word("column");
        Ok(Statement::AddColumn { table, column: self.column_definition()? })
    }

    fn column_definition(&mut self) -> Read<ColumnDefinition> {
        let name = self.name("a column")?;
        let spelt = |kind: &Type| self.here(kind.name()) || *kind == Type::Integer && self.here("int");
        let kind = Type::ALL.into_iter().find(spelt).ok_or_else(|| self.wrong("INTEGER, TEXT, BOOLEAN, JSON"))?;
        self.taken += 1;
        let mut column = ColumnDefinition::new(name, kind);
        loop {
            if self.word("primary") {
                self.expect("key")?;
                column.key = true;
            } else if self.word("not") {
                self.expect("null")?;
                column.not_null = true;
            } else if self.word("unique") {
                column.unique = true;
            } else if self.word("default") {
                let value = if self.here("-") { self.negative_literal() } else { self.literal()? };
                column.default = value.ok_or_else(|| self.wrong("a number, a 'text', NULL, TRUE, FALSE"))?;
            } else if self.word("references") {
                let table = self.name("a table")?;
                self.expect("(")?;
                column.references = Some((table, self.name("a column")?));
                self.expect(")")?;
            } else if self.here(",") || self.here(")") || self.here(";") || self.peek().is_none() {
                return Ok(column);
            } else {
                return Err(self.wrong("PRIMARY KEY, NOT NULL, UNIQUE, DEFAULT, REFERENCES, a comma, )"));
            }
        }
    }

    /// A query; one within another may name no tables for itself.
    pub(super) fn query(&mut self, outermost: bool) -> Read<Query> {
        let (mut with, mut recursive) = (Vec::new(), false);
        if outermost && self.word("with") {
            recursive = self.word("recursive");
            with = self.list(|parser| {
                let name = parser.name("a name")?;
                let columns = if parser.here("(") { Some(parser.names()?) } else { None };
                parser.expect("as")?;
                parser.expect("(")?;
                let query = parser.query(false)?;
                parser.expect(")")?;
                Ok(Common { name, columns, query })
            })?;
        }
        let first = self.select()?;
        let mut unions = Vec::new();
        while self.word("union") {
            let all = self.word("all");
            unions.push((all, self.select()?));
        }
        let mut order = Vec::new();
        if self.word("order") {
            self.expect("by")?;
            order = self.list(|parser| {
                let expr = parser.expression(0)?;
                let descending = parser.word("desc");
                if !descending {
                    parser.word("asc");
                }
                Ok(Order { expr, descending })
            })?;
        }
        let limit = if self.word("limit") { Some(self.number()?) } else { None };
        let offset = if limit.is_some() && self.word("offset") { self.number()? } else { 0 };
        Ok(Query { with, recursive, first, unions, order, limit, offset })
    }

    fn number(&mut self) -> Read<u64> {
        match self.peek() {
            Some(Token::Number(number)) => {
                let number = *number;
                self.taken += 1;
                Ok(number)
            }
            _ => Err(self.wrong("a whole number")),
        }
    }

    fn select(&mut self) -> Read<Select> {
        let at = self.at();
        self.expect("select")?;
        let distinct = self.word("distinct");
        let output = self.list(Self::output)?;
        let mut from = Vec::new();
        if self.word("from") {
            from.push(self.from(false)?);
            loop {
                let left = self.word("left");
                if left {
                    self.word("outer");
                } else if self.word(",") {
                    from.push(self.from(false)?);
                    continue;
                } else if self.word("inner") || self.word("cross") {
                } else if !self.here("join") {
                    break;
                }
                self.expect("join")?;
                let mut next = self.from(left)?;
                next.on = self.condition("on")?;
                if left && next.on.is_none() {
                    return Err(self.wrong("ON"));
                }
                from.push(next);
            }
        }
        let condition = self.condition("where")?;
        let mut group = Vec::new();
        if self.word("group") {
            self.expect("by")?;
            group = self.list(|parser| parser.expression(0))?;
        }
        let having = self.condition("having")?;
        Ok(Select { at, distinct, output, from, condition, group, having })
    }

    fn output(&mut self) -> Read<Output> {
        let at = self.at();
        if self.word("*") {
            return Ok(Output::All { at, table: None });
        }
        if self.sign_at(1, ".") && self.sign_at(2, "*") {
            let table = self.name("a table")?;
            self.taken += 2;
            return Ok(Output::All { at, table: Some(table) });
        }
        let expr = self.expression(0)?;
        let end = self.taken.checked_sub(1).map_or(at, |last| self.tokens[last].1.end);
        let text = self.text[at..end].into();
        Ok(Output::One { expr, text, name: self.alias()? })
    }

    fn from(&mut self, left: bool) -> Read<From> {
        if self.here("(") {
            let accepted = "a table, which WITH may name".to_owned();
            return Err(Mistake { at: self.at(), problem: "a query in FROM isn't known here".to_owned(), accepted });
        }
        let table = self.name("a table")?;
        let alias = self.alias()?.map_or_else(|| table.text.clone(), |alias| alias.text);
        Ok(From { table, alias, left, on: None })
    }

    /// `AS name`, or only the name.
    fn alias(&mut self) -> Read<Option<Name>> {
        if self.word("as") {
            return Ok(Some(self.name("a name")?));
        }
        let is_name = matches!(self.peek(), Some(Token::Word(_))) && !self.is_taken_word();
        Ok(if is_name { Some(self.name("a name")?) } else { None })
    }

    fn condition(&mut self, word: &str) -> Read<Option<Expr>> {
        if self.word(word) { Ok(Some(self.expression(0)?)) } else { Ok(None) }
    }

    fn names(&mut self) -> Read<Vec<Name>> {
        self.expect("(")?;
        let names = self.list(|parser| parser.name("a column"))?;
        self.expect(")")?;
        Ok(names)
    }

    pub(super) fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut all = vec![one(self)?];
        while self.word(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    pub(super) fn name(&mut self, what: &str) -> Read<Name> {
        match self.peek() {
            Some(token @ Token::Word(text)) if !RESERVED.iter().chain(FOREIGN_RESERVED).any(|word| token.is(word)) => {
                let name = Name { text: text.to_ascii_lowercase().into(), at: self.at() };
                self.taken += 1;
                Ok(name)
            }
            _ => Err(self.wrong(what)),
        }
    }

    /// A value as it is written, if one stands here.
    pub(super) fn literal(&mut self) -> Read<Option<Datum>> {
        let value = match self.peek() {
            Some(Token::Number(number)) => match i64::try_from(*number) {
                Ok(number) if !self.sign_at(1, ".") => Datum::Integer(number),
                _ => {
                    let problem =
                        format!("`{}` is no whole number", self.spelt(if self.sign_at(1, ".") { 3 } else { 1 }));
                    let accepted = format!("a whole number up to {}", i64::MAX);
                    return Err(Mistake { at: self.at(), problem, accepted });
                }
            },
            Some(Token::Text(text)) => Datum::Text(text.clone()),
            Some(token) if token.is("null") => Datum::Null,
            Some(token) if token.is("true") => Datum::Integer(1),
            Some(token) if token.is("false") => Datum::Integer(0),
            _ => return Ok(None),
        };
        self.taken += 1;
        Ok(Some(value))
    }

    /// A whole number with its sign, if one stands here: the least of them has no counterpart without it.
    pub(super) fn negative_literal(&mut self) -> Option<Datum> {
        let Some((Token::Number(number), _)) = self.tokens.get(self.taken + 1) else { return None };
        let number = 0i64.checked_sub_unsigned(*number).filter(|_| self.here("-") && !self.sign_at(2, "."))?;
        self.taken += 2;
        Some(Datum::Integer(number))
    }

    /// The next tokens as they stand in the text.
    fn spelt(&self, tokens: usize) -> String {
        let last = (self.taken + tokens).min(self.tokens.len()) - 1;
        shorten(&self.text[self.at()..self.tokens[last].1.end], 40).to_string()
    }

    /// Takes the next token if it is that word or sign.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let here = self.here(word);
        self.taken += usize::from(here);
        here
    }

    pub(super) fn here(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is(word))
    }

    /// Whether that word or sign stands so many tokens further on.
    pub(super) fn sign_at(&self, further: usize, word: &str) -> bool {
        self.tokens.get(self.taken + further).is_some_and(|(token, _)| token.is(word))
    }

    pub(super) fn skip(&mut self) {
        self.taken += 1;
    }

    pub(super) fn expect(&mut self, word: &str) -> Read<()> {
        if self.word(word) { Ok(()) } else { Err(self.wrong(&word.to_ascii_uppercase())) }
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.taken).map(|(token, _)| token)
    }

    /// Where the next token stands.
    pub(super) fn at(&self) -> At {
        self.tokens.get(self.taken).map_or(self.text.len(), |(_, range)| range.start)
    }

    fn is_taken_word(&self) -> bool {
        self.peek()
            .is_some_and(|token| RESERVED.iter().chain(FOREIGN_RESERVED).chain(FOREIGN).any(|word| token.is(word)))
    }

    pub(super) fn wrong(&self, accepted: &str) -> Mistake {
        let problem = match self.peek() {
            None => "the statement ends too early".to_owned(),
            Some(token) if FOREIGN_RESERVED.iter().chain(FOREIGN).any(|word| token.is(word)) => {
                format!("{} isn't known here", self.spelt(1).to_ascii_uppercase())
            }
            Some(_) => format!("`{}` isn't expected here", self.spelt(1)),
        };
        Mistake { at: self.at(), problem, accepted: accepted.to_owned() }
    }
}
