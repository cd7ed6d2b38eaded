//! A journey through the demo service, a real database behind it.

#[path = "../support/shop.rs"]
#[expect(dead_code, reason = "signals and waiting are for the shop's own tests")]
mod process;

use crate::{errors, histogram, kinds, plan, run, step, steps};
use pacegate::config::BodyPlan;
use process::Shop;

#[test]
fn a_journey_through_the_shop_is_measured_step_by_step() {
    let shop = Shop::start("--slow item=20ms --fail search=100%");
    let mut plan = plan(format!("http://{}", shop.address), 25.0, 1.0);
    let mut cart = step("POST", "/cart");
    cart.body = Some(BodyPlan::Json(serde_json::json!({"id": 1})));
    cart.expect.status = vec![201];
    *steps(&mut plan) = vec![
        step("GET", "/products?page=1"),
        step("GET", "/products/1"),
        cart,
        step("GET", "/search?q=a"),
    ];
    steps(&mut plan)[1].name = "look at one".to_owned();
    let target = run(&plan).unwrap();
    for step in ["get-products-page-1", "look-at-one", "post-cart"] {
        assert_eq!(errors(&target, &format!("{step}/errors")), (0, 25), "{step}");
    }
    assert_eq!(errors(&target, "get-search-q-a/errors"), (25, 25));
    assert_eq!(kinds(&target).get("status 500"), Some(&25), "{:?}", target.warnings);
    assert!(histogram(&target, "look-at-one/service").quantile(0.0) >= 0.019);
}
