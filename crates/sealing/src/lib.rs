//! Secrets at rest: envelope encryption under a master key that the store never sees.
//!
//! Every secret is encrypted with a random data key of its own, and that data key with a key derived from the master
//! key. Changing the master key means wrapping data keys anew; the secrets stay as they are. The context of a secret
//! (whose it is, and where it belongs) is authenticated with it, so that it cannot be moved.
//!
//! Data keys come from injected entropy. Nonces do not: the cryptographic library draws each one itself, which is what
//! keeps a caller from ever using one twice. A master key wraps far fewer than 2^32 data keys, the bound for random
//! nonces under one AES-GCM key; a data key encrypts one secret.

mod derive;
mod envelope;
mod fingerprint;
mod key_file;
mod master_keys;
mod sealer;

pub use fingerprint::Fingerprint;
pub use key_file::{KeyFileError, add_key, create_key_file, load_key_file, remove_key};
pub use master_keys::{MasterKeyError, MasterKeys, Recorded};
pub use sealer::{EnvelopeSealer, sealed_under};
