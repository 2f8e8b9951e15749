//! Where the vertices of a graph stand, and how its edges go: in layers, so that an edge goes up wherever it can.
//!
//! What no edge leaves is at the top, what none enters at the bottom, and each vertex is below all that its edges lead to. Edges
//! that close a circle go down. An edge over several layers gets a place of its own in each of them, so no line goes under a
//! box. In its layer, a vertex stands where it is near to what it is connected with. The same graph is always laid out alike.

use super::Point;
use super::area::{Area, GAP};
use super::svg::number;
use crate::engine::order;

/// From a box to the one below it, at least.
const BETWEEN: f32 = 14.0;
/// The breadth of the place of an edge that passes.
const LANE: f32 = 10.0;
/// How often layers are sorted by their neighbours.
const SWEEPS: usize = 12;
/// The length of an arrow's head.
const HEAD: f32 = 7.0;

/// How a graph is laid out.
#[derive(Clone, Debug)]
pub struct Layout {
    pub boxes: Vec<Area>,
    /// For each edge, the points that it goes through, from its tail to its head; for a loop, none.
    pub ways: Vec<Vec<Point>>,
}

/// Something that takes room in a layer.
#[derive(Clone, Copy, PartialEq)]
enum Item {
    Vertex(usize),
    /// Where that edge passes.
    Lane(usize),
}

/// Lays out a graph in an area. `wide` says how wide each box wants to be, and `tall` how tall all are at most; edges are
/// pairs of a tail and a head.
pub fn layered(area: Area, wide: &[f32], tall: f32, edges: &[(usize, usize)]) -> Layout {
    let up = upwards(wide.len(), edges);
    let mut layers = layers(area, wide, tall, edges, &up);
    let mut layer_of = vec![0; wide.len()];
    for (layer, items) in layers.iter().enumerate() {
        items.iter().for_each(|item| {
            if let Item::Vertex(vertex) = item {
                layer_of[*vertex] = layer
            }
        });
    }
    // Lanes, in all layers between the two ends.
    for (edge, (tail, head)) in edges.iter().enumerate() {
        let (one, other) = (layer_of[*tail], layer_of[*head]);
        (one.min(other) + 1..one.max(other)).for_each(|layer| layers[layer].push(Item::Lane(edge)));
    }
    let near = |item: Item, layer: usize, above: bool| -> Vec<Item> {
        let beside = if above { layer.wrapping_sub(1) } else { layer + 1 };
        let end = |vertex: usize, edge: usize| {
            if layer_of[vertex] == beside { Some(Item::Vertex(vertex)) } else { Some(Item::Lane(edge)) }
        };
        let of_edge = |(edge, (tail, head)): (usize, &(usize, usize))| {
            let (low, high) = if layer_of[*tail] > layer_of[*head] { (*tail, *head) } else { (*head, *tail) };
            let touches = match item {
                Item::Lane(own) => own == edge,
                Item::Vertex(vertex) => vertex == if above { low } else { high },
            };
            let spans = layer_of[high] < layer_of[low];
            if touches && spans { end(if above { high } else { low }, edge) } else { None }
        };
        edges.iter().enumerate().filter_map(of_edge).collect()
    };
    sort(&mut layers, &near);
    let places = places(area, &layers, wide, &near);

    let pitch = area.height / layers.len().max(1) as f32;
    let tall = tall.min(pitch - BETWEEN).max(0.0);
    let mut boxes = vec![Area { width: 0.0, height: tall, ..area }; wide.len()];
    let middle = |layer: usize| area.y + (layer as f32 + 0.5) * pitch;
    for (layer, items) in layers.iter().enumerate() {
        for (item, (x, width)) in items.iter().zip(&places[layer]) {
            if let Item::Vertex(vertex) = item {
                boxes[*vertex] = Area { x: *x, y: middle(layer) - tall / 2.0, width: *width, height: tall };
            }
        }
    }
    let lane = |edge: usize, layer: usize| {
        let place = layers[layer].iter().position(|item| *item == Item::Lane(edge))?;
        let (x, width) = places[layer][place];
        Some(Point::new(x + width / 2.0, middle(layer)))
    };
    let ports = ports(edges, &boxes);
    let way = |edge: usize| {
        let (tail, head) = edges[edge];
        if tail == head {
            return Vec::new();
        }
        let (from, to) = (layer_of[tail], layer_of[head]);
        let rises = from > to;
        let door = |vertex: usize, top: bool, place: usize| {
            let at = boxes[vertex];
            Point::new(ports[edge][place], if top { at.y } else { at.bottom() })
        };
        let mut way = vec![door(tail, rises, 0)];
        let between: Vec<usize> = (from.min(to) + 1..from.max(to)).collect();
        let passed = between.iter().filter_map(|layer| lane(edge, *layer));
        if rises {
            way.extend(passed.collect::<Vec<_>>().into_iter().rev())
        } else {
            way.extend(passed)
        }
        way.push(door(head, !rises, 1));
        way
    };
    let ways = (0..edges.len()).map(way).collect();
    Layout { boxes, ways }
}

