//! Lists in pages: what a client asks for, and where the next page begins.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyward_ecs_wire::{EcsError, answers};
use keyward_service::{Page, PageRequest, page_request};

use crate::error::Failure;
use crate::query::Query;

/// The longest page, and the one that is answered when none is asked for.
const LONGEST: u32 = 1000;

/// A page as asked for with `limit` and `marker`.
#[derive(Debug)]
pub(crate) struct Paging {
    limit: Option<u32>,
    marker: Option<String>,
}

impl Paging {
    /// Reads the parameters. A limit beyond the longest page is cut to it.
    pub(crate) fn of(query: &Query) -> Result<Self, Failure> {
        let limit = query.text("limit").map(limit).transpose()?;
        let marker = query.text("marker").map(opened).transpose()?;
        Ok(Self { limit, marker })
    }

    /// The request to the service.
    pub(crate) fn request(&self) -> PageRequest {
        page_request(self.marker.as_deref(), self.limit.unwrap_or(LONGEST))
    }

    /// The paging fields of the answer. `filter` is what the list was narrowed by.
    pub(crate) fn fields<T>(&self, page: &Page<T>, filter: String) -> answers::Page {
        answers::Page { limit: self.limit, next_marker: next_marker(page), filter, next_page_link: None }
    }
}

/// The marker of the page after this one. Names may hold `&`, `+` and `#`, and some clients put a marker into a URL as
/// it is, so it is wrapped in letters that need no encoding.
pub(crate) fn next_marker<T>(page: &Page<T>) -> Option<String> {
    page.next.as_ref().map(|marker| BASE64_URL_SAFE_NO_PAD.encode(marker.as_str()))
}

/// What a list of names is narrowed by: a beginning followed by `*`, or one whole name.
#[derive(Debug)]
pub(crate) struct Pattern {
    beginning: String,
    whole: bool,
}

impl Pattern {
    /// Reads the parameter `name`; everything when it is absent.
    pub(crate) fn of(query: &Query, name: &str) -> Self {
        match query.text(name) {
            None => Self { beginning: String::new(), whole: false },
            Some(given) => match given.strip_suffix('*') {
                Some(beginning) => Self { beginning: beginning.to_owned(), whole: false },
                None => Self { beginning: given.to_owned(), whole: true },
            },
        }
    }

    /// What the names begin with.
    pub(crate) fn beginning(&self) -> &str {
        &self.beginning
    }

    /// Whether a name that begins so is meant.
    pub(crate) fn means(&self, name: &str) -> bool {
        !self.whole || name == self.beginning
    }

    /// As answers show it, such as `userid=*`.
    pub(crate) fn shown(&self, name: &str) -> String {
        format!("{name}={}{}", self.beginning, if self.whole { "" } else { "*" })
    }
}

fn limit(given: &str) -> Result<u32, Failure> {
    let limit: i64 =
        given.parse().map_err(|_| EcsError::invalid_field("limit", "send a whole number of entries, such as 100"))?;
    match u32::try_from(limit) {
        Ok(limit @ 1..) => Ok(limit.min(LONGEST)),
        Err(_) if limit > 0 => Ok(LONGEST),
        _ => Err(EcsError::out_of_range("limit", limit, 1, i64::from(LONGEST)).into()),
    }
}

fn opened(marker: &str) -> Result<String, Failure> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(marker).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| EcsError::invalid_field("marker", "send the NextMarker of an earlier page as it was").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(query: &str) -> Result<Paging, u16> {
        Paging::of(&Query::parse(Some(query))).map_err(|failure| failure.status().as_u16())
    }

    #[test]
    fn a_limit_is_a_positive_number_and_never_beyond_the_longest_page() {
        for (query, limit) in [("", 1000), ("limit=2", 2), ("limit=99999999999", 1000), ("limit=", 1000)] {
            assert_eq!(paging(query).expect("valid").request().limit(), limit, "{query}");
        }
        for query in ["limit=0", "limit=-1", "limit=ten", "limit=1.5"] {
            assert_eq!(paging(query).err(), Some(400), "{query}");
        }
    }

    #[test]
    fn a_marker_survives_a_client_that_puts_it_into_a_url_as_it_is() {
        let page = Page { items: vec![()], next: page_request(Some("ns1|a&b=c+d#e"), 1).after };
        let marker = next_marker(&page).expect("there is more");
        let request = paging(&format!("marker={marker}")).expect("valid").request();
        assert_eq!(request.after, page.next);
        assert_eq!(paging("marker=%00").err(), Some(400));
    }

    #[test]
    fn a_star_stands_for_any_ending_and_without_it_a_name_is_whole() {
        let pattern = |query| Pattern::of(&Query::parse(Some(query)), "name");
        assert_eq!(pattern("").shown("name"), "name=*");
        assert_eq!((pattern("name=te*").beginning(), pattern("name=te*").means("team")), ("te", true));
        assert!(pattern("name=te").means("te") && !pattern("name=te").means("team"));
    }
}
