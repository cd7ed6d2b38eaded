//! What a forge is told of bundles.

use crate::{bundles, hostile};
use pacegate::model::{BaselineReason, Bundle, Verdict};
use pacegate::publish::event::{Change, Distrust, Event, Job, Kind, Provider, Trust};
use pacegate::publish::{
    CommentId, Conclusion, Level, Post, When, Wishes, annotations, commands, compose, marker, page,
    sentence,
};
use pacegate::report::{Leg, MARKDOWN_BYTES};

const HEAD: &str = "3f2a91c07be2d4410a5c9b6f1de8a7734c21b9f0";

fn event() -> Event {
    Event {
        head: Some(HEAD.into()),
        web: Some("https://forge.example/o/r".into()),
        change: Some(Change { number: 7, fork: false }),
        trust: Trust::Untrusted(Distrust::Proposal),
        job: Job { url: Some("https://forge.example/o/r/actions/1".into()), ..Job::default() },
        ..Event::unknown(Provider::GitHub, Kind::PullRequest)
    }
}

fn wishes() -> Wishes {
    Wishes {
        comment: When::Auto,
        id: "default".parse().unwrap(),
        author: None,
        check: Some("pacegate".into()),
        status: Some("pacegate".into()),
        claimed: false,
    }
}

fn leg(bundle: &Bundle) -> [Leg<'_>; 1] {
    [Leg::alone(bundle)]
}

fn post(bundle: &Bundle, event: &Event, wishes: &Wishes) -> Post {
    compose(&leg(bundle), event, wishes).unwrap()
}

#[test]
fn a_comment_begins_with_its_marker_and_ends_with_its_commit() {
    let id: CommentId = "default".parse().unwrap();
    for (name, bundle) in bundles::all() {
        let body = post(&bundle, &event(), &wishes()).comment.unwrap().body;
        assert_eq!(body.lines().next(), Some(marker(&id).as_str()), "{name}");
        assert_eq!(body.matches("<!--").count(), 1, "{name}");
        let last = body.lines().last().unwrap();
        assert!(last.contains("for commit `3f2a91c07b`"), "{name}: {last}");
        assert!(last.contains("[the job](https://forge.example/o/r/actions/1)"), "{name}: {last}");
    }
}

#[test]
fn what_changed_is_a_link_where_the_forge_is_known() {
    let bundle = crate::paired::bundle();
    let check = |provider, link: Option<&str>| {
        let event = Event { provider, ..event() };
        let text = page(&leg(&bundle), &event, &wishes());
        assert!(text.contains("what changed: "), "{text}");
        match link {
            Some(link) => assert!(text.contains(&format!("]({link}{HEAD})")), "{text}"),
            None => assert!(!text.contains("/compare/"), "{text}"),
        }
    };
    let BaselineReason::Built { commit, .. } = &bundle.baseline else { panic!("not paired") };
    let range = |page: &str| format!("https://forge.example/o/r/{page}/{commit}...");
    check(Provider::GitHub, Some(&range("compare")));
    check(Provider::Forgejo, Some(&range("compare")));
    check(Provider::GitLab, Some(&range("-/compare")));
    check(Provider::Generic, None);
    let hostile = Event { web: Some("https://x/) [y](https://z".into()), ..event() };
    let text = page(&leg(&bundle), &hostile, &wishes());
    assert!(!text.contains("y](") && !text.contains("z"), "{text}");
}

#[test]
fn only_what_surely_passes_is_a_success() {
    for (name, bundle) in bundles::all() {
        let expected = match (bundle.verdict, bundle.exit_code) {
            (Verdict::Pass | Verdict::Improved | Verdict::Warn, _) => Conclusion::Success,
            (Verdict::Inconclusive | Verdict::NoBaseline, 0) => Conclusion::Neutral,
            _ => Conclusion::Failure,
        };
        let post = post(&bundle, &event(), &wishes());
        assert_eq!(post.check.unwrap().conclusion, expected, "{name}");
        let status = post.status.unwrap();
        assert_eq!(status.conclusion, expected, "{name}");
        assert!(status.description.chars().count() <= 140, "{name}: {}", status.description);
        assert!(status.description.starts_with(bundle.verdict.name()), "{name}");
    }
}

#[test]
fn who_may_not_write_is_not_asked_to() {
    let check = |distrust, when, claimed, comments: bool| {
        let event = Event { trust: Trust::Untrusted(distrust), ..event() };
        let wishes = Wishes { comment: when, claimed, ..wishes() };
        let post = post(&bundles::fail(), &event, &wishes);
        assert_eq!(post.comment.is_some(), comments, "{distrust:?} {when:?} {claimed}");
        let vouched = !claimed && (distrust == Distrust::Proposal || when == When::Always);
        assert_eq!(post.check.is_some(), vouched, "{distrust:?} {when:?} {claimed}");
        assert_eq!(post.status.is_some(), vouched, "{distrust:?} {when:?} {claimed}");
    };
    check(Distrust::Proposal, When::Auto, false, true);
    check(Distrust::Proposal, When::Never, false, false);
    check(Distrust::Fork, When::Auto, false, false);
    check(Distrust::Bot, When::OnChange, false, false);
    check(Distrust::Fork, When::Always, false, true);
    // The trusted half of the recipe for forks: it may write, and the verdict is a claim.
    check(Distrust::Fork, When::Auto, true, true);
}

