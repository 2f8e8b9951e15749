//! What can be read off the three models: for the counters, and for a program.

use serde_json::{Value, json};

use super::work::Cost;
use super::{Answer, Kept, Model, Models};
use crate::contract::Counter;
use crate::table::database::Database;

/// The names of a model's counters.
fn names(model: Model) -> [&'static str; 5] {
    match model {
        Model::Rows => ["rows_read", "rows_written", "row_bytes_read", "row_bytes_written", "joins"],
        Model::Documents => [
            "documents_read",
            "documents_written",
            "document_bytes_read",
            "document_bytes_written",
            "documents_looked_up",
        ],
        Model::Edges => ["edges_read", "edges_written", "edge_bytes_read", "edge_bytes_written", "edges_followed"],
        Model::JsonColumn => {
            ["json_rows_read", "json_rows_written", "json_bytes_read", "json_bytes_written", "json_texts_parsed"]
        }
        Model::TextColumn => {
            ["text_rows_read", "text_rows_written", "text_bytes_read", "text_bytes_written", "texts_parsed"]
        }
    }
}

pub(super) fn counters(models: &Models) -> Vec<Counter> {
    let mut all = Vec::new();
    for pane in &models.panes {
        let Cost { read, written, bytes_read, bytes_written, steps } = pane.total;
        let values = [read, written, bytes_read, bytes_written, steps];
        all.extend(names(pane.model).into_iter().zip(values).map(|(name, value)| Counter { name, value }));
    }
    all.push(Counter { name: "copies_that_disagree", value: models.disagreeing as u64 });
    all.push(Counter { name: "table_closed_ms", value: models.closed });
    all
}

fn tables(database: &Database) -> Value {
    let table = |table: &crate::table::database::Relation| {
        let columns: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
        let all: Vec<usize> = (0..columns.len()).collect();
        let row = |(number, record): (i64, &[u8])| -> Vec<String> {
            let values = crate::table::record::columns(record, number, &table.columns, &all);
            values.iter().map(ToString::to_string).collect()
        };
        json!({ "table": &*table.name, "columns": columns, "rows": table.records().map(row).collect::<Vec<_>>() })
    };
    database.tables().map(table).collect()
}

pub(super) fn state(models: &Models) -> Value {
    let pane = |pane: &super::Pane| match &pane.kept {
        Kept::Rows(rows) => json!({ "model": pane.model.name(), "tables": tables(&rows.database) }),
        Kept::Documents(documents) => {
            let texts: Vec<Value> =
                documents.texts().iter().map(|(person, text)| json!({ "person": person, "text": &**text })).collect();
            let stale: Vec<String> = documents
                .disagreeing()
                .into_iter()
                .map(|(person, by, copy)| format!("the document of person {person} calls person {by} {copy}"))
                .collect();
            json!({ "model": pane.model.name(), "documents": texts, "disagreeing": stale })
        }
        Kept::Edges(graph) => {
            let vertex = |vertex: &super::edges::Vertex| {
                let away = vertex.ends.iter().filter(|end| end.away);
                let edges: Vec<String> =
                    away.map(|end| format!("{:?} {}", end.edge, graph.vertices[end.other].whole_name())).collect();
                json!({ "label": format!("{:?}", vertex.label), "name": vertex.whole_name(), "edges": edges })
            };
            json!({ "model": pane.model.name(), "vertices": graph.vertices.iter().map(vertex).collect::<Vec<_>>() })
        }
    };
    models.panes.iter().map(pane).collect()
}

/// How an answer is another than that of the tables: a clause after its colon, with what differs alone.
pub(super) fn differs(own: &Answer, tables: Option<&Answer>) -> String {
    let spelt = |entries: &[(String, String)]| {
        let spelt =
            |(name, value): &(String, String)| format!("{name} = {}", if value.is_empty() { "nothing" } else { value });
        entries.iter().map(spelt).collect::<Vec<_>>().join(", ")
    };
    let Some(tables) = tables else {
        return format!(", which have none: {}", spelt(&entries(own)));
    };
    let (own, tables) = (entries(own), entries(tables));
    let without = |all: &[(String, String)], other: &[(String, String)]| {
        let left: Vec<_> = all.iter().filter(|entry| !other.contains(entry)).cloned().collect();
        if left.is_empty() { "nothing more".to_owned() } else { spelt(&left) }
    };
    format!(": {}, where they have {}", without(&own, &tables), without(&tables, &own))
}

/// An answer as the outcome of a command.
pub(super) fn entries(answer: &Answer) -> Vec<(String, String)> {
    match answer {
        Answer::Names(names) => names.iter().map(|name| ("name".to_owned(), name.clone())).collect(),
        Answer::Profile(profile) => {
            let positions = profile.positions.iter().map(|(title, at)| format!("{title} at {at}"));
            let lists = [
                ("positions", positions.collect::<Vec<_>>()),
                ("schools", profile.schools.clone()),
                ("recommended by", profile.recommended_by.clone()),
            ];
            let own = [("name", profile.name.clone()), ("region", profile.region.clone())];
            let lists = lists.into_iter().map(|(name, list)| (name, list.join(", ")));
            own.into_iter().chain(lists).map(|(name, value)| (name.to_owned(), value)).collect()
        }
    }
}
