//! Follows the certificate files: a renewed certificate is served without a restart.

use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use keyward_ambient::{Clock, Timestamp};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::validity::{Concern, concern};
use super::{TlsError, TlsIdentity};

/// How often the files' times of change are looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often the dates of the certificate are looked at, beside the start and each change.
const DATES_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Answers each handshake with the newest certificate that could be read. Files that cannot be read, or do not
/// belong together (a renewal half-way), leave the last good certificate in use.
pub(crate) struct ReloadingResolver {
    identity: TlsIdentity,
    clock: Arc<dyn Clock>,
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
    pub(super) fn new(identity: TlsIdentity, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let changed = changed(&identity);
        let key = Arc::new(identity.load()?);
        let looked_at = AtomicI64::new(clock.now().as_millis());
        let resolver = Self { identity, clock, current: ArcSwap::from_pointee(Loaded { key, changed }), looked_at };
        resolver.warn_of_dates();
        Ok(resolver)
    }

    /// Warns once a day, for as long as the server runs, of a certificate that has expired or soon will.
    pub(crate) async fn watch_dates(self: Arc<Self>) {
        loop {
            self.clock.sleep(DATES_EVERY).await;
            // Changes are otherwise noticed by handshakes only.
            self.look_for_change();
            self.warn_of_dates();
        }
    }

    fn warn_of_dates(&self) {
        if let Some(concern) = self.concern() {
            tracing::warn!(certificate = %self.identity.certificate.display(), "TLS certificate: {concern}");
        }
    }

    fn concern(&self) -> Option<Concern> {
        concern(&self.current.load().key.cert, self.clock.now())
    }

    fn look_for_change(&self) {
        let now = self.clock.now();
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
                self.warn_of_dates();
            }
            Err(cause) => tracing::warn!(%cause, "TLS certificate changed but cannot be used; the previous one stays"),
        }
    }
}

impl ResolvesServerCert for ReloadingResolver {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.look_for_change();
        Some(Arc::clone(&self.current.load().key))
    }
}

impl fmt::Debug for ReloadingResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReloadingResolver").field("identity", &self.identity).finish_non_exhaustive()
    }
}

fn changed(identity: &TlsIdentity) -> Changed {
    let time = |path| fs::metadata(path).and_then(|file| file.modified()).ok();
    (time(&identity.certificate), time(&identity.key))
}

#[cfg(test)]
mod tests {
    use keyward_testkit::FrozenClock;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

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
        let clock = FrozenClock::default();
        let resolver = ReloadingResolver::new(ours.clone(), Arc::new(clock.clone())).expect("resolver");
        let first = resolver.current.load().key.cert.clone();

        fs::write(&ours.certificate, b"not a certificate").expect("written");
        clock.advance(Duration::from_secs(10));
        resolver.look_for_change();
        assert_eq!(resolver.current.load().key.cert, first, "the last good one stays");

        fs::copy(&renewed.certificate, &ours.certificate).expect("copied");
        fs::copy(&renewed.key, &ours.key).expect("copied");
        clock.advance(Duration::from_secs(10));
        resolver.look_for_change();
        assert_ne!(resolver.current.load().key.cert, first);
    }

    #[test]
    fn the_dates_of_a_renewed_certificate_are_judged_by_the_clock() {
        let parent = tempfile::tempdir().expect("temp dir");
        let ours = identity_in(parent.path(), "a");
        let clock = FrozenClock::default();
        let resolver = ReloadingResolver::new(ours.clone(), Arc::new(clock.clone())).expect("resolver");
        assert_eq!(resolver.concern(), None);

        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        parameters.not_after = date_time_ymd(2026, 4, 1);
        let pair = KeyPair::generate().expect("key");
        fs::write(&ours.certificate, parameters.self_signed(&pair).expect("signed").pem()).expect("written");
        fs::write(&ours.key, pair.serialize_pem()).expect("written");
        clock.advance(Duration::from_secs(10));
        resolver.look_for_change();
        assert_eq!(resolver.concern(), None, "it has 26 days left");
        clock.advance(DATES_EVERY * 20);
        assert!(matches!(resolver.concern(), Some(Concern::EndsSoon { .. })));
        clock.advance(DATES_EVERY * 20);
        assert!(matches!(resolver.concern(), Some(Concern::Expired { .. })));
    }
}
