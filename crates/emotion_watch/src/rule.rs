//! What is looked for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A rule of a camera.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What is measured.
    pub kind: RuleKind,
    /// The zone that it looks at; the whole frame if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Nothing below this is told, however unusual it is. [`RuleKind::at_least`] if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// A fixed threshold instead of a learnt one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Over how many seconds it looks: [`RuleKind::within`] if left out. Count and dwell take none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_seconds: Option<f64>,
}

/// What a rule measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// How many faces are there.
    Count,
    /// For how many seconds the one that is there longest has been there.
    Dwell,
    /// How many faces were there until a moment ago, when nobody is any more.
    EveryoneLeaves,
    /// How fast faces move, in widths of a face a second, in the median of all.
    Agitation,
    /// How many faces turned scared or surprised within a few seconds.
    FacesTurned,
}

impl RuleKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Count, Self::Dwell, Self::EveryoneLeaves, Self::Agitation, Self::FacesTurned];

    /// Its word in files and topics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Dwell => "dwell",
            Self::EveryoneLeaves => "everyone_leaves",
            Self::Agitation => "agitation",
            Self::FacesTurned => "faces_turned",
        }
    }

    /// The unit of its figure.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Count | Self::EveryoneLeaves | Self::FacesTurned => "faces",
            Self::Dwell => "s",
            Self::Agitation => "face widths/s",
        }
    }

    /// Whether its figure is a whole number.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Count | Self::EveryoneLeaves | Self::FacesTurned)
    }

    /// The lowest figure that is told unless the rule says otherwise.
    pub const fn at_least(self) -> f64 {
        match self {
            Self::Count | Self::EveryoneLeaves | Self::FacesTurned => 3.0,
            Self::Dwell => 60.0,
            Self::Agitation => 0.5,
        }
    }

    /// Over how many seconds it looks unless the rule says otherwise.
    pub const fn within(self) -> Option<f64> {
        match self {
            Self::Count | Self::Dwell => None,
            Self::EveryoneLeaves => Some(10.0),
            Self::Agitation => Some(1.0),
            Self::FacesTurned => Some(3.0),
        }
    }

    /// For how many seconds a figure has to last: a face that is lost for a moment has not left.
    pub const fn hold(self) -> f64 {
        match self {
            Self::Count | Self::EveryoneLeaves | Self::Agitation => 1.0,
            Self::Dwell | Self::FacesTurned => 0.0,
        }
    }

    /// What happened, for people: what was seen, and nothing about anybody.
    pub fn sentence(self, figure: f64, zone: &str) -> String {
        let faces = if figure < 1.5 { "face" } else { "faces" };
        match self {
            Self::Count => format!("{figure:.0} {faces} in {zone}"),
            Self::Dwell => format!("a face in {zone} for {figure:.0} s"),
            Self::EveryoneLeaves => format!("all {figure:.0} {faces} left {zone}"),
            Self::Agitation => {
                format!("faces in {zone} move by {figure:.1} of their widths a second")
            }
            Self::FacesTurned => {
                format!("{figure:.0} {faces} in {zone} turned scared or surprised")
            }
        }
    }
}

impl fmt::Display for RuleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Rule {
    /// A rule for the whole frame, all as it comes.
    pub const fn new(kind: RuleKind) -> Self {
        Self { kind, zone: None, at_least: None, threshold: None, within_seconds: None }
    }

    /// Its name within its camera: the kind, and its zone.
    pub fn name(&self) -> String {
        self.zone
            .as_ref()
            .map_or_else(|| self.kind.to_string(), |zone| format!("{}-{zone}", self.kind))
    }

    /// The zone, for people.
    pub fn place(&self) -> &str {
        self.zone.as_deref().unwrap_or("view")
    }
}
