//! The file of the access log: one thread writes it, turns it over when it is full, and opens it anew when told to.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc;

use super::{AccessLog, AccessRecord};

/// About how many bytes are written at once.
const AT_ONCE: usize = 256 * 1024;

/// Where the access log goes, and how much of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLogSettings {
    /// The file. Earlier ones stand beside it, with `.1` for the youngest at the end of their names.
    pub path: PathBuf,
    /// The size in bytes from which on the file is turned over.
    pub turned_over_at: u64,
    /// How many earlier files are kept.
    pub kept: usize,
}

/// The file and its writer. Dropping it waits until every record that was left before is written; later ones are lost.
#[derive(Debug)]
pub struct AccessLogFile {
    log: AccessLog,
    orders: Arc<Orders>,
    writer: Option<JoinHandle<()>>,
}

/// What the writer is to do besides writing.
#[derive(Debug, Default)]
struct Orders {
    reopen: AtomicBool,
    close: AtomicBool,
}

impl AccessLogFile {
    /// Opens the file, makes it if need be, and starts the thread that writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn open(settings: AccessLogSettings) -> io::Result<(Self, AccessLog)> {
        let (log, records) = AccessLog::new();
        let orders = Arc::new(Orders::default());
        let lines = Lines { file: Some(OpenFile::append(&settings.path)?), settings, orders: Arc::clone(&orders) };
        let lost = log.lost.clone();
        let write = move || lines.write_until_closed(records, |count| lost.increment(count));
        let writer = thread::Builder::new().name("s3-access-log".to_owned()).spawn(write)?;
        Ok((Self { log: log.clone(), orders, writer: Some(writer) }, log))
    }

    /// Opens the file by its name before the next line is written: somebody has moved it away.
    pub fn reopen(&self) {
        self.orders.reopen.store(true, Ordering::Relaxed);
    }
}

impl Drop for AccessLogFile {
    fn drop(&mut self) {
        self.orders.close.store(true, Ordering::Release);
        // A queue that is full needs no waking.
        let _ = self.log.queue.try_send(None);
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the thread that writes the access log had panicked");
        }
    }
}

struct OpenFile {
    file: BufWriter<File>,
    length: u64,
}

impl OpenFile {
    /// Readable by its owner alone: it tells who reads what.
    fn append(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file: BufWriter::new(file), length })
    }
}

struct Lines {
    settings: AccessLogSettings,
    orders: Arc<Orders>,
    /// `None` after a failure, until it can be opened again.
    file: Option<OpenFile>,
}

impl Lines {
    /// Lines reach the file whenever no further one is waiting.
    fn write_until_closed(mut self, mut records: mpsc::Receiver<Option<AccessRecord>>, lost: impl Fn(u64)) {
        let mut waiting: Vec<u8> = Vec::new();
        while let Some(first) = records.blocking_recv() {
            let mut count = 0;
            let mut next = Some(first);
            while let Some(record) = next {
                if let Some(record) = record {
                    waiting.extend_from_slice(&record.line());
                    count += 1;
                }
                next = if waiting.len() < AT_ONCE { records.try_recv().ok() } else { None };
            }
            if let Err(cause) = self.write(&waiting) {
                if self.file.take().is_some() {
                    tracing::error!(%cause, path = %self.settings.path.display(), "the S3 access log cannot be written");
                }
                lost(count);
            }
            waiting.clear();
            if self.orders.close.load(Ordering::Acquire) && records.is_empty() {
                return;
            }
        }
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.orders.reopen.swap(false, Ordering::Relaxed) {
            self.file = None;
        }
        if self.file.as_ref().is_some_and(|file| file.length >= self.settings.turned_over_at) {
            self.file = None;
            self.turn_over()?;
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(OpenFile::append(&self.settings.path)?),
        };
        file.file.write_all(lines)?;
        file.file.flush()?;
        file.length += lines.len() as u64;
        Ok(())
    }

    /// `log` becomes `log.1`, which becomes `log.2`, and the oldest goes.
    fn turn_over(&self) -> io::Result<()> {
        let path = &self.settings.path;
        if self.settings.kept == 0 {
            return std::fs::remove_file(path);
        }
        for number in (1..self.settings.kept).rev() {
            match std::fs::rename(numbered(path, number), numbered(path, number + 1)) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
                _ => {}
            }
        }
        std::fs::rename(path, numbered(path, 1))
    }
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs::read_to_string;

    use tempfile::TempDir;

    use super::*;

    fn lines(kept: usize) -> (TempDir, Lines) {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = AccessLogSettings { path: folder.path().join("log"), turned_over_at: 5, kept };
        (folder, Lines { settings, orders: Arc::default(), file: None })
    }

    #[test]
    fn a_full_file_is_turned_over_and_only_so_many_are_kept() {
        let (folder, mut lines) = lines(2);
        for line in ["first\n", "second\n", "third\n", "fourth\n"] {
            lines.write(line.as_bytes()).expect("written");
        }
        let read = |name| read_to_string(folder.path().join(name)).expect("a file");
        assert_eq!([read("log"), read("log.1"), read("log.2")], ["fourth\n", "third\n", "second\n"]);
        assert!(!folder.path().join("log.3").exists());
    }

    #[test]
    fn a_file_that_was_moved_away_is_opened_anew_when_told() {
        let (folder, mut lines) = lines(9);
        let (path, moved) = (folder.path().join("log"), folder.path().join("moved"));
        lines.write(b"a\n").expect("written");
        std::fs::rename(&path, &moved).expect("moved");
        lines.write(b"b\n").expect("written");
        lines.orders.reopen.store(true, Ordering::Relaxed);
        lines.write(b"c\n").expect("written");
        assert_eq!(
            (read_to_string(&moved).expect("moved"), read_to_string(&path).expect("new")),
            ("a\nb\n".into(), "c\n".into())
        );
    }

    #[test]
    fn a_failure_is_got_over_when_the_file_can_be_written_again() {
        let (folder, mut lines) = lines(9);
        lines.settings.path = folder.path().join("later").join("log");
        lines.write(b"lost\n").expect_err("no such folder");
        std::fs::create_dir(folder.path().join("later")).expect("made");
        lines.write(b"kept\n").expect("written");
        assert_eq!(read_to_string(&lines.settings.path).expect("a file"), "kept\n");
    }
}
