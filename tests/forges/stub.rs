//! A server of one forge on this machine: one answer a connection, by a thread each.

use crate::state::{Call, Kind, State, TOKEN};
use pacegate::publish::{Connection, Token};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// How a request fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// It is answered so, and takes no effect.
    Answer(u16, &'static [(&'static str, &'static str)], &'static str),
    /// It takes effect, and is answered so.
    Late(u16),
    /// The connection is reset before the request is read.
    ResetBefore,
    /// It takes effect, and the connection ends without an answer.
    ResetAfter,
    /// No answer comes.
    SilentBefore,
    /// It takes effect, and no answer comes.
    SilentAfter,
    /// It takes effect, and what is answered is nonsense.
    Garbage,
    /// It takes effect, and the answer has no end.
    Endless,
}

#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// The path and the query below the API's address.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(status: u16, body: Value) -> Answer {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Answer { status, headers, body: body.to_string() }
    }
}

/// What goes wrong, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble {
    pub(crate) call: Call,
    pub(crate) fault: Fault,
    /// How often it still happens.
    pub(crate) times: usize,
}

struct Shared {
    state: State,
    trouble: Option<Trouble>,
    asked: Vec<Asked>,
    /// What the server found wrong, which its threads cannot tell the test otherwise.
    complaints: Vec<String>,
}

pub(crate) struct Stub {
    shared: Arc<Mutex<Shared>>,
    address: SocketAddr,
    kind: Kind,
}

impl Stub {
    pub(crate) fn new(kind: Kind) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (state, asked, complaints) = (State::new(kind), Vec::new(), Vec::new());
        let shared = Arc::new(Mutex::new(Shared { state, trouble: None, asked, complaints }));
        let server = shared.clone();
        std::thread::spawn(move || {
            // Whoever holds the stub holds the second reference.
            for stream in listener.incoming().take_while(|_| Arc::strong_count(&server) > 1) {
                let shared = server.clone();
                std::thread::spawn(move || serve(stream.unwrap(), &shared));
            }
        });
        Stub { shared, address, kind }
    }

    /// A connection to it, with so much time.
    pub(crate) fn connection(&self, within: Duration) -> Connection {
        let api = format!("http://{}{}", self.address, self.kind.root());
        Connection::new(&api, Token::new(TOKEN), self.kind.repository(), within).unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn edit<T>(&self, edit: impl FnOnce(&mut State) -> T) -> T {
        edit(&mut self.lock().state)
    }

    pub(crate) fn fail(&self, trouble: Trouble) {
        self.lock().trouble = Some(trouble);
    }

    /// What it was asked since this was last asked, as `METHOD target`.
    pub(crate) fn heard(&self) -> Vec<String> {
        let asked = std::mem::take(&mut self.lock().asked);
        asked.iter().map(|asked| format!("{} {}", asked.method, asked.target)).collect()
    }

    /// How many calls of one kind it has heard.
    pub(crate) fn count(&self, call: Call) -> usize {
        let shared = self.lock();
        shared.asked.iter().filter(|asked| shared.state.call(asked) == Some(call)).count()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        let shared = self.shared.lock().unwrap();
        assert!(shared.complaints.is_empty(), "{:?}", shared.complaints);
        shared
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        // Wakes the thread that waits for connections, which then sees that nobody needs it.
        self.shared = Arc::new(Mutex::new(Shared {
            state: State::new(self.kind),
            trouble: None,
            asked: Vec::new(),
            complaints: Vec::new(),
        }));
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, shared: &Mutex<Shared>) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut stream = BufReader::with_capacity(1, stream);
    let Some(head) = head(&mut stream) else { return };
    let (call, fault, token_is_wrong) = {
        let mut shared = shared.lock().unwrap();
        let kind = shared.state.kind;
        let wanted = match kind {
            Kind::GitLab => ("private-token", TOKEN.to_owned()),
            _ => ("authorization", format!("token {TOKEN}")),
        };
        let sent = head.headers.iter().find(|(name, _)| name == wanted.0);
        let token_is_wrong = sent.is_none_or(|(_, value)| *value != wanted.1);
        let Some(call) = shared.state.call(&head) else {
            shared.complaints.push(format!("no such call: {head:?}"));
            return;
        };
        let trouble = shared.trouble.as_mut().filter(|t| t.call == call && t.times > 0);
        let fault = trouble.map(|trouble| {
            trouble.times -= 1;
            trouble.fault
        });
        (call, fault, token_is_wrong)
    };
    if let Some(Fault::ResetBefore) = fault {
        shared.lock().unwrap().asked.push(head);
        // What was not read makes the end of the connection a reset.
        return;
    }
    let asked = with_body(&mut stream, head);
    let takes_effect = !matches!(fault, Some(Fault::Answer(..) | Fault::SilentBefore));
    let mut answer = {
        let mut shared = shared.lock().unwrap();
        let answer = match (token_is_wrong, takes_effect) {
            (true, _) => Answer::json(401, serde_json::json!({"message": "401 Unauthorized"})),
            (false, true) => shared.state.answer(call, &asked),
            (false, false) => Answer::json(200, Value::Null),
        };
        shared.asked.push(asked);
        answer
    };
    match fault {
        None => {}
        Some(Fault::Answer(status, headers, body)) => {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            answer = Answer {
                status,
                headers: headers.iter().map(owned).collect(),
                body: body.to_owned(),
            };
        }
        Some(Fault::Late(status)) => answer.status = status,
        Some(Fault::ResetBefore | Fault::ResetAfter) => return,
        Some(Fault::SilentBefore | Fault::SilentAfter) => {
            // Until the other side has had enough.
            let _ = stream.read(&mut [0]);
            return;
        }
        Some(Fault::Garbage) => answer.body = "<html>\0not what you asked for".to_owned(),
        Some(Fault::Endless) => {
            let stream = stream.get_mut();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n[");
            let chunks = (0..512).take_while(|_| stream.write_all(&[b' '; 65_536]).is_ok()).count();
            if chunks == 512 {
                shared.lock().unwrap().complaints.push("an answer is read without end".to_owned());
            }
            return;
        }
    }
    let Answer { status, headers, body } = answer;
    let mut text = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    let _ = stream.get_mut().write_all(text.as_bytes());
}

/// Reads the head of a request, and nothing after it.
fn head(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let url = url::Url::parse("http://stub").unwrap().join(&target).unwrap();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let target = target.splitn(4, '/').nth(3).map_or(String::new(), |below| format!("/{below}"));
    Some(Asked {
        method,
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        target,
        headers,
        body: Value::Null,
    })
}

fn with_body(stream: &mut BufReader<TcpStream>, mut asked: Asked) -> Asked {
    let length = asked.headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    if !body.is_empty() {
        asked.body = serde_json::from_slice(&body).unwrap();
    }
    asked
}
