//! An answer's body in the format that was asked for.

use std::io::{self, Write};

use crate::Format;
use crate::document::Document;
use crate::write_json::write_json;
use crate::write_xml::write_xml;

/// An answer with a body. It describes itself once, for both formats.
pub trait Answer {
    /// Its names and values.
    fn document(&self) -> Document<'_>;

    /// Some of them, the most telling one first, that together show every field, and leave out or set to null what may
    /// be missing or null. The description of the API is made from them, see [`AnswerSchema`](crate::AnswerSchema).
    fn samples() -> Vec<Self>
    where
        Self: Sized;

    /// The body in `format`, UTF-8. The buffer is made in its final size, so that writing it leaves no copies of a
    /// secret key behind; who hands it on may zeroize it.
    fn render(&self, format: Format) -> Vec<u8> {
        let document = self.document();
        let mut size = Size(0);
        write(&document, format, &mut size);
        let mut body = Vec::with_capacity(size.0);
        write(&document, format, &mut body);
        body
    }

    /// The body in XML.
    fn to_xml(&self) -> Vec<u8> {
        self.render(Format::Xml)
    }

    /// The body in JSON.
    fn to_json(&self) -> Vec<u8> {
        self.render(Format::Json)
    }
}

fn write(document: &Document<'_>, format: Format, out: &mut impl Write) {
    let written = match format {
        Format::Xml => write_xml(document, out),
        Format::Json => write_json(document, out),
    };
    written.expect("memory takes all that is written to it");
}

/// Counts what is written to it.
struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
