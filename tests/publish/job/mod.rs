//! `pacegate ci` and `pacegate publish` as the jobs of a pull request run them: the real command in
//! checkouts as a runner makes them, of a repository on a remote, telling a forge.

mod canary;
mod checkout;

use crate::stub::{Change, Stub};
use checkout::{Checkout, Remote};
use serde_json::Value;
use std::path::Path;

/// What the benchmark of the project takes, in seconds. Far apart, so that a busy machine changes nothing.
const QUICK: &str = "sleep 0.04\n";
const SLOW: &str = "sleep 0.16\n";
const CONFIG: &str = "version: 1
project: shop
benchmarks:
  nap: { command: { run: [sh, nap.sh], warmup: 0, samples: 3 } }
gates:
  - { series: nap/wall, regression: { max: 100% } }
";

/// The bot's only comment.
fn comment(stub: &Stub) -> String {
    let state = stub.state();
    let ours = state.ours();
    assert_eq!(ours.len(), 1, "{ours:?}");
    ours[0].body.replace('\u{a0}', " ")
}

fn bot_is_silent(stub: &Stub) {
    assert!(stub.requests().is_empty(), "nothing was asked");
    assert!(stub.state().ours().is_empty(), "nothing was said");
}

/// The life of a pull request, through the API at `url`.
pub(crate) async fn live(url: &str, stub: &Stub) {
    let mut remote = Remote::new(&[("gates.yaml", CONFIG), ("nap.sh", QUICK)]);
    let tell = ["ci", "--check", "--status"];

    // The default branch feeds the baseline, and comments on nothing.
    let main = Checkout::push(&remote, url);
    main.run(&["ci"]).await.check(0, "NO-BASELINE");
    let history = ["history", "list", "--format", "json"];
    assert_eq!(main.run(&history).await.check(0, "").out.lines().count(), 1);
    bot_is_silent(stub);

    // The first run of a pull request that makes it slower.
    let slow = remote.propose(&[("nap.sh", SLOW)]);
    stub.state().changes[0].head.clone_from(&slow.head);
    let job = Checkout::pull_request(&remote, &slow, url);
    let ended = job.run(&tell).await.check(1, "FAIL").check_told();
    assert!(
        ended.err.contains("::error file=gates.yaml,line=6,title=nap/wall%3A fail::"),
        "{}",
        ended.err
    );
    assert_eq!(ended.outputs["verdict"], "fail");
    assert_eq!(ended.outputs["exit-code"], "1");
    assert_eq!(ended.outputs["regressions"], "1");
    for (output, file) in [("report-path", "report.json"), ("junit-path", "junit.xml")] {
        assert!(ended.outputs[output].ends_with(file), "{:?}", ended.outputs);
        assert!(job.root().join(&ended.outputs[output]).is_file(), "{:?}", ended.outputs);
    }
    let said = comment(stub);
    assert!(said.starts_with("<!-- pacegate:v1:default -->\n"), "{said}");
    assert!(said.contains("❌ **FAIL**: `nap/wall` is "), "{said}");
    // What changed, between what it was merged with and what it was measured at.
    assert!(said.contains(&format!("/octo/shop/compare/{}...{}", slow.base, slow.merge)), "{said}");
    assert!(ended.summary.contains("❌ **FAIL**"), "{}", ended.summary);
    job.run(&history).await.check_error(2, "no run of project `shop` is stored");
    assert!(stub.requests().len() <= 6);
    let of_head = |stub: &Stub, head: &str| -> Vec<Value> {
        let state = stub.state();
        let checks = state.checks.iter().map(|check| Value::Object(check.sent.clone()));
        checks.filter(|check| check["head_sha"] == head).collect()
    };
    let checks = of_head(stub, &slow.head);
    assert_eq!(checks.len(), 1, "{checks:?}");
    assert_eq!(checks[0]["conclusion"], "failure");

    // Run again: the one comment is replaced.
    job.run(&tell).await.check(1, "FAIL").check_told();
    let again = comment(stub);
    assert_ne!(again, said);
    assert!(stub.requests().len() <= 6);

    // Mended.
    let mended = remote.propose(&[("nap.sh", QUICK), ("note", "quick again")]);
    stub.state().changes[0].head.clone_from(&mended.head);
    let job = Checkout::pull_request(&remote, &mended, url);
    let ended = job.run(&tell).await.check(0, "PASS").check_told();
    assert!(!ended.err.contains("::error"), "{}", ended.err);
    let passed = comment(stub);
    assert!(passed.contains("✅ **PASS**"), "{passed}");

    // What could not be measured leaves no earlier pass standing.
    let broken = job.root().join("gates.yaml");
    std::fs::write(&broken, "version: 9\n").expect("break the configuration");
    job.run(&tell).await.check_error(2, "version");
    let said = comment(stub);
    assert!(said.contains("❌ **ERROR**: nothing was measured."), "{said}");
    assert_eq!(of_head(stub, &mended.head).last().expect("a check")["conclusion"], "failure");
    std::fs::write(&broken, CONFIG).expect("mend the configuration");
    job.run(&tell).await.check(0, "PASS").check_told();
    let passed = comment(stub);

    // Pushed by force while it was measured: nothing is said of a commit that is gone.
    stub.state().changes[0].head = "2".repeat(40);
    job.run(&["ci"]).await.check(0, "PASS");
    assert_eq!(comment(stub), passed);
    stub.state().changes[0].head.clone_from(&mended.head);

    // A merge queue: the exit code decides, and no pull request is told.
    stub.requests();
    let group = Checkout::merge_group(&remote, &slow, url);
    group.run(&["ci"]).await.check(1, "FAIL");
    assert!(stub.requests().is_empty());
    assert_eq!(comment(stub), passed);

    fork(url, stub, &remote, &slow).await;
    matrix(url, stub, &remote, &mended).await;
}

