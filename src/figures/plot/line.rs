//! Lines of very many points.

use crate::engine::order;

/// A line as it is seen: of all points in one column of pixels, the first, the lowest, the highest and the last, in their
/// order. So a line of a hundred thousand points costs no more than one of some hundreds.
pub fn thinned(points: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
    let mut kept: Vec<(i32, i32)> = Vec::new();
    let mut column: Vec<(i32, i32)> = Vec::new();
    let end = |column: &mut Vec<(i32, i32)>, kept: &mut Vec<(i32, i32)>| {
        if column.len() <= 4 {
            kept.append(column);
            return;
        }
        let place = |of: fn(&[(i32, i32)]) -> usize| of(column);
        let lowest = place(|all| (0..all.len()).max_by_key(|at| all[*at].1).unwrap_or(0));
        let highest = place(|all| (0..all.len()).min_by_key(|at| all[*at].1).unwrap_or(0));
        let places = order::set([0, lowest, highest, column.len() - 1].into_iter());
        kept.extend(places.into_iter().map(|at| column[at]));
        column.clear();
    };
    for point in points {
        if column.first().is_some_and(|first| first.0 != point.0) {
            end(&mut column, &mut kept);
        }
        column.push(point);
    }
    end(&mut column, &mut kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many points there are, what is seen of them is there: each column's ends, and how far it goes up and down.
    #[test]
    fn a_long_line_is_thinned_to_what_is_seen_of_it() {
        let points: Vec<(i32, i32)> = (0..100_000).map(|at| (at / 250, (at * 7919) % 301)).collect();
        let kept = thinned(points.iter().copied());
        assert!(kept.len() <= 4 * 400, "{} points", kept.len());
        for column in 0..400 {
            let of = |all: &[(i32, i32)]| all.iter().filter(|point| point.0 == column).copied().collect::<Vec<_>>();
            let (all, few) = (of(&points), of(&kept));
            let ends = |some: &[(i32, i32)]| (some[0], some[some.len() - 1]);
            let reach = |some: &[(i32, i32)]| (some.iter().map(|it| it.1).min(), some.iter().map(|it| it.1).max());
            assert_eq!((ends(&all), reach(&all)), (ends(&few), reach(&few)));
        }
        let few = vec![(1, 1), (1, 5), (1, 2), (1, 1), (2, 7)];
        assert_eq!(thinned(few.iter().copied()), few);
    }
}
