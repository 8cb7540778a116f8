//! The page that asks for name and password.

use super::framed;
use crate::html::Html;

/// Asks for a password, and for a name unless one was given before.
pub(crate) fn login(name: &str, notice: Html) -> Html {
    let focus = |wanted: bool| if wanted { Html::text(" autofocus") } else { Html::empty() };
    let fillings = [
        ("notice", notice),
        ("name", Html::text(name)),
        ("focus_name", focus(name.is_empty())),
        ("focus_password", focus(!name.is_empty())),
    ];
    framed("Log in", None, Html::fill(include_str!("../../templates/login.html"), &fillings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_typed_stays_and_is_no_markup() {
        let page = login("\"><script>", Html::empty());
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{}", &*page);
        assert!(!page.contains("{{"), "{}", &*page);
    }
}
