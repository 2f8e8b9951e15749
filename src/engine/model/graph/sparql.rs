//! A part of SPARQL, the language of triples, with its property paths.
//!
//! ```text
//! PREFIX : <https://example.org/>
//! SELECT DISTINCT ?name WHERE {
//!   ?p a :person ; :name ?name ;
//!      :born_in/:within* :Asia .
//!   FILTER (?name != 'Asha')
//! }
//! ```
//!
//! A vertex is the subject of a triple for its class (`a`), one for its `:name`, and one for each edge that leaves it. A path is
//! `:kind`, `^path`, `path/path`, `path|path`, `path*`, `path+`, `path?`, or in parentheses. A filter compares variables,
//! `'texts'` and vertices, and knows `STRSTARTS`, `CONTAINS`, `&&`, `||` and parentheses, and `!` before one of these functions or a
//! parenthesis.

use std::rc::Rc;

use super::pattern::{Column, Comparison, Condition, Expression, Node, Operand, Path, Pattern, Repeat, Shows, Way};
use super::text::{Read, Reader, Token};
use crate::language::shorten;
use crate::table::Mistake;

/// What the language has besides, and this part of it has not.
const UNKNOWN: &[&str] = &[
    "optional",
    "union",
    "minus",
    "bind",
    "values",
    "graph",
    "service",
    "construct",
    "describe",
    "ask",
    "base",
    "from",
    "order",
    "group",
    "having",
    "limit",
    "offset",
    "reduced",
    "exists",
    "regex",
];
/// What a vertex is called.
const NAME: &str = "name";

pub fn parse(text: &str) -> Read<Pattern> {
    let pattern = Pattern { as_address: true, ..Pattern::default() };
    let mut parser = Parser { reader: Reader::new(text, true)?, pattern, names: Vec::new(), has_prefix: false };
    parser.query()?;
    Ok(parser.pattern)
}

struct Parser<'a> {
    reader: Reader<'a>,
    pattern: Pattern,
    /// Variables that stand for the name of a node.
    names: Vec<(Rc<str>, usize)>,
    has_prefix: bool,
}

