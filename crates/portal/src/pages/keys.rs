//! The page of somebody's own keys.

use keyward_ambient::Timestamp;
use keyward_service::KeyInUse;

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
    pub(crate) keys: &'a [KeyInUse],
    pub(crate) now: Timestamp,
    pub(crate) notice: Html,
}

/// The keys, and the form for one more.
pub(crate) fn keys(view: KeysView<'_>) -> Html {
    let places = match view.keys.len() {
        1 => [Place::Only, Place::Only],
        _ => [Place::Older, Place::Newer],
    };
    let cards = view.keys.iter().zip(places);
    let cards: Vec<Html> = cards.map(|(key, place)| key_card(key, place, view.name, view.now)).collect();
    let list = match cards.is_empty() {
        true => Html::empty(),
        false => Html::fill(include_str!("../../templates/list.html"), &[("keys", Html::all(&cards))]),
    };
    let fillings = [
        ("notice", view.notice),
        ("name", Html::text(view.name)),
        ("endpoint", storage_address(view.endpoint)),
        ("keys", list),
        ("make", make(view.keys)),
    ];
    framed("Your keys", Some(view.name), Html::fill(include_str!("../../templates/keys.html"), &fillings))
}

/// The form for one more key, as far as there is room.
fn make(keys: &[KeyInUse]) -> Html {
    let seen: Vec<String> = keys.iter().map(|key| key.secret.id.to_string()).collect();
    let seen = Html::text(&seen.join(","));
    match keys {
        [] => Html::fill(include_str!("../../templates/first_key.html"), &[("seen", seen)]),
        [only] => {
            let stays = match only.secret.expires_at {
                Some(_) => "keeps the end that it has",
                None => "works until I end it",
            };
            let fillings = [("seen", seen), ("label", Html::text(&only.secret.label)), ("stays", Html::text(stays))];
            Html::fill(include_str!("../../templates/replace_key.html"), &fillings)
        }
        _ => Html::fill(include_str!("../../templates/full.html"), &[]),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use keyward_keyring::{Secret, SecretId, SecretKey};
    use keyward_service::SecretUsage;

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
        let unused = |secret: &Secret| KeyInUse { secret: secret.clone(), usage: None };
        page_of(&secrets.iter().map(unused).collect::<Vec<_>>())
    }

    fn page_of(list: &[KeyInUse]) -> Html {
        let (name, endpoint) = ("dana@corp.example", Some("https://s3.example"));
        let page = keys(KeysView { name, endpoint, keys: list, now: NOW, notice: Html::empty() });
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
    fn of_each_key_it_is_told_when_and_where_it_was_last_used() {
        let used = |number: u8, address: Option<&str>, agent: Option<&str>| {
            let usage = SecretUsage {
                secret: SecretId::from_bytes([number; 32]),
                uses: 1207,
                last_used_at: NOW.minus(Duration::from_secs(200)),
                last_address: address.map(|address| address.parse().expect("address")),
                last_agent: agent.map(str::to_owned),
            };
            KeyInUse { secret: secret(number, ""), usage: Some(usage) }
        };
        let unused = KeyInUse { secret: secret(2, ""), usage: None };
        let page = page_of(&[used(1, Some("10.0.0.7"), Some("aws-cli/2.15 md/Botocore#1.34")), unused]);
        assert!(page.contains("3 minutes ago</span> from 10.0.0.7 by aws-cli<"), "{}", &*page);
        assert!(page.contains("1207") && page.contains("not used yet"));
        assert!(page_of(&[used(1, None, None)]).contains("3 minutes ago</span></dd>"));
        assert!(!page_of(&[used(1, None, Some("<b>/1"))]).contains("<b>"));
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
