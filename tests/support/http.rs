//! HTTP/1.1 as bytes over a socket: what a test sends is what it wrote, even where it is no HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// One connection to a server.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("connect");
        // So that a silent server is a failed test, not one that hangs.
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set a timeout");
        stream.set_nodelay(true).expect("set nodelay");
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes as they are; a server that has left already is seen when reading.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
    }

    /// Sends a request and reads its answer; a body gets its length announced.
    pub(crate) fn ask(&mut self, method: &str, target: &str, body: &str) -> Answer {
        let length = match (method, body.len()) {
            ("POST", length) => format!("content-length: {length}\r\n"),
            _ => String::new(),
        };
        self.send(
            format!("{method} {target} HTTP/1.1\r\nhost: shop\r\n{length}\r\n{body}").as_bytes(),
        );
        self.read(method).unwrap_or_else(|| panic!("no answer to {method} {target}"))
    }

    /// Reads one answer to a request of that method; `None` when the server closed instead.
    pub(crate) fn read(&mut self, method: &str) -> Option<Answer> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
            Err(error) => panic!("failed to read an answer: {error}"),
        }
        let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status line: {line:?}"));
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("read a header");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        if method != "HEAD" && status != 100 {
            let length =
                answer.header("content-length").expect("a length").parse().expect("a number");
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body).expect("read a body");
        }
        Some(answer)
    }

    /// Tells the server that nothing more will come.
    pub(crate) fn finish(&mut self) {
        let _ = self.stream.get_mut().shutdown(std::net::Shutdown::Write);
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Asks once, over a connection of its own.
pub(crate) fn ask(address: SocketAddr, method: &str, target: &str, body: &str) -> Answer {
    Connection::open(address).ask(method, target, body)
}
