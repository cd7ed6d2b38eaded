//! The way to the forge that the environment asks for: proxies and certificates.

use crate::posts::{HEAD, connect_within, post};
use crate::secure::{certificate, secured, tunnels};
use crate::stub::Stub;
use pacegate::publish::github::publish;
use std::process::{Command, Output};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// Names the forge to the process that is started with another environment.
const FORGE: &str = "PACEGATE_TEST_FORGE";

/// Tells the forge that the environment names, if it names one: the half of each test below that runs
/// in a process of its own, since a process cannot safely set its own variables.
async fn told() -> bool {
    let Ok(url) = std::env::var(FORGE) else { return false };
    let told = publish(&connect_within(&url, Duration::from_secs(6)), &post("FAIL")).await;
    assert_eq!(told.delivered.len(), 3, "{:?}", told.errors);
    true
}

/// Runs a test of this file again, with the forge and these variables.
async fn again(test: &str, forge: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("environment::{test}"), "--nocapture"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env(FORGE, forge).envs(variables.iter().copied());
    let run = tokio::task::spawn_blocking(move || command.output());
    run.await.expect("a run").expect("run the test again")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// The forge is its own proxy: it sees whole addresses where a proxy is asked.
#[tokio::test]
async fn a_proxy_of_the_environment_is_used() {
    if told().await {
        return;
    }
    let check = async |no_proxy: &str, through: bool| {
        let stub = Stub::start(HEAD).await;
        let variables = [("http_proxy", stub.url.as_str()), ("NO_PROXY", no_proxy)];
        let output = again("a_proxy_of_the_environment_is_used", &stub.url, &variables).await;
        assert!(output.status.success(), "{}", text(&output));
        let sent = stub.requests();
        assert_eq!(sent.len(), 5, "{sent:?}");
        for line in sent {
            assert_eq!(line.contains(" http://127.0.0.1:"), through, "{line}");
        }
    };
    check("", true).await;
    check("127.0.0.1", false).await;
}

#[tokio::test]
async fn a_secure_forge_is_reached_through_a_proxy_and_only_with_a_certificate_that_is_trusted() {
    if told().await {
        return;
    }
    let test =
        "a_secure_forge_is_reached_through_a_proxy_and_only_with_a_certificate_that_is_trusted";
    let stub = Stub::start(HEAD).await;
    let (certificate, acceptor) = certificate();
    let url = format!("https://localhost:{}", secured(&stub, acceptor).await);
    let (proxy, opened) = tunnels().await;
    let folder = tempfile::tempdir().expect("a directory");
    let trusted = folder.path().join("ca.pem");
    std::fs::write(&trusted, certificate).expect("write the certificate");
    let trusted = trusted.to_str().expect("a path of text");
    let proxy = [("HTTPS_PROXY", proxy.as_str())];

    let output = again(test, &url, &[proxy[0], ("SSL_CERT_FILE", trusted)]).await;
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(stub.requests().len(), 5);
    assert!(opened.load(SeqCst) > 0);

    // Not trusted: nothing is sent, and the certificate is named as the reason.
    let output = again(test, &url, &proxy).await;
    let text = text(&output);
    assert!(!output.status.success() && text.contains("invalid peer certificate"), "{text}");
    // Nobody trusts it a little later.
    assert_eq!(text.matches("tries: 1 }").count(), 3, "{text}");
    assert_eq!(stub.requests(), [""; 0]);
}
