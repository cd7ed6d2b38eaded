//! Carts and orders: what the shop writes.

use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde::Serialize;

use crate::catalogue::{Catalogue, money};

/// Carts and orders kept; older ones go, so that an hour of load does not grow the process.
const CARTS_KEPT: i64 = 20_000;
const ORDERS_KEPT: i64 = 100_000;
/// What the supplier brings when a product runs out: a long load must not empty the shop.
const DELIVERY: u32 = 1000;

/// A cart that was just filled.
#[derive(Serialize)]
pub(crate) struct Cart {
    cart: i64,
    total: f64,
}

/// An order that was just placed.
#[derive(Serialize)]
pub(crate) struct Order {
    order: i64,
    items: u32,
    total: f64,
}

struct Line {
    product: u32,
    quantity: u32,
    price_cents: i64,
}

impl Catalogue {
    /// Puts `quantity` of a product into a new cart; `None` when there is no such product.
    pub(crate) fn fill_cart(&self, product: u32, quantity: u32) -> rusqlite::Result<Option<Cart>> {
        let mut connection = self.connection.borrow_mut();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(line) = line(&transaction, product, quantity)? else { return Ok(None) };
        transaction
            .prepare_cached("INSERT INTO carts (product, quantity) VALUES (?1, ?2)")?
            .execute([product, quantity])?;
        let cart = transaction.last_insert_rowid();
        transaction
            .prepare_cached("DELETE FROM carts WHERE id <= ?1")?
            .execute([cart - CARTS_KEPT])?;
        transaction.commit()?;
        Ok(Some(Cart { cart, total: money(total(&[line])) }))
    }

    /// Orders what is in a cart and removes the cart, all or nothing; `None` when there is no such
    /// cart (any more).
    pub(crate) fn check_out(&self, cart: i64) -> rusqlite::Result<Option<Order>> {
        let mut connection = self.connection.borrow_mut();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let content = transaction
            .prepare_cached("DELETE FROM carts WHERE id = ?1 RETURNING product, quantity")?
            .query_row([cart], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((product, quantity)) = content else { return Ok(None) };
        let Some(line) = line(&transaction, product, quantity)? else { return Ok(None) };
        let order = place(&transaction, &[line])?;
        transaction.commit()?;
        Ok(Some(order))
    }

    /// Orders a basket of up to three products, a different one each time.
    pub(crate) fn check_out_demo(&self) -> rusqlite::Result<Order> {
        let mut connection = self.connection.borrow_mut();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let orders: Option<i64> = transaction
            .prepare_cached("SELECT max(id) FROM orders")?
            .query_row([], |row| row.get(0))?;
        let first = orders.unwrap_or_default() % i64::from(self.products);
        let mut basket = Vec::with_capacity(3);
        for quantity in 1..=self.products.min(3) {
            // Below `products`, which is a u32.
            let product = ((first + i64::from(quantity)) % i64::from(self.products)) as u32 + 1;
            basket.extend(line(&transaction, product, quantity)?);
        }
        let order = place(&transaction, &basket)?;
        transaction.commit()?;
        Ok(order)
    }
}

fn line(
    transaction: &Transaction<'_>,
    product: u32,
    quantity: u32,
) -> rusqlite::Result<Option<Line>> {
    transaction
        .prepare_cached("SELECT price_cents FROM products WHERE id = ?1")?
        .query_row([product], |row| Ok(Line { product, quantity, price_cents: row.get(0)? }))
        .optional()
}

fn total(basket: &[Line]) -> i64 {
    basket.iter().map(|line| line.price_cents * i64::from(line.quantity)).sum()
}

/// Writes the order and its lines, and takes the goods from the stock.
fn place(transaction: &Transaction<'_>, basket: &[Line]) -> rusqlite::Result<Order> {
    let total_cents = total(basket);
    transaction
        .prepare_cached("INSERT INTO orders (total_cents, placed) VALUES (?1, unixepoch())")?
        .execute([total_cents])?;
    let order = transaction.last_insert_rowid();
    for line in basket {
        transaction
            .prepare_cached("INSERT INTO order_lines VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![order, line.product, line.quantity, line.price_cents])?;
        transaction
            .prepare_cached(
                "UPDATE products SET stock = stock - ?2 + iif(stock < ?2, ?3, 0) WHERE id = ?1",
            )?
            .execute([line.product, line.quantity, DELIVERY])?;
    }
    let gone = order - ORDERS_KEPT;
    transaction.prepare_cached("DELETE FROM orders WHERE id <= ?1")?.execute([gone])?;
    transaction.prepare_cached("DELETE FROM order_lines WHERE order_id <= ?1")?.execute([gone])?;
    let items = basket.iter().map(|line| line.quantity).sum();
    Ok(Order { order, items, total: money(total_cents) })
}