#[test]
fn a_pass_is_only_told_where_something_else_was_told_before() {
    let check = |bundle: &Bundle, when, only_replace: bool| {
        let wishes = Wishes { comment: when, ..wishes() };
        assert_eq!(post(bundle, &event(), &wishes).comment.unwrap().only_replace, only_replace);
    };
    check(&bundles::all_pass(), When::OnChange, true);
    check(&bundles::all_pass(), When::Auto, false);
    check(&bundles::fail(), When::OnChange, false);
    check(&bundles::inconclusive(), When::OnChange, false);
}

#[test]
fn remarks_stand_at_their_gates_worst_first() {
    let bundle = bundles::fail();
    let all = annotations(&leg(&bundle));
    let first = &all[0];
    assert_eq!((first.path.as_str(), first.level), ("gates.yaml", Level::Failure));
    assert_eq!(first.title, "checkout/latency/p95: fail");
    assert!(first.message.contains("+38 % (+31 to +46)"), "{}", first.message);
    assert!(all.is_sorted_by_key(|annotation| std::cmp::Reverse(annotation.level)));
    let gates = &bundle.judgements.iter().find(|j| j.verdict == Verdict::Fail).unwrap().gate;
    let line = bundle.policy.gate_lines[gates - 1];
    assert_eq!(first.line as usize, line);
    assert!(annotations(&leg(&bundles::all_pass())).is_empty());
    // A path that leaves the repository is not told to a forge.
    for (path, within, shown) in [
        ("./g.yaml", Some("services/shop/g.yaml"), "services/shop/g.yaml"),
        ("./a/g.yaml", None, "a/g.yaml"),
        ("/etc/g.yaml", None, "g.yaml"),
        ("../g.yaml", None, "g.yaml"),
        ("g.yaml", Some("../../g.yaml"), "g.yaml"),
    ] {
        let mut bundle = bundles::fail();
        bundle.policy.path = path.into();
        bundle.policy.in_repository = within.map(str::to_owned);
        assert_eq!(annotations(&leg(&bundle))[0].path, shown);
    }
}

#[test]
fn a_hostile_bundle_makes_no_command_of_its_own() {
    let text = commands(&annotations(&leg(&hostile::everything())));
    assert!(!text.is_empty());
    for line in text.lines() {
        assert!(
            ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)),
            "{line}"
        );
    }
}

#[test]
fn legs_are_told_together_and_a_missing_one_is_no_pass() {
    let (pass, fail) = (bundles::all_pass(), bundles::fail());
    let legs = [
        Leg { name: "linux", bundle: Some(&pass), error: None },
        Leg { name: "macos", bundle: None, error: None },
        Leg { name: "windows | <b>", bundle: Some(&fail), error: None },
    ];
    assert_eq!(sentence(&legs), "of 3 legs, 1 fails, 1 is missing, 1 passes");
    let post = compose(&legs, &event(), &wishes()).unwrap();
    assert_eq!(post.check.as_ref().unwrap().conclusion, Conclusion::Failure);
    let mut text = page(&legs, &event(), &wishes());
    text.truncate(text.find("<details>").unwrap());
    insta::assert_snapshot!(text);
    let missing = [legs[0], legs[1]];
    let post = compose(&missing, &event(), &wishes()).unwrap();
    assert_eq!(post.status.unwrap().conclusion, Conclusion::Failure);
}

/// What came to nothing puts an earlier comment right, and says nothing anew: the job is red by itself.
#[test]
fn a_build_that_came_to_nothing_is_a_failure() {
    let legs =
        [Leg::failed("failed to check out the base: `x`\nfetch it, or use `fetch-depth: 0`")];
    let post = compose(&legs, &event(), &wishes()).unwrap();
    let comment = post.comment.unwrap();
    assert!(comment.only_replace);
    let shown =
        "❌ **ERROR**: nothing was measured.\n\n```text\nfailed to check out the base: `x`\n";
    assert!(comment.body.contains(shown), "{}", comment.body);
    assert_eq!(post.check.unwrap().conclusion, Conclusion::Failure);
    assert_eq!(post.status.unwrap().description, "error: nothing was measured");
}

/// The worst of them decides, wherever it stands.
#[test]
fn the_last_of_many_legs_counts() {
    let (pass, fail) = (bundles::all_pass(), bundles::fail());
    let names: Vec<String> = (0..400).map(|i| i.to_string()).collect();
    let last = names.len() - 1;
    let legs: Vec<Leg<'_>> = (0..names.len())
        .map(|i| Leg {
            name: &names[i],
            bundle: Some(if i == last { &fail } else { &pass }),
            error: None,
        })
        .collect();
    let text = page(&legs, &event(), &wishes()).replace('\u{a0}', " ");
    assert!(text.starts_with("❌ **FAIL**: of 400 legs, 1 fails, 399 pass."), "{text}");
    assert!(text.contains("pages, in the JSON reports."), "{text}");
}

#[test]
fn many_legs_fit_a_comment() {
    let many = bundles::many();
    let names: Vec<String> = (0..300).map(|i| format!("leg {i}")).collect();
    let legs: Vec<Leg<'_>> =
        names.iter().map(|name| Leg { name, bundle: Some(&many), error: None }).collect();
    for count in [1, 2, 3, 12, 60, 300] {
        let text = page(&legs[..count], &event(), &wishes());
        assert!(text.len() <= MARKDOWN_BYTES, "{count}: {}", text.len());
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        if count > 1 {
            assert!(text.contains("leg 1"), "{count}");
        }
    }
}
