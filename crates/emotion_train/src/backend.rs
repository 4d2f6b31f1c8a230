//! Where networks are trained.

/// One of Burn's backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrainBackend {
    /// libtorch on the CPU: the only practical one without a GPU.
    #[cfg(feature = "tch")]
    Tch,
    /// An Nvidia GPU.
    #[cfg(feature = "cuda")]
    Cuda,
    /// Any GPU.
    #[cfg(feature = "wgpu")]
    Wgpu,
    /// Plain Rust on the CPU, slow.
    #[default]
    Flex,
}

/// Evaluates an expression in which `$type` is the type of a backend. Here, and not in the program, because
/// all that is generic over backends is compiled where it is used: for minutes.
macro_rules! with_backend {
    ($backend:expr, $type:ident => $result:expr) => {
        match $backend {
            #[cfg(feature = "tch")]
            $crate::backend::TrainBackend::Tch => {
                type $type = burn::backend::LibTorch;
                $result
            }
            #[cfg(feature = "cuda")]
            $crate::backend::TrainBackend::Cuda => {
                type $type = burn::backend::Cuda;
                $result
            }
            #[cfg(feature = "wgpu")]
            $crate::backend::TrainBackend::Wgpu => {
                type $type = burn::backend::Wgpu;
                $result
            }
            $crate::backend::TrainBackend::Flex => {
                type $type = burn::backend::Flex;
                $result
            }
        }
    };
}
pub(crate) use with_backend;