impl Parser<'_> {
    fn query(&mut self) -> Read<()> {
        while self.reader.word("prefix") {
            let is_prefix = self.reader.is_sign(":");
            self.reader.expect_sign(":").map_err(|_| self.reader.unknown("a prefix with a name", "`:`"))?;
            if self.reader.peek() != Some(&Token::Address) {
                return Err(self.wrong("an address, as in <https://example.org/>"));
            }
            self.reader.next();
            self.has_prefix |= is_prefix;
        }
        if !self.reader.word("select") {
            return Err(self.wrong("PREFIX, SELECT"));
        }
        self.pattern.distinct = self.reader.word("distinct");
        let mut selected: Vec<(Rc<str>, usize)> = Vec::new();
        let all = self.reader.sign("*");
        while let (false, Some(Token::Variable(name))) = (all, self.reader.peek().cloned()) {
            selected.push((name, self.reader.at()));
            self.reader.next();
        }
        if !all && selected.is_empty() {
            return Err(self.wrong("a ?variable, *, DISTINCT"));
        }
        self.reader.word("where");
        if !self.reader.sign("{") {
            return Err(self.wrong("a ?variable, WHERE, {"));
        }
        self.group()?;
        self.reader.finish("").map_err(|_| self.wrong("the end of the query"))?;
        if all {
            let nodes = self.pattern.nodes.iter().filter_map(|node| node.variable.clone());
            selected = nodes.chain(self.names.iter().map(|(name, _)| name.clone())).map(|name| (name, 0)).collect();
        }
        for (name, at) in selected {
            let shows = match self.meaning(&name) {
                Some(Operand::Name(node)) => Shows::Name(node),
                Some(Operand::Node(node)) => Shows::Node(node),
                _ => return Err(self.nobody(&name, at)),
            };
            self.pattern.returns.push(Column { head: format!("?{name}").into(), shows });
        }
        Ok(())
    }

    /// Triples and filters, up to the closing brace.
    fn group(&mut self) -> Read<()> {
        let mut filters = Vec::new();
        while !self.reader.sign("}") {
            if self.reader.word("filter") {
                // It holds for the whole group, also for what follows it: so it is read when all variables are known.
                filters.push(self.reader.clone());
                self.skip_filter()?;
                self.reader.sign(".");
                continue;
            }
            let subject = self.vertex("a ?variable, a vertex as in :Asia, FILTER, }")?;
            self.verbs(subject)?;
            if !self.reader.sign(".") && !self.reader.is_sign("}") && !self.reader.is_word("filter") {
                return Err(self.wrong("`.`, `;`, `,`, FILTER, }"));
            }
        }
        let end = self.reader.clone();
        for filter in filters {
            self.reader = filter;
            let condition = self.single()?;
            self.pattern.conditions.push(condition);
        }
        self.reader = end;
        Ok(())
    }

    /// Passes over what stands in parentheses.
    fn skip_filter(&mut self) -> Read<()> {
        if let Some(Token::Word(_)) = self.reader.peek() {
            self.reader.next();
        }
        self.reader.expect_sign("(")?;
        let mut open = 1;
        while open > 0 {
            match self.reader.next() {
                Some(Token::Sign("(")) => open += 1,
                Some(Token::Sign(")")) => open -= 1,
                Some(_) => {}
                None => return Err(self.wrong(")")),
            }
        }
        Ok(())
    }

    /// What is said of a subject: verbs with their objects, divided by `;`.
    fn verbs(&mut self, subject: usize) -> Read<()> {
        loop {
            let (start, at) = (self.reader.at(), self.reader.at());
            if self.reader.word("a") {
                self.classes(subject)?;
            } else {
                let (way, ends_in_name) = named(self.alternatives()?, at)?;
                loop {
                    self.object(subject, way.as_ref(), ends_in_name, start)?;
                    if !self.reader.sign(",") {
                        break;
                    }
                }
            }
            // A semicolon too many does no harm.
            let mut more = false;
            while self.reader.sign(";") {
                more = true;
            }
            if !more || self.reader.is_sign(".") || self.reader.is_sign("}") {
                return Ok(());
            }
        }
    }

    fn classes(&mut self, subject: usize) -> Read<()> {
        loop {
            let label = self.address("a class, as in :person")?;
            self.pattern.nodes[subject].labels.push(label);
            if !self.reader.sign(",") {
                return Ok(());
            }
        }
    }

    /// One object of a verb: a vertex; or its name, where the verb ends in that.
    fn object(&mut self, subject: usize, way: Option<&Expression>, ends_in_name: bool, start: usize) -> Read<()> {
        let node = match (ends_in_name, way) {
            (true, None) => subject,
            (true, Some(_)) => self.add(Node::default()),
            (false, _) => self.vertex("a ?variable, a vertex as in :Asia")?,
        };
        if ends_in_name {
            self.called(node)?;
        }
        if let Some(way) = way {
            let (way, source) = (Way::Expression(way.clone()), start..self.reader.end());
            self.pattern.paths.push(Path { from: subject, to: node, way, clause: 0, source });
        }
        Ok(())
    }

    /// The name of a node: a text, or a variable.
    fn called(&mut self, node: usize) -> Read<()> {
        match self.reader.peek().cloned() {
            Some(Token::Text(text)) => self.pattern.nodes[node].names.push(text),
            Some(Token::Variable(variable)) => match self.meaning(&variable) {
                None => self.names.push((variable, node)),
                Some(Operand::Name(other)) => {
                    let same = Condition::Compare(Operand::Name(other), Comparison::Equal, Operand::Name(node));
                    self.pattern.conditions.push(same);
                }
                Some(_) => {
                    let problem = format!("`?{}` is a vertex, and can't be a name as well", shorten(&variable, 40));
                    let accepted = "another variable, a 'text'".to_owned();
                    return Err(Mistake { at: self.reader.at(), problem, accepted });
                }
            },
            _ => return Err(self.wrong("a ?variable, a 'text'")),
        }
        self.reader.next();
        Ok(())
    }

    fn alternatives(&mut self) -> Read<Expression> {
        self.reader.enter()?;
        let mut path = self.sequence()?;
        while self.reader.sign("|") {
            path = Expression::Alternative(Box::new(path), Box::new(self.sequence()?));
        }
        self.reader.leave();
        Ok(path)
    }

    fn sequence(&mut self) -> Read<Expression> {
        let mut path = self.step()?;
        while self.reader.sign("/") {
            path = Expression::Sequence(Box::new(path), Box::new(self.step()?));
        }
        Ok(path)
    }

    /// A kind of edge or what stands in parentheses, with `^` before it and a sign of repetition after it.
    fn step(&mut self) -> Read<Expression> {
        let is_inverse = self.reader.sign("^");
        let mut path = match self.reader.peek() {
            Some(Token::Sign("(")) => {
                self.reader.next();
                let inner = self.alternatives()?;
                self.reader.expect_sign(")")?;
                inner
            }
            Some(Token::Sign("!")) => {
                return Err(self.reader.unknown("a path of all kinds but some", "a path, as in :within"));
            }
            Some(Token::Variable(_)) => {
                return Err(self.reader.unknown("a variable in the place of a path", "a path, as in :within"));
            }
            _ => Expression::Kind(self.address("a, :name, a path as in :born_in/:within*")?),
        };
        let repeats = [("*", Repeat::ZeroOrMore), ("+", Repeat::OneOrMore), ("?", Repeat::ZeroOrOne)];
        if let Some((_, repeat)) = repeats.iter().find(|(sign, _)| self.reader.is_sign(sign)) {
            self.reader.next();
            path = Expression::Repeated(Box::new(path), *repeat);
        }
        Ok(if is_inverse { Expression::Inverse(Box::new(path)) } else { path })
    }

    /// A node that is a variable or a vertex.
    fn vertex(&mut self, accepted: &str) -> Read<usize> {
        if let Some(Token::Variable(variable)) = self.reader.peek().cloned() {
            let node = match self.meaning(&variable) {
                Some(Operand::Node(node)) => node,
                None => self.add(Node { variable: Some(variable), ..Node::default() }),
                Some(_) => {
                    let problem = format!("`?{}` is a name, and can't be a vertex as well", shorten(&variable, 40));
                    return Err(Mistake { at: self.reader.at(), problem, accepted: "another variable".to_owned() });
                }
            };
            self.reader.next();
            return Ok(node);
        }
        let name = self.address(accepted)?;
        let is_it = |node: &Node| node.variable.is_none() && *node.names == [name.clone()];
        let known = self.pattern.nodes.iter().position(is_it);
        Ok(known.unwrap_or_else(|| self.add(Node { names: vec![name], ..Node::default() })))
    }

    /// `:Asia`, an address that begins with the prefix.
    fn address(&mut self, accepted: &str) -> Read<Rc<str>> {
        if !self.reader.is_sign(":") || !self.reader.joined() || !matches!(self.reader.ahead(1), Some(Token::Word(_))) {
            return Err(self.wrong(accepted));
        }
        if !self.has_prefix {
            let problem = "the prefix `:` stands for no address yet".to_owned();
            let accepted = "PREFIX : <https://example.org/> before SELECT".to_owned();
            return Err(Mistake { at: self.reader.at(), problem, accepted });
        }
        self.reader.next();
        self.reader.name(accepted)
    }

    /// A condition of operators that bind more tightly than `least`: `||`, then `&&`.
    fn condition(&mut self, least: u8) -> Read<Condition> {
        self.reader.enter()?;
        let mut left = self.single()?;
        loop {
            if least < 1 && self.reader.sign("||") {
                left = Condition::Or(Box::new(left), Box::new(self.condition(1)?));
            } else if least < 2 && self.reader.sign("&&") {
                left = Condition::And(Box::new(left), Box::new(self.condition(2)?));
            } else {
                self.reader.leave();
                return Ok(left);
            }
        }
    }

    fn single(&mut self) -> Read<Condition> {
        if self.reader.sign("!") {
            // By the grammar a primary expression follows, so a comparison needs parentheses of its own.
            if !["strstarts", "contains"].iter().any(|word| self.reader.is_word(word)) && !self.reader.is_sign("(") {
                let problem = "`!` negates what stands right after it, and not a comparison".to_owned();
                let accepted = "a comparison in parentheses as in !(?a = ?b), STRSTARTS, CONTAINS".to_owned();
                return Err(Mistake { at: self.reader.at(), problem, accepted });
            }
            return Ok(Condition::Not(Box::new(self.single()?)));
        }
        if self.reader.sign("(") {
            let inner = self.condition(0)?;
            self.reader.expect_sign(")").map_err(|_| self.wrong("&&, ||, )"))?;
            return Ok(inner);
        }
        let at = self.reader.at();
        for (word, how) in [("strstarts", Comparison::StartsWith), ("contains", Comparison::Contains)] {
            if self.reader.word(word) {
                self.reader.expect_sign("(")?;
                let one = self.operand()?;
                self.reader.expect_sign(",")?;
                let other = self.operand()?;
                self.reader.expect_sign(")")?;
                return comparable(Condition::Compare(one, how, other), at);
            }
        }
        let one = self.operand()?;
        let how = self.comparison()?;
        let other = self.operand()?;
        comparable(Condition::Compare(one, how, other), at)
    }

    fn operand(&mut self) -> Read<Operand> {
        let at = self.reader.at();
        match self.reader.peek().cloned() {
            Some(Token::Text(text)) => {
                self.reader.next();
                Ok(Operand::Text(text))
            }
            Some(Token::Variable(name)) => {
                self.reader.next();
                self.meaning(&name).ok_or_else(|| self.nobody(&name, at))
            }
            _ => {
                let accepted = "a ?variable, a 'text', a vertex as in :Asia, STRSTARTS, CONTAINS, !, (";
                Ok(Operand::Vertex(self.address(accepted)?))
            }
        }
    }

    fn comparison(&mut self) -> Read<Comparison> {
        const SIGNS: [(&str, Comparison); 6] = [
            ("=", Comparison::Equal),
            ("!=", Comparison::Unequal),
            ("<", Comparison::Less),
            ("<=", Comparison::AtMost),
            (">", Comparison::Greater),
            (">=", Comparison::AtLeast),
        ];
        let Some((_, how)) = SIGNS.iter().find(|(sign, _)| self.reader.is_sign(sign)) else {
            return Err(self.wrong("=, !=, <, <=, >, >="));
        };
        self.reader.next();
        Ok(*how)
    }

    fn meaning(&self, variable: &str) -> Option<Operand> {
        let node = self.pattern.nodes.iter().position(|node| node.variable.as_deref() == Some(variable));
        let name = || self.names.iter().find(|(name, _)| **name == *variable).map(|(_, node)| Operand::Name(*node));
        node.map(Operand::Node).or_else(name)
    }

    /// That no triple has a variable.
    fn nobody(&self, variable: &str, at: usize) -> Mistake {
        let nodes = self.pattern.nodes.iter().filter_map(|node| node.variable.as_deref());
        let known: Vec<String> =
            nodes.chain(self.names.iter().map(|(name, _)| &**name)).map(|name| format!("?{name}")).collect();
        let accepted = if known.is_empty() { "a variable of a triple".to_owned() } else { known.join(", ") };
        Mistake { at, problem: format!("no triple has `?{}`", shorten(variable, 40)), accepted }
    }

    fn add(&mut self, node: Node) -> usize {
        self.pattern.nodes.push(node);
        self.pattern.nodes.len() - 1
    }

    /// That the next token cannot stand here; what the whole language knows is named.
    fn wrong(&self, accepted: &str) -> Mistake {
        match self.reader.peek() {
            Some(Token::Word(word)) if UNKNOWN.iter().any(|unknown| word.eq_ignore_ascii_case(unknown)) => {
                self.reader.unknown(&word.to_ascii_uppercase(), accepted)
            }
            _ => self.reader.wrong(accepted),
        }
    }
}

