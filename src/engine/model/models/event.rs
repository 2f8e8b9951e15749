//! What one of the three models did, and how it is told.

use stepwise_derive::Event;

use super::Model;
use super::work::Cost;
use crate::contract::Refused;
use crate::wording::count;

#[derive(Clone, Event)]
pub enum Event {
    #[told("{}: {}{}.{}", model.name(), read(*model, cost), steps(*model, cost), compared(differs))]
    /// `differs` is how its answer is another than that of the tables.
    Asked { model: Model, cost: Cost, differs: Option<String> },
    #[told("{}: {}, but {why}.", model.name(), read(*model, cost))]
    NotAnswered { model: Model, cost: Cost, why: String },
    #[told("{}: {}; {}{news}.{}", model.name(), read(*model, cost), written(*model, cost), disagree(*stale))]
    /// `news` is what there is now, after a semicolon, or nothing.
    Changed { model: Model, cost: Cost, stale: usize, news: String },
    #[told("{}: refused, since {why}.", model.name())]
    Rejected { model: Model, why: String },
    #[told(
        "{}: the table gets one more column, which writes no row. Then each row gets its two names: {}; {}. At a millisecond for a row, \
         the table is closed for {} ms.",
        model.name(), read(*model, cost), written(*model, cost), closed,
        when = *model == Model::Rows
    )]
    #[told(
        "{}: nothing is written. {} the old shape, and a program that reads must know both, until each is written \
         again.",
        model.name(), old(*model, *left)
    )]
    Split { model: Model, cost: Cost, closed: u64, left: usize },
    #[flatten]
    Refused(Refused),
}

/// `3 rows and index entries read, 80 bytes`.
fn read(model: Model, cost: &Cost) -> String {
    if cost.read == 0 {
        return "nothing read".to_owned();
    }
    format!("{} read, {}", units(model, cost.read), count(cost.bytes_read, "byte"))
}

fn written(model: Model, cost: &Cost) -> String {
    if cost.written == 0 {
        return "nothing written".to_owned();
    }
    format!("{} written, {}", units(model, cost.written), count(cost.bytes_written, "byte"))
}

pub(super) fn units(model: Model, many: u64) -> String {
    let (one, more) = match model {
        Model::Rows => ("row or index entry", "rows and index entries"),
        Model::Documents => ("document", "documents"),
        Model::Edges => ("vertex or edge", "vertices and edges"),
        Model::JsonColumn | Model::TextColumn => ("row", "rows"),
    };
    format!("{many} {}", if many == 1 { one } else { more })
}

fn steps(model: Model, cost: &Cost) -> String {
    match (model, cost.steps) {
        (Model::TextColumn | Model::JsonColumn, 0) => {
            "; the database looks into the texts, and gives the program names".to_owned()
        }
        (_, 0) => String::new(),
        (Model::Rows, joins) => format!(", with {}", count(joins, "join")),
        (Model::Documents, others) => format!(", {} of them looked up for a name", others),
        (Model::Edges, edges) => format!(", {} followed", count(edges, "edge")),
        (Model::TextColumn | Model::JsonColumn, texts) => {
            format!(
                "; {} handed to the program, which parses {}",
                whole_texts(texts),
                if texts == 1 { "it" } else { "them" }
            )
        }
    }
}

fn whole_texts(texts: u64) -> String {
    format!("{} {}", count(texts, "whole text"), if texts == 1 { "is" } else { "are" })
}

fn compared(differs: &Option<String>) -> String {
    differs.as_ref().map(|differs| format!(" Its answer isn't that of the tables{differs}.")).unwrap_or_default()
}

fn disagree(stale: usize) -> String {
    match stale {
        0 => String::new(),
        1 => " 1 copy of a name disagrees with the name itself.".to_owned(),
        _ => format!(" {stale} copies of a name disagree with the name itself."),
    }
}

fn old(model: Model, left: usize) -> String {
    let noun = match (model, left) {
        (Model::Edges, 1) => "vertex",
        (Model::Edges, _) => "vertices",
        _ => return format!("{} {}", count(left, "document"), if left == 1 { "has" } else { "have" }),
    };
    format!("{left} {noun} {}", if left == 1 { "has" } else { "have" })
}
