//! Data models and their query languages: one thing as rows, as a document and as a graph, and how each is asked.

pub mod graph;
pub mod models;
pub mod queries;
