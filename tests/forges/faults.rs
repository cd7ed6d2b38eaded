//! Each way to fail at each call: nothing is written twice, the time is kept, and no secret is told.

use crate::life::{post, tell};
use crate::state::{BOT, Call, Kind, TOKEN};
use crate::stub::{Fault, Stub, Trouble};
use pacegate::publish::*;
use std::time::Duration;

/// Long enough for a busy machine, and no more: what is waited is a part of it, up to the half.
const BUDGET: Duration = Duration::from_secs(8);

const LIMIT: &str = "You have exceeded a secondary rate limit.";

/// What passes by itself.
const PASSING: [Fault; 13] = [
    Fault::Answer(500, &[], ""),
    Fault::Answer(503, &[("retry-after", "0")], "down"),
    Fault::Answer(429, &[], ""),
    Fault::Answer(429, &[("retry-after", "0")], ""),
    Fault::Answer(403, &[("retry-after", "0")], LIMIT),
    Fault::Late(502),
    Fault::Late(504),
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::SilentBefore,
    Fault::SilentAfter,
    Fault::Garbage,
    Fault::Endless,
];

/// What stays, however often it is tried.
const LASTING: [Fault; 7] = [
    Fault::Answer(400, &[], "{\"message\": \"bad \\u001b[31m glpat-s3cret-canary\"}"),
    Fault::Answer(401, &[], "{\"message\": \"401 Unauthorized\"}"),
    Fault::Answer(403, &[], "{\"message\": \"403 Forbidden\"}"),
    Fault::Answer(404, &[], "{\"message\": \"404 Not found\"}"),
    Fault::Answer(422, &[], "glpat-s3cret-canary"),
    Fault::Answer(302, &[("location", "http://127.0.0.1:1/user")], ""),
    Fault::Answer(429, &[("retry-after", "600")], ""),
];

const CALLS: [Call; 6] =
    [Call::User, Call::List, Call::Change, Call::Create, Call::Update, Call::Status];

/// Tells a build, with an earlier comment where it is to be updated, and one kind of trouble.
fn check(
    kind: Kind,
    call: Call,
    fault: Fault,
    times: usize,
    within: Duration,
    judge: impl Fn(&Stub, &Told),
) {
    let stub = Stub::new(kind);
    if call == Call::Update {
        stub.edit(|state| state.plant(BOT, &post("old").comment.unwrap().body).id);
    }
    stub.fail(Trouble { call, fault, times });
    let told = tell(&stub, kind, &post("new"), within);
    let case = format!("{kind:?} {call:?} {fault:?} {times}: {told:?}");
    let notes = stub.edit(|state| state.notes.clone());
    assert!(notes.len() <= 1, "written twice: {case}\n{notes:?}");
    for error in &told.errors {
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains(TOKEN) && !text.contains('\x1b'), "{case}");
        }
    }
    // One that was given up may not have been heard.
    assert!(told.requests >= stub.heard().len(), "{case}");
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| judge(&stub, &told)));
    assert!(result.is_ok(), "{case}");
}

/// Every call of both forges, at the same time, since most of each is waiting.
fn everywhere(run: impl Fn(Kind, Call) + Sync) {
    let run = &run;
    std::thread::scope(|scope| {
        for kind in [Kind::GitLab, Kind::Forgejo] {
            for call in CALLS {
                scope.spawn(move || run(kind, call));
            }
        }
    });
}

#[test]
fn what_passes_is_waited_for_and_nothing_is_told_twice() {
    for fault in PASSING {
        everywhere(|kind, call| {
            check(kind, call, fault, 1, BUDGET, |stub, told| {
                assert!(told.errors.is_empty());
                let fate = if call == Call::Update { Fate::Updated } else { Fate::Created };
                assert_eq!(told.delivered, [Delivered::Comment(fate), Delivered::Status]);
                let body = stub.edit(|state| state.notes[0].body.clone());
                assert_eq!(body, post("new").comment.unwrap().body);
            })
        });
    }
}

#[test]
fn what_stays_is_tried_once_and_keeps_nothing_else_back() {
    for fault in LASTING {
        everywhere(|kind, call| {
            check(kind, call, fault, usize::MAX, BUDGET, |stub, told| {
                let delivered = match call {
                    Call::Status => Delivered::Comment(Fate::Created),
                    _ => Delivered::Status,
                };
                assert_eq!(told.delivered, [delivered]);
                assert_eq!(told.errors.len(), 1);
                assert!(stub.edit(|state| state.statuses.len()) <= 1);
                let text = told.errors[0].to_string();
                let Fault::Answer(status, ..) = fault else { unreachable!() };
                assert!(text.contains(&status.to_string()), "{text}");
                if kind == Kind::GitLab && [401, 403, 404].contains(&status) {
                    let advice = "a project access token with the api scope in a masked variable";
                    assert!(text.contains(advice), "{text}");
                }
            })
        });
    }
}

/// No answer that helps ever comes.
#[test]
fn what_never_passes_is_given_up_within_the_time() {
    const NEVER: [Fault; 5] = [
        Fault::Answer(500, &[], ""),
        Fault::Late(502),
        Fault::ResetAfter,
        Fault::SilentBefore,
        Fault::Garbage,
    ];
    let writes = |call| matches!(call, Call::Create | Call::Update | Call::Status);
    for fault in NEVER {
        everywhere(|kind, call| {
            check(kind, call, fault, usize::MAX, BUDGET / 2, |stub, told| {
                match (fault, writes(call)) {
                    // The head of the answer is enough.
                    (Fault::Garbage, true) => assert!(told.errors.is_empty()),
                    // It is found where it was looked for, and is no failure.
                    (Fault::Late(_) | Fault::ResetAfter, _) if call == Call::Create => {
                        assert!(told.errors.is_empty());
                    }
                    _ => {
                        assert_eq!(told.errors.len(), 1);
                        let Error::Unreachable { tries, .. } = &told.errors[0] else { panic!() };
                        assert!((1..20).contains(tries), "{tries} tries");
                    }
                }
                if call != Call::Status {
                    assert!(told.delivered.contains(&Delivered::Status), "time is left for it");
                    assert_eq!(stub.edit(|state| state.statuses.len()), 1);
                }
            })
        });
    }
}
