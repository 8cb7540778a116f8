//! The pages. Each is a template, filled.

mod administrator;
mod key_card;
mod keys;
mod login;
mod made_key;

pub(crate) use administrator::administrator;
pub(crate) use keys::{KeysView, keys};
pub(crate) use login::login;
pub(crate) use made_key::made_key;

use keyward_ambient::Timestamp;

use crate::html::Html;
use crate::spans::{moment_for_programs, moment_in_words};

/// Puts the content of a page into what all pages have. `who` is logged in.
pub(crate) fn framed(title: &str, who: Option<&str>, content: Html) -> Html {
    let who = who.map_or_else(Html::empty, |name| {
        Html::fill(include_str!("../../templates/who.html"), &[("name", Html::text(name))])
    });
    let fillings = [("title", Html::text(title)), ("who", who), ("content", content)];
    Html::fill(include_str!("../../templates/frame.html"), &fillings)
}

/// A sentence above the content: what was done.
pub(crate) fn good_news(text: &str) -> Html {
    notice("good", "status", text)
}

/// A sentence above the content: what went wrong.
pub(crate) fn bad_news(text: &str) -> Html {
    notice("bad", "alert", text)
}

/// A page that has nothing but bad news.
pub(crate) fn trouble(title: &str, who: Option<&str>, text: &str) -> Html {
    let fillings = [("title", Html::text(title)), ("text", Html::text(text))];
    framed(title, who, Html::fill(include_str!("../../templates/trouble.html"), &fillings))
}

/// The page of the keys of somebody who can have none at the moment. It leads to no other: there the same would be said.
pub(crate) fn no_keys(who: &str, text: &str) -> Html {
    let fillings = [("text", Html::text(text))];
    framed("Your keys", Some(who), Html::fill(include_str!("../../templates/no_keys.html"), &fillings))
}

fn notice(kind: &str, role: &str, text: &str) -> Html {
    let fillings = [("kind", Html::text(kind)), ("role", Html::text(role)), ("text", Html::text(text))];
    Html::fill(include_str!("../../templates/notice.html"), &fillings)
}

/// The row that says where S3 is, if it is anywhere.
fn storage_address(endpoint: Option<&str>) -> Html {
    endpoint.map_or_else(Html::empty, |url| {
        Html::fill(include_str!("../../templates/endpoint.html"), &[("endpoint", Html::text(url))])
    })
}

/// A moment for people, which a script may put into their own time zone.
fn moment(moment: Timestamp) -> Html {
    let fillings =
        [("machine", Html::text(&moment_for_programs(moment))), ("words", Html::text(&moment_in_words(moment)))];
    Html::fill(include_str!("../../templates/moment.html").trim_end(), &fillings)
}
