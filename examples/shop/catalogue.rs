//! The products: an SQLite database, filled from a seed, and what can be asked of it.

use std::cell::RefCell;
use std::path::Path;

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use serde::Serialize;

/// Products on a page and hits of a search.
pub(crate) const PAGE: u32 = 20;
/// Marks a database file as a shop's ("SHOP"), so that no other file is ever written to.
const APPLICATION_ID: i32 = 0x5348_4f50;
/// Stock that each product starts with.
const STOCK: u32 = 1000;

const SCHEMA: &str = "
    CREATE TABLE products (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL,
        price_cents INTEGER NOT NULL, stock INTEGER NOT NULL
    );
    CREATE VIRTUAL TABLE words USING fts5 (
        name, description, content = 'products', content_rowid = 'id', prefix = '1 2 3'
    );
    CREATE TABLE carts (
        id INTEGER PRIMARY KEY AUTOINCREMENT, product INTEGER NOT NULL, quantity INTEGER NOT NULL
    );
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY AUTOINCREMENT, total_cents INTEGER NOT NULL, placed INTEGER NOT NULL
    );
    CREATE TABLE order_lines (
        order_id INTEGER NOT NULL, product INTEGER NOT NULL, quantity INTEGER NOT NULL,
        price_cents INTEGER NOT NULL, PRIMARY KEY (order_id, product)
    ) WITHOUT ROWID;
    CREATE TABLE filled (products INTEGER NOT NULL, seed INTEGER NOT NULL);
";

const FINISHES: [&str; 16] = [
    "Amber", "Bold", "Calm", "Dusky", "Early", "Faded", "Gentle", "Hardy", "Ivory", "Jolly",
    "Keen", "Light", "Mellow", "Noble", "Plain", "Rustic",
];
const MATERIALS: [&str; 16] = [
    "ash", "bamboo", "birch", "brass", "canvas", "ceramic", "copper", "cork", "cotton", "felt",
    "glass", "leather", "linen", "oak", "steel", "wool",
];
const THINGS: [&str; 24] = [
    "apron", "basket", "bench", "blanket", "bottle", "bowl", "box", "chair", "clock", "cushion",
    "desk", "frame", "hook", "jug", "lamp", "mirror", "mug", "plate", "rug", "shelf", "stool",
    "table", "tray", "vase",
];
const PLACES: [&str; 12] = [
    "attic", "balcony", "bathroom", "bedroom", "cellar", "garden", "hall", "kitchen", "nursery",
    "office", "porch", "workshop",
];

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogueError {
    #[error("failed to open database `{path}`: {source}")]
    Open { path: String, source: rusqlite::Error },
    #[error("failed to use database `{path}`: it is not a shop's; pass another file to --db")]
    NotAShop { path: String },
    #[error(
        "failed to use database `{path}`: it was filled with --products {products} --seed {seed}; \
         pass the same ones, or another file to --db"
    )]
    FilledOtherwise { path: String, products: u32, seed: u64 },
}

/// A product as lists show it.
#[derive(Serialize)]
pub(crate) struct Product {
    id: u32,
    name: String,
    price: f64,
}

/// A product as its own page shows it.
#[derive(Serialize)]
pub(crate) struct Details {
    id: u32,
    name: String,
    price: f64,
    description: String,
    stock: u32,
}

/// The shop's database.
pub(crate) struct Catalogue {
    /// Borrowed for one answer at a time, never across a wait.
    pub(crate) connection: RefCell<Connection>,
    /// How many products there are; their ids are 1 to this.
    pub(crate) products: u32,
}

impl Catalogue {
    /// Opens the database and fills it when it is new.
    pub(crate) fn open(
        path: Option<&Path>,
        products: u32,
        seed: u64,
    ) -> Result<Self, CatalogueError> {
        let name = path.map_or_else(|| ":memory:".to_owned(), |path| path.display().to_string());
        let failed = |source| CatalogueError::Open { path: name.clone(), source };
        let mut connection =
            path.map_or_else(Connection::open_in_memory, Connection::open).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(32);
        match filled_with(&connection).map_err(failed)? {
            Filled::Nothing => fill(&mut connection, products, seed).map_err(failed)?,
            Filled::Shop(old_products, old_seed)
                if (old_products, old_seed) == (products, seed) => {}
            Filled::Shop(products, seed) => {
                return Err(CatalogueError::FilledOtherwise { path: name, products, seed });
            }
            Filled::SomethingElse => return Err(CatalogueError::NotAShop { path: name }),
        }
        // Only now is the file known to be ours to change.
        connection
            .execute_batch("PRAGMA journal_mode = wal; PRAGMA synchronous = normal;")
            .map_err(failed)?;
        Ok(Self { connection: RefCell::new(connection), products })
    }

