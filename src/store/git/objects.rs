//! Reading many objects with one process.

use super::place::Place;
use super::process::Failure;
use super::remote;
use crate::store::StoreError;
use std::process::Stdio;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::process::Command;

/// An object to read, and the file on the branch that it is.
pub(super) struct Wanted {
    pub(super) object: String,
    pub(super) file: String,
}

/// Reads objects of at most `most` bytes in their order, and gives each to `take`.
///
/// # Errors
///
/// With the file whose object is missing, too large or no blob, or that `take` refuses.
pub(super) async fn read(
    place: &Place,
    wanted: &[Wanted],
    most: usize,
    mut take: impl FnMut(usize, Vec<u8>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    if place.partial {
        complete(place, wanted).await?;
    }
    let talk = |error| place.failed(Failure::Talk(error));
    let mut command = Command::from(place.worker(&["cat-file", "--batch"]));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| place.failed(Failure::Start(error)))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(talk(std::io::ErrorKind::BrokenPipe.into()));
    };
    let ask = async move {
        // What git does not read, it does not answer, which is found out below.
        let _ = stdin.write_all(names(wanted).as_bytes()).await;
    };
    let answers = async {
        let mut stdout = BufReader::new(stdout);
        for (n, Wanted { file, .. }) in wanted.iter().enumerate() {
            let mut line = String::new();
            (&mut stdout).take(200).read_line(&mut line).await.map_err(talk)?;
            let size = size(&line).map_err(|why| place.damaged(file, why))?;
            if size > most {
                let why = format!("it has {size} bytes, and {most} are the most that is read");
                return Err(place.damaged(file, why));
            }
            let bytes = content(&mut stdout, size).await.map_err(|why| place.damaged(file, why))?;
            take(n, bytes)?;
        }
        Ok(())
    };
    // The answers may end early, at what is damaged; then nobody asks on.
    tokio::pin!(ask, answers);
    let read = tokio::select! {
        read = &mut answers => read,
        () = &mut ask => answers.await,
    };
    drop(child);
    read
}

/// Fetches what a partial clone left out.
async fn complete(place: &Place, wanted: &[Wanted]) -> Result<(), StoreError> {
    let asked = ["cat-file", "--batch-check"];
    let known = place.work(&asked, names(wanted).as_bytes()).await;
    let is_missing = |line: &[u8]| line.ends_with(b" missing");
    match known {
        Ok(known) if !known.split(|byte| *byte == b'\n').any(is_missing) => Ok(()),
        _ => remote::fetch_again(place).await,
    }
}

fn names(wanted: &[Wanted]) -> String {
    wanted.iter().map(|wanted| format!("{}\n", wanted.object)).collect()
}

/// The size that the line before an object tells.
fn size(line: &str) -> Result<usize, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        [_, "blob", size] => size.parse().map_err(|_| "git tells no size of it".to_owned()),
        [_, "missing"] => Err("its object is missing from the repository".to_owned()),
        [] => Err("git could not read its object".to_owned()),
        _ => Err("it is no file".to_owned()),
    }
}

/// An object, and the end of the line behind it. The memory grows with what really comes.
async fn content(from: &mut (impl AsyncRead + Unpin), size: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(size as u64 + 1).read_to_end(&mut bytes).await?;
    match bytes.pop() {
        Some(b'\n') if bytes.len() == size => Ok(bytes),
        _ => Err(std::io::ErrorKind::UnexpectedEof.into()),
    }
}