/// Whether each edge may go up: those that close a circle, and loops, may not.
fn upwards(many: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    // 0: not seen, 1: on the way here, 2: done.
    let mut state = vec![0_u8; many];
    let mut up = vec![true; edges.len()];
    for start in 0..many {
        let mut path = vec![(start, 0)];
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        while let Some((vertex, next)) = path.last_mut() {
            let vertex = *vertex;
            let Some((edge, (_, head))) = edges.iter().enumerate().skip(*next).find(|(_, (tail, _))| *tail == vertex)
            else {
                state[vertex] = 2;
                path.pop();
                continue;
            };
            *next = edge + 1;
            match state[*head] {
                0 => {
                    state[*head] = 1;
                    path.push((*head, 0));
                }
                1 => up[edge] = false,
                _ => {}
            }
        }
    }
    up
}

/// Which vertices are in which layer, the highest first; none has more than there is room for.
fn layers(area: Area, wide: &[f32], tall: f32, edges: &[(usize, usize)], up: &[bool]) -> Vec<Vec<Item>> {
    let rising = || edges.iter().zip(up).filter(|(_, up)| **up).map(|(edge, _)| *edge);
    let mut depth = vec![0_usize; wide.len()];
    // The longest way up; no way is longer than there are vertices.
    for _ in 0..wide.len() {
        for (tail, head) in rising() {
            depth[tail] = depth[tail].max(depth[head] + 1);
        }
    }
    let lowest = depth.iter().copied().max().unwrap_or(0);
    for (vertex, depth) in depth.iter_mut().enumerate() {
        if !rising().any(|(_, head)| head == vertex) {
            *depth = lowest;
        }
    }
    let mut layers: Vec<Vec<Item>> = Vec::new();
    let most = (area.height / (tall / 2.0 + BETWEEN)).max(1.0) as usize;
    for depth_of_layer in 0..=lowest {
        let mut row: Vec<Item> = Vec::new();
        let mut used = 0.0;
        for vertex in (0..wide.len()).filter(|vertex| depth[*vertex] == depth_of_layer) {
            if !row.is_empty() && used + wide[vertex] > area.width {
                layers.push(std::mem::take(&mut row));
                used = 0.0;
            }
            used += wide[vertex] + GAP / 2.0;
            row.push(Item::Vertex(vertex));
        }
        if !row.is_empty() {
            layers.push(row);
        }
    }
    // More layers than the area has room for share rows.
    if layers.len() > most {
        let all: Vec<Item> = layers.into_iter().flatten().collect();
        let each = all.len().div_ceil(most);
        layers = all.chunks(each).map(<[Item]>::to_vec).collect();
    }
    layers
}

/// Sorts each layer by where its neighbours stand, down and up again, and keeps the order with the fewest crossings.
fn sort(layers: &mut Vec<Vec<Item>>, near: &dyn Fn(Item, usize, bool) -> Vec<Item>) {
    let mut best = layers.clone();
    let mut fewest = crossings(layers, near);
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let order: Vec<usize> =
            if down { (1..layers.len()).collect() } else { (0..layers.len().saturating_sub(1)).rev().collect() };
        for layer in order {
            let beside = if down { layer - 1 } else { layer + 1 };
            let mut keyed: Vec<(f32, usize, Item)> = Vec::new();
            for (place, item) in layers[layer].iter().enumerate() {
                let own = (place as f32 + 0.5) / layers[layer].len() as f32;
                let others = near(*item, layer, down);
                let at = others.iter().filter_map(|other| layers[beside].iter().position(|it| it == other));
                let (sum, many) = at.fold((0.0, 0), |(sum, many), at| (sum + at as f32 + 0.5, many + 1));
                let key = if many == 0 { own } else { sum / many as f32 / layers[beside].len() as f32 };
                keyed.push((key, place, *item));
            }
            order::sort_by(&mut keyed, |one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            layers[layer] = keyed.into_iter().map(|(.., item)| item).collect();
        }
        let many = crossings(layers, near);
        if many < fewest {
            (fewest, best) = (many, layers.clone());
        }
    }
    *layers = best;
}

