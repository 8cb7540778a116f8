//! Whether a certificate chain is valid at a moment, and for how long still.

use std::fmt;
use std::time::Duration;

use keyward_ambient::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

/// How long before its end a certificate is warned of.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

const DAY: u64 = 24 * 60 * 60;

/// What is wrong with a certificate's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concern {
    Expired { on: Timestamp },
    NotYetValid { until: Timestamp },
    EndsSoon { on: Timestamp, days: u64 },
    Unreadable,
}

/// The first concern about the certificates of a chain: that of the server itself before those that vouch for it.
pub(super) fn concern(chain: &[CertificateDer<'_>], now: Timestamp) -> Option<Concern> {
    chain.iter().find_map(|certificate| of_one(certificate, now))
}

fn of_one(certificate: &CertificateDer<'_>, now: Timestamp) -> Option<Concern> {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return Some(Concern::Unreadable) };
    let validity = certificate.validity();
    let begins = Timestamp::from_seconds(validity.not_before.timestamp());
    // The last second counts in full (RFC 5280, section 4.1.2.5).
    let ends = Timestamp::from_seconds(validity.not_after.timestamp().saturating_add(1));
    if now < begins {
        Some(Concern::NotYetValid { until: begins })
    } else if now >= ends {
        Some(Concern::Expired { on: ends })
    } else {
        let left = ends.since(now);
        (left < SOON).then_some(Concern::EndsSoon { on: ends, days: left.as_secs() / DAY })
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Concern::Expired { on } => {
                write!(f, "it expired on {}: clients refuse it; replace the files, which are re-read", day(*on))
            }
            Concern::NotYetValid { until } => {
                write!(
                    f,
                    "it is not valid before {}: clients refuse it; check the clock, or replace the files",
                    day(*until)
                )
            }
            Concern::EndsSoon { on, days } => {
                write!(
                    f,
                    "it expires in {days} days, on {}; renew it and replace the files, which are re-read",
                    day(*on)
                )
            }
            Concern::Unreadable => f.write_str("its dates cannot be read"),
        }
    }
}

fn day(moment: Timestamp) -> String {
    let day = moment.civil();
    format!("{}-{:02}-{:02} {:02}:{:02} UTC", day.year, day.month, day.day, day.hour, day.minute)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(from: (i32, u8, u8), to: (i32, u8, u8)) -> CertificateDer<'static> {
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        parameters.not_before = date_time_ymd(from.0, from.1, from.2);
        parameters.not_after = date_time_ymd(to.0, to.1, to.2);
        parameters.self_signed(&KeyPair::generate().expect("key")).expect("signed").der().clone()
    }

    /// 2026-03-05T17:39:13Z.
    const NOW: Timestamp = Timestamp::from_seconds(1_772_732_353);

    fn message(chain: &[CertificateDer<'_>]) -> Option<String> {
        concern(chain, NOW).map(|concern| concern.to_string())
    }

    #[test]
    fn an_expired_an_early_and_an_ending_certificate_are_distinguished_from_a_good_one() {
        let message = |from, to| message(&[certificate(from, to)]).unwrap_or_default();
        assert!(message((2025, 1, 1), (2026, 3, 5)).starts_with("it expired on 2026-03-05"));
        assert!(message((2026, 3, 6), (2027, 1, 1)).starts_with("it is not valid before 2026-03-06"));
        assert!(message((2025, 1, 1), (2026, 3, 19)).starts_with("it expires in 13 days, on 2026-03-19"));
        assert_eq!(message((2025, 1, 1), (2026, 3, 20)), "");
        assert_eq!(message((1975, 1, 1), (4096, 1, 1)), "");
    }

    #[test]
    fn a_chain_is_as_good_as_its_worst_certificate() {
        let good = certificate((2025, 1, 1), (2027, 1, 1));
        let expired = certificate((2025, 1, 1), (2026, 1, 1));
        assert!(message(&[good.clone(), expired]).expect("a concern").starts_with("it expired"));
        assert_eq!(message(&[good]), None);
        assert_eq!(concern(&[CertificateDer::from(vec![1, 2, 3])], NOW), Some(Concern::Unreadable));
    }
}