/// Takes `:name` off the end of a path: whether it was there, and what was before it.
fn named(path: Expression, at: usize) -> Read<(Option<Expression>, bool)> {
    let (way, ends_in_name) = match path {
        Expression::Kind(kind) if *kind == *NAME => (None, true),
        Expression::Sequence(before, last) if matches!(&*last, Expression::Kind(kind) if **kind == *NAME) => {
            (Some(*before), true)
        }
        path => (Some(path), false),
    };
    if way.as_ref().is_some_and(speaks_of_names) {
        let problem = "a name is where a path ends, because nothing leaves it".to_owned();
        return Err(Mistake { at, problem, accepted: ":name alone, or as the last step of the path".to_owned() });
    }
    Ok((way, ends_in_name))
}

fn speaks_of_names(path: &Expression) -> bool {
    match path {
        Expression::Kind(kind) => **kind == *NAME,
        Expression::Inverse(inner) | Expression::Repeated(inner, _) => speaks_of_names(inner),
        Expression::Sequence(one, other) | Expression::Alternative(one, other) => {
            speaks_of_names(one) || speaks_of_names(other)
        }
    }
}

/// Vertices are the same or not; only texts have an order.
fn comparable(condition: Condition, at: usize) -> Read<Condition> {
    let Condition::Compare(one, how, other) = &condition else { return Ok(condition) };
    let is_vertex = |operand: &Operand| matches!(operand, Operand::Node(_) | Operand::Vertex(_));
    let fits = match (is_vertex(one), is_vertex(other)) {
        (true, true) => matches!(how, Comparison::Equal | Comparison::Unequal),
        (one, other) => one == other,
    };
    if fits {
        return Ok(condition);
    }
    let problem = "a vertex is compared only with a vertex, by = or !=".to_owned();
    Err(Mistake { at, problem, accepted: "its name, a variable after :name".to_owned() })
}