fn crossings(layers: &[Vec<Item>], near: &dyn Fn(Item, usize, bool) -> Vec<Item>) -> usize {
    let mut many = 0;
    for layer in 1..layers.len() {
        let mut ends: Vec<(usize, usize)> = Vec::new();
        for (place, item) in layers[layer].iter().enumerate() {
            let others = near(*item, layer, true);
            ends.extend(
                others.iter().filter_map(|other| Some((place, layers[layer - 1].iter().position(|it| it == other)?))),
            );
        }
        for (place, one) in ends.iter().enumerate() {
            many += ends[place + 1..]
                .iter()
                .filter(|other| (one.0 < other.0 && one.1 > other.1) || (one.0 > other.0 && one.1 < other.1))
                .count();
        }
    }
    many
}

/// Where each item of each layer begins, and how wide it is.
fn places(
    area: Area,
    layers: &[Vec<Item>],
    wide: &[f32],
    near: &dyn Fn(Item, usize, bool) -> Vec<Item>,
) -> Vec<Vec<(f32, f32)>> {
    let wants = |item: &Item| match item {
        Item::Vertex(vertex) => wide[*vertex],
        Item::Lane(_) => LANE,
    };
    let gap = |items: &[Item], widths: f32| (GAP).min(((area.width - widths) / items.len().max(1) as f32).max(1.0));
    let mut places: Vec<Vec<(f32, f32)>> = Vec::new();
    for items in layers {
        let all: f32 = items.iter().map(wants).sum();
        let room = area.width - items.len() as f32;
        let scale = (room / all.max(1.0)).min(1.0);
        let free = (area.width - all * scale) / items.len().max(1) as f32;
        let mut x = area.x + free / 2.0;
        let row = items.iter().map(|item| {
            let width = wants(item) * scale;
            x += width + free;
            (x - width - free, width)
        });
        places.push(row.collect());
    }
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        for step in 0..layers.len() {
            let layer = if down { step } else { layers.len() - 1 - step };
            let mut row = places[layer].clone();
            for (place, item) in layers[layer].iter().enumerate() {
                let mut sum = 0.0;
                let mut many = 0.0;
                for above in [true, false] {
                    let beside = if above { layer.wrapping_sub(1) } else { layer + 1 };
                    for other in near(*item, layer, above) {
                        let at = layers.get(beside).and_then(|items| items.iter().position(|it| *it == other));
                        if let Some(at) = at {
                            let (x, width) = places[beside][at];
                            sum += x + width / 2.0;
                            many += 1.0;
                        }
                    }
                }
                if many > 0.0 {
                    row[place].0 = sum / many - row[place].1 / 2.0;
                }
            }
            let between = gap(&layers[layer], row.iter().map(|(_, width)| width).sum());
            pushed(&mut row, area, between);
            places[layer] = row;
        }
    }
    spread(area, &mut places);
    places
}

/// Moves all layers together to the middle of the area, and apart where it has room.
fn spread(area: Area, places: &mut [Vec<(f32, f32)>]) {
    const MOST: f32 = 1.7;
    let all = || places.iter().flatten();
    let widest = all().map(|(_, width)| *width).fold(0.0, f32::max);
    let middles = all().map(|(x, width)| x + width / 2.0);
    let (least, most) =
        middles.fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), at| (least.min(at), most.max(at)));
    if most < least {
        return;
    }
    let scale = ((area.width - widest) / (most - least).max(1.0)).min(MOST);
    if scale <= 1.0 {
        return;
    }
    let centre = area.middle().x;
    for (x, width) in places.iter_mut().flatten() {
        *x = centre + (*x + *width / 2.0 - (least + most) / 2.0) * scale - *width / 2.0;
    }
}

/// Moves boxes apart that meet, and back into the area.
fn pushed(row: &mut [(f32, f32)], area: Area, between: f32) {
    let mut least = area.x;
    for (x, width) in row.iter_mut() {
        *x = x.max(least);
        least = *x + *width + between;
    }
    let mut most = area.right();
    for (x, width) in row.iter_mut().rev() {
        *x = x.min(most - *width);
        most = *x - between;
    }
    let mut least = area.x;
    for (x, width) in row.iter_mut() {
        *x = x.max(least);
        least = *x + *width + between;
    }
}

