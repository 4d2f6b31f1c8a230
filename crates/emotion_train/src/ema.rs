//! The exponential moving average (EMA) of a network's weights.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Moves the averaged weights towards the trained ones; `decay` is the weight of the old average.
pub(super) fn update_average<B: Backend, M: Module<B>>(average: M, trained: &M, decay: f64) -> M {
    let mut collect = Collect(HashMap::new());
    trained.visit(&mut collect);
    average.map(&mut Update { trained: collect.0, decay })
}

/// The decay after a step: lower in the first steps, whose average should forget the random start.
pub(super) fn decay_at(step: usize, decay: f64) -> f64 {
    decay.min((1.0 + step as f64) / (10.0 + step as f64))
}

struct Collect<B: Backend>(HashMap<ParamId, Tensor<B, 1>>);

impl<B: Backend> ModuleVisitor<B> for Collect<B> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        self.0.insert(param.id, param.val().flatten(0, D - 1));
    }
}

struct Update<B: Backend> {
    trained: HashMap<ParamId, Tensor<B, 1>>,
    decay: f64,
}

impl<B: Backend> ModuleMapper<B> for Update<B> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let Some(trained) = self.trained.remove(&param.id) else { return param };
        param.map(|average| {
            let trained = trained.reshape(average.shape());
            average * self.decay + trained * (1.0 - self.decay)
        })
    }
}
