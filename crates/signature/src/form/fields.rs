//! The fields of a form that come before its file.

use std::borrow::Cow;
use std::fmt;

use super::FormError;
use crate::object_headers;

/// Fields by name, in the order in which they came. Names are known in any case.
#[derive(Clone, Default)]
pub struct FormFields {
    all: Vec<(String, String)>,
    filename: String,
}

impl FormFields {
    /// More fields than any form has; it bounds the work of comparing them.
    const MOST: usize = 256;

    /// In names and values, stands for the name of the file.
    const VARIABLE: &'static str = "${filename}";

    /// Adds a field; refused when it is there already, since two readers could each believe another of the two.
    pub(crate) fn add(&mut self, name: String, value: String) -> Result<(), FormError> {
        if self.value(&name).is_some() && !is_ignored(&name) {
            return Err(FormError::RepeatedField { name });
        }
        if self.all.len() == Self::MOST {
            return Err(FormError::TooLong);
        }
        self.all.push((name, value));
        Ok(())
    }

    /// Sets the name of the file. Browsers may send a path, of which only the last part counts.
    pub(crate) fn set_filename(&mut self, path: &str) {
        self.filename = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    }

    /// The value of a field, as it was sent; `name` is in lower case.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The name of the file, without any path; empty where the client gave none.
    pub fn filename(&self) -> &str {
        &self.filename
    }

    /// Each field with what it means: in the key and in what describes the object, `${filename}` is the file's name.
    /// Fields whose names begin with `x-ignore-` are left out.
    pub(crate) fn meant(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let fields = self.all.iter().filter(|(name, _)| !is_ignored(name));
        fields.map(|(name, value)| (name.as_str(), self.expand(name, value)))
    }

    /// The same for one field.
    pub(crate) fn meaning(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name).map(|value| self.expand(name, value))
    }

    /// What a text means in the field of this name.
    pub(crate) fn expand<'a>(&self, name: &str, text: &'a str) -> Cow<'a, str> {
        let takes_it = name == "key" || object_headers::named(name).is_some();
        if takes_it && text.contains(Self::VARIABLE) {
            Cow::Owned(text.replace(Self::VARIABLE, &self.filename))
        } else {
            Cow::Borrowed(text)
        }
    }
}

fn is_ignored(name: &str) -> bool {
    name.starts_with("x-ignore-")
}

impl fmt::Debug for FormFields {
    /// Without values: a signed policy opens what it permits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.all.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("FormFields").field("names", &names).field("filename", &self.filename).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(all: &[(&str, &str)], filename: &str) -> FormFields {
        let mut fields = FormFields::default();
        all.iter().for_each(|(name, value)| fields.add((*name).to_owned(), (*value).to_owned()).unwrap());
        fields.set_filename(filename);
        fields
    }

    #[test]
    fn only_the_last_part_of_a_path_is_the_filename() {
        for path in ["a.txt", "/tmp/a.txt", r"C:\dir\a.txt", "../../a.txt", r"..\/a.txt"] {
            assert_eq!(fields(&[], path).filename(), "a.txt", "{path}");
        }
        assert_eq!(fields(&[], "dir/").filename(), "");
    }

    #[test]
    fn the_filename_enters_the_key_and_what_describes_the_object() {
        let all = [("key", "u/${filename}"), ("x-amz-meta-n", "${filename}${filename}"), ("redirect", "${filename}")];
        let fields = fields(&all, "a.txt");
        let meant: Vec<(&str, Cow<'_, str>)> = fields.meant().collect();
        assert_eq!(meant[0].1, "u/a.txt");
        assert_eq!(meant[1].1, "a.txta.txt");
        assert_eq!(meant[2].1, "${filename}");
    }

    #[test]
    fn a_repeated_field_is_refused() {
        let mut fields = fields(&[("key", "a"), ("x-ignore-a", "1"), ("x-ignore-a", "2")], "");
        assert!(matches!(fields.add("key".into(), "b".into()), Err(FormError::RepeatedField { .. })));
    }

    #[test]
    fn debug_shows_no_value() {
        let text = format!("{:?}", fields(&[("policy", "secret"), ("signature", "secret")], "a.txt"));
        assert!(!text.contains("secret"), "{text}");
    }
}
