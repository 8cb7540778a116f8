//! The master keys: the one that seals, and earlier ones that still open.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use keyward_ambient::Entropy;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{Fingerprint, derive};

/// Standard base64, its padding optional: keys are copied by hand and by scripts.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One or more master keys of 32 bytes, the current one first. Zeroized when dropped; the `Debug` shows fingerprints.
#[derive(Clone)]
pub struct MasterKeys {
    keys: Vec<MasterKey>,
}

#[derive(Clone)]
struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    fingerprint: Fingerprint,
}

/// Why a text gives no master keys. The text itself is never part of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MasterKeyError {
    /// There is no key in it.
    #[error("there is no master key in it; give 32 random bytes in base64, as `openssl rand -base64 32` makes them")]
    None,
    /// One of the keys is not 32 bytes in base64.
    #[error("master key {number} is not 32 bytes in base64, as `openssl rand -base64 32` makes them")]
    NotAKey {
        /// Which, counting from 1.
        number: usize,
    },
    /// A key is given twice.
    #[error("master key {number} is the same as one before it; leave it out")]
    Twice {
        /// Which, counting from 1.
        number: usize,
    },
}

/// What is known of a key whose fingerprint was recorded earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is the current key.
    Current,
    /// It is an earlier key: sealed secrets are still to be rewrapped, and the record to be brought up to date.
    Earlier,
    /// It was not given: what it sealed cannot be opened.
    Unknown,
}

impl MasterKeys {
    /// A new key, alone.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes);
        Self { keys: vec![MasterKey::new(bytes)] }
    }

    /// Reads keys in base64, the current one first, then any earlier ones, separated by white space or commas. Lines
    /// that begin with `#` are skipped.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split(|c: char| c == ',' || c.is_whitespace()));
        let mut keys: Vec<MasterKey> = Vec::new();
        for (number, word) in (1..).zip(words.filter(|word| !word.is_empty())) {
            let key = MasterKey::parse(word).ok_or(MasterKeyError::NotAKey { number })?;
            if keys.iter().any(|earlier| earlier.bytes == key.bytes) {
                return Err(MasterKeyError::Twice { number });
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(MasterKeyError::None) } else { Ok(Self { keys }) }
    }

    /// What the current key is called. Recorded with the data, it tells a later start with another key that the data
    /// is not that key's.
    pub fn fingerprint(&self) -> Fingerprint {
        self.current().fingerprint
    }

    /// What the earlier keys are called, the latest of them first.
    pub fn earlier(&self) -> Vec<Fingerprint> {
        self.keys.iter().skip(1).map(|key| key.fingerprint).collect()
    }

    /// The same keys with a new one before them, which is the current one from now on.
    pub(crate) fn with_new(mut self, entropy: &dyn Entropy) -> Self {
        let Self { keys } = Self::generate(entropy);
        self.keys.splice(0..0, keys);
        self
    }

    /// The same keys without this one; `None` when it is the current one or none of them.
    pub(crate) fn without(mut self, fingerprint: Fingerprint) -> Option<Self> {
        let place = self.keys.iter().position(|key| key.fingerprint == fingerprint).filter(|place| *place > 0)?;
        self.keys.remove(place);
        Some(self)
    }

    /// What is known of the key that was recorded as `fingerprint`, in hexadecimal.
    pub fn recognise(&self, fingerprint: &str) -> Recorded {
        match self.keys.iter().position(|key| key.fingerprint.to_string() == fingerprint) {
            Some(0) => Recorded::Current,
            Some(_) => Recorded::Earlier,
            None => Recorded::Unknown,
        }
    }

    /// A key for `purpose`, derived from the current master key. Always the same for the same master key and purpose.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        derive::key(&self.current().bytes, purpose)
    }

    /// The keys for `purpose` derived from the earlier master keys, the latest of them first.
    pub fn derive_earlier(&self, purpose: &str) -> Vec<Zeroizing<[u8; 32]>> {
        self.keys.iter().skip(1).map(|key| derive::key(&key.bytes, purpose)).collect()
    }

    /// Every key by its fingerprint with what it derives for `purpose`, the current one first.
    pub(crate) fn derive_each(&self, purpose: &str) -> impl Iterator<Item = (Fingerprint, Zeroizing<[u8; 32]>)> {
        self.keys.iter().map(move |key| (key.fingerprint, derive::key(&key.bytes, purpose)))
    }

    /// The current key in base64, for a file that nobody else reads.
    pub(crate) fn current_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(LENIENT.encode(*self.current().bytes))
    }

    /// All keys in base64, a line each, for a file that nobody else reads.
    pub(crate) fn lines_base64(&self) -> Zeroizing<String> {
        // 44 letters and a line end each: all the room from the start, as growing would leave copies behind.
        let mut lines = Zeroizing::new(String::with_capacity(45 * self.keys.len()));
        for key in &self.keys {
            LENIENT.encode_string(*key.bytes, &mut lines);
            lines.push('\n');
        }
        lines
    }

    fn current(&self) -> &MasterKey {
        // `generate` makes one key, and `parse` refuses none.
        self.keys.first().expect("there is at least one master key")
    }
}