/// A fork's job measures and may tell nobody; a trusted one tells of what it left, and believes the event
/// alone as to which pull request that is.
async fn fork(url: &str, stub: &Stub, remote: &Remote, slow: &checkout::Proposal) {
    stub.state().comments.clear();
    let job = Checkout::fork(remote, slow, url);
    let all = ["ci", "--check", "--status", "--require-report"];
    let ended = job.run(&all).await.check(1, "FAIL").check_told();
    bot_is_silent(stub);
    assert!(ended.err.contains("docs/github.md"), "{}", ended.err);
    let report = job.root().join(&ended.outputs["report-path"]);

    let other = Change {
        number: 9,
        owner: "ben".into(),
        branch: "main".into(),
        head: slow.head.clone(),
        base: "octo/shop".into(),
    };
    stub.state().changes.push(other);
    let trusted = Checkout::workflow_run(remote, slow, url);
    trusted.run(&["ci"]).await.check_error(2, "refused to measure under `workflow_run`");
    bot_is_silent(stub);
    let publish = ["publish", "--untrusted", "--check", "--status", path(&report)];
    let checks = stub.state().checks.len();
    trusted.run(&publish).await.check(0, "").check_told();
    let said = comment(stub);
    assert!(said.contains("measured in the contributor's own run"), "{said}");
    // Nor where somebody forgot to say what it is, and nothing is handed on to later steps.
    let forgot = ["publish", "--check", "--status", path(&report)];
    let ended = trusted.run(&forgot).await.check(0, "").check_told();
    assert!(ended.outputs.is_empty() && !ended.err.contains("::error"), "{ended:?}");
    assert!(ended.summary.contains("measured in the contributor's own run"), "{}", ended.summary);
    assert_eq!(stub.state().checks.len(), checks, "a stranger's claim makes no check");
    // Of a commit that is no pull request's head nothing is said.
    stub.state().changes.pop();
    stub.state().comments.clear();
    let ended = trusted.run(&publish).await.check(0, "");
    assert!(ended.err.contains("not exactly one open pull request"), "{}", ended.err);
    assert!(stub.state().ours().is_empty());
}

