//! The demo service does what its flags say: every endpoint, every kind of trouble, every bad input.
//!
//! Times are checked from below only, so that a busy machine cannot fail a test.

#[path = "support/http.rs"]
mod http;
#[path = "support/shop.rs"]
mod process;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::http::{Answer, Connection, ask};
use crate::process::{Shop, command};

fn get(shop: &Shop, target: &str) -> Answer {
    ask(shop.address, "GET", target, "")
}

fn post(shop: &Shop, target: &str, body: &str) -> Answer {
    ask(shop.address, "POST", target, body)
}

fn ids(answer: &Answer) -> Vec<u64> {
    let items = answer.json()["items"].as_array().cloned().expect("a list");
    items.iter().map(|item| item["id"].as_u64().expect("an id")).collect()
}

#[test]
fn health_answers_and_says_how_many_products_there_are() {
    let shop = Shop::start("--products 7");
    let answer = get(&shop, "/health");
    assert_eq!((answer.status, answer.json()), (200, json!({ "status": "ok", "products": 7 })));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(shop.address.ip().is_loopback(), "other machines do not reach it");
}

#[test]
fn the_pages_together_hold_every_product_once_in_order() {
    let shop = Shop::start("--products 45");
    let pages: Vec<_> = (1..=4).map(|page| get(&shop, &format!("/products?page={page}"))).collect();
    let lengths: Vec<_> = pages.iter().map(|page| ids(page).len()).collect();
    assert_eq!(lengths, [20, 20, 5, 0]);
    assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), (1..=45).collect::<Vec<_>>());
    let second = pages[1].json();
    assert_eq!(
        (&second["page"], &second["pages"], &second["total"]),
        (&json!(2), &json!(3), &json!(45))
    );
    assert_eq!(get(&shop, "/products").body, pages[0].body, "the first page is the default");
    for item in second["items"].as_array().unwrap() {
        assert!(
            item["price"].as_f64().unwrap() >= 1.99 && !item["name"].as_str().unwrap().is_empty()
        );
    }
}

#[test]
fn an_item_repeats_what_the_list_says_of_it() {
    let shop = Shop::start("");
    let listed = get(&shop, "/products?page=2").json()["items"][4].clone();
    let item = get(&shop, "/products/25");
    assert_eq!(item.status, 200);
    for key in ["id", "name", "price"] {
        assert_eq!(item.json()[key], listed[key], "{key}");
    }
    assert_eq!(item.json()["id"], 25);
    assert!(item.json()["description"].as_str().unwrap().ends_with('.'));
    assert_eq!(item.json()["stock"], 1000);
}

#[test]
fn the_seed_alone_decides_the_products() {
    let lists =
        ["--seed 5", "--seed 5", "--seed 6"].map(|seed| get(&Shop::start(seed), "/products").body);
    assert_eq!(lists[0], lists[1]);
    assert_ne!(lists[0], lists[2]);
}

#[test]
fn search_finds_what_a_look_at_every_product_finds() {
    let shop = Shop::start("--products 300");
    let products: Vec<Value> =
        (1..=300).map(|id| get(&shop, &format!("/products/{id}")).json()).collect();
    let has = |product: &Value, prefix: &str| {
        let text = format!("{} {}", product["name"], product["description"]).to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(prefix))
    };
    for (q, prefixes) in [
        ("oak", vec!["oak"]),
        ("OAK+t", vec!["oak", "t"]),
        ("%22be%20ki", vec!["be", "ki"]),
        ("steel*-lamp", vec!["steel", "lamp"]),
        ("29", vec!["29"]),
        ("or", vec!["or"]),
        ("zebra", vec!["zebra"]),
    ] {
        let expected: Vec<u64> = products
            .iter()
            .filter(|product| prefixes.iter().all(|prefix| has(product, prefix)))
            .map(|product| product["id"].as_u64().unwrap())
            .take(20)
            .collect();
        assert_eq!(expected.is_empty(), ["or", "zebra"].contains(&q), "a weak example: {q}");
        let answer = get(&shop, &format!("/search?sort=no&q={q}"));
        assert_eq!((answer.status, ids(&answer)), (200, expected), "{q}");
    }
}

