//! The graph itself: vertices, and edges between any two of them.
//!
//! Each vertex knows the edges that leave it and those that enter it. So a hop, forwards or backwards, reads the edges of one
//! vertex, however many the graph has.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::rc::Rc;

use crate::order;

/// A vertex, by its place in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VertexId(pub u32);

/// An edge, by its place in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeId(pub u32);

impl Display for EdgeId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "e{}", self.0 + 1)
    }
}

#[derive(Clone, Debug)]
pub struct Vertex {
    /// What it is: a person, a place, or whatever a reader calls it.
    pub label: Rc<str>,
    /// No two vertices have the same.
    pub name: Rc<str>,
    /// The edges that leave it, oldest first, and those that enter it.
    pub leaving: Vec<EdgeId>,
    pub entering: Vec<EdgeId>,
}

/// An arrow from its tail to its head.
#[derive(Clone, Debug)]
pub struct Edge {
    pub tail: VertexId,
    pub kind: Rc<str>,
    pub head: VertexId,
}

/// What has been removed leaves its place empty, so that all others keep theirs.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    vertices: Vec<Option<Vertex>>,
    edges: Vec<Option<Edge>>,
    by_name: BTreeMap<Rc<str>, VertexId>,
}

impl Graph {
    pub fn vertex(&self, id: VertexId) -> &Vertex {
        self.vertices[id.0 as usize].as_ref().expect("a vertex that is spoken of is there")
    }

    pub fn edge(&self, id: EdgeId) -> &Edge {
        self.edges[id.0 as usize].as_ref().expect("an edge that is spoken of is there")
    }

    pub fn name(&self, id: VertexId) -> &Rc<str> {
        &self.vertex(id).name
    }

    pub fn vertices(&self) -> impl Iterator<Item = (VertexId, &Vertex)> {
        (0..).map(VertexId).zip(&self.vertices).filter_map(|(id, vertex)| Some((id, vertex.as_ref()?)))
    }

    pub fn edges(&self) -> impl Iterator<Item = (EdgeId, &Edge)> {
        (0..).map(EdgeId).zip(&self.edges).filter_map(|(id, edge)| Some((id, edge.as_ref()?)))
    }

    pub fn named(&self, name: &str) -> Option<VertexId> {
        self.by_name.get(name).copied()
    }

    pub fn between(&self, tail: VertexId, kind: &str, head: VertexId) -> Option<EdgeId> {
        let is_it = |id: &&EdgeId| *self.edge(**id).kind == *kind && self.edge(**id).head == head;
        self.vertex(tail).leaving.iter().find(is_it).copied()
    }

    /// Adds a vertex whose name no other has.
    pub fn add(&mut self, label: &str, name: &str) -> VertexId {
        let id = VertexId(self.vertices.len() as u32);
        let name: Rc<str> = name.into();
        self.by_name.insert(name.clone(), id);
        let vertex = Vertex { label: label.into(), name, leaving: Vec::new(), entering: Vec::new() };
        self.vertices.push(Some(vertex));
        id
    }

    pub fn connect(&mut self, tail: VertexId, kind: &Rc<str>, head: VertexId) -> EdgeId {
        let id = EdgeId(self.edges.len() as u32);
        self.edges.push(Some(Edge { tail, kind: kind.clone(), head }));
        self.change(tail).leaving.push(id);
        self.change(head).entering.push(id);
        id
    }

    pub fn disconnect(&mut self, id: EdgeId) {
        let Some(edge) = self.edges[id.0 as usize].take() else { return };
        self.change(edge.tail).leaving.retain(|other| *other != id);
        self.change(edge.head).entering.retain(|other| *other != id);
    }

    /// Removes a vertex with the edges that touch it, for an edge can't hang in the air; they are returned.
    pub fn remove(&mut self, id: VertexId) -> Vec<EdgeId> {
        let vertex = self.vertex(id);
        // A loop leaves and enters.
        let touching: Vec<EdgeId> = order::set(vertex.leaving.iter().chain(&vertex.entering).copied());
        for edge in &touching {
            self.disconnect(*edge);
        }
        let gone = self.vertices[id.0 as usize].take().expect("it was there a moment ago");
        self.by_name.remove(&gone.name);
        touching
    }

    fn change(&mut self, id: VertexId) -> &mut Vertex {
        self.vertices[id.0 as usize].as_mut().expect("a vertex that is spoken of is there")
    }
}
