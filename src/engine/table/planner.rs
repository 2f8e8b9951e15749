//! From a query to a plan: each `SELECT` becomes a chain of operators, each common table expression a stage of its own.

use super::bind::{Kind, Seen};
use super::body::{Body, Columns, bind, output_place, split};
use super::choose::{self, Input, Turn};
use super::database::Database;
use super::plan::*;
use super::query::{self, Common, Expr, Output, Query, Select};
use super::say;
use super::scalar::Scalar;
use super::token::Mistake;
use crate::language::shorten;
use crate::order;

/// A frontier is guessed to be that small a part of what a recursion gives: nobody can know.
const FRONTIER_ROWS: u64 = 10;

/// Decides how a query is answered, or finds what is wrong with it: a name that isn't there, texts added up.
pub fn plan(query: &Query, database: &Database) -> Result<Plan, Mistake> {
    let commons = query.with.iter().map(|common| (common, Progress::New)).collect();
    let recursive = query.recursive;
    let mut planner =
        Planner { database, commons, recursive, stages: Vec::new(), done: Vec::new(), ids: 0, choices: Vec::new() };
    for (place, common) in query.with.iter().enumerate() {
        if query.with[..place].iter().any(|other| other.name.text == common.name.text) {
            let problem = format!("{} is named twice", common.name.text);
            return Err(Mistake { at: common.name.at, problem, accepted: "another name".to_owned() });
        }
    }
    let (stage, columns, _) = planner.stage(query, None)?;
    planner.stages.push(stage);
    let columns = columns.into_iter().map(|(name, _)| name).collect();
    Ok(Plan { stages: planner.stages, columns, operators: planner.ids, choices: planner.choices })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    New,
    /// It is being planned: whoever names it now, names it in a circle.
    Begun,
    /// The place of its stage.
    Done(usize),
}

struct Planner<'a> {
    database: &'a Database,
    commons: Vec<(&'a Common, Progress)>,
    recursive: bool,
    stages: Vec<Stage>,
    /// Of each stage, its columns and how many rows are expected.
    done: Vec<(Columns, u64)>,
    ids: usize,
    choices: Vec<Choice>,
}

/// The table that a recursive arm has from its own stage.
struct Frontier<'a> {
    name: &'a str,
    columns: Columns,
}

/// What an arm is, once it is planned.
struct Planned {
    steps: Vec<Step>,
    columns: Columns,
    rows: u64,
}

fn reads_from(select: &Select, name: &str) -> usize {
    select.from.iter().filter(|from| &*from.table.text == name).count()
}

impl<'a> Planner<'a> {
    fn step(&mut self, operator: Operator, estimate: u64, says: String) -> Step {
        self.ids += 1;
        Step { id: self.ids - 1, operator, estimate, says }
    }

