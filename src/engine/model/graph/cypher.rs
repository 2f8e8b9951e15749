//! A part of Cypher, the language of property graphs: patterns drawn in letters.
//!
//! ```text
//! MATCH (p:person)-[:born_in]->()-[:within*0..]->({name: 'Asia'}), …  [WHERE condition]
//! MATCH …
//! RETURN [DISTINCT] p, p.name, …
//! ```
//!
//! An arrow is `-[:kind]->`, `<-[:kind]-` or `-[:kind]-`, of one kind or of several (`:a|b`), of a length (`*`, `*2`, `*0..`,
//! `*..3`), or bare: `-->`. Conditions compare names, texts and vertices, and know `STARTS WITH`, `CONTAINS`, `p:label`, `NOT`,
//! `AND`, `OR` and parentheses.

use std::rc::Rc;

use super::pattern::{Column, Comparison, Condition, Direction, Node, Operand, Path, Pattern, Shows, Trail, Way};
use super::text::{Read, Reader, Token};
use crate::language::shorten;
use crate::table::Mistake;

/// What the language has besides, and this part of it has not.
const UNKNOWN: &[&str] = &[
    "optional", "create", "merge", "delete", "detach", "set", "remove", "with", "unwind", "call", "union", "order",
    "skip", "limit", "foreach", "exists",
];

pub fn parse(text: &str) -> Read<Pattern> {
    let mut parser = Parser { reader: Reader::new(text, false)?, pattern: Pattern::default(), clause: 0 };
    parser.query()?;
    Ok(parser.pattern)
}

struct Parser<'a> {
    reader: Reader<'a>,
    pattern: Pattern,
    clause: usize,
}

