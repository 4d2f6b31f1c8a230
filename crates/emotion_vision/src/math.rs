//! Functions that systems round differently. These are the same to the bit everywhere: what the detector decides hangs
//! on the last bit now and then, and a browser has to find the faces that the program finds.

pub(crate) fn sin_cos(angle: f32) -> (f32, f32) {
    (libm::sinf(angle), libm::cosf(angle))
}

pub(crate) fn atan2(y: f32, x: f32) -> f32 {
    libm::atan2f(y, x)
}

pub(crate) fn exp(value: f32) -> f32 {
    libm::expf(value)
}

pub(crate) fn ln(value: f32) -> f32 {
    libm::logf(value)
}

pub(crate) fn hypot(x: f32, y: f32) -> f32 {
    libm::hypotf(x, y)
}