    fn stage(&mut self, query: &'a Query, common: Option<&'a Common>) -> Result<(Stage, Columns, u64), Mistake> {
        let name = common.map(|common| &*common.name.text);
        let selects: Vec<&Select> =
            std::iter::once(&query.first).chain(query.unions.iter().map(|(_, select)| select)).collect();
        let is_recursive = |select: &Select| self.recursive && name.is_some_and(|name| reads_from(select, name) > 0);
        let recursive_from = selects.iter().position(|select| is_recursive(select));
        if let Some(from) = recursive_from {
            check_recursion(query, &selects, from, name.unwrap_or_default())?;
        }
        let single = selects.len() == 1;
        let order: &[query::Order] = if single { &query.order } else { &[] };
        let mut first = self.arm(selects[0], order, None)?;
        if let Some(names) = common.and_then(|common| common.columns.as_ref()) {
            if names.len() != first.columns.len() {
                let problem =
                    format!("{} names for {}", names.len(), crate::wording::count(first.columns.len(), "column"));
                return Err(Mistake { at: names[0].at, problem, accepted: "a name for each column".to_owned() });
            }
            names.iter().zip(&mut first.columns).for_each(|(name, column)| column.0 = name.text.clone());
        }
        let (mut columns, mut rows) = (first.columns, first.rows);
        let mut arms = vec![Arm { only_new: false, steps: first.steps }];
        for (place, (all, select)) in query.unions.iter().enumerate() {
            let frontier = recursive_from.filter(|from| *from <= place + 1).and(name);
            let frontier = frontier.map(|name| Frontier { name, columns: columns.clone() });
            let arm = self.arm(select, &[], frontier.as_ref())?;
            if arm.columns.len() != columns.len() {
                let problem = format!(
                    "{} on the left of UNION and {} here",
                    columns.len(),
                    crate::wording::count(arm.columns.len(), "column")
                );
                return Err(Mistake { at: select.at, problem, accepted: "as many columns".to_owned() });
            }
            for (place, (column, other)) in columns.iter_mut().zip(&arm.columns).enumerate() {
                column.1 = column.1.with(other.1).ok_or_else(|| Mistake {
                    at: select.at,
                    problem: format!("column {} is a text on one side of UNION and a number on the other", place + 1),
                    accepted: "columns of one kind".to_owned(),
                })?;
            }
            rows += arm.rows;
            arms.push(Arm { only_new: !all, steps: arm.steps });
        }
        let mut finish = Vec::new();
        if !single && !query.order.is_empty() {
            let by: Vec<(usize, bool)> = query
                .order
                .iter()
                .map(|order| Ok((output_place(&order.expr, &columns)?, order.descending)))
                .collect::<Result<_, Mistake>>()?;
            let says = sort_said(&by, &|place| columns[place].0.to_string());
            finish.push(self.step(Operator::Sort { by, keep: columns.len() }, rows, says));
        }
        if let Some(limit) = query.limit {
            rows = rows.min(limit);
            let offset = if query.offset > 0 { format!(" OFFSET {}", query.offset) } else { String::new() };
            let operator = Operator::Limit { skip: query.offset, rows: limit };
            let step = self.step(operator, rows, format!("LIMIT {limit}{offset}"));
            if single { arms[0].steps.push(step) } else { finish.push(step) }
        }
        Ok((Stage { name: name.map(Into::into), arms, recursive_from, finish }, columns, rows))
    }

    /// The table of that name: of the query itself, or of the database.
    fn input(&mut self, from: &query::From, frontier: Option<&Frontier>) -> Result<(Source, Columns, u64), Mistake> {
        let name = &*from.table.text;
        if let Some(frontier) = frontier.filter(|frontier| frontier.name == name) {
            return Ok((Source::Frontier, frontier.columns.clone(), FRONTIER_ROWS));
        }
        if let Some(place) = self.commons.iter().position(|(common, _)| &*common.name.text == name) {
            let stage = self.common(place, from)?;
            let (columns, rows) = self.done[stage].clone();
            return Ok((Source::Stage(stage), columns, rows));
        }
        let place = self.database.tables.iter().position(|table| &*table.name == name).ok_or_else(|| {
            let commons = self.commons.iter().map(|(common, _)| &*common.name.text);
            let names: Vec<&str> = self.database.tables().map(|table| &*table.name).chain(commons).collect();
            let accepted = if names.is_empty() { "none, as none was made".to_owned() } else { names.join(", ") };
            Mistake { at: from.table.at, problem: format!("there is no table {}", shorten(name, 40)), accepted }
        })?;
        let table = &self.database.tables[place];
        let columns = table.columns.iter().map(|field| (field.name.clone(), Kind::of(field.kind))).collect();
        let rows = table.statistics.as_ref().map_or(table.row_count() as u64, |counted| counted.rows);
        Ok((Source::Table(place), columns, rows))
    }

