//! A server that answers with the bytes it is told to, well-formed or not, and counts what it sees.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::oneshot;

/// What becomes of the connection after the bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Then {
    /// It takes another request.
    Keep,
    /// It is closed.
    Close,
    /// It is reset.
    Reset,
    /// It stays open, and nothing more is ever said.
    Hold,
    /// These bytes are sent again and again.
    Endless(&'static [u8]),
    /// A byte of these every few milliseconds, and then nothing.
    Drip(&'static [u8]),
}

/// How to answer one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reply {
    pub(crate) after: Duration,
    pub(crate) bytes: &'static [u8],
    pub(crate) then: Then,
}

/// An answer that every client likes.
pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

impl Reply {
    pub(crate) fn keep(bytes: &'static [u8]) -> Self {
        Self { after: Duration::ZERO, bytes, then: Then::Keep }
    }
}

/// What a server saw.
#[derive(Default)]
pub(crate) struct Seen {
    /// Connections that were opened.
    pub(crate) opened: AtomicUsize,
    /// Connections that are open.
    pub(crate) open: AtomicUsize,
    /// The most that were open at once.
    pub(crate) most: AtomicUsize,
    /// Requests that were read whole.
    pub(crate) requests: AtomicUsize,
    /// The newest of them, head and body.
    pub(crate) newest: Mutex<String>,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server that answers a request, head and body, as `answer` says.
    pub(crate) fn start(answer: impl Fn(&str) -> Reply + Send + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listen");
        listener.set_nonblocking(true).expect("set non-blocking");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Seen::default());
        let (end, ended) = oneshot::channel();
        let counts = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            let mut builder = Builder::new_current_thread();
            let runtime = builder.enable_all().build_local(LocalOptions::default());
            runtime.expect("a runtime").block_on(async {
                tokio::select! {
                    () = accept(listener, Rc::new(answer), counts) => {}
                    _ = ended => {}
                }
            });
        });
        Self { address, seen, end: Some(end), thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> u64 {
        self.seen.requests.load(SeqCst) as u64
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server panicked");
        }
    }
}

async fn accept(
    listener: std::net::TcpListener,
    answer: Rc<impl Fn(&str) -> Reply + 'static>,
    seen: Arc<Seen>,
) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    loop {
        let (stream, _) = listener.accept().await.expect("accept");
        stream.set_nodelay(true).expect("set nodelay");
        let (answer, seen) = (Rc::clone(&answer), Arc::clone(&seen));
        seen.opened.fetch_add(1, SeqCst);
        let open = seen.open.fetch_add(1, SeqCst) + 1;
        seen.most.fetch_max(open, SeqCst);
        tokio::task::spawn_local(async move {
            talk(stream, &*answer, &seen).await;
            seen.open.fetch_sub(1, SeqCst);
        });
    }
}

/// Answers until the client leaves or the answer says so.
async fn talk(mut stream: TcpStream, answer: &impl Fn(&str) -> Reply, seen: &Seen) {
    let buffer = Cell::new(Vec::new());
    while let Some(request) = request(&mut stream, &buffer).await {
        seen.requests.fetch_add(1, SeqCst);
        let reply = answer(&request);
        *seen.newest.lock().expect("the newest request") = request;
        if !reply.after.is_zero() {
            tokio::time::sleep(reply.after).await;
        }
        // A client that has left is seen when reading.
        let _ = stream.write_all(reply.bytes).await;
        match reply.then {
            Then::Keep => {}
            Then::Close => return,
            Then::Reset => return stream.set_zero_linger().expect("set linger"),
            Then::Endless(bytes) => while stream.write_all(bytes).await.is_ok() {},
            Then::Drip(bytes) => drip(&mut stream, bytes).await,
            Then::Hold => while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {},
        }
    }
}

async fn drip(stream: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes {
        tokio::time::sleep(Duration::from_millis(5)).await;
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
    }
    while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
}

/// The next request with its body; `None` when the client has left.
async fn request(stream: &mut TcpStream, buffer: &Cell<Vec<u8>>) -> Option<String> {
    let mut bytes = buffer.take();
    loop {
        let text = String::from_utf8(bytes.clone()).expect("text");
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |digits| digits.parse().expect("a length"));
            if body.len() >= length {
                let end = head.len() + 4 + length;
                buffer.set(bytes.split_off(end));
                return Some(text[..end].to_owned());
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&more[..read]),
        }
    }
}
