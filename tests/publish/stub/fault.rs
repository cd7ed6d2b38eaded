//! What can go wrong with one request.

use serde_json::{Value, json};

/// What goes wrong. What is `Late` goes wrong after the request took effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// An answer of this status, and `Retry-After` with it.
    Answer(u16, Option<u64>),
    Late(u16),
    /// A 403 since the token may not.
    Forbidden,
    /// A 403 since there were too many requests; `Retry-After` with it.
    Limited(Option<u64>),
    /// A 403 since the hour's requests are used up; a second is left of the hour.
    UsedUp,
    /// No answer, ever.
    Silent,
    LateSilent,
    Reset,
    LateReset,
    /// An answer of success that is no JSON.
    Garbage,
    /// An answer of success that does not end.
    Endless,
    /// An answer of success, a byte now and then.
    Slow,
    /// A way to the same path on another host.
    Redirect,
}

/// All of them.
pub(crate) const FAULTS: [Fault; 26] = [
    Fault::Answer(400, None),
    Fault::Answer(401, None),
    Fault::Answer(404, None),
    Fault::Answer(410, None),
    Fault::Answer(422, None),
    Fault::Answer(429, None),
    Fault::Answer(429, Some(0)),
    Fault::Answer(429, Some(3600)),
    Fault::Answer(500, None),
    Fault::Answer(502, None),
    Fault::Answer(503, None),
    Fault::Answer(503, Some(1)),
    Fault::Late(500),
    Fault::Late(502),
    Fault::Forbidden,
    Fault::Limited(None),
    Fault::Limited(Some(1)),
    Fault::UsedUp,
    Fault::Silent,
    Fault::LateSilent,
    Fault::Reset,
    Fault::LateReset,
    Fault::Garbage,
    Fault::Endless,
    Fault::Slow,
    Fault::Redirect,
];

impl Fault {
    /// Whether the request takes effect all the same.
    pub(crate) fn takes_effect(self) -> bool {
        matches!(
            self,
            Fault::Late(_)
                | Fault::LateSilent
                | Fault::LateReset
                | Fault::Garbage
                | Fault::Endless
                | Fault::Slow
        )
    }

    /// Whether a client gets by, if this goes wrong once.
    pub(crate) fn passes(self) -> bool {
        match self {
            Fault::Answer(status, after) => {
                (status == 429 || status >= 500) && after.is_none_or(|seconds| seconds < 60)
            }
            Fault::Forbidden | Fault::Redirect => false,
            _ => true,
        }
    }

    /// What the forge says with a status.
    pub(crate) fn message(self) -> Value {
        let text = match self {
            Fault::Forbidden => "Resource not accessible by integration",
            Fault::Limited(_) => "You have exceeded a secondary rate limit.",
            Fault::UsedUp => "API rate limit exceeded for installation.",
            _ => "Something is wrong",
        };
        json!({ "message": text, "documentation_url": "https://docs.github.com/rest" })
    }
}
