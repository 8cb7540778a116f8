//! The host names under which buckets, and perhaps namespaces, have host names of their own.

/// The configured base URLs, longest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseUrls {
    bases: Vec<Base>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Base {
    host: String,
    namespace_in_host: bool,
}

/// Why a text is no base URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a base URL; give a host name such as s3.example.com")]
pub struct InvalidBaseUrl {
    given: String,
}

/// What the labels before a base URL name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) bucket: Option<String>,
    pub(super) namespace: Option<String>,
}

impl BaseUrls {
    /// No base URL: every request is path style.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a base URL: a host name, which may stand between a scheme and a port or slash. With `namespace_in_host` the
    /// label before it is a namespace, otherwise all before it is the bucket. A host name that is there is replaced.
    ///
    /// # Errors
    /// [`InvalidBaseUrl`] when there is no host name in it, or an IP address in its place.
    pub fn add(&mut self, base_url: &str, namespace_in_host: bool) -> Result<(), InvalidBaseUrl> {
        let host = host_name(base_url).ok_or_else(|| InvalidBaseUrl { given: base_url.to_owned() })?;
        self.bases.retain(|base| base.host != host);
        self.bases.push(Base { host, namespace_in_host });
        // The longest name first: `eu.s3.test` must not be read as the bucket `eu` of `s3.test`.
        self.bases.sort_by_key(|base| std::cmp::Reverse(base.host.len()));
        Ok(())
    }

    /// What `host` names under the longest base URL that it ends in. Names keep their case: a bucket's counts.
    pub(super) fn names_in(&self, host: &str) -> Named {
        for base in &self.bases {
            let Some(labels) = before(host, &base.host) else { continue };
            if labels.is_empty() {
                return Named::default();
            }
            if !base.namespace_in_host {
                return Named { bucket: Some(labels.to_owned()), namespace: None };
            }
            // A namespace has no dots, a bucket may have some.
            return match labels.rsplit_once('.') {
                Some((bucket, namespace)) => {
                    Named { bucket: Some(bucket.to_owned()), namespace: Some(namespace.to_owned()) }
                }
                None => Named { bucket: None, namespace: Some(labels.to_owned()) },
            };
        }
        Named::default()
    }
}

/// What stands before `base` in `host`, without the dot between them; `None` when `host` does not end in it.
fn before<'a>(host: &'a str, base: &str) -> Option<&'a str> {
    let (labels, end) = host.split_at_checked(host.len().checked_sub(base.len())?)?;
    if !end.eq_ignore_ascii_case(base) {
        return None;
    }
    if labels.is_empty() { Some(labels) } else { labels.strip_suffix('.') }
}

fn host_name(base_url: &str) -> Option<String> {
    let text = base_url.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.strip_suffix('/').unwrap_or(text);
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    let name = name.strip_suffix('.').unwrap_or(name);
    let labels = name.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    let is_address = name.parse::<std::net::Ipv4Addr>().is_ok();
    (labels && !is_address && port.bytes().all(|byte| byte.is_ascii_digit())).then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases() -> BaseUrls {
        let mut bases = BaseUrls::none();
        bases.add("s3.test", false).unwrap();
        bases.add("https://EU.s3.test:9021/", true).unwrap();
        bases
    }

    fn named(host: &str) -> (Option<String>, Option<String>) {
        let named = bases().names_in(host);
        (named.bucket, named.namespace)
    }

    #[test]
    fn the_longest_base_decides_what_the_labels_mean() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(named("s3.test"), (None, None));
        assert_eq!(named("logs.S3.Test"), (some("logs"), None));
        assert_eq!(named("my.logs.s3.test"), (some("my.logs"), None));
        assert_eq!(named("eu.s3.test"), (None, None));
        assert_eq!(named("ns.eu.s3.test"), (None, some("ns")));
        assert_eq!(named("my.logs.ns.eu.s3.test"), (some("my.logs"), some("ns")));
        assert_eq!(named("logss3.test"), (None, None));
        assert_eq!(named("other.host"), (None, None));
        assert_eq!(named("é.s3.test"), (some("é"), None));
    }

    #[test]
    fn a_base_given_again_is_replaced() {
        let mut bases = bases();
        bases.add("S3.TEST", true).unwrap();
        assert_eq!(bases.names_in("ns.s3.test").namespace.as_deref(), Some("ns"));
    }

    #[test]
    fn what_is_no_host_name_is_no_base_url() {
        for text in ["", "http://", "a..b", "10.0.0.1", "s3.test/path", "s3 test", "*.s3.test", "s3.test:port"] {
            assert!(BaseUrls::none().add(text, false).is_err(), "{text}");
        }
    }
}