/// Where on its box each edge begins and ends: spread, in the order of the other ends.
fn ports(edges: &[(usize, usize)], boxes: &[Area]) -> Vec<[f32; 2]> {
    let mut ports = vec![[0.0, 0.0]; edges.len()];
    for (vertex, own) in boxes.iter().enumerate() {
        for upper in [true, false] {
            let mut ends: Vec<(f32, usize, usize)> = Vec::new();
            for (edge, (tail, head)) in edges.iter().enumerate().filter(|(_, (tail, head))| tail != head) {
                for (place, (this, other)) in [(tail, head), (head, tail)].into_iter().enumerate() {
                    let is_above = boxes[*other].y < own.y;
                    if *this == vertex && is_above == upper {
                        ends.push((boxes[*other].middle().x, edge, place));
                    }
                }
            }
            order::sort_by(&mut ends, |one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            let many = ends.len() as f32;
            for (at, (_, edge, place)) in ends.into_iter().enumerate() {
                ports[edge][place] = own.x + own.width * (at as f32 + 1.0) / (many + 1.0);
            }
        }
    }
    ports
}

/// The two paths of an edge: its line, and its head. `of` is what its points are seen from.
pub fn edge_paths(way: &[Point], of: Point) -> Option<(String, String)> {
    let [.., before, to] = way else { return None };
    let sign = if to.y < before.y { 1.0 } else { -1.0 };
    let neck = Point::new(to.x, to.y + sign * HEAD);
    let n = |at: Point| format!("{} {}", number(at.x - of.x), number(at.y - of.y));
    let mut line = format!("M{}", n(way[0]));
    for (place, end) in way.iter().enumerate().skip(1) {
        let start = way[place - 1];
        let end = if place + 1 == way.len() { neck } else { *end };
        let middle = (start.y + end.y) / 2.0;
        line += &format!("C{} {} {}", n(Point::new(start.x, middle)), n(Point::new(end.x, middle)), n(end));
    }
    let half = HEAD / 2.0;
    let head =
        format!("M{}L{}L{}Z", n(*to), n(Point::new(neck.x - half, neck.y)), n(Point::new(neck.x + half, neck.y)));
    Some((line, head))
}

/// The two paths of a loop at the right of a box.
pub fn loop_paths(at: Area) -> (String, String) {
    let n = number;
    let (x, y, reach) = (at.width, at.height / 2.0, HEAD);
    let line = format!(
        "M{} {}C{} {} {} {} {} {}",
        n(x),
        n(y - 4.0),
        n(x + 2.0 * reach),
        n(y - 2.0 * reach),
        n(x + 2.0 * reach),
        n(y + 2.0 * reach),
        n(x + HEAD),
        n(y + 4.0)
    );
    let head = format!("M{} {}L{} {}L{} {}Z", n(x), n(y + 4.0), n(x + HEAD), n(y + 0.5), n(x + HEAD), n(y + 7.5));
    (line, head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area { x: 10.0, y: 20.0, width: 480.0, height: 360.0 };

    /// Numbers by chance, the same each time.
    fn drawn(seed: &mut u64, below: usize) -> usize {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as usize % below
    }

    #[test]
    fn boxes_stand_in_the_area_and_none_meets_another() {
        let mut seed = 1;
        for _ in 0..400 {
            let many = 1 + drawn(&mut seed, 32);
            let edges: Vec<_> =
                (0..drawn(&mut seed, 64)).map(|_| (drawn(&mut seed, many), drawn(&mut seed, many))).collect();
            let wide: Vec<f32> = (0..many).map(|_| 40.0 + drawn(&mut seed, 90) as f32).collect();
            let layout = layered(AREA, &wide, 26.0, &edges);
            for (place, one) in layout.boxes.iter().enumerate() {
                assert!(one.x >= AREA.x - 0.1 && one.right() <= AREA.right() + 0.1, "{one:?}");
                assert!(one.y >= AREA.y && one.bottom() <= AREA.bottom() && one.height >= 10.0, "{one:?}");
                for other in &layout.boxes[place + 1..] {
                    let apart = one.right() <= other.x + 0.1
                        || other.right() <= one.x + 0.1
                        || one.bottom() < other.y
                        || other.bottom() < one.y;
                    assert!(apart, "{one:?} meets {other:?}");
                }
            }
            assert!(layout.ways.iter().zip(&edges).all(|(way, (tail, head))| (way.len() < 2) == (tail == head)));
        }
    }

    #[test]
    fn edges_go_up_where_no_circle_hinders_them_and_none_goes_under_a_box() {
        let edges = [(0, 1), (1, 2), (2, 3), (0, 3), (4, 3)];
        let layout = layered(AREA, &[60.0; 5], 26.0, &edges);
        for (way, (tail, head)) in layout.ways.iter().zip(edges) {
            assert!(way.first().expect("it has points").y > way.last().expect("it has points").y);
            let others = layout.boxes.iter().enumerate().filter(|(place, _)| *place != tail && *place != head);
            for (_, own) in others {
                let is_in = |at: &Point| own.x < at.x && at.x < own.right() && own.y < at.y && at.y < own.bottom();
                assert!(!way.iter().any(is_in));
            }
        }
        let circle = layered(AREA, &[60.0; 3], 26.0, &[(0, 1), (1, 2), (2, 0)]);
        let falls = circle.ways.iter().filter(|way| way[0].y < way[way.len() - 1].y).count();
        assert_eq!(falls, 1);
    }
}
