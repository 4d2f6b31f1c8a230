//! Tables of studies for other programs: about all viewers together, hidden where fewer than five were seen.

use std::fmt::Write;

use super::findings::{Compared, Findings};
use crate::export::Files;

// Writing to a string cannot fail.

impl Findings {
    /// `seconds.csv`, a row for each second and expression, and `moments.csv`. Cells of hidden seconds are empty.
    pub fn tables(&self) -> Files {
        let name = &self.study.name;
        let mut seconds = "study,second,expression,viewers,mean,low,high\n".to_owned();
        let mut moments = "study,expression,from_s,to_s,peak_s,viewers,mean,low,high\n".to_owned();
        for course in &self.courses {
            let expression = course.expression;
            for (second, point) in course.points.iter().enumerate() {
                let _ = write!(seconds, "{name},{second},{expression},");
                let _ = match point {
                    None => writeln!(seconds, ",,,"),
                    Some(it) => writeln!(
                        seconds,
                        "{},{:.4},{:.4},{:.4}",
                        it.viewers, it.mean, it.low, it.high
                    ),
                };
            }
            for it in &course.moments {
                let point = it.point;
                let _ = writeln!(
                    moments,
                    "{name},{expression},{},{},{},{},{:.4},{:.4},{:.4}",
                    it.from, it.to, it.peak, point.viewers, point.mean, point.low, point.high
                );
            }
        }
        vec![
            ("seconds.csv".to_owned(), seconds.into_bytes()),
            ("moments.csv".to_owned(), moments.into_bytes()),
        ]
    }
}

impl Compared {
    /// `difference.csv`, a row for each second and expression, and `clusters.csv`.
    pub fn tables(&self) -> Files {
        let mut seconds = "second,expression,difference\n".to_owned();
        let mut clusters = "expression,from_s,to_s,mass,p\n".to_owned();
        for (expression, comparison) in &self.comparisons {
            for (second, difference) in comparison.difference.iter().enumerate() {
                let _ = match difference {
                    None => writeln!(seconds, "{second},{expression},"),
                    Some(value) => writeln!(seconds, "{second},{expression},{value:.4}"),
                };
            }
            for it in &comparison.clusters {
                let _ = writeln!(
                    clusters,
                    "{expression},{},{},{:.2},{:.4}",
                    it.from, it.to, it.mass, it.p
                );
            }
        }
        vec![
            ("difference.csv".to_owned(), seconds.into_bytes()),
            ("clusters.csv".to_owned(), clusters.into_bytes()),
        ]
    }
}
