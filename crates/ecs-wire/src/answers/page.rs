//! Where a page of a list ends and the next begins (ECS REST API, identifiers and paging).

use crate::document::Value;

/// The paging fields of a list. A client reads on until there is no next marker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// How many entries the page could hold.
    pub limit: Option<u32>,
    pub next_marker: Option<String>,
    /// The filter in force, such as `userid=*`. A known client insists on a text here.
    pub filter: String,
    pub next_page_link: Option<String>,
}

impl Page {
    /// A page with more to come, and the last one.
    pub(crate) fn samples(filter: &str) -> [Self; 2] {
        let last = Page { filter: filter.to_owned(), ..Page::default() };
        let more = Page { limit: Some(1), next_marker: Some("bnMxfGRhbmE".into()), ..last.clone() };
        [more, last]
    }

    /// The fields; `max` is the name that this list gives to its limit.
    pub(crate) fn fields(&self, max: &'static str) -> [(&'static str, Value<'_>); 4] {
        [
            (max, self.limit.map_or(Value::Null, |limit| Value::Number(limit.into()))),
            ("NextMarker", Value::text_or_null(self.next_marker.as_deref())),
            ("Filter", Value::text(&self.filter)),
            ("NextPageLink", Value::text_or_null(self.next_page_link.as_deref())),
        ]
    }
}
