//! Which pull request a branch of a fork belongs to.

use crate::posts::{HEAD, connect};
use crate::stub::{Change, Stub};
use pacegate::publish::github::find_change;

#[tokio::test]
async fn a_change_is_found_only_where_it_is_beyond_doubt() {
    let ours = |number: u64| Change {
        number,
        owner: "fork".to_owned(),
        branch: "a&b#c".to_owned(),
        head: HEAD.to_owned(),
        base: "Octo/Shop".to_owned(),
    };
    let elsewhere = Change { base: "octo/other".to_owned(), ..ours(9) };
    let moved = Change { head: "2".repeat(40), ..ours(8) };
    let other = Change { owner: "other".to_owned(), ..ours(6) };
    let check = async |changes: Vec<Change>, expected: Option<u64>| {
        let stub = Stub::start(HEAD).await;
        stub.state().changes = changes.clone();
        let found = find_change(&connect(&stub.url), "fork", "a&b#c", HEAD).await;
        assert_eq!(found.expect("an answer"), expected, "{changes:?}");
    };
    check(vec![ours(7)], Some(7)).await;
    check(vec![], None).await;
    check(vec![moved.clone()], None).await;
    check(vec![elsewhere.clone()], None).await;
    check(vec![other.clone()], None).await;
    check(vec![moved, elsewhere, other, ours(5)], Some(5)).await;
    check(vec![ours(4), ours(5)], None).await;
}
