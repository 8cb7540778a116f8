//! Follows the certificate files: a renewed certificate is served without a restart.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use keyward_ambient::{Clock, SystemClock, Timestamp};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{TlsError, TlsIdentity};

/// How often the files' times of change are looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Answers each handshake with the newest certificate that could be read. Files that cannot be read, or do not
/// belong together (a renewal half-way), leave the last good certificate in use.
#[derive(Debug)]
pub(super) struct ReloadingResolver {
    identity: TlsIdentity,
    current: ArcSwap<Loaded>,
    looked_at: AtomicI64,
}

#[derive(Debug)]
struct Loaded {
    key: Arc<CertifiedKey>,
    changed: Changed,
}

type Changed = (Option<SystemTime>, Option<SystemTime>);

impl ReloadingResolver {
    pub(super) fn new(identity: TlsIdentity) -> Result<Self, TlsError> {
        let changed = changed(&identity);
        let key = Arc::new(identity.load()?);
        let looked_at = AtomicI64::new(SystemClock.now().as_millis());
        Ok(Self { identity, current: ArcSwap::from_pointee(Loaded { key, changed }), looked_at })
    }

    fn look_for_change(&self, now: Timestamp) {
        let last = self.looked_at.load(Ordering::Relaxed);
        let due = now.since(Timestamp::from_millis(last)) >= LOOK_EVERY;
        let mine =
            || self.looked_at.compare_exchange(last, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if !due || !mine() {
            return;
        }
        let changed = changed(&self.identity);
        if changed == self.current.load().changed {
            return;
        }
        match self.identity.load() {
            Ok(key) => {
                self.current.store(Arc::new(Loaded { key: Arc::new(key), changed }));
                tracing::info!(certificate = %self.identity.certificate.display(), "TLS certificate re-read");
            }
            Err(cause) => tracing::warn!(%cause, "TLS certificate changed but cannot be used; the previous one stays"),
        }
    }
}

impl ResolvesServerCert for ReloadingResolver {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.look_for_change(SystemClock.now());
        Some(Arc::clone(&self.current.load().key))
    }
}

fn changed(identity: &TlsIdentity) -> Changed {
    let time = |path| fs::metadata(path).and_then(|file| file.modified()).ok();
    (time(&identity.certificate), time(&identity.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_dir::DataDir;

    fn identity_in(parent: &std::path::Path, name: &str) -> TlsIdentity {
        let dir = DataDir::open(&parent.join(name)).expect("data dir");
        TlsIdentity::self_signed(&dir, &[]).expect("self-signed")
    }

    #[test]
    fn a_renewed_certificate_is_served_and_a_broken_one_is_not() {
        let parent = tempfile::tempdir().expect("temp dir");
        let (ours, renewed) = (identity_in(parent.path(), "a"), identity_in(parent.path(), "b"));
        let resolver = ReloadingResolver::new(ours.clone()).expect("resolver");
        let first = resolver.current.load().key.cert.clone();
        let later = |seconds| SystemClock.now().plus(Duration::from_secs(seconds));

        fs::write(&ours.certificate, b"not a certificate").expect("written");
        resolver.look_for_change(later(10));
        assert_eq!(resolver.current.load().key.cert, first, "the last good one stays");

        fs::copy(&renewed.certificate, &ours.certificate).expect("copied");
        fs::copy(&renewed.key, &ours.key).expect("copied");
        resolver.look_for_change(later(20));
        assert_ne!(resolver.current.load().key.cert, first);
    }
}
