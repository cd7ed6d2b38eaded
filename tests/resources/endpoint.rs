//! A metrics endpoint that answers with the bytes it is told to.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// What answers the question of that number, from 0 on.
pub(crate) type Answer = fn(usize, &mut TcpStream) -> std::io::Result<()>;

/// A running endpoint.
pub(crate) struct Endpoint {
    address: SocketAddr,
    asked: Receiver<()>,
}

impl Endpoint {
    pub(crate) fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, asked) = channel();
        std::thread::spawn(move || serve(&listener, answer, &tell));
        Endpoint { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }

    /// Waits until so many answers were given, and taken or refused.
    pub(crate) fn wait(&self, answers: usize) {
        for _ in 0..answers {
            self.asked.recv_timeout(Duration::from_secs(60)).expect("nobody asks");
        }
    }
}

fn serve(listener: &TcpListener, answer: Answer, tell: &Sender<()>) {
    for (number, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.push(byte[0]);
        }
        // Whoever has enough of an endless body leaves.
        let _ = answer(number, &mut stream);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        // Until the other side has left, too, so that what was sent is taken in.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
        if tell.send(()).is_err() {
            return;
        }
    }
}

/// Answers with status 200 and a body.
pub(crate) fn ok(stream: &mut TcpStream, body: &[u8]) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}