impl Parser<'_> {
    fn query(&mut self) -> Read<()> {
        if !self.reader.is_word("match") {
            return Err(self.wrong("MATCH"));
        }
        while self.reader.word("match") {
            self.chain()?;
            while self.reader.sign(",") {
                self.chain()?;
            }
            if self.reader.word("where") {
                let condition = self.condition(0)?;
                self.pattern.conditions.push(condition);
            }
            self.clause += 1;
        }
        if !self.reader.word("return") {
            return Err(self.wrong("an arrow, `,`, WHERE, MATCH, RETURN"));
        }
        self.pattern.distinct = self.reader.word("distinct");
        loop {
            let column = self.column()?;
            self.pattern.returns.push(column);
            if !self.reader.sign(",") {
                break;
            }
        }
        self.reader.sign(";");
        self.reader.finish("").map_err(|_| self.wrong("`,` or the end of the query"))
    }

    /// Nodes, with an arrow from each to the next.
    fn chain(&mut self) -> Read<()> {
        let mut from = self.node()?;
        while self.reader.is_sign("-") || self.reader.is_sign("<") {
            let start = self.reader.at();
            let trail = self.arrow()?;
            let to = self.node()?;
            let source = start..self.reader.end();
            self.pattern.paths.push(Path { from, to, way: Way::Trail(trail), clause: self.clause, source });
            from = to;
        }
        Ok(())
    }

    /// `(p:person {name: 'Asha'})`, of which each part may be missing.
    fn node(&mut self) -> Read<usize> {
        if !self.reader.sign("(") {
            return Err(self.wrong("a node, as in (p:person)"));
        }
        let place = match self.reader.peek() {
            Some(Token::Word(_)) => {
                let variable = self.reader.name("a variable")?;
                self.variable(&variable).unwrap_or_else(|| self.add(Some(variable)))
            }
            _ => self.add(None),
        };
        while self.reader.sign(":") {
            let label = self.reader.name("a label")?;
            self.pattern.nodes[place].labels.push(label);
        }
        if self.reader.sign("{") {
            loop {
                self.property()?;
                self.reader.expect_sign(":")?;
                let Some(Token::Text(name)) = self.reader.peek().cloned() else {
                    return Err(self.wrong("a 'text'"));
                };
                self.reader.next();
                self.pattern.nodes[place].names.push(name);
                if !self.reader.sign(",") {
                    break;
                }
            }
            self.reader.expect_sign("}")?;
        }
        if self.reader.sign(")") { Ok(place) } else { Err(self.wrong("a variable, `:label`, {name: 'text'}, `)`")) }
    }

    /// The one property that vertices have here.
    fn property(&mut self) -> Read<()> {
        let wrong = match self.reader.peek() {
            Some(Token::Word(word)) if **word == *"name" => None,
            Some(Token::Word(word)) => {
                let problem = format!("vertices have no `{}` here", shorten(word, 40));
                Some(Mistake { at: self.reader.at(), problem, accepted: "name".to_owned() })
            }
            _ => Some(self.wrong("name")),
        };
        match wrong {
            Some(wrong) => Err(wrong),
            None => self.reader.name("name").map(|_| ()),
        }
    }

    fn arrow(&mut self) -> Read<Trail> {
        let from_right = self.reader.sign("<");
        self.reader.expect_sign("-")?;
        let mut trail = Trail { kinds: Vec::new(), direction: Direction::Either, least: 1, most: Some(1) };
        if self.reader.sign("[") {
            if let Some(Token::Word(_)) = self.reader.peek() {
                // Nothing else here can speak of an edge, so its name is of no use, and does no harm.
                self.reader.name("a variable")?;
            }
            if self.reader.sign(":") {
                trail.kinds.push(self.reader.name("a kind of edge")?);
                while self.reader.sign("|") {
                    self.reader.sign(":");
                    trail.kinds.push(self.reader.name("a kind of edge")?);
                }
            }
            if self.reader.sign("*") {
                (trail.least, trail.most) = self.length()?;
            }
            if !self.reader.sign("]") {
                return Err(self.wrong("a variable, `:kind`, `*` and a length, `]`"));
            }
        }
        self.reader.expect_sign("-")?;
        let to_right = self.reader.sign(">");
        trail.direction = match (from_right, to_right) {
            (false, true) => Direction::Forwards,
            (true, false) => Direction::Backwards,
            _ => Direction::Either,
        };
        Ok(trail)
    }

    /// What follows the star: nothing, `2`, `0..`, `..3`, `1..3`.
    fn length(&mut self) -> Read<(u32, Option<u32>)> {
        let least = self.number();
        if !self.reader.sign("..") {
            return Ok(least.map_or((1, None), |length| (length, Some(length))));
        }
        Ok((least.unwrap_or(1), self.number()))
    }

    fn number(&mut self) -> Option<u32> {
        let Some(Token::Number(number)) = self.reader.peek() else { return None };
        let number = *number;
        self.reader.next();
        Some(number)
    }

    /// A condition of operators that bind more tightly than `least`: OR, then AND, then NOT.
    fn condition(&mut self, least: u8) -> Read<Condition> {
        self.reader.enter()?;
        let mut left = self.single()?;
        loop {
            if least < 1 && self.reader.word("or") {
                left = Condition::Or(Box::new(left), Box::new(self.condition(1)?));
            } else if least < 2 && self.reader.word("and") {
                left = Condition::And(Box::new(left), Box::new(self.condition(2)?));
            } else {
                self.reader.leave();
                return Ok(left);
            }
        }
    }

    fn single(&mut self) -> Read<Condition> {
        if self.reader.word("not") {
            return Ok(Condition::Not(Box::new(self.condition(2)?)));
        }
        if self.reader.sign("(") {
            let inner = self.condition(0)?;
            self.reader.expect_sign(")")?;
            return Ok(inner);
        }
        let at = self.reader.at();
        let one = self.operand()?;
        if let Operand::Node(node) = one
            && self.reader.sign(":")
        {
            return Ok(Condition::Is(node, self.reader.name("a label")?));
        }
        let how = self.comparison()?;
        let other = self.operand()?;
        match (&one, how, &other) {
            (Operand::Node(_), Comparison::Equal | Comparison::Unequal, Operand::Node(_)) => {}
            (Operand::Node(_), ..) | (.., Operand::Node(_)) => {
                let problem = "a vertex is compared only with a vertex, by = or <>".to_owned();
                return Err(Mistake { at, problem, accepted: "its name, as in p.name".to_owned() });
            }
            _ => {}
        }
        Ok(Condition::Compare(one, how, other))
    }

    fn operand(&mut self) -> Read<Operand> {
        if let Some(Token::Text(text)) = self.reader.peek().cloned() {
            self.reader.next();
            return Ok(Operand::Text(text));
        }
        let node = self.known("a variable, a 'text', NOT, (")?;
        if self.reader.sign(".") {
            self.property()?;
            return Ok(Operand::Name(node));
        }
        Ok(Operand::Node(node))
    }

    fn comparison(&mut self) -> Read<Comparison> {
        const SIGNS: [(&str, Comparison); 6] = [
            ("=", Comparison::Equal),
            ("<>", Comparison::Unequal),
            ("<", Comparison::Less),
            ("<=", Comparison::AtMost),
            (">", Comparison::Greater),
            (">=", Comparison::AtLeast),
        ];
        if let Some((_, how)) = SIGNS.iter().find(|(sign, _)| self.reader.is_sign(sign)) {
            self.reader.next();
            return Ok(*how);
        }
        if self.reader.word("starts") {
            self.reader.expect_word("with")?;
            return Ok(Comparison::StartsWith);
        }
        if self.reader.word("contains") {
            Ok(Comparison::Contains)
        } else {
            Err(self.wrong("=, <>, <, STARTS WITH, :label"))
        }
    }

    fn column(&mut self) -> Read<Column> {
        let start = self.reader.at();
        let node = self.known("a variable, DISTINCT")?;
        let shows = if self.reader.sign(".") {
            self.property()?;
            Shows::Name(node)
        } else {
            Shows::Node(node)
        };
        let head = self.reader.text[start..self.reader.end()].into();
        Ok(Column { head, shows })
    }

    /// A variable that the patterns before it have.
    fn known(&mut self, accepted: &str) -> Read<usize> {
        let at = self.reader.at();
        let Some(Token::Word(_)) = self.reader.peek() else { return Err(self.wrong(accepted)) };
        if self.is_unknown() {
            return Err(self.wrong(accepted));
        }
        let variable = self.reader.name(accepted)?;
        self.variable(&variable).ok_or_else(|| {
            let known: Vec<&str> = self.pattern.nodes.iter().filter_map(|node| node.variable.as_deref()).collect();
            let problem = format!("no node is called `{}`", shorten(&variable, 40));
            let accepted =
                if known.is_empty() { "a variable of a node before it".to_owned() } else { known.join(", ") };
            Mistake { at, problem, accepted }
        })
    }

    fn variable(&self, name: &str) -> Option<usize> {
        self.pattern.nodes.iter().position(|node| node.variable.as_deref() == Some(name))
    }

    fn add(&mut self, variable: Option<Rc<str>>) -> usize {
        self.pattern.nodes.push(Node { variable, ..Node::default() });
        self.pattern.nodes.len() - 1
    }

    fn is_unknown(&self) -> bool {
        UNKNOWN.iter().any(|word| self.reader.is_word(word))
    }

    /// That the next token cannot stand here; what the whole language knows is named.
    fn wrong(&self, accepted: &str) -> Mistake {
        match self.reader.peek() {
            Some(Token::Word(word)) if self.is_unknown() => self.reader.unknown(&word.to_ascii_uppercase(), accepted),
            _ => self.reader.wrong(accepted),
        }
    }
}