    /// The stage of a common table expression, planned when it is first named.
    fn common(&mut self, place: usize, from: &query::From) -> Result<usize, Mistake> {
        let (common, progress) = self.commons[place];
        match progress {
            Progress::Done(stage) => Ok(stage),
            Progress::Begun => {
                let problem = format!("{} is named within itself", common.name.text);
                let accepted = "WITH RECURSIVE, and the name in a SELECT after UNION".to_owned();
                Err(Mistake { at: from.table.at, problem, accepted })
            }
            Progress::New => {
                self.commons[place].1 = Progress::Begun;
                let (stage, columns, rows) = self.stage(&common.query, Some(common))?;
                self.stages.push(stage);
                self.done.push((columns, rows));
                let stage = self.stages.len() - 1;
                self.commons[place].1 = Progress::Done(stage);
                Ok(stage)
            }
        }
    }

    fn arm(
        &mut self,
        select: &'a Select,
        order: &'a [query::Order],
        frontier: Option<&Frontier>,
    ) -> Result<Planned, Mistake> {
        let (mut seen, mut sources, mut width) = (Vec::<Seen>::new(), Vec::new(), 0);
        for from in &select.from {
            let (source, columns, rows) = self.input(from, frontier)?;
            if seen.iter().any(|seen| seen.alias == from.alias) {
                let problem = format!("two tables are called {}", shorten(&from.alias, 40));
                return Err(Mistake { at: from.table.at, problem, accepted: "AS and another name".to_owned() });
            }
            let offset = width;
            width += columns.len();
            sources.push((source, rows));
            seen.push(Seen { alias: from.alias.clone(), columns, offset });
        }
        let body = bind(select, order, &seen)?;
        let database = self.database;
        let mut inputs: Vec<Input> = Vec::new();
        for ((seen, (source, rows)), from) in seen.iter().zip(&sources).zip(&select.from) {
            let relation = match source {
                Source::Table(place) => Some(&*database.tables[*place]),
                _ => None,
            };
            inputs.push(Input {
                alias: seen.alias.clone(),
                name: from.table.text.clone(),
                source: source.clone(),
                relation,
                rows: *rows,
                columns: seen.columns.iter().map(|(name, _)| name.clone()).collect(),
                offset: seen.offset,
                needed: Vec::new(),
                left: from.left,
            });
        }
        self.assemble(body, inputs)
    }