impl MasterKey {
    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let fingerprint = derive::fingerprint(&bytes);
        Self { bytes, fingerprint }
    }

    fn parse(word: &str) -> Option<Self> {
        // One byte to spare: more than 32 are told from exactly 32.
        let mut decoded = Zeroizing::new([0; 36]);
        let length = LENIENT.decode_slice(word, &mut *decoded).ok()?;
        let mut bytes = Zeroizing::new([0; 32]);
        if length != bytes.len() {
            return None;
        }
        bytes.copy_from_slice(&decoded[..length]);
        Some(Self::new(bytes))
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| key.fingerprint)).finish()
    }
}

#[cfg(test)]
mod tests {
    use keyward_testkit::SeededEntropy;

    use super::*;

    const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SECOND: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    fn parse(text: &str) -> MasterKeys {
        MasterKeys::parse(text).expect("master keys")
    }

    #[test]
    fn derived_keys_and_fingerprints_never_change_between_releases() {
        let keys = parse(FIRST);
        assert_eq!(keys.fingerprint().to_string(), "851c140b6b759f13");
        let audit: String = keys.derive("audit chain").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(audit, "54021a968f73de275fd665a84dddcce9b829ba18f48f12227c55cf593e2c85f8");
    }

    #[test]
    fn every_purpose_and_every_key_gives_another_key() {
        let (first, second) = (parse(FIRST), parse(SECOND));
        assert_ne!(first.derive("a"), first.derive("b"));
        assert_ne!(first.derive("a"), second.derive("a"));
        assert_ne!(*first.derive("a"), *first.keys[0].bytes);
    }

    #[test]
    fn the_first_key_is_current_and_the_others_are_earlier() {
        let keys = parse(&format!("# the current one\n{SECOND}\n\n  # before\n{FIRST}\n"));
        assert_eq!(keys.fingerprint(), parse(SECOND).fingerprint());
        assert_eq!(keys.derive("a"), parse(SECOND).derive("a"));
        assert_eq!(keys.derive_earlier("a"), [parse(FIRST).derive("a")]);
    }

    #[test]
    fn a_recorded_fingerprint_is_recognised() {
        let keys = parse(&format!("{SECOND},{FIRST}"));
        assert_eq!(keys.recognise(&parse(SECOND).fingerprint().to_string()), Recorded::Current);
        assert_eq!(keys.recognise(&parse(FIRST).fingerprint().to_string()), Recorded::Earlier);
        assert_eq!(parse(SECOND).recognise(&parse(FIRST).fingerprint().to_string()), Recorded::Unknown);
    }

    #[test]
    fn keys_are_read_with_and_without_padding() {
        assert_eq!(parse(FIRST.trim_end_matches('=')).fingerprint(), parse(FIRST).fingerprint());
    }

    #[test]
    fn what_is_no_key_is_refused_by_its_place_and_not_shown() {
        let short = &FIRST[..40];
        let long = format!("AAAA{FIRST}");
        for bad in [short, &long, "hunter2", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8!"] {
            let error = MasterKeys::parse(&format!("{SECOND} {bad}")).expect_err("no key");
            assert_eq!(error, MasterKeyError::NotAKey { number: 2 });
            assert!(!error.to_string().contains(bad));
        }
        assert_eq!(MasterKeys::parse("# only a comment\n").err(), Some(MasterKeyError::None));
        assert_eq!(MasterKeys::parse(&format!("{FIRST} {FIRST}")).err(), Some(MasterKeyError::Twice { number: 2 }));
    }

    #[test]
    fn a_generated_key_is_the_entropy_it_was_given_and_reads_back() {
        let keys = MasterKeys::generate(&SeededEntropy::new(1));
        assert_ne!(keys.fingerprint(), MasterKeys::generate(&SeededEntropy::new(2)).fingerprint());
        assert_eq!(parse(&keys.current_base64()).fingerprint(), keys.fingerprint());
    }

    #[test]
    fn keys_stay_out_of_debug_output() {
        let keys = parse(FIRST);
        assert_eq!(format!("{keys:?}"), format!("[Fingerprint({})]", keys.fingerprint()));
    }
}
