//! Data, training and evaluation of the model that reads lines of text.

mod batch;
mod direct;
mod evaluation;
mod fit;
mod learner;
mod lines;
mod recipe;

pub use evaluation::{SetFigures, evaluate};
pub use learner::{WordsEpoch, WordsObserver, WordsRun, train};
pub use lines::{LabelledLine, LineSplit, Lines, LinesError};
pub use recipe::WordsRecipe;
