//! Finds the table's line for a request: the one that uses every selecting parameter the request has.

use http::Method;
use http::header::CONTENT_TYPE;
use http::request::Parts;

use super::table::{Marker, Operation, Origin, Row, TABLE, Verb};
use crate::address::{Address, Shape};
use crate::error::{ErrorCode, S3Error};
use crate::query::Query;

/// Parameters that select only beside another one. In a read they are ordinary parameters otherwise.
const QUALIFIERS: [&str; 4] = ["id", "partNumber", "annotationName", "select-type"];

impl Operation {
    /// The operation a request asks for; `query` is the query of `parts`. Parameters that select nothing (`x-id`, `versionId`, unknown ones) are passed
    /// over; one that selects is never, since the operation without it may be a destructive one.
    ///
    /// # Errors
    /// `MethodNotAllowed` with the methods that are, `InvalidArgument` when selecting parameters contradict each other or
    /// one lacks its partner, `InvalidRequest` for a copy source where nothing is copied.
    pub fn resolve(parts: &Parts, query: &Query, address: &Address) -> Result<Operation, S3Error> {
        if parts.method == Method::OPTIONS {
            return Ok(Operation::OptionsObject);
        }
        let request = Asked { parts, shape: address.shape(), verb: Verb::of(&parts.method), query };
        let row = request.best_row();
        let unused: Vec<&str> = request.selecting().filter(|name| !row.is_some_and(|row| row.uses(name))).collect();
        match (row, unused.first()) {
            (Some(row), None) => request.without_stray_copy_source(row),
            (Some(row), Some(first)) if !row.selectors.is_empty() => {
                let all: Vec<&str> = request.selecting().collect();
                let message = format!("These parameters contradict each other: {}; send one of them.", all.join(", "));
                Err(S3Error::argument("ResourceType", first, message))
            }
            (_, Some(first)) => Err(request.misplaced(first)),
            (None, None) => Err(request.no_such_method()),
        }
    }
}

struct Asked<'a> {
    parts: &'a Parts,
    shape: Shape,
    verb: Option<Verb>,
    query: &'a Query,
}

impl Asked<'_> {
    fn best_row(&self) -> Option<&'static Row> {
        let fits = |row: &&Row| {
            Some(row.method) == self.verb
                && row.shape == self.shape
                && row.selectors.iter().all(|selector| self.has(selector))
                && self.shows(row.marker)
        };
        TABLE.iter().filter(fits).max_by_key(|row| 2 * row.selectors.len() + usize::from(row.marker != Marker::Plain))
    }

    /// The parameters of this request that select an operation, each once.
    fn selecting(&self) -> impl Iterator<Item = &str> {
        let mut seen = Vec::new();
        self.query.names().filter(move |name| {
            let first = !seen.contains(name);
            seen.push(name);
            first && TABLE.iter().any(|row| self.selects(row, name))
        })
    }

    /// Whether `name` selects, by what this line says.
    fn selects(&self, row: &Row, name: &str) -> bool {
        if !row.names().any(|selector| selector == name) {
            return false;
        }
        let here = row.shape == self.shape;
        if QUALIFIERS.contains(&name) {
            // `DELETE /b/k?annotationName=x` must not delete the object.
            let reads = matches!(self.verb, Some(Verb::Get | Verb::Head));
            return here && Some(row.method) == self.verb && !reads;
        }
        here || row.origin == Origin::S3
    }

    fn has(&self, selector: &str) -> bool {
        match selector.split_once('=') {
            Some((name, value)) => self.query.value(name).is_ok_and(|given| given == Some(value)),
            None => self.query.has(selector),
        }
    }

    fn shows(&self, marker: Marker) -> bool {
        let headers = &self.parts.headers;
        match marker {
            Marker::Plain => true,
            Marker::CopySource => headers.contains_key("x-amz-copy-source"),
            Marker::RequestRoute => headers.contains_key("x-amz-request-route"),
            Marker::Form => headers
                .get(CONTENT_TYPE)
                .and_then(|value| value.as_bytes().split(|byte| *byte == b';').next())
                .is_some_and(|media_type| media_type.trim_ascii().eq_ignore_ascii_case(b"multipart/form-data")),
        }
    }

    /// A copy source on a write that copies nothing would be forwarded, unauthorised, to a store that might use it.
    fn without_stray_copy_source(&self, row: &Row) -> Result<Operation, S3Error> {
        let stray = self.verb == Some(Verb::Put) && row.marker != Marker::CopySource && self.shows(Marker::CopySource);
        if stray {
            let message = "Nothing is copied by this operation; leave x-amz-copy-source out.";
            return Err(S3Error::because(ErrorCode::InvalidRequest, message).with("Header", "x-amz-copy-source"));
        }
        Ok(row.operation)
    }

    /// A selecting parameter that nothing with this method and resource uses as it stands.
    fn misplaced(&self, name: &str) -> S3Error {
        let here = |row: &&Row| row.shape == self.shape && row.names().any(|selector| selector == name);
        if let Some(row) = TABLE.iter().filter(here).find(|row| Some(row.method) == self.verb) {
            let needed = row.selectors.join(" and ");
            let message = format!("{} takes the parameters {needed} together; send all of them.", row.operation);
            return S3Error::argument(name, self.query.value(name).ok().flatten().unwrap_or_default(), message);
        }
        S3Error::method_not_allowed(&self.parts.method, &name.to_uppercase(), &methods(TABLE.iter().filter(here)))
    }

    fn no_such_method(&self) -> S3Error {
        if self.shape == Shape::Bucket && self.verb == Some(Verb::Post) {
            return S3Error::because(ErrorCode::PreconditionFailed, "A form has to be sent as multipart/form-data.")
                .with("Condition", "Content-Type: multipart/form-data");
        }
        let here = TABLE.iter().filter(|row| row.shape == self.shape && row.selectors.is_empty());
        let resource_type = match self.shape {
            Shape::Service => "SERVICE",
            Shape::Bucket => "BUCKET",
            Shape::Object => "OBJECT",
        };
        S3Error::method_not_allowed(&self.parts.method, resource_type, &methods(here))
    }
}

impl Row {
    /// The selectors' names, without the values asked for.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.selectors.iter().map(|selector| selector.split_once('=').map_or(*selector, |(name, _)| name))
    }

    fn uses(&self, name: &str) -> bool {
        // ECS's metadata search has a parameter of the name that selects an operation elsewhere.
        let own_parameter = self.operation == Operation::QueryObjects && name == "attributes";
        own_parameter || self.names().any(|selector| selector == name)
    }
}

fn methods<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut names: Vec<&str> = rows.map(|row| row.method.name()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
