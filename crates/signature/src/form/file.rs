//! The file of a form, as a body that ends where the form says.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame};
use memchr::memmem::Finder;
use thiserror::Error;

use super::boundary::AfterDelimiter;

/// The content of a form's file. It streams; what follows the file in the form is read and passed over, as S3 does.
/// Frames are never empty.
#[derive(Debug)]
pub struct FileBody<B> {
    body: B,
    delimiter: Finder<'static>,
    /// Bytes of the form that nothing was made of; the beginning of a delimiter may be all there is.
    input: Bytes,
    state: State,
    /// Bytes that came after the file.
    after: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the content.
    Content,
    /// After a delimiter, before the end of its line.
    Delimiter,
    /// In a part after the file.
    OtherPart,
    /// After the last delimiter.
    Epilogue,
    /// Nothing more is to be read.
    Done,
}

/// Why a file did not come to its end.
#[derive(Debug, Error)]
pub enum FileError {
    #[error("the form ended within its file")]
    EndedEarly,
    #[error("a boundary is followed by something else than a line break")]
    Malformed,
    #[error("more than 64 KiB follow the file")]
    TooMuchAfterFile,
    #[error("the form could not be read")]
    Transport(#[source] Box<dyn Error + Send + Sync>),
}

impl FileError {
    /// The S3 error code that stands for this reason; the status is 400.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EndedEarly | Self::Transport(_) => "IncompleteBody",
            Self::Malformed | Self::TooMuchAfterFile => "MalformedPOSTRequest",
        }
    }
}

/// The most bytes that may follow the file.
const MOST_AFTER_FILE: usize = 64 * 1024;

impl<B> FileBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// `input` begins with the first byte of the content.
    pub(crate) fn new(body: B, delimiter: Vec<u8>, input: Bytes) -> Self {
        let delimiter = Finder::new(&delimiter).into_owned();
        Self { body, delimiter, input, state: State::Content, after: 0 }
    }

    fn poll_content(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, FileError>> {
        loop {
            let data = self.step()?;
            if !data.is_empty() {
                return Poll::Ready(Ok(Some(data)));
            }
            if self.state == State::Done {
                return Poll::Ready(Ok(None));
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => self.take(frame.into_data().unwrap_or_default())?,
                Some(Err(error)) => return Poll::Ready(Err(FileError::Transport(error.into()))),
                None if self.state == State::Epilogue => self.state = State::Done,
                None => return Poll::Ready(Err(FileError::EndedEarly)),
            }
        }
    }

    /// Adds what arrived to what was left. Copies are rare: little is left but where a delimiter may have begun.
    fn take(&mut self, data: Bytes) -> Result<(), FileError> {
        if self.state != State::Content {
            self.count_after_file(data.len())?;
        }
        self.input = if self.input.is_empty() { data } else { [&self.input[..], &data].concat().into() };
        Ok(())
    }

    /// Uses up the input as far as it goes; gives content, if there was some.
    fn step(&mut self) -> Result<Bytes, FileError> {
        while !self.input.is_empty() {
            let has_moved = match self.state {
                State::Content => {
                    let (data, at_delimiter) = self.up_to_delimiter();
                    if at_delimiter {
                        self.count_after_file(self.input.len())?;
                    }
                    if !data.is_empty() {
                        return Ok(data);
                    }
                    at_delimiter
                }
                State::OtherPart => self.up_to_delimiter().1,
                State::Delimiter => self.delimiter_line()?,
                State::Epilogue | State::Done => {
                    self.input = Bytes::new();
                    true
                }
            };
            if !has_moved {
                break;
            }
        }
        Ok(Bytes::new())
    }

    /// Takes what stands before the next delimiter, and the delimiter, if there is one. Without, what could be its
    /// beginning stays.
    fn up_to_delimiter(&mut self) -> (Bytes, bool) {
        match self.delimiter.find(&self.input) {
            Some(at) => {
                let data = self.input.split_to(at);
                self.input.advance(self.delimiter.needle().len());
                self.state = State::Delimiter;
                (data, true)
            }
            None => {
                let keep = begun(&self.input, self.delimiter.needle());
                (self.input.split_to(self.input.len() - keep), false)
            }
        }
    }

    fn count_after_file(&mut self, bytes: usize) -> Result<(), FileError> {
        self.after += bytes;
        if self.after > MOST_AFTER_FILE { Err(FileError::TooMuchAfterFile) } else { Ok(()) }
    }

    /// Takes the rest of a delimiter's line; `false` when more of it is to come.
    fn delimiter_line(&mut self) -> Result<bool, FileError> {
        match AfterDelimiter::of(&self.input).ok_or(FileError::Malformed)? {
            AfterDelimiter::Unknown => return Ok(false),
            AfterDelimiter::End => self.state = State::Epilogue,
            AfterDelimiter::Part(length) => {
                self.input.advance(length);
                self.state = State::OtherPart;
            }
        }
        Ok(true)
    }
}

/// How many of the last bytes of `input` are the first ones of `delimiter`.
fn begun(input: &[u8], delimiter: &[u8]) -> usize {
    let longest = input.len().min(delimiter.len() - 1);
    (1..=longest).rev().find(|length| input.ends_with(&delimiter[..*length])).unwrap_or(0)
}

impl<B> Body for FileBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = FileError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, FileError>>> {
        let this = self.get_mut();
        Poll::Ready(match ready!(this.poll_content(context)) {
            Ok(Some(data)) => Some(Ok(Frame::data(data))),
            Ok(None) => None,
            Err(error) => {
                this.state = State::Done;
                this.input = Bytes::new();
                Some(Err(error))
            }
        })
    }
}
