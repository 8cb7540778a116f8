//! The parameters after the value of a header: `form-data; name="file"; filename="a.txt"`.

/// Names, in lower case, with their values, each once.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    all: Vec<(String, String)>,
}

impl Parameters {
    /// More than any header has; it bounds the work of comparing them.
    const MOST: usize = 16;

    /// Cuts a header's value from its parameters. `None` for what is malformed, has a parameter twice, since two
    /// readers could each believe another of the two, or has more than any client sends.
    pub(crate) fn after_value(text: &str) -> Option<(&str, Self)> {
        let (value, mut rest) = text.split_once(';').unwrap_or((text, ""));
        let mut parameters = Self::default();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ';']);
            if rest.is_empty() {
                return Some((value.trim(), parameters));
            }
            let (name, after) = rest.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            let (value, after) = match after.strip_prefix('"') {
                Some(quoted) => unquote(quoted)?,
                None => token(after),
            };
            if parameters.value(&name).is_some() || parameters.all.len() == Self::MOST {
                return None;
            }
            parameters.all.push((name, value));
            rest = after;
        }
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn token(text: &str) -> (String, &str) {
    let (value, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
    (value.trim().to_owned(), rest)
}

/// Reads up to the closing quote. Only a quote can be escaped: some browsers send Windows paths as they are.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (piece, after) = rest.split_once('"')?;
        match piece.strip_suffix('\\') {
            Some(piece) => {
                value.push_str(piece);
                value.push('"');
                rest = after;
            }
            None => {
                value.push_str(piece);
                let after = after.trim_start();
                return (after.is_empty() || after.starts_with(';')).then_some((value, after));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let (value, parameters) = Parameters::after_value(text)?;
        let all = parameters.all.iter().map(|(name, value)| format!("|{name}={value}"));
        Some(std::iter::once(value.to_owned()).chain(all).collect())
    }

    #[test]
    fn values_are_read_as_browsers_write_them() {
        for (text, expected) in [
            ("form-data; name=\"a b\"; filename=\"c;d=.txt\"", "form-data|name=a b|filename=c;d=.txt"),
            ("form-data;Name=a;x = y ;", "form-data|name=a|x=y"),
            (r#"form-data; name="a\"b"; filename="C:\dir\f.txt""#, r#"form-data|name=a"b|filename=C:\dir\f.txt"#),
            ("form-data; name=\"\"", "form-data|name="),
            ("form-data", "form-data"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_never_ends_is_refused() {
        for text in ["form-data; name", "form-data; name=\"a", "form-data; name=\"a\"b", "form-data; name=a; NAME=b"] {
            assert_eq!(read(text), None, "{text}");
        }
        let many: String = (0..17).map(|n| format!("; p{n}=x")).collect();
        assert_eq!(read(&many), None);
    }
}
