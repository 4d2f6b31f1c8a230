//! A cascade: reading one from OpenCV's XML, and checking that it can be evaluated.

use std::ops::Range;
use std::str::FromStr;

use roxmltree::{Document, Node, ParsingOptions};

/// The largest file that is read, in bytes; OpenCV's own have up to 3 MB.
pub(crate) const LARGEST_FILE: usize = 16 << 20;
/// The most elements that are read; OpenCV's own have up to 100,000.
const MOST_ELEMENTS: u32 = 2_000_000;
/// The largest side of a window, in pixels; OpenCV's own have up to 64. The squares of a white one add
/// up to less than 2^31.
const LARGEST_WINDOW: usize = 128;
/// The smallest side of a window: brightness is measured without its outermost pixels.
const SMALLEST_WINDOW: usize = 4;
/// OpenCV lowers stage thresholds by this much, against rounding.
const THRESHOLD_SLACK: f32 = 1e-5;
/// Rectangles of a feature at most.
pub(super) const RECTS: usize = 3;

/// A cascade of boosted stages over upright Haar features.
#[derive(Debug, Clone, PartialEq)]
pub struct Cascade {
    /// Width and height of the window, in pixels.
    pub(super) window: (usize, usize),
    pub(super) features: Vec<Feature>,
    pub(super) stages: Vec<Stage>,
    pub(super) trees: Vec<Tree>,
}

/// A weighted sum of the brightness of rectangles.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Feature {
    /// Rectangles in the window. Those with the weight 0 do not count.
    pub(super) rects: [(WindowRect, f32); RECTS],
}

/// A rectangle in a window, in the window's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WindowRect {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// A window goes on to the next stage when its trees' values add up to the threshold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stage {
    pub(super) threshold: f32,
    pub(super) trees: Range<usize>,
}

/// A decision tree with one or two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tree {
    pub(super) first: Split,
    /// The second node, if there is one, and whether it is asked where the first feature is below
    /// its threshold, or where it is not.
    pub(super) second: Option<(Split, bool)>,
    /// With one node: the values below the threshold and from it on. With two: the value where the
    /// second node is not asked, twice.
    pub(super) values: (f32, f32),
    /// The same of the second node.
    pub(super) second_values: (f32, f32),
}

/// A feature and the threshold that it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Split {
    pub(super) feature: usize,
    pub(super) threshold: f32,
}

/// Why bytes are no cascade that can be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CascadeError {
    /// They are no XML.
    #[error("it is not XML: {0}")]
    NotXml(String),
    /// They are XML, and something is missing or makes no sense.
    #[error("it is not a cascade: {0}")]
    NotACascade(String),
    /// It is a cascade of a kind that is not supported.
    #[error("{0}, which is not supported; use a cascade with upright Haar features")]
    Unsupported(String),
}

impl Cascade {
    /// Reads a cascade in the XML format of `opencv_traincascade` and of OpenCV's data files.
    ///
    /// # Errors
    /// [`CascadeError`] when the bytes are no cascade, or one with tilted features, LBP features or
    /// trees of more than two nodes.
    pub fn from_xml(bytes: &[u8]) -> Result<Self, CascadeError> {
        if bytes.len() > LARGEST_FILE {
            return Err(CascadeError::NotACascade(format!(
                "it has {} bytes, more than {LARGEST_FILE}",
                bytes.len()
            )));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| CascadeError::NotXml(format!("{error} in UTF-8")))?;
        let options = ParsingOptions { nodes_limit: MOST_ELEMENTS, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options)
            .map_err(|error| CascadeError::NotXml(error.to_string()))?;
        let root = document.root_element();
        let cascade = root
            .children()
            .find(|node| child(*node, "stages").is_some())
            .ok_or_else(|| missing("no element with stages"))?;
        check_kind(cascade)?;

        let window = (number(cascade, "width")?, number(cascade, "height")?);
        let fits = SMALLEST_WINDOW..=LARGEST_WINDOW;
        if !fits.contains(&window.0) || !fits.contains(&window.1) {
            return Err(missing(&format!("its window has {}x{} pixels", window.0, window.1)));
        }
        let features = items(cascade, "features")?
            .map(|node| read_feature(node, window))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut stages, mut trees) = (Vec::new(), Vec::new());
        for stage in items(cascade, "stages")? {
            let first = trees.len();
            for tree in items(stage, "weakClassifiers")? {
                trees.push(read_tree(tree, features.len())?);
            }
            let threshold: f32 = number(stage, "stageThreshold")?;
            let threshold = finite(threshold)? - THRESHOLD_SLACK;
            stages.push(Stage { threshold, trees: first..trees.len() });
        }
        if stages.is_empty() || stages.iter().any(|stage| stage.trees.is_empty()) {
            return Err(missing("a stage without trees, or no stage"));
        }
        Ok(Self { window, features, stages, trees })
    }

    /// Width and height of the window, in pixels: the smallest size that it finds.
    pub const fn window(&self) -> (usize, usize) {
        self.window
    }
}