    fn assemble(&mut self, mut body: Body, mut inputs: Vec<Input>) -> Result<Planned, Mistake> {
        for conjunct in &mut body.conjuncts {
            conjunct.reads = choose::reads(&inputs, &conjunct.scalar);
        }
        let mut needed = Vec::new();
        body.base_scalars(&mut |scalar| scalar.places(&mut |place| needed.push(*place)));
        for place in order::set(needed.into_iter()) {
            if let Some(input) = inputs.iter_mut().rev().find(|input| input.offset <= place) {
                input.needed.push(place - input.offset);
            }
        }
        let (turns, choices) = choose::order(&inputs, &body.conjuncts);
        self.choices.extend(choices);
        // Where each column of the text's row is in the row that flows.
        let mut moved = vec![0; inputs.iter().map(|input| input.offset + input.columns.len()).max().unwrap_or(0)];
        let (mut at, mut names) = (0, Vec::new());
        for turn in &turns {
            let input = &inputs[turn.input];
            for column in &input.needed {
                moved[input.offset + column] = at;
                let name = &input.columns[*column];
                names.push(if inputs.len() == 1 { name.to_string() } else { format!("{}.{name}", input.alias) });
                at += 1;
            }
        }
        let base = |place: usize| names[place].clone();
        let mut steps = Vec::new();
        let mut rows = 1;
        if turns.is_empty() {
            steps.push(self.step(Operator::One, 1, "ONE ROW".to_owned()));
            let filter: Vec<Scalar> = body.conjuncts.iter().map(|conjunct| conjunct.scalar.clone()).collect();
            if !filter.is_empty() {
                let says = format!("FILTER {}", say::all_said(&filter, &base));
                steps.push(self.step(Operator::Filter(filter), 1, says));
            }
        }
        for turn in turns {
            rows = turn.rows;
            self.read(turn, &inputs, &moved, &base, &mut steps);
        }
        body.base_scalars(&mut |scalar| scalar.places(&mut |place| *place = moved[*place]));
        let mut behind: Vec<String> = names.clone();
        if let Some((keys, calls)) = body.grouped {
            let all: Vec<String> = keys
                .iter()
                .map(|key| say::said(key, &base))
                .chain(calls.iter().map(|call| say::call_said(call, &base)))
                .collect();
            let (by, made) = all.split_at(keys.len());
            rows = if keys.is_empty() { 1 } else { (rows / 10).max(1) };
            let by = if by.is_empty() { String::new() } else { format!(" BY {}", by.join(", ")) };
            let made = if made.is_empty() { String::new() } else { format!(": {}", made.join(", ")) };
            steps.push(self.step(Operator::Group { keys, aggregates: calls }, rows, format!("GROUP{by}{made}")));
            behind = all;
        }
        let behind = |place: usize| behind[place].clone();
        if let Some(having) = body.having {
            let says = format!("FILTER {}", say::said(&having, &behind));
            rows = (rows / 2).max(1);
            steps.push(self.step(Operator::Filter(vec![having]), rows, says));
        }
        let keep = body.columns.len();
        let says: Vec<String> = body.output[..keep].iter().map(|scalar| say::said(scalar, &behind)).collect();
        let sorted: Vec<String> = body.output.iter().map(|scalar| say::said(scalar, &behind)).collect();
        steps.push(self.step(Operator::Project(body.output), rows, format!("PROJECT {}", says.join(", "))));
        if body.distinct {
            steps.push(self.step(Operator::Distinct, rows, "DISTINCT".to_owned()));
        }
        if !body.by.is_empty() {
            let says = sort_said(&body.by, &|place| sorted[place].clone());
            steps.push(self.step(Operator::Sort { by: body.by, keep }, rows, says));
        }
        Ok(Planned { steps, columns: body.columns, rows })
    }

    /// The operators that read one table: it alone, or joined to what flows already.
    fn read(
        &mut self,
        turn: Turn,
        inputs: &[Input],
        moved: &[usize],
        name: &dyn Fn(usize) -> String,
        steps: &mut Vec<Step>,
    ) {
        let input = &inputs[turn.input];
        let relocate = |mut scalar: Scalar| {
            scalar.places(&mut |place| *place = moved[*place]);
            scalar
        };
        let all = |scalars: Vec<Scalar>| scalars.into_iter().map(relocate).collect::<Vec<_>>();
        let limit = |limit: Option<(Scalar, bool)>| limit.map(|(scalar, inclusive)| (relocate(scalar), inclusive));
        let path = match turn.path {
            Path::Scan => Path::Scan,
            Path::CoveringScan { index } => Path::CoveringScan { index },
            Path::Key(scalar) => Path::Key(relocate(scalar)),
            Path::Index { index, equal, low, high, covering } => {
                Path::Index { index, equal: all(equal), low: limit(low), high: limit(high), covering }
            }
            Path::Hash { inner, outer } => {
                let place = |column: &usize| input.needed.iter().position(|needed| needed == column).unwrap_or(0);
                Path::Hash { inner: inner.iter().map(place).collect(), outer: all(outer) }
            }
        };
        let access =
            Access { table: input.source.clone(), alias: input.alias.clone(), path, columns: input.needed.clone() };
        let (on, filter) = (all(turn.on), all(turn.filter));
        match turn.kind {
            None => steps.push(self.step(Operator::Read(access), turn.joined_rows, turn.says)),
            Some(kind) => {
                let left = if input.left { "LEFT " } else { "" };
                let on_said = if on.is_empty() { String::new() } else { format!(" ON {}", say::all_said(&on, name)) };
                let says = format!("{left}JOIN {}{on_said}", turn.says);
                steps.push(self.step(
                    Operator::Join { kind, inner: access, on, left: input.left },
                    turn.joined_rows,
                    says,
                ));
            }
        }
        if !filter.is_empty() {
            let says = format!("FILTER {}", say::all_said(&filter, name));
            steps.push(self.step(Operator::Filter(filter), turn.rows, says));
        }
    }
}

