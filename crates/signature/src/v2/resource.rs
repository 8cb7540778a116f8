//! The canonical resource: namespace and bucket as the host names them, the path, and the parameters that are signed.

use crate::percent::{self, Plus};
use crate::v4::canonical::{PathReading, has_one_spelling, write_path};

/// What the last part of a string to sign is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resource<'a> {
    pub(crate) namespace_in_host: Option<&'a str>,
    pub(crate) bucket_in_host: Option<&'a str>,
    pub(crate) path: &'a str,
    /// Bytes of path and query.
    pub(crate) target_length: usize,
    /// Name and value on the wire, sorted by name.
    pub(crate) parameters: &'a [(&'static str, Option<&'a str>)],
}

/// One way in which a client may have written the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether a namespace in the host begins the resource.
    with_namespace: bool,
    path: PathReading,
    /// Whether a bucket ends in a slash where the path does not, and the other way round.
    other_slash: bool,
    pub(crate) values: Values,
    /// Whether a parameter with an empty value is written without its `=`.
    without_equals: bool,
}

/// How the values of parameters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Decoded, a `+` as the blank that it stands for.
    PlusIsSpace,
    /// Decoded, a `+` as itself.
    PlusIsLiteral,
    /// As on the wire, but for what replaces headers of the answer. Ids of uploads and versions are meant: stores make
    /// them without percent signs, so that none of them is another one's encoding.
    IdsAsSent,
}

impl Reading {
    /// As the S3 documentation has it, and for a namespace in the host ECS's.
    pub(crate) const STANDARD: Self = Self {
        with_namespace: true,
        path: PathReading::Wire,
        other_slash: false,
        values: Values::PlusIsSpace,
        without_equals: false,
    };
}

impl Resource<'_> {
    /// Longer targets are read in the standard way alone. Each way costs a MAC over the whole; and where a `+` was
    /// signed as itself the target has to have room for `%2B`.
    const LONGEST_WITH_ALTERNATES: usize = 8 * 1024;

    /// The other ways in which known clients write this resource. Each means the same bucket, key and parameters, but
    /// for the namespace: without it the signature is good for the bucket of that name in every namespace.
    pub(crate) fn alternates(&self) -> impl Iterator<Item = Reading> {
        const EITHER: &[bool] = &[false, true];
        let values = || self.parameters.iter().filter_map(|(_, value)| *value);
        let namespaces = if self.namespace_in_host.is_some() { &[true, false][..] } else { &[true] };
        let paths = if has_one_spelling(self.path) {
            &[PathReading::Wire][..]
        } else {
            &[PathReading::Wire, PathReading::Encoded]
        };
        let slashes = if self.is_bucket() { EITHER } else { &[false] };
        let readings = match (values().any(|value| value.contains('+')), values().any(|value| value.contains('%'))) {
            (false, false) => &[Values::PlusIsSpace][..],
            (false, true) => &[Values::PlusIsSpace, Values::IdsAsSent],
            (true, _) => &[Values::PlusIsSpace, Values::PlusIsLiteral, Values::IdsAsSent],
        };
        let equals = if values().any(str::is_empty) { EITHER } else { &[false] };
        let all = namespaces.iter().flat_map(move |with_namespace| {
            paths.iter().flat_map(move |path| {
                slashes.iter().flat_map(move |other_slash| {
                    readings.iter().flat_map(move |values| {
                        equals.iter().map(move |without_equals| Reading {
                            with_namespace: *with_namespace,
                            path: *path,
                            other_slash: *other_slash,
                            values: *values,
                            without_equals: *without_equals,
                        })
                    })
                })
            })
        });
        all.skip(1).take(if self.target_length <= Self::LONGEST_WITH_ALTERNATES { usize::MAX } else { 0 })
    }

    /// Whether the resource is a bucket, which may be written with a slash after it or without.
    fn is_bucket(&self) -> bool {
        match self.bucket_in_host {
            Some(_) => self.path.len() <= 1,
            None => {
                let name = self.path.strip_prefix('/').unwrap_or(self.path);
                let name = name.strip_suffix('/').unwrap_or(name);
                !name.is_empty() && !name.contains('/')
            }
        }
    }

    /// Appends the resource under one reading.
    pub(crate) fn write(&self, reading: Reading, out: &mut Vec<u8>) {
        let namespace = self.namespace_in_host.filter(|_| reading.with_namespace);
        for name in namespace.into_iter().chain(self.bucket_in_host) {
            out.push(b'/');
            out.extend_from_slice(name.as_bytes());
        }
        write_path(self.path, reading.path, out);
        if reading.other_slash && self.is_bucket() {
            match out.strip_suffix(b"/").map(<[u8]>::len) {
                Some(without) => out.truncate(without),
                None => out.push(b'/'),
            }
        }
        for (at, (name, value)) in self.parameters.iter().enumerate() {
            out.push(if at == 0 { b'?' } else { b'&' });
            out.extend_from_slice(name.as_bytes());
            let Some(value) = value.filter(|value| !value.is_empty() || !reading.without_equals) else { continue };
            out.push(b'=');
            reading.values.write(name, value, out);
        }
    }
}

