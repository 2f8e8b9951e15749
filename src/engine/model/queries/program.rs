//! The loop: a small imperative language, and what a text of it means.
//!
//! ```text
//! for row in catches                  each row of the table, in the order in which they lie
//!   if row.fish == 'cod'              what stands further to the right belongs to it, or what is between { and }
//!     total[row.day] += row.kilos     an entry of a map; what was never set counts as 0
//! for day in total                    each key of a map, in the order in which they came into it
//!   emit day, total[day]              a row of the answer
//! ```
//!
//! Besides: `else`, `name = expression`, `-=`, `break`, and `for row in by_fish('cod')`, the rows that an index has. Line
//! after line becomes an instruction with a number, so that a machine can rest between any two of them.

use std::rc::Rc;

use super::data::{Data, INDEX};
use super::expression::Expression;
use super::text::{Is, Reader};
use crate::table::Mistake;

#[derive(Debug)]
pub struct Program {
    pub lines: Vec<Line>,
    pub code: Vec<Instruction>,
    /// How many loops it has: each has a place of its own.
    pub loops: usize,
    /// Names that are given a value, or stand for a row or a key.
    names: Vec<Rc<str>>,
}

/// A line as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub depth: usize,
    pub text: Rc<str>,
}

#[derive(Debug)]
pub struct Instruction {
    /// Counted from 0.
    pub line: usize,
    pub does: Does,
}

#[derive(Debug)]
pub enum Does {
    /// A loop begins anew. Nothing is seen of it.
    Begin {
        of: usize,
        over: Over,
    },
    /// The next of a loop, or on at `end`.
    Next {
        of: usize,
        name: Rc<str>,
        end: usize,
    },
    /// On if it holds, and else at `otherwise`.
    Test {
        condition: Expression,
        otherwise: usize,
    },
    Set {
        name: Rc<str>,
        key: Option<Expression>,
        how: How,
        value: Expression,
    },
    Emit(Vec<Expression>),
    Break {
        to: usize,
    },
    /// Nothing is seen of it.
    Jump {
        to: usize,
    },
}

#[derive(Debug)]
pub enum Over {
    /// The table, or a map: a name, and where it stands.
    Name(Rc<str>, usize),
    /// The rows that the index of that name has for a value.
    Index(Rc<str>, Expression),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Becomes,
    Plus,
    Minus,
}

/// More lines are refused: they have to be seen at once.
const MAX_LINES: usize = 12;
/// Where a jump goes is known when its target is.
const UNKNOWN: usize = usize::MAX;

struct Compiler<'a> {
    reader: Reader<'a>,
    program: Program,
    depth: usize,
    /// Of each loop around: where its `break`s are.
    breaks: Vec<Vec<usize>>,
}

impl Program {
    pub fn parse(text: &str) -> Result<Program, Mistake> {
        let program = Program { lines: Vec::new(), code: Vec::new(), loops: 0, names: Vec::new() };
        let mut compiler = Compiler { reader: Reader::new(text)?, program, depth: 0, breaks: Vec::new() };
        loop {
            compiler.statement()?;
            compiler.reader.take(";");
            if compiler.reader.is_at_end() {
                return Ok(compiler.program);
            }
        }
    }

    /// That its names are there, and the columns of this table.
    pub fn check(&self, data: &Data) -> Result<(), Mistake> {
        let missing = |at: usize, what: &str, name: &str, accepted: String| {
            Err(Mistake { at, problem: format!("there is no {what} `{name}`"), accepted })
        };
        let mut check = |expression: &Expression| match expression {
            Expression::Name(name, at) if !self.names.contains(name) => {
                missing(*at, "variable", name, self.names.join(", "))
            }
            Expression::Column(_, column, at) if data.column(column).is_none() => {
                missing(*at, "column", column, data.columns_told())
            }
            _ => Ok(()),
        };
        for instruction in &self.code {
            match &instruction.does {
                Does::Begin { over: Over::Name(name, at), .. } if *name != data.name && !self.names.contains(name) => {
                    let indexes =
                        data.indexes.iter().map(|column| format!(", {INDEX}{}(VALUE)", data.columns[*column]));
                    let accepted = format!("{}{}, a map", data.name, indexes.collect::<String>());
                    return missing(*at, "table", name, accepted);
                }
                Does::Begin { over: Over::Index(_, value), .. } => value.check(&mut check)?,
                Does::Test { condition, .. } => condition.check(&mut check)?,
                Does::Set { key, value, .. } => {
                    key.iter().try_for_each(|key| key.check(&mut check))?;
                    value.check(&mut check)?;
                }
                Does::Emit(values) => values.iter().try_for_each(|value| value.check(&mut check))?,
                _ => {}
            }
        }
        Ok(())
    }
}

