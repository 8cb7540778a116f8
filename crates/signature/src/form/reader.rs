//! Takes the fields of a form out of its bytes, however those are cut.

use bytes::{Bytes, BytesMut};
use memchr::memmem::{self, Finder};

use super::boundary::AfterDelimiter;
use super::parameters::Parameters;
use super::{FormError, FormFields};

/// The most bytes before the content of the file.
const LONGEST: usize = 64 * 1024;

const LINE_END: &[u8] = b"\r\n";
const HEADERS_END: &[u8] = b"\r\n\r\n";

/// Reads up to the content of the file.
#[derive(Debug)]
pub(crate) struct Reader {
    delimiter: Finder<'static>,
    /// All bytes so far. A line break is put before them, so that the first delimiter is like the others.
    input: BytesMut,
    /// Where the bytes begin that nothing was made of.
    position: usize,
    /// Up to where they were searched in vain.
    searched: usize,
    state: State,
    fields: FormFields,
}

#[derive(Debug)]
enum State {
    /// Before the first delimiter.
    Preamble,
    /// In the value of the field of this name.
    Value(String),
    /// After a delimiter, before the end of its line.
    Delimiter,
    /// In the headers of a part.
    Headers,
    /// At the content of the file.
    File,
}

impl Reader {
    pub(crate) fn new(delimiter: Vec<u8>) -> Self {
        Self {
            delimiter: Finder::new(&delimiter).into_owned(),
            input: BytesMut::from(LINE_END),
            position: 0,
            searched: 0,
            state: State::Preamble,
            fields: FormFields::default(),
        }
    }

    /// Takes more bytes.
    pub(crate) fn take(&mut self, data: &[u8]) {
        self.input.extend_from_slice(data);
    }

    /// Goes on until the content of the file begins; `false` when more bytes are needed for that.
    pub(crate) fn has_come_to_file(&mut self) -> Result<bool, FormError> {
        loop {
            let has_moved = match &self.state {
                State::Preamble | State::Value(_) => self.value()?,
                State::Delimiter => self.delimiter()?,
                State::Headers => self.headers()?,
                State::File => return Ok(true),
            };
            let used = if has_moved { self.position } else { self.input.len() };
            if used > LONGEST {
                return Err(FormError::TooLong);
            }
            if !has_moved {
                return Ok(false);
            }
        }
    }

    /// The fields, and what of the file's content is here already.
    pub(crate) fn finish(mut self) -> (FormFields, Bytes) {
        (self.fields, self.input.split_off(self.position).freeze())
    }

    fn value(&mut self) -> Result<bool, FormError> {
        let length = self.delimiter.needle().len();
        let from = self.searched.max(self.position);
        let Some(found) = self.delimiter.find(&self.input[from..]) else {
            self.searched = (self.input.len() + 1).saturating_sub(length);
            return Ok(false);
        };
        let end = from + found;
        if let State::Value(name) = std::mem::replace(&mut self.state, State::Delimiter) {
            let value = std::str::from_utf8(&self.input[self.position..end]);
            self.fields
                .add(name, value.map_err(|_| FormError::Malformed("a field is not text in UTF-8"))?.to_owned())?;
        }
        self.position = end + length;
        Ok(true)
    }

    /// The rest of a delimiter's line.
    fn delimiter(&mut self) -> Result<bool, FormError> {
        match AfterDelimiter::of(&self.input[self.position..]) {
            None => Err(FormError::Malformed("a boundary is followed by something else than a line break")),
            Some(AfterDelimiter::Unknown) => Ok(false),
            Some(AfterDelimiter::End) => Err(FormError::NoFile),
            Some(AfterDelimiter::Part(length)) => {
                // The line break stays: with another one it ends headers of which there are none.
                self.position += length;
                self.searched = self.position;
                self.state = State::Headers;
                Ok(true)
            }
        }
    }

    fn headers(&mut self) -> Result<bool, FormError> {
        let Some(found) = memmem::find(&self.input[self.searched..], HEADERS_END) else {
            self.searched = self.position.max((self.input.len() + 1).saturating_sub(HEADERS_END.len()));
            return Ok(false);
        };
        let end = self.searched + found;
        let block = self.input.get(self.position + LINE_END.len()..end).unwrap_or_default();
        let disposition = disposition(block)?;
        let name = disposition.value("name").ok_or(FormError::Malformed("a part has no name"))?.to_ascii_lowercase();
        self.position = end + HEADERS_END.len();
        if name == "file" {
            self.fields.set_filename(disposition.value("filename").unwrap_or_default());
            self.state = State::File;
        } else {
            self.state = State::Value(name);
        }
        Ok(true)
    }
}

/// The parameters of the one `Content-Disposition` among the headers of a part; the others say nothing to S3.
fn disposition(block: &[u8]) -> Result<Parameters, FormError> {
    let text = std::str::from_utf8(block).map_err(|_| FormError::Malformed("a header of a part is not UTF-8"))?;
    let mut found = None;
    for line in text.split("\r\n") {
        let (name, value) = line.split_once(':').ok_or(FormError::Malformed("a header of a part has no colon"))?;
        if !name.trim_end().eq_ignore_ascii_case("content-disposition") {
            continue;
        }
        let parameters = Parameters::after_value(value).filter(|(kind, _)| kind.eq_ignore_ascii_case("form-data"));
        let (_, parameters) = parameters.ok_or(FormError::Malformed("a Content-Disposition is no form-data"))?;
        if found.replace(parameters).is_some() {
            return Err(FormError::Malformed("a part has two Content-Disposition headers"));
        }
    }
    found.ok_or(FormError::Malformed("a part has no Content-Disposition"))
}
