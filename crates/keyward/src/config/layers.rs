//! Where each setting was given: flags over environment over file, and nothing that no setting asks for.

use std::collections::BTreeMap;
use std::path::Path;

use super::table::OTHER_VARIABLES;
use super::{ConfigError, SETTINGS, file};

/// The process environment as a value, so that nothing else has to read it.
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// A copy of this process's environment. Values that are not UTF-8 are left out.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(crate) fn of_process() -> Self {
        // vars() panics on values that are not UTF-8; other programs' variables are none of our business.
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }

    /// The value of a variable, if it is set and not empty.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

/// The raw value of each setting that was given, and where.
pub(crate) struct Layers {
    values: BTreeMap<&'static str, (String, String)>,
}

impl Layers {
    /// Lays flags over the environment over the file.
    ///
    /// # Errors
    /// When the file cannot be read, or file or environment name a setting that does not exist.
    pub(crate) fn new(
        flags: BTreeMap<&'static str, String>,
        environment: &Environment,
        config_file: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut values = BTreeMap::new();
        if let Some(path) = config_file {
            let place = path.display().to_string();
            for (key, value) in file::read(path)? {
                let known = known_key(&key).ok_or_else(|| ConfigError::UnknownKey {
                    place: place.clone(),
                    nearest: nearest_key(&key),
                    key,
                })?;
                values.insert(known, (value, place.clone()));
            }
        }
        refuse_unknown_variables(environment)?;
        for setting in SETTINGS {
            if let Some(value) = environment.value(&setting.variable()) {
                values.insert(setting.key, (value.to_owned(), format!("environment {}", setting.variable())));
            }
        }
        for (key, value) in flags {
            values.insert(key, (value, format!("flag --{}", key.replace(['.', '_'], "-"))));
        }
        Ok(Self { values })
    }

    /// The value of a setting and the place it comes from.
    pub(super) fn value(&self, key: &str) -> Option<(&str, &str)> {
        self.values.get(key).map(|(value, place)| (value.as_str(), place.as_str()))
    }
}

fn known_key(key: &str) -> Option<&'static str> {
    SETTINGS.iter().map(|setting| setting.key).find(|known| *known == key)
}

fn nearest_key(key: &str) -> Option<String> {
    nearest(key, SETTINGS.iter().map(|setting| setting.key.to_owned()))
}

fn refuse_unknown_variables(environment: &Environment) -> Result<(), ConfigError> {
    let known: Vec<String> = SETTINGS
        .iter()
        .map(super::Setting::variable)
        .chain(OTHER_VARIABLES.iter().map(|name| (*name).to_owned()))
        .collect();
    // Kubernetes gives every container these for a service called keyward.
    let foreign = |name: &str| name.starts_with("KEYWARD_PORT") || name.starts_with("KEYWARD_SERVICE_");
    let ours = |name: &&String| name.starts_with("KEYWARD_") && !foreign(name);
    match environment.0.keys().filter(ours).find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(ConfigError::UnknownKey {
            place: "the environment".to_owned(),
            nearest: nearest(name, known.into_iter()),
            key: name.clone(),
        }),
    }
}

fn nearest(given: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        // What all variables begin with makes none of them more alike.
        .map(|name| {
            let tail = |name: &str| name.strip_prefix("KEYWARD_").unwrap_or(name).to_owned();
            (strsim::normalized_damerau_levenshtein(&tail(given), &tail(&name)), name)
        })
        .filter(|(likeness, _)| *likeness > 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_with(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("temp file");
        std::fs::write(file.path(), text).expect("written");
        file
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file() {
        let file = file_with("data_dir = \"file\"\ns3_address = \"file\"\nlog_level = \"file\"\n");
        let environment =
            Environment::of(&[("KEYWARD_DATA_DIR", "environment"), ("KEYWARD_S3_ADDRESS", "environment")]);
        let flags = BTreeMap::from([("data_dir", "flag".to_owned())]);
        let layers = Layers::new(flags, &environment, Some(file.path())).expect("valid");
        assert_eq!(layers.value("data_dir").map(|(value, _)| value), Some("flag"));
        assert_eq!(layers.value("s3_address").map(|(value, _)| value), Some("environment"));
        assert_eq!(layers.value("log_level").map(|(value, _)| value), Some("file"));
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        let file = file_with("data_dri = \"x\"\n");
        let error = Layers::new(BTreeMap::new(), &Environment::of(&[]), Some(file.path())).err().expect("refused");
        assert!(error.to_string().contains("did you mean data_dir?"), "{error}");
    }

    #[test]
    fn variables_that_kubernetes_makes_for_a_service_are_left_alone() {
        let environment =
            Environment::of(&[("KEYWARD_PORT", "tcp://10.0.0.1:4443"), ("KEYWARD_SERVICE_HOST", "10.0.0.1")]);
        assert!(Layers::new(BTreeMap::new(), &environment, None).is_ok());
    }

    #[test]
    fn nothing_is_suggested_that_is_not_alike() {
        let environment = Environment::of(&[("KEYWARD_UNKNOWN", "x")]);
        let error = Layers::new(BTreeMap::new(), &environment, None).err().expect("refused");
        assert!(!error.to_string().contains("did you mean"), "{error}");
    }

    #[test]
    fn an_unknown_variable_names_the_nearest_known_one() {
        let environment = Environment::of(&[("KEYWARD_DATADIR", "x")]);
        let error = Layers::new(BTreeMap::new(), &environment, None).err().expect("refused");
        assert!(error.to_string().contains("did you mean KEYWARD_DATA_DIR?"), "{error}");
    }
}
