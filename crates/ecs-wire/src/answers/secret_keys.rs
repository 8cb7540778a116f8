//! Secret keys: the one just made, the two slots, and which slots are in use (ECS REST API, *Secret key self-service*).

use keyward_ambient::Timestamp;

use crate::answers::self_link;
use crate::document::{Document, Value, object};
use crate::{Answer, ShownOnce, key_time, sample};

/// The answer to creating a secret key; without the key, the answer to creating an object user.
#[derive(Debug)]
pub struct UserSecretKey {
    /// The object user's id, which is the access key id.
    pub uid: String,
    pub key: Option<IssuedKey>,
}

/// A secret key and its times.
#[derive(Debug)]
pub struct IssuedKey {
    pub secret_key: ShownOnce,
    pub key_timestamp: Timestamp,
    /// `None` is never, and so for every new key.
    pub key_expiry_timestamp: Option<Timestamp>,
    /// A field of ObjectScale 4; left out when `None`.
    pub secret_key_id: Option<String>,
}

impl IssuedKey {
    fn sample(expiry: Option<Timestamp>) -> Self {
        IssuedKey {
            secret_key: ShownOnce::new(sample::SECRET_KEY),
            key_timestamp: sample::CREATED,
            key_expiry_timestamp: expiry,
            secret_key_id: None,
        }
    }

    fn sample_with_id() -> Self {
        IssuedKey { secret_key_id: Some("00112233445566778899aabbccddeeff".into()), ..IssuedKey::sample(None) }
    }
}

impl Answer for UserSecretKey {
    fn document(&self) -> Document<'_> {
        let mut fields = Vec::new();
        if let Some(key) = &self.key {
            fields.push(("secret_key", Value::text(key.secret_key.expose())));
            fields.extend(key.secret_key_id.as_deref().map(|id| ("secret_key_id", Value::text(id))));
            fields.push(("key_timestamp", Value::owned(key_time(key.key_timestamp))));
            fields.push(("key_expiry_timestamp", time_or_empty(key.key_expiry_timestamp)));
        }
        // ECS shows the lower-cased id, which for names with a domain is the one they are stored under. Any other keeps
        // its case: Dana and dana are two users, and a link to the wrong one would act on her keys.
        let has_domain = self.uid.contains('@');
        let uid = if has_domain { self.uid.to_lowercase() } else { self.uid.clone() };
        let link = self_link("/object/user-secret-keys", &uid);
        fields.push(("link", Value::Link(link.into())));
        Document::new("user_secret_key", &["link", "secret_key", "key_expiry_timestamp", "key_timestamp"], fields)
    }

    fn samples() -> Vec<Self> {
        let new = |key| Self { uid: sample::PERSON.into(), key };
        vec![new(Some(IssuedKey::sample(None))), new(Some(IssuedKey::sample_with_id())), new(None)]
    }
}

/// The two slots of a user, the older key first; keys in clear.
#[derive(Debug)]
pub struct UserSecretKeys {
    pub slots: [Option<IssuedKey>; 2],
}

impl Answer for UserSecretKeys {
    fn document(&self) -> Document<'_> {
        // The path of the self-service call, on the administrator's call too.
        let link = Value::Link("/object/secret-keys".into());
        let [first, second] = &self.slots;
        both_slots(slot(&SLOT_1, first.as_ref()), slot(&SLOT_2, second.as_ref()), link)
    }

    fn samples() -> Vec<Self> {
        let second = IssuedKey {
            secret_key: ShownOnce::new(sample::SECOND_SECRET_KEY),
            key_timestamp: sample::LATER,
            ..IssuedKey::sample(None)
        };
        let both = [Some(IssuedKey::sample(Some(sample::EXPIRY))), Some(second)];
        let with_ids = [Some(IssuedKey::sample_with_id()), Some(IssuedKey::sample_with_id())];
        vec![Self { slots: both }, Self { slots: with_ids }, Self { slots: [None, None] }]
    }
}

/// Which of the two slots hold a key. There are no keys in it to leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserSecretKeysExist {
    pub slots: [bool; 2],
}

impl Answer for UserSecretKeysExist {
    fn document(&self) -> Document<'_> {
        let [first, second] = self.slots;
        both_slots(blanked(&SLOT_1, first), blanked(&SLOT_2, second), object(&[], []))
    }

    fn samples() -> Vec<Self> {
        vec![Self { slots: [true, false] }]
    }
}

struct SlotNames {
    secret_key: &'static str,
    exist: &'static str,
    id: &'static str,
    key_timestamp: &'static str,
    key_expiry_timestamp: &'static str,
}

const SLOT_1: SlotNames = SlotNames {
    secret_key: "secret_key_1",
    exist: "secret_key_1_exist",
    id: "secret_key_1_id",
    key_timestamp: "key_timestamp_1",
    key_expiry_timestamp: "key_expiry_timestamp_1",
};

const SLOT_2: SlotNames = SlotNames {
    secret_key: "secret_key_2",
    exist: "secret_key_2_exist",
    id: "secret_key_2_id",
    key_timestamp: "key_timestamp_2",
    key_expiry_timestamp: "key_expiry_timestamp_2",
};

const XML_ORDER: [&str; 11] = [
    SLOT_1.secret_key,
    SLOT_1.exist,
    SLOT_1.id,
    SLOT_2.secret_key,
    SLOT_2.exist,
    SLOT_2.id,
    SLOT_1.key_expiry_timestamp,
    SLOT_2.key_expiry_timestamp,
    SLOT_1.key_timestamp,
    SLOT_2.key_timestamp,
    "link",
];

type SlotFields<'a> = Vec<(&'static str, Value<'a>)>;

fn both_slots<'a>(first: SlotFields<'a>, second: SlotFields<'a>, link: Value<'a>) -> Document<'a> {
    Document::new("user_secret_keys", &XML_ORDER, first.into_iter().chain(second).chain([("link", link)]))
}

fn slot<'a>(names: &SlotNames, key: Option<&'a IssuedKey>) -> SlotFields<'a> {
    let Some(key) = key else { return blanked(names, false) };
    let mut fields = vec![(names.secret_key, Value::text(key.secret_key.expose())), (names.exist, Value::Flag(true))];
    // Only a slot in use may have the field: a known client takes any text, even an empty one, for a key.
    fields.extend(key.secret_key_id.as_deref().map(|id| (names.id, Value::text(id))));
    fields.push((names.key_timestamp, Value::owned(key_time(key.key_timestamp))));
    fields.push((names.key_expiry_timestamp, time_or_empty(key.key_expiry_timestamp)));
    fields
}

fn blanked(names: &SlotNames, exists: bool) -> SlotFields<'static> {
    vec![
        (names.secret_key, Value::text("")),
        (names.exist, Value::Flag(exists)),
        (names.key_timestamp, Value::text("")),
        (names.key_expiry_timestamp, Value::text("")),
    ]
}

fn time_or_empty(moment: Option<Timestamp>) -> Value<'static> {
    Value::owned(moment.map(key_time).unwrap_or_default())
}