    /// The number of pages, at least one.
    pub(crate) fn pages(&self) -> u32 {
        self.products.div_ceil(PAGE)
    }

    /// One page of products, from page 1; empty past the last one.
    pub(crate) fn page(&self, page: u32) -> rusqlite::Result<Vec<Product>> {
        let connection = self.connection.borrow();
        let mut statement = connection.prepare_cached(
            "SELECT id, name, price_cents FROM products WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?;
        // Ids have no gaps, so the first one of a page is known and nothing need be skipped over.
        let before = i64::from(page - 1) * i64::from(PAGE);
        statement.query_map(params![before, PAGE], product)?.collect()
    }

    /// One product, or none of that id.
    pub(crate) fn item(&self, id: u32) -> rusqlite::Result<Option<Details>> {
        let connection = self.connection.borrow();
        let mut statement = connection.prepare_cached(
            "SELECT id, name, price_cents, description, stock FROM products WHERE id = ?1",
        )?;
        let details = |row: &Row<'_>| {
            let Product { id, name, price } = product(row)?;
            Ok(Details { id, name, price, description: row.get(3)?, stock: row.get(4)? })
        };
        statement.query_row([id], details).optional()
    }

    /// The first [`PAGE`] products, by id, that have a word with each prefix in `words`.
    pub(crate) fn search<'a>(
        &self,
        words: impl Iterator<Item = &'a str>,
    ) -> rusqlite::Result<Vec<Product>> {
        // Quoted, so that nothing in a word is an operator of the query language.
        let query: Vec<_> =
            words.map(|word| format!("\"{}\"*", word.replace('"', "\"\""))).collect();
        let connection = self.connection.borrow();
        let mut statement = connection.prepare_cached(
            "SELECT p.id, p.name, p.price_cents FROM words JOIN products p ON p.id = words.rowid \
             WHERE words MATCH ?1 ORDER BY words.rowid LIMIT ?2",
        )?;
        statement.query_map(params![query.join(" "), PAGE], product)?.collect()
    }

    /// Asks the database for anything at all, as a health check should.
    pub(crate) fn answers(&self) -> rusqlite::Result<()> {
        self.connection.borrow().prepare_cached("SELECT 1")?.query_row([], |_| Ok(()))
    }
}

/// An amount of money as JSON shows it.
pub(crate) fn money(cents: i64) -> f64 {
    cents as f64 / 100.0
}

fn product(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product { id: row.get(0)?, name: row.get(1)?, price: money(row.get(2)?) })
}

enum Filled {
    Nothing,
    Shop(u32, u64),
    SomethingElse,
}

fn filled_with(connection: &Connection) -> rusqlite::Result<Filled> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    if number("PRAGMA application_id")? == APPLICATION_ID {
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()));
        let (products, seed) =
            connection.query_row("SELECT products, seed FROM filled", [], row)?;
        return Ok(Filled::Shop(products, seed));
    }
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    Ok(if tables == 0 { Filled::Nothing } else { Filled::SomethingElse })
}

/// Writes the whole catalogue or nothing.
fn fill(connection: &mut Connection, products: u32, seed: u64) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    insert_products(&transaction, products, seed)?;
    transaction.execute("INSERT INTO words (words) VALUES ('rebuild')", [])?;
    transaction
        .execute("INSERT INTO filled VALUES (?1, ?2)", params![products, seed.cast_signed()])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()
}

fn insert_products(
    transaction: &Transaction<'_>,
    products: u32,
    seed: u64,
) -> rusqlite::Result<()> {
    let mut draws = Pcg64Mcg::seed_from_u64(seed);
    let mut insert = transaction.prepare("INSERT INTO products VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for id in 1..=products {
        let mut pick = |from: &[&'static str]| from.choose(&mut draws).copied().unwrap_or_default();
        let (finish, material, thing) = (pick(&FINISHES), pick(&MATERIALS), pick(&THINGS));
        let (place, other) = (pick(&PLACES), pick(&THINGS));
        let name = format!("{finish} {material} {thing} {id}");
        let description =
            format!("A {thing} of {material} for the {place}, and a good match for any {other}.");
        let price_cents = draws.random_range(199..=19_999);
        insert.execute(params![id, name, description, price_cents, STOCK])?;
    }
    Ok(())
}