/// How the rows of one table are found that a condition is about: with all their columns, and what is left to be looked at.
pub(super) fn access(
    place: usize,
    condition: Option<&Expr>,
    database: &Database,
) -> Result<(Access, Vec<Scalar>), Mistake> {
    let table = &database.tables[place];
    let seen = [table.seen()];
    let mut conjuncts = Vec::new();
    if let Some(condition) = condition {
        split(condition, &seen, 1, "WHERE", None, &mut conjuncts)?;
    }
    let columns: Vec<usize> = (0..table.columns.len()).collect();
    let input = Input {
        alias: table.name.clone(),
        name: table.name.clone(),
        source: Source::Table(place),
        relation: Some(table),
        rows: table.row_count() as u64,
        columns: table.columns.iter().map(|field| field.name.clone()).collect(),
        offset: 0,
        needed: columns.clone(),
        left: false,
    };
    let inputs = [input];
    for conjunct in &mut conjuncts {
        conjunct.reads = choose::reads(&inputs, &conjunct.scalar);
    }
    let (mut turns, _) = choose::order(&inputs, &conjuncts);
    let (path, filter) = turns.pop().map_or((Path::Scan, Vec::new()), |turn| (turn.path, turn.filter));
    Ok((Access { table: Source::Table(place), alias: table.name.clone(), path, columns }, filter))
}

fn sort_said(by: &[(usize, bool)], name: &dyn Fn(usize) -> String) -> String {
    let each =
        by.iter().map(|(place, descending)| format!("{}{}", name(*place), if *descending { " DESC" } else { "" }));
    format!("SORT BY {}", each.collect::<Vec<_>>().join(", "))
}

/// A recursion that could be read in two ways is refused: rows are taken up a whole frontier at a time.
fn check_recursion(query: &Query, selects: &[&Select], from: usize, name: &str) -> Result<(), Mistake> {
    let wrong = |at, problem: &str, accepted: &str| {
        Err(Mistake { at, problem: problem.to_owned(), accepted: accepted.to_owned() })
    };
    if from == 0 {
        return wrong(
            query.first.at,
            "a recursion has nothing to begin with",
            "a SELECT that doesn't name itself, UNION, then one that does",
        );
    }
    if !query.order.is_empty() {
        return wrong(
            query.order[0].expr.at,
            "ORDER BY within a recursion isn't known here",
            "ORDER BY in the query after the recursion",
        );
    }
    let unions = &query.unions[from - 1..];
    if unions.iter().any(|(all, _)| *all != unions[0].0) {
        return wrong(
            selects[from].at,
            "a recursion with both UNION and UNION ALL isn't known here",
            "UNION or UNION ALL alone",
        );
    }
    for select in &selects[from..] {
        let aggregates =
            select.output.iter().any(|output| matches!(output, Output::One { expr, .. } if expr.has_aggregate()));
        if aggregates || !select.group.is_empty() || select.having.is_some() || select.distinct {
            return wrong(
                select.at,
                "a group, an aggregate or DISTINCT within a recursion isn't known here",
                "these in the query after the recursion",
            );
        }
        let named = reads_from(select, name);
        if named != 1 || select.from.iter().any(|from| from.left && &*from.table.text == name) {
            let problem = "a recursive SELECT names its table twice, not at all, or after LEFT JOIN";
            return wrong(select.at, problem, "its name once, after FROM or JOIN");
        }
    }
    Ok(())
}
