//! The page of somebody's own keys.

use keyward_ambient::Timestamp;
use keyward_keyring::Secret;

use super::key_card::{Place, key_card};
use super::{framed, storage_address};
use crate::html::Html;

/// What the page shows.
pub(crate) struct KeysView<'a> {
    /// Whose keys: the access key id.
    pub(crate) name: &'a str,
    /// Where S3 is; `None` when it is nowhere.
    pub(crate) endpoint: Option<&'a str>,
    /// The live keys, the older one first.
    pub(crate) secrets: &'a [Secret],
    pub(crate) now: Timestamp,
    pub(crate) notice: Html,
}

/// The keys, and the form for one more.
pub(crate) fn keys(view: KeysView<'_>) -> Html {
    let places = match view.secrets.len() {
        1 => [Place::Only, Place::Only],
        _ => [Place::Older, Place::Newer],
    };
    let cards = view.secrets.iter().zip(places);
    let cards: Vec<Html> = cards.map(|(secret, place)| key_card(secret, place, view.name, view.now)).collect();
    let list = match cards.is_empty() {
        true => Html::empty(),
        false => Html::fill(include_str!("../../templates/list.html"), &[("keys", Html::all(&cards))]),
    };
    let fillings = [
        ("notice", view.notice),
        ("name", Html::text(view.name)),
        ("endpoint", storage_address(view.endpoint)),
        ("keys", list),
        ("make", make(view.secrets)),
    ];
    framed("Your keys", Some(view.name), Html::fill(include_str!("../../templates/keys.html"), &fillings))
}

/// The form for one more key, as far as there is room.
fn make(secrets: &[Secret]) -> Html {
    let seen: Vec<String> = secrets.iter().map(|secret| secret.id.to_string()).collect();
    let seen = Html::text(&seen.join(","));
    match secrets {
        [] => Html::fill(include_str!("../../templates/first_key.html"), &[("seen", seen)]),
        [only] => {
            let stays = match only.expires_at {
                Some(_) => "keeps the end that it has",
                None => "works until I end it",
            };
            let fillings = [("seen", seen), ("label", Html::text(&only.label)), ("stays", Html::text(stays))];
            Html::fill(include_str!("../../templates/replace_key.html"), &fillings)
        }
        _ => Html::fill(include_str!("../../templates/full.html"), &[]),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use keyward_keyring::{SecretId, SecretKey};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_732_353_813);

    fn secret(number: u8, label: &str) -> Secret {
        Secret {
            id: SecretId::from_bytes([number; 32]),
            key: SecretKey::generate([number; 30]),
            created_at: NOW,
            expires_at: None,
            made_by: "dana@corp.example".to_owned(),
            made_from: Some("192.0.2.7".parse().expect("address")),
            label: label.to_owned(),
        }
    }

    fn page(secrets: &[Secret]) -> Html {
        let (name, endpoint) = ("dana@corp.example", Some("https://s3.example"));
        let page = keys(KeysView { name, endpoint, secrets, now: NOW, notice: Html::empty() });
        assert!(!page.contains("{{"), "{}", &*page);
        page
    }

    #[test]
    fn the_list_shows_everything_of_a_key_but_the_key() {
        let secrets =
            [Secret { expires_at: Some(NOW.plus(Duration::from_secs(7200))), ..secret(1, "") }, secret(2, "laptop")];
        let page = page(&secrets);
        for part in [
            "Older key",
            "Newer key: laptop",
            "in 2 hours",
            "192.0.2.7",
            "5 March 2026, 17:39 UTC",
            "You have two keys",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(secrets.iter().all(|secret| !page.contains(secret.key.expose())));
    }

    #[test]
    fn a_form_for_one_more_names_the_keys_that_were_seen() {
        assert!(page(&[]).contains("name=\"seen\" value=\"\""));
        assert!(page(&[secret(1, "")]).contains(&format!("name=\"seen\" value=\"{}\"", "01".repeat(32))));
    }

    #[test]
    fn a_label_is_no_markup() {
        assert!(!page(&[secret(1, "<script>\"'")]).contains("<script>\""));
    }
}
