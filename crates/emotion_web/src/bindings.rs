//! What JavaScript sees.

use std::time::Duration;

use emotion_core::Frame;
use serde::Serialize;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Luma, Parts, WebAnalyzer, WebError, from_luma, from_rgba};

/// Reads frames that lie in its own memory. Results are JSON.
#[wasm_bindgen]
pub struct Analyzer {
    inner: WebAnalyzer,
    buffer: Vec<u8>,
}

#[wasm_bindgen]
impl Analyzer {
    /// An analyzer of three cascades of OpenCV's and a model, as bytes of their files.
    #[wasm_bindgen(constructor)]
    pub fn new(
        frontal: &[u8],
        frontal_strict: &[u8],
        profile: &[u8],
        model: &[u8],
    ) -> Result<Analyzer, JsError> {
        let inner = WebAnalyzer::new(&Parts { frontal, frontal_strict, profile, model })?;
        Ok(Self { inner, buffer: Vec::new() })
    }

    /// The model's name.
    #[wasm_bindgen(getter)]
    pub fn model(&self) -> String {
        self.inner.classifier().model.clone()
    }

    /// Where the bytes of the next frame go, in the module's memory. The next call may move it.
    pub fn reserve(&mut self, bytes: usize) -> *mut u8 {
        self.buffer.resize(bytes, 0);
        self.buffer.as_mut_ptr()
    }

    /// The events of the next frame, of which the plane of brightness begins at `offset`.
    pub fn analyze_luma(
        &mut self,
        width: u32,
        height: u32,
        offset: usize,
        stride: usize,
        is_full_range: bool,
        seconds: f64,
    ) -> Result<String, JsError> {
        let luma = Luma { width, height, stride, is_full_range };
        let bytes = self.buffer.get(offset..).unwrap_or_default();
        let frame = from_luma(bytes, &luma, self.inner.next_sequence(), duration(seconds))
            .map_err(WebError::from)?;
        self.events(&frame)
    }

    /// The events of the next frame, which is RGBA.
    pub fn analyze_rgba(
        &mut self,
        width: u32,
        height: u32,
        seconds: f64,
    ) -> Result<String, JsError> {
        let frame = self.rgba(width, height, duration(seconds))?;
        self.events(&frame)
    }

    /// The faces of a picture of its own, which is RGBA. `smallest` is the side of the smallest face to
    /// look for, in pixels, or 0.
    pub fn analyze_still(
        &mut self,
        width: u32,
        height: u32,
        smallest: f32,
    ) -> Result<String, JsError> {
        let frame = self.rgba(width, height, Duration::ZERO)?;
        let smallest = (smallest > 0.0).then_some(smallest);
        json(&self.inner.analyze_still(&frame, smallest)?)
    }

    /// Another camera or film begins: the events of the faces that go.
    pub fn restart(&mut self, seconds: f64) -> Result<String, JsError> {
        json(&self.inner.restart(duration(seconds)))
    }
}

impl Analyzer {
    fn rgba(&self, width: u32, height: u32, time: Duration) -> Result<Frame, JsError> {
        let sequence = self.inner.next_sequence();
        Ok(from_rgba(&self.buffer, (width, height), sequence, time).map_err(WebError::from)?)
    }

    fn events(&mut self, frame: &Frame) -> Result<String, JsError> {
        json(&self.inner.analyze(frame)?)
    }
}

fn json(value: &impl Serialize) -> Result<String, JsError> {
    Ok(serde_json::to_string(value).map_err(WebError::from)?)
}

/// Times that make no sense are 0.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