#[test]
fn a_cart_is_checked_out_once_for_the_price_of_its_content() {
    let shop = Shop::start("");
    let price = get(&shop, "/products/12").json()["price"].as_f64().unwrap();
    let cart = post(&shop, "/cart", r#"{"id":12,"quantity":3}"#);
    assert_eq!(cart.status, 201);
    let form = json!({ "cart": cart.json()["cart"] }).to_string();
    let order = post(&shop, "/checkout", &form);
    assert_eq!((order.status, &order.json()["items"]), (201, &json!(3)));
    let total = order.json()["total"].as_f64().unwrap();
    assert!((total - 3.0 * price).abs() < 0.005, "{total} is not 3 times {price}");
    assert_eq!(get(&shop, "/products/12").json()["stock"], 997);
    assert_eq!(post(&shop, "/checkout", &form).status, 404, "a second time");
    assert_eq!(get(&shop, "/products/12").json()["stock"], 997, "the second time took nothing");
}

#[test]
fn forms_may_write_numbers_in_quotes_and_leave_the_quantity_out() {
    let shop = Shop::start("");
    let price = get(&shop, "/products/3").json()["price"].clone();
    let cart = post(&shop, "/cart", r#"{"id":"3"}"#);
    assert_eq!((cart.status, &cart.json()["total"]), (201, &price));
    let form = format!(r#"{{"cart":"{}"}}"#, cart.json()["cart"]);
    assert_eq!(post(&shop, "/checkout", &form).json()["total"], price);
}

#[test]
fn a_checkout_without_a_cart_orders_a_basket_and_never_empties_the_shop() {
    let shop = Shop::start("--products 4");
    let mut connection = Connection::open(shop.address);
    for order in 1..=2000 {
        let answer = connection.ask("POST", "/checkout", if order % 2 == 0 { "" } else { "{}" });
        let body = answer.json();
        assert_eq!(
            (answer.status, &body["order"], &body["items"]),
            (201, &json!(order), &json!(6))
        );
        assert!(body["total"].as_f64().unwrap() > 0.0);
    }
    // 2,000 baskets of 6 pieces are more than the 4,000 pieces that the shop opened with.
    for id in 1..=4 {
        let stock = get(&shop, &format!("/products/{id}")).json()["stock"].as_i64().unwrap();
        assert!((0..=1000).contains(&stock), "{stock}");
    }
    for products in ["--products 1", "--products 2"] {
        assert_eq!(post(&Shop::start(products), "/checkout", "").status, 201, "{products}");
    }
}

#[test]
fn head_is_get_without_its_body() {
    let shop = Shop::start("");
    let mut connection = Connection::open(shop.address);
    let whole = connection.ask("GET", "/products/1", "");
    let head = connection.ask("HEAD", "/products/1", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(whole.body.len().to_string().as_str()));
    assert_eq!(
        connection.ask("GET", "/products/1", "").body,
        whole.body,
        "the connection lives on"
    );
}

#[test]
fn other_methods_are_refused_with_those_allowed() {
    let shop = Shop::start("");
    for (method, target, allowed) in [
        ("POST", "/health", "GET, HEAD"),
        ("DELETE", "/products", "GET, HEAD"),
        ("PUT", "/products/1", "GET, HEAD"),
        ("POST", "/search?q=a", "GET, HEAD"),
        ("GET", "/cart", "POST"),
        ("BREW", "/checkout", "POST"),
    ] {
        let answer = ask(shop.address, method, target, "");
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some(allowed)),
            "{method} {target}"
        );
        assert!(answer.json()["error"].as_str().unwrap().contains(allowed));
    }
}

#[test]
fn bad_parameters_and_forms_are_refused_with_the_reason() {
    let shop = Shop::start("");
    let long = format!("/search?q={}", "a".repeat(201));
    let large = format!(r#"{{"id":1{}}}"#, " ".repeat(16 * 1024));
    for (method, target, body, status, reason) in [
        ("GET", "/", "", 404, "nothing is at /"),
        ("GET", "/products/", "", 400, "whole number"),
        ("GET", "/products/1/reviews", "", 404, "nothing is at"),
        ("GET", "/products/0", "", 404, "no product 0"),
        ("GET", "/products/61", "", 404, "no product 61"),
        ("GET", "/products/18446744073709551615", "", 404, "no product 18446744073709551615"),
        ("GET", "/products/one", "", 400, "`one`"),
        ("GET", "/products/-1", "", 400, "`-1`"),
        ("GET", "/products?page=0", "", 400, "`0`"),
        ("GET", "/products?page=", "", 400, "page"),
        ("GET", "/products?page=9999999999", "", 400, "`9999999999`"),
        ("GET", "/search", "", 400, "?q="),
        ("GET", "/search?q=", "", 400, "letter"),
        ("GET", "/search?q=%22*%22", "", 400, "letter"),
        ("GET", "/search?q=%ff", "", 400, "UTF-8"),
        ("GET", &long, "", 400, "200 bytes"),
        ("POST", "/cart", "", 400, "JSON"),
        ("POST", "/cart", "{", 400, "JSON"),
        ("POST", "/cart", "[]", 400, "JSON"),
        ("POST", "/cart", r#"{"id":1,"price":0}"#, 400, "unknown field `price`"),
        ("POST", "/cart", r#"{"id":1.5}"#, 400, "1.5"),
        ("POST", "/cart", r#"{"id":-1}"#, 400, "-1"),
        ("POST", "/cart", r#"{"id":1,"quantity":0}"#, 400, "from 1 to 100"),
        ("POST", "/cart", r#"{"id":1,"quantity":101}"#, 400, "from 1 to 100"),
        ("POST", "/cart", r#"{"id":1,"quantity":4294967297}"#, 400, "from 1 to 100"),
        ("POST", "/cart", r#"{"id":61,"quantity":1}"#, 404, "no product 61"),
        ("POST", "/cart", &large, 413, "16384 bytes"),
        ("POST", "/checkout", r#"{"cart":1}"#, 404, "no cart 1"),
        ("POST", "/checkout", r#"{"cart":18446744073709551615}"#, 404, "no cart"),
        ("POST", "/checkout", r#"{"cart":null}"#, 400, "null"),
        ("POST", "/checkout", r#"{"basket":1}"#, 400, "unknown field `basket`"),
        ("POST", "/checkout", &"[".repeat(10_000), 400, "JSON"),
    ] {
        let answer = ask(shop.address, method, target, body);
        assert_eq!(answer.status, status, "{method} {target} {body:.80}");
        assert_eq!(answer.json()["status"], status);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(reason), "{method} {target} {body:.80}: {error}");
    }
}

#[test]
fn a_body_without_an_end_is_cut_off() {
    let shop = Shop::start("");
    let mut connection = Connection::open(shop.address);
    connection.send(b"POST /cart HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\n");
    for _ in 0..3 {
        connection.send(format!("2000\r\n{}\r\n", "a".repeat(0x2000)).as_bytes());
    }
    assert_eq!(connection.read("POST").unwrap().status, 413);
    let mut connection = Connection::open(shop.address);
    connection.send(b"POST /cart HTTP/1.1\r\nhost: shop\r\ncontent-length: 99999999999\r\n\r\n");
    assert_eq!(connection.read("POST").unwrap().status, 413, "announced, and not waited for");
}

#[test]
fn what_is_no_http_is_refused_and_harms_nobody() {
    let shop = Shop::start("");
    let long_target = format!("GET /{} HTTP/1.1\r\nhost: shop\r\n\r\n", "a".repeat(20_000));
    let long_header = format!("GET /health HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(20_000));
    let many_headers = format!("GET /health HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(1000));
    for (bytes, statuses) in [
        (b"nonsense\r\n\r\n".as_slice(), [400].as_slice()),
        (b"GET /health HTTP/9.9\r\n\r\n", &[400]),
        (b"GET /health HTTP/1.1\r\nno colon here\r\n\r\n", &[400]),
        (b"POST /cart HTTP/1.1\r\ncontent-length: -5\r\n\r\n", &[400]),
        (b"POST /cart HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", &[400]),
        (b"POST /cart HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", &[400]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", &[400]),
        (&[0; 64], &[400]),
        (long_target.as_bytes(), &[431]),
        (long_header.as_bytes(), &[431]),
        (many_headers.as_bytes(), &[431]),
        // Cut off by the client: nothing is owed to it.
        (b"", &[]),
        (b"GET /hea", &[]),
    ] {
        let mut connection = Connection::open(shop.address);
        connection.send(bytes);
        connection.finish();
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
        match connection.read("HEAD").map(|answer| answer.status) {
            Some(status) => assert!(statuses.contains(&status), "{start:?}: {status}"),
            None => assert!(statuses.is_empty(), "{start:?}: closed without an answer"),
        }
        assert_eq!(get(&shop, "/health").status, 200, "after {start:?}");
    }
}

#[test]
fn slow_makes_the_endpoint_take_at_least_that_long() {
    let by_flag = Shop::start("--slow checkout=5ms --slow item=20ms,search=30ms");
    let mut from_environment = command();
    from_environment
        .args(["--products", "60"])
        .env("SHOP_SLOW", "checkout=5ms,item=20ms,search=30ms");
    for shop in [by_flag, Shop::spawn(from_environment)] {
        let mut connection = Connection::open(shop.address);
        for (method, target, least) in
            [("POST", "/checkout", 5), ("GET", "/products/1", 20), ("GET", "/search?q=oak", 30)]
        {
            for _ in 0..5 {
                let start = Instant::now();
                assert!(connection.ask(method, target, "").status < 300);
                assert!(
                    start.elapsed() >= Duration::from_millis(least),
                    "{target}: {:?}",
                    start.elapsed()
                );
            }
        }
    }
}

#[test]
fn empty_variables_mean_nothing() {
    let mut command = command();
    ["SHOP_SLOW", "SHOP_FAIL", "SHOP_STALL", "SHOP_BURN"].iter().for_each(|name| {
        command.env(name, "");
    });
    assert_eq!(get(&Shop::spawn(command), "/health").status, 200);
}

#[test]
fn burn_takes_at_least_that_much_time() {
    let shop = Shop::start("--burn item=10ms");
    for _ in 0..5 {
        let start = Instant::now();
        assert_eq!(get(&shop, "/products/1").status, 200);
        assert!(start.elapsed() >= Duration::from_millis(10), "{:?}", start.elapsed());
    }
}

/// Which of 500 searches fail, with one of another endpoint in between each.
fn failures(flags: &str) -> Vec<bool> {
    let shop = Shop::start(flags);
    let mut connection = Connection::open(shop.address);
    let mut failed = |target| match connection.ask("GET", target, "").status {
        200 => false,
        500 => true,
        other => panic!("{target}: {other}"),
    };
    (0..500)
        .map(|_| {
            assert!(!failed("/products"), "only the named endpoint fails");
            failed("/search?q=oak")
        })
        .collect()
}

#[test]
fn fail_makes_about_that_share_fail_the_same_ones_for_the_same_seed() {
    let some = failures("--fail search=20%");
    // 100 expected with a standard deviation of 9; the draws depend on the seed alone.
    let count = some.iter().filter(|failed| **failed).count();
    assert!((60..=140).contains(&count), "{count} of 500");
    assert_eq!(some, failures("--fail search=20% --slow products=1us"));
    assert_ne!(some, failures("--fail search=20% --seed 2"));
    assert_eq!(failures("--fail search=0%"), vec![false; 500]);
    assert_eq!(failures("--fail search=100%"), vec![true; 500]);
}

#[test]
fn a_failing_form_leaves_the_connection_usable() {
    let shop = Shop::start("--fail cart=100%");
    let mut connection = Connection::open(shop.address);
    for _ in 0..3 {
        let answer = connection.ask("POST", "/cart", r#"{"id":1,"quantity":1}"#);
        assert_eq!(answer.status, 500);
        assert!(answer.json()["error"].as_str().unwrap().contains("--fail"));
    }
    assert_eq!(connection.ask("GET", "/health", "").status, 200);
}

#[test]
fn a_stall_holds_every_answer_back_and_then_gives_them_all() {
    let shop = Shop::start("--stall products=500ms/600ms");
    let start = Instant::now();
    // However the test's clock lies to the shop's, most arrivals fall into the silence.
    while {
        let asked = Instant::now();
        assert_eq!(get(&shop, "/products").status, 200);
        asked.elapsed() < Duration::from_millis(200)
    } {
        assert!(start.elapsed() < Duration::from_secs(60), "no answer was ever held back");
    }
    let mut waiting: Vec<_> = (0..20).map(|_| Connection::open(shop.address)).collect();
    for connection in &mut waiting {
        connection.send(b"GET /products HTTP/1.1\r\nhost: shop\r\n\r\n");
    }
    let answers = waiting.iter_mut().map(|connection| connection.read("GET").unwrap().status);
    assert_eq!(answers.collect::<Vec<_>>(), vec![200; 20]);
}

#[test]
fn wrong_flags_are_refused_with_the_reason() {
    for (flags, reason) in [
        ("--slow checkout", "no `=`"),
        ("--slow basket=5ms", "health, products, item, search, cart, checkout"),
        ("--slow checkout=5", "`5ms`"),
        ("--slow checkout=5 parsecs", "parsecs"),
        ("--slow checkout=-5ms", "above zero"),
        ("--slow checkout=0ms", "above zero"),
        ("--slow checkout=NaNs", "`NaNs`"),
        ("--slow checkout=1e300s", "up to 600s"),
        ("--fail search=2", "`2%`"),
        ("--fail search=-1%", "0% to 100%"),
        ("--fail search=101%", "0% to 100%"),
        ("--fail search=NaN%", "0% to 100%"),
        ("--stall products=500ms", "500ms/5s"),
        ("--stall products=5s/500ms", "never answer"),
        ("--products 0", "0"),
        ("--port 65536", "65536"),
        ("--colour red", "--colour"),
    ] {
        let (name, value) = flags.split_once(' ').unwrap();
        let output = command().args([name, value]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{flags}: {said}");
        assert!(said.contains(reason), "{flags}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_taken_port_is_refused_before_the_database_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = command().args(["--port", &port, "--db"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&port) && said.contains("another --port"), "{said}");
    assert!(!file.exists());
}

#[test]
fn a_database_file_keeps_its_orders_and_is_never_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let flags = format!("--db {}", file.display());
    for order in 1..=2 {
        let mut shop = Shop::start(&flags);
        assert_eq!(post(&shop, "/checkout", "").json()["order"], order);
        shop.signal(Signal::SIGTERM);
        assert!(shop.wait().success());
    }
    let refused = |arguments: &[&str], reason: &str| {
        let output = command().args(["--port", "0"]).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(reason), "{said}");
    };
    let name = file.to_str().unwrap();
    refused(&["--db", name, "--products", "61"], "--products 60 --seed 1");
    refused(&["--db", name, "--products", "60", "--seed", "2"], "--products 60 --seed 1");
    refused(&["--db", folder.path().to_str().unwrap()], "failed to open database");

    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database at all, but long enough to be asked").unwrap();
    for (path, reason) in [(&other, "not a shop's"), (&text, "not a database")] {
        let before = std::fs::read(path).unwrap();
        refused(&["--db", path.to_str().unwrap()], reason);
        assert_eq!(std::fs::read(path).unwrap(), before, "{} was changed", path.display());
    }
}

#[test]
fn a_signal_ends_it_though_connections_are_open() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut shop = Shop::start("");
        let mut idle = Connection::open(shop.address);
        assert_eq!(idle.ask("GET", "/health", "").status, 200);
        let mut half = Connection::open(shop.address);
        half.send(b"GET /heal");
        shop.signal(signal);
        assert_eq!(shop.wait().code(), Some(0), "{signal}");
        assert_eq!(idle.read("GET"), None, "{signal}");
    }
}

#[test]
fn a_request_under_way_is_still_answered_after_the_signal() {
    let mut shop = Shop::start("");
    let mut connection = Connection::open(shop.address);
    connection.send(
        b"POST /cart HTTP/1.1\r\nhost: shop\r\ncontent-length: 8\r\nexpect: 100-continue\r\n\r\n",
    );
    // The handler asks for the body now, so the request is under way for certain.
    assert_eq!(connection.read("POST").unwrap().status, 100);
    shop.signal(Signal::SIGTERM);
    connection.send(br#"{"id":1}"#);
    assert_eq!(connection.read("POST").unwrap().status, 201);
    assert_eq!(shop.wait().code(), Some(0));
}
