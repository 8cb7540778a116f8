//! Reading distinguished names as far as logins need it (RFC 4514).

/// The attribute types (in lower case) and values of a DN's first component, such as `[("cn", "Builders")]` of
/// `CN=Builders,OU=Groups,DC=corp,DC=example`. Empty when the text is no DN.
pub(crate) fn first_component(dn: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = dn;
    loop {
        let Some((attribute, after)) = rest.split_once('=') else { return Vec::new() };
        let Some((value, end)) = value(after.trim_start_matches(' ')) else { return Vec::new() };
        pairs.push((attribute.trim().to_ascii_lowercase(), value));
        match end.strip_prefix('+') {
            Some(next) => rest = next,
            None => return pairs,
        }
    }
}

/// Whether `dn` is `ancestor` or lies below it. Compares text without regard to case and to blanks around separators;
/// two spellings of one DN that differ in escaping count as different.
pub(crate) fn is_within(dn: &str, ancestor: &str) -> bool {
    let (dn, ancestor) = (components(dn), components(ancestor));
    dn.len() >= ancestor.len() && dn[dn.len() - ancestor.len()..] == ancestor
}

/// The DNS domain that a DN ends in (RFC 2247), in lower case: `corp.example` of `CN=Users,DC=corp,DC=example`.
pub(crate) fn domain_of(dn: &str) -> Option<String> {
    let components = components(dn);
    let mut labels: Vec<&str> = components.iter().rev().map_while(|component| component.strip_prefix("dc=")).collect();
    labels.reverse();
    (!labels.is_empty()).then(|| labels.join("."))
}

/// The DN of a DNS domain (RFC 2247): `DC=corp,DC=example` of `corp.example`.
pub(crate) fn of_domain(domain: &str) -> String {
    let labels: Vec<String> = domain.split('.').map(|label| format!("DC={}", ldap3::dn_escape(label))).collect();
    labels.join(",")
}

fn components(dn: &str) -> Vec<String> {
    let mut components = vec![String::new()];
    let mut escaped = false;
    for c in dn.chars() {
        if c == ',' && !escaped {
            components.push(String::new());
        } else if let Some(last) = components.last_mut() {
            last.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    components.retain(|component| !component.trim().is_empty());
    components
        .iter()
        .map(|component| {
            let (attribute, value) = component.split_once('=').unwrap_or((component, ""));
            format!("{}={}", attribute.trim().to_lowercase(), value.trim().to_lowercase())
        })
        .collect()
}

/// Reads a value up to an unescaped `,` `;` or `+`; what follows is handed back. `None` when the escapes are broken.
fn value(text: &str) -> Option<(String, &str)> {
    let mut bytes = Vec::new();
    let mut kept = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            ',' | ';' | '+' => break,
            '\\' => {
                let escaped = rest.get(1..3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
                let consumed = match (escaped, rest[1..].chars().next()) {
                    (Some(byte), _) => {
                        bytes.push(byte);
                        3
                    }
                    (None, Some(literal)) => {
                        bytes.extend_from_slice(literal.encode_utf8(&mut [0; 4]).as_bytes());
                        1 + literal.len_utf8()
                    }
                    (None, None) => return None,
                };
                kept = bytes.len();
                rest = &rest[consumed..];
            }
            literal => {
                bytes.extend_from_slice(literal.encode_utf8(&mut [0; 4]).as_bytes());
                if literal != ' ' {
                    kept = bytes.len();
                }
                rest = &rest[literal.len_utf8()..];
            }
        }
    }
    // Unescaped blanks at the end are not part of the value.
    bytes.truncate(kept);
    Some((String::from_utf8(bytes).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(dn: &str) -> Vec<(String, String)> {
        first_component(dn)
    }

    fn pair(attribute: &str, value: &str) -> (String, String) {
        (attribute.to_owned(), value.to_owned())
    }

    #[test]
    fn the_first_component_is_read_with_its_escapes() {
        assert_eq!(first("CN=Builders,OU=Groups,DC=corp"), [pair("cn", "Builders")]);
        assert_eq!(first(r"cn=Smith\, Ltd \+ Sons,dc=corp"), [pair("cn", "Smith, Ltd + Sons")]);
        assert_eq!(first(r"cn=B\c3\bccher ,dc=corp"), [pair("cn", "Bücher")]);
        assert_eq!(first(r"cn=\#1\ ,dc=corp"), [pair("cn", "#1 ")]);
        assert_eq!(first("cn=a+uid=b,dc=corp"), [pair("cn", "a"), pair("uid", "b")]);
    }

    #[test]
    fn what_is_no_dn_has_no_first_component() {
        assert_eq!(first(""), []);
        assert_eq!(first("Builders"), []);
        assert_eq!(first(r"cn=a\"), []);
        assert_eq!(first(r"cn=a\ff,dc=corp"), []);
    }

    #[test]
    fn a_base_lies_within_its_naming_context() {
        assert!(is_within("OU=People, DC=Corp,DC=example", "dc=corp,dc=example"));
        assert!(is_within("dc=corp,dc=example", "DC=corp, DC=example"));
        assert!(!is_within("dc=corp,dc=example", "ou=people,dc=corp,dc=example"));
        assert!(!is_within("dc=notcorp,dc=example", "dc=corp,dc=example"));
        assert!(is_within("dc=corp", ""));
    }

    #[test]
    fn a_dn_says_which_domain_it_belongs_to() {
        assert_eq!(domain_of(r"CN=A\, B,OU=dc=x,DC=Corp, DC=example").as_deref(), Some("corp.example"));
        assert_eq!(domain_of("uid=a,ou=people,o=Corp"), None);
        assert_eq!(domain_of(""), None);
        assert_eq!(of_domain("corp.example"), "DC=corp,DC=example");
    }

    proptest! {
        #[test]
        fn an_escaped_value_comes_back_as_it_was(value in "[^\\x00\\r\\n]{1,30}") {
            let dn = format!("cn={},dc=corp", ldap3::dn_escape(value.as_str()));
            prop_assert_eq!(first(&dn), [pair("cn", &value)]);
        }

        #[test]
        fn no_text_makes_reading_panic(text in "\\PC{0,60}") {
            let _ = first(&text);
            let _ = is_within(&text, "dc=corp");
            let _ = domain_of(&text);
        }
    }
}
