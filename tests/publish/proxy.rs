//! A proxy that the environment names is used.

use crate::posts::{HEAD, connect, post};
use crate::stub::Stub;
use pacegate::publish::github::publish;
use std::process::Command;

/// Names the forge to the process that is started with a proxy.
const FORGE: &str = "PACEGATE_TEST_FORGE";

/// Runs itself again with the variables set, since a process cannot safely set its own. The forge is its
/// own proxy: it sees whole addresses where a proxy is asked, and answers for one that does not exist.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_proxy_of_the_environment_is_used() {
    if let Ok(url) = std::env::var(FORGE) {
        let told = publish(&connect(&url), &post("FAIL")).await;
        assert_eq!(told.delivered.len(), 3, "{:?}", told.errors);
        return;
    }
    let check = async |no_proxy: &str, through: bool| {
        let stub = Stub::start(HEAD).await;
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        let name = "proxy::a_proxy_of_the_environment_is_used";
        command.args(["--exact", name, "--nocapture"]).env(FORGE, &stub.url);
        for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"] {
            command.env(variable, &stub.url);
        }
        command.env("NO_PROXY", no_proxy).env("no_proxy", no_proxy);
        let run = tokio::task::spawn_blocking(move || command.output());
        let output = run.await.expect("a run").expect("run the test again");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let sent = stub.requests();
        assert_eq!(sent.len(), 5, "{sent:?}");
        for line in sent {
            assert_eq!(line.contains(" http://127.0.0.1:"), through, "{line}");
        }
    };
    check("", true).await;
    check("127.0.0.1", false).await;
}
