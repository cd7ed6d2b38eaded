//! A small shop over HTTP: the service that pacegate's example, tests and benchmarks put under load.
//!
//! It lists, shows, searches, fills carts and takes orders, over an embedded SQLite database with a
//! few thousand products that depend on the seed alone. Its flags make one endpoint slower, fail,
//! stall or burn processor time, so that a gate has something real to find:
//!
//! ```text
//! cargo run --release --example shop -- --port 7878 --slow checkout=5ms
//! ```

mod catalogue;
mod http;
mod orders;
mod rules;
mod trouble;

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::LocalSet;

use crate::rules::{Delay, Rules, Share, Stall};

/// Connections served at a time; further ones wait in the kernel's queue.
const CONNECTIONS: u32 = 900;
/// Bytes that the head of a request may have.
const HEAD: usize = 16 * 1024;
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests under way may take to finish once the shop was told to stop.
const GRACE: Duration = Duration::from_secs(1);

/// A small shop over HTTP with an embedded database, made to be put under load.
#[derive(Parser)]
#[command(name = "shop")]
struct Args {
    /// Port on 127.0.0.1; 0 picks a free one and prints it
    #[arg(long, default_value_t = 7878)]
    port: u16,
    /// How many products the shop has
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    products: u32,
    /// Seed of the products and of `--fail`
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Database file; without it the database is in memory
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Makes an endpoint wait before its work, as in `checkout=5ms`
    #[arg(long, env = "SHOP_SLOW", value_name = "ENDPOINT=TIME")]
    slow: Vec<Rules<Delay>>,
    /// Makes a share of an endpoint's answers a 500, as in `search=2%`
    #[arg(long, env = "SHOP_FAIL", value_name = "ENDPOINT=SHARE")]
    fail: Vec<Rules<Share>>,
    /// Makes an endpoint hold its answers back at the end of every period, as in `products=500ms/5s`
    #[arg(long, env = "SHOP_STALL", value_name = "ENDPOINT=TIME/PERIOD")]
    stall: Vec<Rules<Stall>>,
    /// Makes an endpoint use processor time, as in `item=2ms`
    #[arg(long, env = "SHOP_BURN", value_name = "ENDPOINT=TIME")]
    burn: Vec<Rules<Delay>>,
}

/// What the requests share.
struct Shop {
    catalogue: catalogue::Catalogue,
    trouble: trouble::Trouble,
}

/// Why the shop could not open.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error(transparent)]
    Catalogue(#[from] catalogue::CatalogueError),
    #[error(
        "failed to listen on `{address}`: {source}; if another shop still runs there, stop it or \
         pass another --port (0 picks a free one)"
    )]
    Listen { address: SocketAddr, source: io::Error },
    #[error("failed to start the runtime: {0}")]
    Runtime(#[source] io::Error),
}

#[expect(clippy::print_stderr, reason = "the one place where the shop reports why it cannot open")]
fn main() -> ExitCode {
    match open_and_serve(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shop: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until a signal says stop.
///
/// One thread on purpose. A measured service should be as steady as it can be: no work moves
/// between cores, the load generator keeps a core of its own on a two-core machine, and the order
/// in which requests reach the database is the order in which they came. SQLite writes one at a
/// time anyway, and its answers here take tens of microseconds, less than handing them to a pool.
fn open_and_serve(args: &Args) -> Result<(), OpenError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(OpenError::Runtime)?;
    LocalSet::new().block_on(&runtime, async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
        let listening = |source| OpenError::Listen { address, source };
        // The port first: a second shop must fail before it touches the first one's database file.
        let listener = TcpListener::bind(address).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        let stop = StopSignals::new().map_err(OpenError::Runtime)?;
        let shop = Rc::new(Shop {
            catalogue: catalogue::Catalogue::open(args.db.as_deref(), args.products, args.seed)?,
            trouble: trouble::Trouble::new(
                &args.slow,
                &args.fail,
                &args.stall,
                &args.burn,
                args.seed,
            ),
        });
        announce(address, args);
        serve(listener, &shop, stop).await;
        Ok(())
    })
}

/// Prints the line that says where the shop listens.
fn announce(address: SocketAddr, args: &Args) {
    let mut out = io::stdout().lock();
    // Whoever closed our output does not want the line; requests are answered all the same.
    let _ = writeln!(
        out,
        "shop: listening on http://{address} ({} products, seed {})",
        args.products, args.seed
    );
    let _ = out.flush();
}

/// Accepts connections until `stop`, then lets requests under way finish for at most [`GRACE`].
async fn serve(listener: TcpListener, shop: &Rc<Shop>, mut stop: StopSignals) {
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let (closing, _) = watch::channel(false);
    loop {
        let accepted = async {
            // Never closed, so it always yields a place.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, connection) = tokio::select! {
            accepted = accepted => accepted,
            () = stop.received() => break,
        };
        match connection {
            Ok((stream, _)) => {
                let connection = talk(stream, Rc::clone(shop), closing.subscribe());
                tokio::task::spawn_local(async move {
                    connection.await;
                    drop(place);
                });
            }
            // Out of file descriptors, or the client left already: neither is a reason to stop, but
            // the first would otherwise spin.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    drop(listener);
    closing.send_replace(true);
    let _ = tokio::time::timeout(GRACE, places.acquire_many(CONNECTIONS)).await;
}

/// Answers the requests of one connection.
async fn talk(stream: TcpStream, shop: Rc<Shop>, mut closing: watch::Receiver<bool>) {
    // Small answers must not wait for the client's acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shop = Rc::clone(&shop);
        async move { Ok::<_, std::convert::Infallible>(http::answer(&shop, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_header_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // An error here is the client's doing (it left, or sent no HTTP) and hyper has answered it.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = closing.wait_for(|closing| *closing) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// The signals that end the shop: an interrupt from the keyboard and a request to terminate.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
