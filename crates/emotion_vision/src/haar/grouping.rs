//! Hits that show the same thing, joined.

use super::Hit;

/// Hits joined: their mean, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The mean of the hits.
    pub mean: Hit,
    /// Number of hits; OpenCV calls them *neighbours*.
    pub hits: usize,
}

/// By how much the edges of two rectangles of a group may differ, in parts of the mean side.
const TOLERANCE: f64 = 0.2;

/// Joins hits whose edges lie close together, drops groups of `min_neighbors` hits or fewer, and
/// those inside of a stronger one: OpenCV's `groupRectangles`, with its tolerance of 0.2. (With a
/// threshold of 0 OpenCV groups nothing.) [`HaarDetector`](crate::detect::HaarDetector) works with raw
/// hits; this is for programs that want boxes as OpenCV's have them.
pub fn group(hits: &[Hit], min_neighbors: usize) -> Vec<Group> {
    let groups = means(hits);
    let strong = |group: &&Group| group.hits > min_neighbors;
    groups
        .iter()
        .filter(strong)
        .filter(|one| {
            !groups.iter().filter(strong).any(|other| {
                !std::ptr::eq(*one, other)
                    && is_inside(&one.mean, &other.mean)
                    && (other.hits > one.hits.max(3) || one.hits < 3)
            })
        })
        .copied()
        .collect()
}

fn means(hits: &[Hit]) -> Vec<Group> {
    let mut sums: Vec<([i64; 4], usize)> = Vec::new();
    for (hit, class) in hits.iter().zip(classes(hits)) {
        if class == sums.len() {
            sums.push(([0; 4], 0));
        }
        let (sum, count) = &mut sums[class];
        for (sum, value) in sum.iter_mut().zip([hit.x, hit.y, hit.width, hit.height]) {
            *sum += i64::from(value);
        }
        *count += 1;
    }
    let mean = |(sum, count): ([i64; 4], usize)| {
        let part = 1.0 / count as f32;
        let [x, y, width, height] = sum.map(|value| (value as f32 * part).round_ties_even() as i32);
        Group { mean: Hit { x, y, width, height }, hits: count }
    };
    sums.into_iter().map(mean).collect()
}

/// The class of each hit: connected components of similar hits, numbered in the order of their
/// first member.
fn classes(hits: &[Hit]) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..hits.len()).collect();
    fn root(parents: &mut [usize], mut index: usize) -> usize {
        while parents[index] != index {
            parents[index] = parents[parents[index]];
            index = parents[index];
        }
        index
    }
    for (index, hit) in hits.iter().enumerate() {
        for (other, earlier) in hits[..index].iter().enumerate() {
            if are_similar(hit, earlier) {
                let (a, b) = (root(&mut parents, index), root(&mut parents, other));
                parents[a.max(b)] = a.min(b);
            }
        }
    }
    let mut numbers: Vec<Option<usize>> = vec![None; hits.len()];
    let mut given = 0;
    let mut classes = Vec::with_capacity(hits.len());
    for index in 0..hits.len() {
        let root = root(&mut parents, index);
        classes.push(*numbers[root].get_or_insert_with(|| {
            given += 1;
            given - 1
        }));
    }
    classes
}

fn are_similar(a: &Hit, b: &Hit) -> bool {
    let [x, y, width, height] = wide(a);
    let [other_x, other_y, other_width, other_height] = wide(b);
    let most = TOLERANCE * (width.min(other_width) + height.min(other_height)) as f64 * 0.5;
    [
        x - other_x,
        y - other_y,
        x + width - other_x - other_width,
        y + height - other_y - other_height,
    ]
    .iter()
    .all(|difference| difference.abs() as f64 <= most)
}

fn is_inside(inner: &Hit, outer: &Hit) -> bool {
    let ([x, y, width, height], outer) = (wide(inner), wide(outer));
    let margin = |side: i64| (side as f64 * TOLERANCE).round_ties_even() as i64;
    let (dx, dy) = (margin(outer[2]), margin(outer[3]));
    x >= outer[0] - dx
        && y >= outer[1] - dy
        && x + width <= outer[0] + outer[2] + dx
        && y + height <= outer[1] + outer[3] + dy
}

/// In numbers that no sum of them leaves.
fn wide(hit: &Hit) -> [i64; 4] {
    [hit.x, hit.y, hit.width, hit.height].map(i64::from)
}
