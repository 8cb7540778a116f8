//! The `.json` or `.xml` that may end a path and then decides the answer's format (ECS REST API, content negotiation).

use crate::Format;

/// Splits `path` (still percent-encoded, without its query) into the path to route and the format that its suffix asks
/// for.
///
/// At most one suffix goes, from the last segment only, because names of object users may contain dots. One trailing
/// slash goes too, before and after the suffix, so that `/object/user-secret-keys/dana/.json` (an empty namespace)
/// routes as `/object/user-secret-keys/dana`. The root stays `/`.
pub fn strip_suffix(path: &str) -> (&str, Option<Format>) {
    let path = without_trailing_slash(path);
    for (suffix, format) in [(".json", Format::Json), (".xml", Format::Xml)] {
        if let Some(stem) = path.strip_suffix(suffix) {
            return (without_trailing_slash(stem), Some(format));
        }
    }
    (path, None)
}

fn without_trailing_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some("") | None => path,
        Some(stem) => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_suffix_form_routes_like_its_plain_path() {
        for (path, plain) in [
            ("/object/secret-keys.json", "/object/secret-keys"),
            ("/object/secret-keys/deactivate.json", "/object/secret-keys/deactivate"),
            ("/object/user-secret-keys/dana@corp.example.json", "/object/user-secret-keys/dana@corp.example"),
            ("/object/user-secret-keys/dana/ns1.json", "/object/user-secret-keys/dana/ns1"),
            ("/object/user-secret-keys/dana/.json", "/object/user-secret-keys/dana"),
            ("/vdc/admin/authnproviders/urn:x:0b1c:.json", "/vdc/admin/authnproviders/urn:x:0b1c:"),
            ("/config/object/properties.json/", "/config/object/properties"),
        ] {
            assert_eq!(strip_suffix(path), (plain, Some(Format::Json)), "{path}");
            let xml = path.replace(".json", ".xml");
            assert_eq!(strip_suffix(&xml), (plain, Some(Format::Xml)), "{xml}");
        }
    }

    #[test]
    fn only_one_suffix_of_the_last_segment_goes() {
        assert_eq!(strip_suffix("/object/users/x.json.json"), ("/object/users/x.json", Some(Format::Json)));
        assert_eq!(strip_suffix("/object/users/x.json/info"), ("/object/users/x.json/info", None));
        assert_eq!(strip_suffix("/object/users/dana@corp.example"), ("/object/users/dana@corp.example", None));
    }

    #[test]
    fn a_trailing_slash_is_no_part_of_the_route() {
        assert_eq!(strip_suffix("/vdc/users/"), ("/vdc/users", None));
        assert_eq!(strip_suffix("/"), ("/", None));
        assert_eq!(strip_suffix("/.json"), ("/", Some(Format::Json)));
        assert_eq!(strip_suffix(""), ("", None));
    }
}
