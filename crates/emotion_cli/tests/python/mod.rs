//! Where Python with ONNX Runtime is, for what compares with it.

use std::process::Command;

/// The Python that has `onnxruntime` and `numpy`: what `EMOTION_PYTHON` names, else `python3`.
///
/// Where there is none, the reason and what helps.
pub fn with_onnx_runtime() -> Result<String, String> {
    let python = std::env::var("EMOTION_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(&python).args(["-c", "import numpy, onnxruntime"]).output();
    let reason = match output {
        Ok(output) if output.status.success() => return Ok(python),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            text.lines().last().unwrap_or("it fails").to_owned()
        }
        Err(error) => error.to_string(),
    };
    Err(format!(
        "{python} has no ONNX Runtime ({reason}); `pip install onnxruntime` in an environment whose \
         Python EMOTION_PYTHON names"
    ))
}