fn check_kind(cascade: Node<'_, '_>) -> Result<(), CascadeError> {
    let is = |name, value: &str| {
        child(cascade, name).and_then(|node| node.text()).is_none_or(|text| text.trim() == value)
    };
    if !is("featureType", "HAAR") {
        return Err(CascadeError::Unsupported("it has features other than Haar's".to_owned()));
    }
    if !is("stageType", "BOOST") {
        return Err(CascadeError::Unsupported("it has stages that are not boosted".to_owned()));
    }
    Ok(())
}

fn read_feature(node: Node<'_, '_>, window: (usize, usize)) -> Result<Feature, CascadeError> {
    let tilted = child(node, "tilted").and_then(|node| node.text());
    if tilted.is_some_and(|text| text.trim() != "0") {
        return Err(CascadeError::Unsupported("it has tilted features".to_owned()));
    }
    let mut feature = Feature::default();
    for (index, rect) in items(node, "rects")?.enumerate() {
        let slot = feature
            .rects
            .get_mut(index)
            .ok_or_else(|| missing("a feature with more than three rectangles"))?;
        let values: Vec<f32> = numbers(rect)?;
        let [x, y, width, height, weight] = values[..] else {
            return Err(missing("a rectangle that is not five numbers"));
        };
        let fits = |start: f32, length: f32, side: usize| {
            [start, length].iter().all(|value| value.fract() == 0.0)
                && start >= 0.0
                && length >= 1.0
                && start + length <= side as f32
        };
        if !fits(x, width, window.0) || !fits(y, height, window.1) {
            return Err(missing("a rectangle outside of the window"));
        }
        let [x, y, width, height] = [x, y, width, height].map(|value| value as usize);
        *slot = (WindowRect { x, y, width, height }, finite(weight)?);
    }
    if feature.rects[0].1 == 0.0 || feature.rects[1].1 == 0.0 {
        return Err(missing("a feature with fewer than two weighted rectangles"));
    }
    Ok(feature)
}

/// Reads a tree: four numbers a node, and its values. A child above 0 is a node, else, negated, the
/// index of a value.
fn read_tree(node: Node<'_, '_>, features: usize) -> Result<Tree, CascadeError> {
    let nodes: Vec<f32> = numbers(required(node, "internalNodes")?)?;
    let values: Vec<f32> = numbers(required(node, "leafValues")?)?;
    let value = |child: f32| {
        let index = (child <= 0.0 && child.fract() == 0.0).then(|| -child as usize);
        let value = index.and_then(|index| values.get(index).copied());
        value.ok_or_else(|| missing("a tree whose nodes lead nowhere")).and_then(finite)
    };
    let split = |feature: f32, threshold: f32| {
        if !(0.0..features as f32).contains(&feature) || feature.fract() != 0.0 {
            return Err(missing("a node without its feature"));
        }
        Ok(Split { feature: feature as usize, threshold: finite(threshold)? })
    };
    match nodes[..] {
        [left, right, feature, threshold] => Ok(Tree {
            first: split(feature, threshold)?,
            second: None,
            values: (value(left)?, value(right)?),
            second_values: (0.0, 0.0),
        }),
        [left, right, feature, threshold, left2, right2, feature2, threshold2] => {
            let second_below = left == 1.0;
            if !second_below && right != 1.0 {
                return Err(missing("a tree whose second node is never asked"));
            }
            let other = value(if second_below { right } else { left })?;
            Ok(Tree {
                first: split(feature, threshold)?,
                second: Some((split(feature2, threshold2)?, second_below)),
                values: (other, other),
                second_values: (value(left2)?, value(right2)?),
            })
        }
        _ if nodes.len().is_multiple_of(4) && nodes.len() > 8 => {
            Err(CascadeError::Unsupported("it has trees with more than two nodes".to_owned()))
        }
        _ => Err(missing("a node that is not four numbers")),
    }
}

fn missing(what: &str) -> CascadeError {
    CascadeError::NotACascade(what.to_owned())
}

fn finite(value: f32) -> Result<f32, CascadeError> {
    if value.is_finite() { Ok(value) } else { Err(missing("a number that is not finite")) }
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn required<'a, 'input>(
    node: Node<'a, 'input>,
    name: &str,
) -> Result<Node<'a, 'input>, CascadeError> {
    child(node, name).ok_or_else(|| missing(&format!("no {name}")))
}

/// The items of the list `name`.
fn items<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    name: &str,
) -> Result<impl Iterator<Item = Node<'a, 'input>>, CascadeError> {
    Ok(required(node, name)?.children().filter(Node::is_element))
}

fn number<T: FromStr>(node: Node<'_, '_>, name: &str) -> Result<T, CascadeError> {
    let text = required(node, name)?.text().unwrap_or_default().trim();
    text.parse().map_err(|_| missing(&format!("{name} is no number")))
}

fn numbers<T: FromStr>(node: Node<'_, '_>) -> Result<Vec<T>, CascadeError> {
    let text = node.text().unwrap_or_default();
    let parse = |word: &str| word.parse().map_err(|_| missing("a word among the numbers"));
    text.split_ascii_whitespace().map(parse).collect()
}