/// Three legs, of which one never reported, make one comment and fail.
async fn matrix(url: &str, stub: &Stub, remote: &Remote, mended: &checkout::Proposal) {
    stub.requests();
    let mut legs = Vec::new();
    let jobs = [(); 2].map(|()| Checkout::pull_request(remote, mended, url));
    for (job, name) in jobs.iter().zip(["linux", "arm"]) {
        let ended = job.run(&["ci", "--comment", "never"]).await.check(0, "PASS");
        let report = job.root().join(&ended.outputs["report-path"]);
        legs.extend(["--leg".to_owned(), format!("{name}={}", path(&report))]);
    }
    bot_is_silent(stub);
    let last = Checkout::pull_request(remote, mended, url);
    let publish = |legs: &[String]| [&["publish".to_owned()], legs].concat();
    let both = publish(&legs);
    last.run(&both).await.check(0, "").check_told();
    assert!(comment(stub).contains("✅ **PASS**: of 2 legs, 2 pass."), "{}", comment(stub));
    legs.extend(["--leg".to_owned(), "windows=no/such.json".to_owned()]);
    let ended = last.run(&publish(&legs)).await.check(1, "");
    assert_eq!(ended.outputs["verdict"], "missing");
    let said = comment(stub);
    assert!(said.contains("❌ **MISSING**"), "{said}");
    assert!(said.contains("| **missing** | `windows` | its report never came |"), "{said}");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Whether or not the forge can be told, the verdict is the same.
#[tokio::test]
async fn what_cannot_be_told_changes_no_verdict() {
    let mut remote = Remote::new(&[("gates.yaml", CONFIG), ("nap.sh", QUICK)]);
    let slow = remote.propose(&[("nap.sh", SLOW)]);
    let stub = Stub::start(&slow.head).await;
    let job = Checkout::pull_request(&remote, &slow, &stub.url);
    let ended = job.run(&["ci", "--comment", "never"]).await.check(1, "FAIL");
    let report = job.root().join(&ended.outputs["report-path"]);
    let given = ["ci", "--bundle", path(&report)];
    let strict = [&given[..], &["--require-report"]].concat();

    let mute = job.without("GITHUB_TOKEN");
    let wrong = job.with("GITHUB_TOKEN", "wrong");
    for (job, why) in [
        (&mute, "there is no token"),
        (&wrong, "the forge answered 401"),
        (&job.with("GITHUB_API_URL", "http://forge.example"), "over https only"),
        (&job.with("GITHUB_STEP_SUMMARY", "/no/such/summary"), "/no/such/summary"),
    ] {
        for args in [&given[..], &strict] {
            let ended = job.run(args).await.check(1, "FAIL");
            assert!(ended.err.contains(why), "{why}: {}", ended.err);
        }
    }
    // Only where it passes does what was asked for decide.
    let mended = remote.propose(&[("nap.sh", QUICK), ("note", "")]);
    let job = Checkout::pull_request(&remote, &mended, &stub.url);
    let ended = job.run(&["ci", "--comment", "never"]).await.check(0, "PASS");
    let report = job.root().join(&ended.outputs["report-path"]);
    let mute = job.without("GITHUB_TOKEN");
    mute.run(&["ci", "--bundle", path(&report)]).await.check(0, "PASS");
    mute.run(&["ci", "--bundle", path(&report), "--require-report"]).await.check(6, "PASS");
}

#[tokio::test]
async fn a_stranger_s_code_is_not_run_with_secrets() {
    let mut remote = Remote::new(&[("gates.yaml", CONFIG), ("nap.sh", "touch ran\n")]);
    let proposal = remote.propose(&[("nap.sh", "touch ran\n"), ("note", "")]);
    let stub = Stub::start(&proposal.head).await;
    let job = Checkout::pull_request(&remote, &proposal, &stub.url)
        .with("GITHUB_EVENT_NAME", "pull_request_target");
    job.run(&["ci"]).await.check_error(2, "refused to measure under `pull_request_target`");
    assert!(!job.root().join("ran").exists());
    bot_is_silent(&stub);
}

/// A runner that keeps its clones may know an old `main`: the forge's merge knows better.
#[tokio::test]
async fn the_base_is_what_the_forge_merged_onto() {
    let mut remote = Remote::new(&[("gates.yaml", CONFIG), ("nap.sh", QUICK)]);
    let old = remote.propose(&[("note", "")]).base;
    remote.advance(&[("other", "somebody else's")]);
    let proposal = remote.propose(&[("note", "")]);
    let stub = Stub::start(&proposal.head).await;
    let job = Checkout::pull_request(&remote, &proposal, &stub.url).knowing("origin/main", &old);
    let ended = job.run(&["ci"]).await.check(0, "PASS");
    let report = std::fs::read_to_string(job.root().join(&ended.outputs["report-path"]));
    let report: Value = serde_json::from_str(&report.expect("a report")).expect("JSON");
    assert_eq!(report["baseline"]["commit"], proposal.base.as_str());
    assert_ne!(proposal.base, old);
}

/// However it is measured, a proposal that edits its own limits is told to do so.
#[tokio::test]
async fn a_proposal_that_edits_its_limits_is_told_even_without_a_base() {
    let mut remote = Remote::new(&[("gates.yaml", CONFIG), ("nap.sh", QUICK)]);
    let loose = CONFIG.replace("100%", "9000%");
    let proposal = remote.propose(&[("gates.yaml", &loose), ("nap.sh", SLOW)]);
    let stub = Stub::start(&proposal.head).await;
    let job = Checkout::pull_request(&remote, &proposal, &stub.url);
    for args in [&["ci"][..], &["ci", "--no-base"]] {
        job.run(args).await.check(0, "review the policy");
        assert!(
            comment(&stub).contains("this change adds, edits or removes"),
            "{}",
            comment(&stub)
        );
    }
    let honest = remote.propose(&[("note", "")]);
    stub.state().changes[0].head.clone_from(&honest.head);
    let job = Checkout::pull_request(&remote, &honest, &stub.url);
    let ended = job.run(&["ci", "--no-base"]).await.check(0, "NO-BASELINE");
    assert!(!ended.out.contains("this change adds, edits"), "{}", ended.out);
}

/// Where the CI is none that is known, its variables say on which branch the commit is.
#[tokio::test]
async fn any_ci_can_feed_the_baseline() {
    let remote = Remote::new(&[("gates.yaml", CONFIG), ("nap.sh", QUICK)]);
    let stub = Stub::start("").await;
    let job = Checkout::push(&remote, &stub.url).without_prefix("GITHUB_");
    let head = job.head();
    let trusted = async |job: &Checkout| {
        job.run(&["ci"]).await.check(0, "");
        let report = std::fs::read_to_string(job.root().join(".pacegate/report/report.json"));
        let report: Value = serde_json::from_str(&report.expect("a report")).expect("JSON");
        report["run"]["trusted"].as_bool().expect("a flag")
    };
    let job = job.with("PACEGATE_EVENT", "push").with("PACEGATE_DEFAULT_BRANCH", "main");
    assert!(!trusted(&job).await, "nobody said which branch it is");
    let named = job.with("PACEGATE_BRANCH", "main").with("PACEGATE_HEAD", &head);
    assert!(trusted(&named).await);
    assert!(!trusted(&named.with("PACEGATE_HEAD", &"2".repeat(40))).await, "another commit");
    assert!(!trusted(&named.with("PACEGATE_BRANCH", "topic")).await);
    assert!(!trusted(&named.with("PACEGATE_EVENT", "pull_request")).await);
    bot_is_silent(&stub);
}