impl Values {
    fn write(self, name: &str, value: &str, out: &mut Vec<u8>) {
        let plus = if self == Self::PlusIsSpace { Plus::Space } else { Plus::Literal };
        if self == Self::IdsAsSent && !name.starts_with("response-") {
            out.extend_from_slice(value.as_bytes());
        } else {
            out.extend_from_slice(&percent::decode(value, plus));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(path: &'static str, parameters: &'static [(&'static str, Option<&'static str>)]) -> Resource<'static> {
        Resource { namespace_in_host: None, bucket_in_host: None, path, target_length: path.len(), parameters }
    }

    /// All that the resource may read, the standard first.
    fn readings(resource: Resource<'_>) -> Vec<String> {
        let all = std::iter::once(Reading::STANDARD).chain(resource.alternates());
        let text = |reading| {
            let mut out = Vec::new();
            resource.write(reading, &mut out);
            String::from_utf8(out).unwrap()
        };
        all.map(text).collect()
    }

    #[test]
    fn an_ordinary_object_has_one_reading() {
        assert_eq!(readings(resource("/b/k", &[])), ["/b/k"]);
        assert_eq!(readings(resource("/", &[])), ["/"]);
        assert_eq!(
            readings(resource("/b/k", &[("partNumber", Some("2")), ("uploadId", Some("x"))])),
            ["/b/k?partNumber=2&uploadId=x"]
        );
    }

    #[test]
    fn a_bucket_may_end_in_a_slash() {
        assert_eq!(readings(resource("/b", &[])), ["/b", "/b/"]);
        assert_eq!(readings(resource("/b/", &[])), ["/b/", "/b"]);
        let in_host = Resource { bucket_in_host: Some("my.b"), ..resource("/", &[]) };
        assert_eq!(readings(in_host), ["/my.b/", "/my.b"]);
    }

    #[test]
    fn what_the_host_names_begins_the_resource() {
        let in_host = Resource { bucket_in_host: Some("b"), namespace_in_host: Some("ns"), ..resource("/k", &[]) };
        assert_eq!(readings(in_host), ["/ns/b/k", "/b/k"]);
        let namespace = Resource { namespace_in_host: Some("ns"), ..resource("/b/k", &[]) };
        assert_eq!(readings(namespace), ["/ns/b/k", "/b/k"]);
    }

    #[test]
    fn a_path_is_signed_as_sent_or_encoded() {
        assert_eq!(readings(resource("/b/a+b%2f", &[])), ["/b/a+b%2f", "/b/a%2Bb/"]);
    }

    #[test]
    fn parameters_are_written_as_clients_do() {
        assert_eq!(readings(resource("/b/k", &[("acl", None)])), ["/b/k?acl"]);
        let empty = &[("acl", Some("")), ("tagging", None)];
        assert_eq!(readings(resource("/b/k", empty)), ["/b/k?acl=&tagging", "/b/k?acl&tagging"]);
        let parameters = &[("response-expires", Some("a%20b")), ("uploadId", Some("x%2F+"))];
        assert_eq!(
            readings(resource("/b/k", parameters)),
            [
                "/b/k?response-expires=a b&uploadId=x/ ",
                "/b/k?response-expires=a b&uploadId=x/+",
                "/b/k?response-expires=a b&uploadId=x%2F+"
            ]
        );
    }

    #[test]
    fn an_endless_target_has_one_reading() {
        assert_eq!(readings(Resource { target_length: 10_000, ..resource("/b/%41", &[("acl", Some(""))]) }).len(), 1);
    }
}
