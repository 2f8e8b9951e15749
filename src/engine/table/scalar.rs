//! An expression whose names have been found: columns are places in the row that flows.

use std::rc::Rc;

use super::datum::Datum;
use super::query::{At, Operator};

#[derive(Clone, Debug)]
pub struct Scalar {
    /// Where it stands in the text.
    pub at: At,
    pub kind: ScalarKind,
}

#[derive(Clone, Debug)]
pub enum ScalarKind {
    Literal(Datum),
    /// The value at this place of the row.
    Place(usize),
    Not(Rc<Scalar>),
    Negative(Rc<Scalar>),
    Binary(Operator, Rc<Scalar>, Rc<Scalar>),
    IsNull {
        of: Rc<Scalar>,
        not: bool,
    },
    In {
        of: Rc<Scalar>,
        list: Vec<Scalar>,
        not: bool,
    },
    Like {
        of: Rc<Scalar>,
        pattern: Rc<Scalar>,
        not: bool,
    },
    Case {
        whens: Vec<(Scalar, Scalar)>,
        otherwise: Option<Rc<Scalar>>,
    },
    Call {
        function: &'static str,
        arguments: Vec<Scalar>,
    },
}
