//! Pages: how long lists are read in bounded pieces.

use std::fmt;

/// The most rows that one page holds, whatever was asked for (the page size of ECS lists).
pub const MAX_PAGE: u32 = 1000;

/// Where a list goes on: opaque to callers, who hand back [`Page::next`] as it was. Any text is a valid marker; one
/// that names no row continues with the first row after the place where it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// Joins the columns of a list's order, for backends. No name that Keyward stores contains the separator `|`.
    pub fn of(columns: &[&str]) -> Self {
        Marker(columns.join("|"))
    }

    /// A marker as a client sent it.
    pub fn parse(text: &str) -> Self {
        Marker(text.to_owned())
    }

    /// The text to hand to a client.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The `N` columns of a list's order, for backends; missing ones are empty, and so sort before every name.
    pub fn columns<const N: usize>(&self) -> [&str; N] {
        let mut parts = self.0.splitn(N, '|');
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which piece of a list to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// [`Page::next`] of the piece before; `None` starts at the front.
    pub after: Option<Marker>,
    limit: u32,
}

impl PageRequest {
    /// At most `limit` rows from the front, held within 1 and [`MAX_PAGE`].
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit: limit.clamp(1, MAX_PAGE) }
    }

    /// At most `limit` rows after `marker`.
    pub fn after(marker: Marker, limit: u32) -> Self {
        Self { after: Some(marker), ..Self::first(limit) }
    }

    /// The most rows to answer, 1 to [`MAX_PAGE`].
    pub fn limit(&self) -> u32 {
        self.limit
    }
}

impl Default for PageRequest {
    /// The front of the list, as long as a page may be.
    fn default() -> Self {
        Self::first(MAX_PAGE)
    }
}

/// One piece of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Where the list goes on; `None` when this was the last piece.
    pub next: Option<Marker>,
}

impl<T> Page<T> {
    /// Cuts what a backend read with one row more than `limit`: that row only tells that there is a next page.
    pub fn cut(mut items: Vec<T>, limit: u32, marker: impl FnOnce(&T) -> Marker) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(marker) } else { None };
        Self { items, next }
    }

    /// The same page with another view of each row.
    pub fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(view).collect(), next: self.next }
    }
}

/// The first text after all that begin with `prefix`, among texts without the character U+10FFFF, which no name
/// contains: turns a prefix filter into a range that an index serves.
pub fn prefix_end(prefix: &str) -> String {
    let mut end = prefix.to_owned();
    end.push(char::MAX);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_never_longer_than_the_longest() {
        assert_eq!(PageRequest::first(0).limit(), 1);
        assert_eq!(PageRequest::first(u32::MAX).limit(), MAX_PAGE);
    }

    #[test]
    fn a_full_page_names_a_next_one_only_if_there_is_more() {
        let marker = |row: &u32| Marker::of(&[&row.to_string()]);
        assert_eq!(Page::cut(vec![1, 2], 2, marker).next, None);
        let page = Page::cut(vec![1, 2, 3], 2, marker);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(Marker::parse("2"))));
    }

    #[test]
    fn any_text_is_a_marker() {
        assert_eq!(Marker::of(&["dana", "*"]).columns(), ["dana", "*"]);
        assert_eq!(Marker::parse("dana").columns(), ["dana", ""]);
        assert_eq!(Marker::parse("a|b|c").columns(), ["a", "b|c"]);
    }
}
