//! The configuration file: TOML, flattened to dotted keys.

use std::collections::BTreeMap;
use std::path::Path;

use super::ConfigError;

/// Reads a TOML file into dotted keys and their values as text; lists are joined with commas.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let shown = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|cause| ConfigError::FileUnreadable { path: shown.clone(), cause })?;
    parse(&text, &shown)
}

fn parse(text: &str, path: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let table: toml::Table = text.parse().map_err(|cause: toml::de::Error| ConfigError::FileMalformed {
        path: path.to_owned(),
        cause: cause.message().to_owned(),
    })?;
    let mut flat = BTreeMap::new();
    flatten("", table, path, &mut flat)?;
    Ok(flat)
}

fn flatten(
    prefix: &str,
    table: toml::Table,
    path: &str,
    flat: &mut BTreeMap<String, String>,
) -> Result<(), ConfigError> {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        if let toml::Value::Table(inner) = value {
            flatten(&key, inner, path, flat)?;
        } else {
            let text =
                as_text(value).ok_or_else(|| ConfigError::WrongKind { place: path.to_owned(), key: key.clone() })?;
            flat.insert(key, text);
        }
    }
    Ok(())
}

fn as_text(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<String>> = items.into_iter().map(as_text).collect();
            Some(texts?.join(","))
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_become_dotted_keys_and_lists_become_text() {
        let flat =
            parse("data_dir = \"/srv\"\n[s3]\nregions = [\"eu\", \"us\"]\n[compat]\nstrict_first_key = true\n", "f")
                .expect("valid");
        assert_eq!(flat["data_dir"], "/srv");
        assert_eq!(flat["s3.regions"], "eu,us");
        assert_eq!(flat["compat.strict_first_key"], "true");
    }

    #[test]
    fn broken_toml_names_the_file() {
        let error = parse("data_dir = ", "keyward.toml").expect_err("broken");
        assert!(error.to_string().starts_with("keyward.toml is not valid TOML"), "{error}");
    }
}
