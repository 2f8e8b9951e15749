//! An expression as a text again, for an `EXPLAIN` and the boxes of a figure.

use super::aggregate::Call;
use super::query::Operator;
use super::scalar::{Scalar, ScalarKind};

/// The expression, where each place is called by `name`.
pub(super) fn said(scalar: &Scalar, name: &dyn Fn(usize) -> String) -> String {
    let not = |not: &bool| if *not { "NOT " } else { "" };
    let list = |list: &[Scalar]| list.iter().map(|each| said(each, name)).collect::<Vec<_>>().join(", ");
    match &scalar.kind {
        ScalarKind::Literal(value) => value.literal(),
        ScalarKind::Place(place) => name(*place),
        ScalarKind::Not(inner) => format!("NOT {}", within(inner, name)),
        ScalarKind::Negative(inner) => format!("-{}", within(inner, name)),
        ScalarKind::Binary(operator, left, right) => {
            format!("{} {} {}", within(left, name), operator.sign(), within(right, name))
        }
        ScalarKind::IsNull { of, not: negated } => format!("{} IS {}NULL", within(of, name), not(negated)),
        ScalarKind::In { of, list: values, not: negated } => {
            format!("{} {}IN ({})", within(of, name), not(negated), list(values))
        }
        ScalarKind::Like { of, pattern, not: negated } => {
            format!("{} {}LIKE {}", within(of, name), not(negated), within(pattern, name))
        }
        ScalarKind::Case { whens, otherwise } => {
            let mut text = "CASE".to_owned();
            for (condition, then) in whens {
                text += &format!(" WHEN {} THEN {}", said(condition, name), said(then, name));
            }
            if let Some(otherwise) = otherwise {
                text += &format!(" ELSE {}", said(otherwise, name));
            }
            text + " END"
        }
        ScalarKind::Call { function, arguments } => format!("{}({})", function.to_ascii_uppercase(), list(arguments)),
    }
}

/// As an operand of something else.
fn within(scalar: &Scalar, name: &dyn Fn(usize) -> String) -> String {
    let is_simple = matches!(scalar.kind, ScalarKind::Literal(_) | ScalarKind::Place(_) | ScalarKind::Call { .. });
    let text = said(scalar, name);
    if is_simple { text } else { format!("({text})") }
}

/// Conditions that must all hold.
pub(super) fn all_said(conditions: &[Scalar], name: &dyn Fn(usize) -> String) -> String {
    match conditions {
        [one] => said(one, name),
        all => all.iter().map(|each| within(each, name)).collect::<Vec<_>>().join(" AND "),
    }
}

pub(super) fn call_said(call: &Call, name: &dyn Fn(usize) -> String) -> String {
    let distinct = if call.distinct { "DISTINCT " } else { "" };
    let of = call.of.as_ref().map_or_else(|| "*".to_owned(), |of| said(of, name));
    format!("{}({distinct}{of})", call.function.name())
}

impl Operator {
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Or => "OR",
            Operator::And => "AND",
            Operator::Equal => "=",
            Operator::Unequal => "<>",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::Greater => ">",
            Operator::AtLeast => ">=",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Remainder => "%",
            Operator::Join => "||",
            Operator::Field => "->>",
        }
    }
}
