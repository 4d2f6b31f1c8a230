//! The examples of clients, run as their users run them.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking too")]

mod common;

use std::path::Path;
use std::process::Command;

use common::{TestServer, face};

/// What a client prints about the puppet.
fn run(program: &str, script: &str) -> String {
    let server = TestServer::start(|_| {});
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("face.png");
    std::fs::write(&picture, face()).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let output = Command::new(program)
        .arg(script)
        .arg(server.url(""))
        .arg(picture)
        // Only from version 22 on it is there by itself.
        .env("NODE_OPTIONS", "--experimental-websocket")
        .output()
        .expect("the program is installed");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "needs Python"]
fn needs_python_the_example_reads_a_picture() {
    let text = run("python3", "analyze.py");
    assert!(text.starts_with("neutral 0."), "{text}");
}

#[test]
#[ignore = "needs Node from version 20.10"]
fn needs_node_the_example_follows_a_face() {
    assert_eq!(run("node", "live.mjs"), "face 1 shows neutral\n");
}

#[test]
#[ignore = "needs curl"]
fn needs_curl_a_form_with_two_pictures() {
    let server = TestServer::start(|_| {});
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("face.png");
    std::fs::write(&picture, face()).expect("written");
    let form = format!("picture=@{}", picture.display());
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--form", &form, "--form", &form])
        .arg(server.url("/v1/analyze"))
        .output()
        .expect("curl is installed");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["pictures"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(json["pictures"][0]["faces"][0]["dominant"], "neutral");
}

#[test]
#[ignore = "needs curl"]
fn needs_curl_https_with_a_certificate_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("made");
    let (certificate, private_key) =
        (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, signed.cert.pem()).expect("written");
    std::fs::write(&private_key, signed.signing_key.serialize_pem()).expect("written");
    let files = emotion_serve::TlsFiles { certificate: certificate.clone(), private_key };
    let server = TestServer::start(|config| config.tls = Some(files));
    let url = format!("https://localhost:{}/healthz", server.address.port());
    let ask = |arguments: &[&str]| {
        let mut curl = Command::new("curl");
        let curl = curl.args(["--silent", "--max-time", "20"]).args(arguments);
        let output = curl.arg(&url).output().expect("curl is installed");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let trusted = certificate.display().to_string();
    assert_eq!(ask(&["--cacert", &trusted]), r#"{"status":"ok"}"#);
    assert_eq!(ask(&[]), "", "an unknown certificate was trusted");
    // Clients that do not speak TLS are not waited for.
    assert_ne!(server.raw_status(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"), 200);
}
