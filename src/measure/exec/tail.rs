//! The last of what a command writes, in bounded memory.

use std::collections::VecDeque;
use std::io::{PipeReader, PipeWriter, Read as _};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The most that is kept, in bytes.
const MOST: usize = 64 << 10;
/// How long the end of the output is waited for once the command is gone. It comes at once, unless a
/// process that could not be ended still holds the pipe.
const CLOSES_WITHIN: Duration = Duration::from_millis(500);

/// The end of what is written to a pipe.
pub(super) struct Tail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    closed: Receiver<()>,
}

impl Tail {
    /// A new pipe's tail, read by a thread of its own so that the writer never waits for long.
    pub(super) fn of_a_pipe() -> std::io::Result<(Tail, PipeWriter)> {
        let (reader, writer) = std::io::pipe()?;
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let (close, closed) = channel();
        let keep = Arc::clone(&kept);
        std::thread::spawn(move || {
            drain(reader, &keep);
            let _ = close.send(());
        });
        Ok((Tail { kept, closed }, writer))
    }

    /// What is kept, as text; the start of a cut line and broken UTF-8 are replaced.
    pub(super) fn read(&self) -> String {
        let _ = self.closed.recv_timeout(CLOSES_WITHIN);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(kept.make_contiguous()).into_owned()
    }
}

fn drain(mut reader: PipeReader, keep: &Mutex<VecDeque<u8>>) {
    let mut chunk = [0; 8192];
    loop {
        let read = match reader.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let mut kept = keep.lock().unwrap_or_else(PoisonError::into_inner);
        let excess = (kept.len() + read).saturating_sub(MOST);
        kept.drain(..excess);
        kept.extend(&chunk[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn only_the_end_is_kept() {
        let (tail, mut writer) = Tail::of_a_pipe().unwrap();
        for number in 0..50_000 {
            writeln!(writer, "line {number}").unwrap();
        }
        drop(writer);
        let kept = tail.read();
        assert_eq!(kept.len(), MOST);
        assert!(kept.ends_with("line 49998\nline 49999\n"), "{}", &kept[kept.len() - 40..]);
    }

    #[test]
    fn broken_text_is_replaced() {
        let (tail, mut writer) = Tail::of_a_pipe().unwrap();
        writer.write_all(b"a\xff\n").unwrap();
        drop(writer);
        assert_eq!(tail.read(), "a\u{fffd}\n");
    }
}