impl Compiler<'_> {
    fn statement(&mut self) -> Result<(), Mistake> {
        if self.program.lines.len() == MAX_LINES {
            let problem = "the program has too many lines".to_owned();
            return Err(Mistake { at: self.reader.at(), problem, accepted: format!("at most {MAX_LINES} lines") });
        }
        let indent = self.reader.peek().map_or(0, |token| token.indent);
        let from = self.reader.at();
        if self.reader.take("for") {
            self.each(from, indent)
        } else if self.reader.take("if") {
            self.test(from, indent)
        } else if self.reader.take("emit") {
            let values = Expression::several(&mut self.reader)?;
            let line = self.line(from);
            self.push(line, Does::Emit(values));
            Ok(())
        } else if self.reader.is("break") {
            self.leave(from)
        } else {
            self.set(from)
        }
    }

    fn each(&mut self, from: usize, indent: usize) -> Result<(), Mistake> {
        let (name, _) = self.reader.name("a name for each row")?;
        self.reader.require("in")?;
        let (over, at) = self.reader.name("a table, a map, an index")?;
        let over = if self.reader.take("(") {
            let value = Expression::parse(&mut self.reader)?;
            self.reader.require(")")?;
            if !over.starts_with(INDEX) {
                let problem = format!("`{over}` is no index");
                return Err(Mistake { at, problem, accepted: "by_COLUMN(VALUE)".to_owned() });
            }
            Over::Index(over, value)
        } else {
            Over::Name(over, at)
        };
        let line = self.line(from);
        let of = self.program.loops;
        self.program.loops += 1;
        self.bind(&name);
        self.push(line, Does::Begin { of, over });
        let next = self.push(line, Does::Next { of, name, end: UNKNOWN });
        self.breaks.push(Vec::new());
        self.block(indent)?;
        self.push(line, Does::Jump { to: next });
        let here = self.program.code.len();
        let breaks = self.breaks.pop().expect("it was pushed");
        breaks.into_iter().chain([next]).for_each(|place| self.aim(place, here));
        Ok(())
    }

    fn test(&mut self, from: usize, indent: usize) -> Result<(), Mistake> {
        let condition = Expression::parse(&mut self.reader)?;
        let line = self.line(from);
        let test = self.push(line, Does::Test { condition, otherwise: UNKNOWN });
        self.block(indent)?;
        let is_mine = self.reader.peek().is_some_and(|token| !token.is_first || token.indent == indent);
        if is_mine && self.reader.is("else") {
            let from = self.reader.at();
            self.reader.advance();
            self.line(from);
            let skip = self.push(line, Does::Jump { to: UNKNOWN });
            self.aim(test, self.program.code.len());
            self.block(indent)?;
            self.aim(skip, self.program.code.len());
        } else {
            self.aim(test, self.program.code.len());
        }
        Ok(())
    }

    fn leave(&mut self, from: usize) -> Result<(), Mistake> {
        if self.breaks.is_empty() {
            let problem = "there is no loop around this `break`".to_owned();
            return Err(Mistake { at: from, problem, accepted: "for, if, emit, NAME = …, NAME += …".to_owned() });
        }
        self.reader.advance();
        let line = self.line(from);
        let place = self.push(line, Does::Break { to: UNKNOWN });
        self.breaks.last_mut().expect("it is not empty").push(place);
        Ok(())
    }

    fn set(&mut self, from: usize) -> Result<(), Mistake> {
        if matches!(self.reader.peek().map(|token| &token.is), Some(Is::Name(word)) if ["in", "else", "and", "or", "not"].contains(&&**word))
        {
            return Err(self.reader.want("a name"));
        }
        self.reader.wants("break");
        let (name, _) = self.reader.name("a name")?;
        let key = if self.reader.take("[") { Some(Expression::key(&mut self.reader)?) } else { None };
        let how = match () {
            () if self.reader.take("=") => How::Becomes,
            () if self.reader.take("+=") => How::Plus,
            () if self.reader.take("-=") => How::Minus,
            () => return Err(self.reader.wrong()),
        };
        let value = Expression::parse(&mut self.reader)?;
        let line = self.line(from);
        self.bind(&name);
        self.push(line, Does::Set { name, key, how, value });
        Ok(())
    }

    /// What belongs to a line that stands so far to the right: what is between braces, what follows on the same line, or
    /// what stands further to the right.
    fn block(&mut self, indent: usize) -> Result<(), Mistake> {
        self.reader.take(":");
        let braces = self.reader.take("{");
        self.depth += 1;
        let mut many = 0;
        loop {
            if braces && self.reader.take("}") {
                break;
            }
            let belongs = match self.reader.peek() {
                None => false,
                Some(token) => braces || token.indent > indent && (token.is_first || many == 0),
            };
            if !belongs {
                if braces || many == 0 {
                    return Err(self.reader.want("a line that is further to the right"));
                }
                break;
            }
            let depth = self.depth;
            let breaks = self.breaks.len();
            // The text bounds how deep this can go, as each level has a line of its own.
            self.statement()?;
            debug_assert_eq!((depth, breaks), (self.depth, self.breaks.len()));
            self.reader.take(";");
            many += 1;
        }
        self.depth -= 1;
        Ok(())
    }

    fn line(&mut self, from: usize) -> usize {
        self.program.lines.push(Line { depth: self.depth, text: self.reader.since(from) });
        self.program.lines.len() - 1
    }

    fn push(&mut self, line: usize, does: Does) -> usize {
        self.program.code.push(Instruction { line, does });
        self.program.code.len() - 1
    }

    fn bind(&mut self, name: &Rc<str>) {
        if !self.program.names.contains(name) {
            self.program.names.push(name.clone());
        }
    }

    /// Sets where the instruction at `place` goes.
    fn aim(&mut self, place: usize, target: usize) {
        match &mut self.program.code[place].does {
            Does::Next { end: to, .. } | Does::Test { otherwise: to, .. } | Does::Break { to } | Does::Jump { to } => {
                *to = target;
            }
            _ => unreachable!("only jumps are aimed"),
        }
    }
}
