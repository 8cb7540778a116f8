//! The settings as meant: parsed, checked, with their defaults.

use std::collections::BTreeMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use keyward_identity::NamespaceName;
use keyward_management_api::WebOrigin;
use keyward_s3_endpoint::AccessLogSettings;

use super::{ConfigError, Environment, Layers};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// Everything `keyward serve` was told.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) data_dir: PathBuf,
    pub(crate) management_address: SocketAddr,
    /// `None` when switched off.
    pub(crate) s3_address: Option<SocketAddr>,
    /// `None` when switched off.
    pub(crate) s3_tls_address: Option<SocketAddr>,
    /// Certificate chain and private key, both PEM.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) root_password_file: Option<PathBuf>,
    pub(crate) master_key_file: Option<PathBuf>,
    pub(crate) local_domains: Vec<String>,
    pub(crate) log_format: LogFormat,
    pub(crate) log_level: tracing::Level,
    pub(crate) cors_origins: Vec<WebOrigin>,
    /// The file with the tokens of monitoring systems.
    pub(crate) metrics_token_file: Option<PathBuf>,
    /// Empty: any region.
    pub(crate) s3_regions: Vec<String>,
    /// The namespace of unsigned S3 requests that name none.
    pub(crate) anonymous_namespace: Option<NamespaceName>,
    /// `None`: for ever.
    pub(crate) audit_kept: Option<Duration>,
    /// `None`: what follows from the addresses.
    pub(crate) s3_public_url: Option<String>,
    /// Days without a part after which an upload is given up. `None`: never.
    pub(crate) abandoned_uploads: Option<u32>,
    pub(crate) sigv2_enabled: bool,
    /// `None`: without end.
    pub(crate) sigv2_max_life: Option<Duration>,
    /// Bytes of memory for objects that were read.
    pub(crate) object_cache: u64,
    /// `None` when there is none.
    pub(crate) access_log: Option<AccessLogSettings>,
    pub(crate) strict_first_key: bool,
}

impl Settings {
    /// Reads flags, environment and configuration file: the one named, else the one that the environment names.
    ///
    /// # Errors
    /// When the file cannot be read, or anything given is unknown or no value of its setting.
    pub(crate) fn read(
        config_file: Option<PathBuf>,
        flags: BTreeMap<&'static str, String>,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let config_file = config_file.or_else(|| environment.value("KEYWARD_CONFIG").map(PathBuf::from));
        Self::new(&Layers::new(flags, environment, config_file.as_deref())?)
    }

    /// Reads what the layers say.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] naming the setting, its place and what would be right.
    pub(crate) fn new(layers: &Layers) -> Result<Self, ConfigError> {
        let reader = Reader { layers };
        Ok(Self {
            data_dir: reader.path("data_dir").unwrap_or_else(|| PathBuf::from("keyward-data")),
            management_address: reader.address("management_address", "127.0.0.1:4443")?,
            s3_address: reader.address_or_off("s3_address", "127.0.0.1:9020")?,
            s3_tls_address: reader.address_or_off("s3_tls_address", "127.0.0.1:9021")?,
            tls: reader.tls()?,
            trusted_proxies: reader
                .parsed_list("trusted_proxies", "give networks such as 10.0.0.0/8, commas between")?,
            root_password_file: reader.path("root_password_file"),
            master_key_file: reader.path("master_key_file"),
            local_domains: reader.domains()?,
            log_format: reader.log_format()?,
            log_level: reader
                .parsed("log_level", "give error, warn, info, debug or trace")?
                .unwrap_or(tracing::Level::INFO),
            cors_origins: reader.parsed_list(
                "management.cors_origins",
                "name each origin, such as https://console.example.com, commas between; there is no *",
            )?,
            metrics_token_file: reader.path("metrics.token_file"),
            s3_regions: reader.list("s3.regions"),
            anonymous_namespace: reader.parsed("s3.anonymous_namespace", "give the name of a namespace")?,
            audit_kept: reader.days("audit.keep_days")?,
            s3_public_url: reader.public_url("s3.public_url")?,
            abandoned_uploads: reader.abandoned_uploads()?,
            sigv2_enabled: reader.parsed("sigv2.enabled", "give true or false")?.unwrap_or(true),
            sigv2_max_life: reader.seconds("sigv2.max_life")?,
            object_cache: reader.object_cache()?,
            access_log: reader.access_log()?,
            strict_first_key: reader.parsed("compat.strict_first_key", "give true or false")?.unwrap_or(false),
        })
    }
}

struct Reader<'a> {
    layers: &'a Layers,
}

impl Reader<'_> {
    fn bad(&self, key: &'static str, why: impl Into<String>) -> ConfigError {
        let (value, place) = self.layers.value(key).unwrap_or_default();
        ConfigError::BadValue { key, value: value.to_owned(), place: place.to_owned(), why: why.into() }
    }

    fn path(&self, key: &'static str) -> Option<PathBuf> {
        self.layers.value(key).map(|(value, _)| PathBuf::from(value))
    }

    fn parsed<T: std::str::FromStr>(&self, key: &'static str, remedy: &str) -> Result<Option<T>, ConfigError> {
        self.layers.value(key).map(|(value, _)| value.parse().map_err(|_| self.bad(key, remedy))).transpose()
    }

    /// A number of days, at least one: less is more likely a slip than a wish.
    fn days(&self, key: &'static str) -> Result<Option<Duration>, ConfigError> {
        const REMEDY: &str = "give a number of days from 1 to 36500, or leave it out";
        let days: Option<u64> = self.parsed(key, REMEDY)?;
        days.map(|days| match days {
            1..=36_500 => Ok(Duration::from_secs(days * 24 * 60 * 60)),
            _ => Err(self.bad(key, REMEDY)),
        })
        .transpose()
    }

    fn seconds(&self, key: &'static str) -> Result<Option<Duration>, ConfigError> {
        let remedy = "give a number of seconds from 1, such as 604800 for seven days, or leave it out";
        let seconds = self.parsed::<NonZeroU64>(key, remedy)?;
        Ok(seconds.map(|seconds| Duration::from_secs(seconds.get())))
    }

    fn list(&self, key: &'static str) -> Vec<String> {
        let (value, _) = self.layers.value(key).unwrap_or_default();
        value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    fn parsed_list<T: std::str::FromStr>(&self, key: &'static str, remedy: &str) -> Result<Vec<T>, ConfigError> {
        self.list(key).iter().map(|item| item.parse().map_err(|_| self.bad(key, remedy))).collect()
    }

    fn address(&self, key: &'static str, default: &str) -> Result<SocketAddr, ConfigError> {
        let value = self.layers.value(key).map_or(default, |(value, _)| value);
        value
            .to_socket_addrs()
            .ok()
            .and_then(|mut addresses| addresses.next())
            .ok_or_else(|| self.bad(key, "give an address and a port, such as 127.0.0.1:4443"))
    }

    fn address_or_off(&self, key: &'static str, default: &str) -> Result<Option<SocketAddr>, ConfigError> {
        match self.layers.value(key) {
            Some(("off", _)) => Ok(None),
            _ => self.address(key, default).map(Some),
        }
    }

    fn public_url(&self, key: &'static str) -> Result<Option<String>, ConfigError> {
        let Some((value, _)) = self.layers.value(key) else { return Ok(None) };
        let url = value.trim_end_matches('/');
        // It stands in lines that people paste into a shell: an origin is all that it can be.
        match url.parse::<WebOrigin>() {
            Ok(_) => Ok(Some(url.to_owned())),
            Err(_) => Err(self.bad(key, "give a scheme, a host and maybe a port, such as https://s3.example.com")),
        }
    }

    fn tls(&self) -> Result<Option<(PathBuf, PathBuf)>, ConfigError> {
        match (self.path("tls_certificate"), self.path("tls_key")) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (Some(_), None) => Err(ConfigError::Incomplete { given: "tls_certificate", missing: "tls_key" }),
            (None, Some(_)) => Err(ConfigError::Incomplete { given: "tls_key", missing: "tls_certificate" }),
        }
    }

    fn domains(&self) -> Result<Vec<String>, ConfigError> {
        if self.layers.value("local_domains").is_none() {
            return Ok(vec!["local.test".to_owned()]);
        }
        let domains: Vec<String> = self.list("local_domains").iter().map(|name| name.to_lowercase()).collect();
        match domains.iter().any(|name| name.contains('@') || name.chars().any(char::is_whitespace)) {
            true => Err(self.bad("local_domains", "give domain names without @, commas between")),
            false => Ok(domains),
        }
    }

    fn object_cache(&self) -> Result<u64, ConfigError> {
        let size: u64 = self.parsed("s3.object_cache", "give a number of MiB, or 0 for none")?.unwrap_or(64);
        Ok(size.saturating_mul(1024 * 1024))
    }

    fn access_log(&self) -> Result<Option<AccessLogSettings>, ConfigError> {
        const MIB: u64 = 1024 * 1024;
        let number = "give a number from 1 on";
        let size = self.parsed("s3.access_log_size", number)?.unwrap_or(100);
        if size == 0 {
            return Err(self.bad("s3.access_log_size", number));
        }
        let kept = self.parsed("s3.access_log_kept", "give a number")?.unwrap_or(9);
        let path = self.path("s3.access_log").filter(|path| path.as_os_str() != "off");
        Ok(path.map(|path| AccessLogSettings { path, turned_over_at: MIB.saturating_mul(size), kept }))
    }

    fn abandoned_uploads(&self) -> Result<Option<u32>, ConfigError> {
        const KEY: &str = "s3.abandoned_uploads_days";
        match self.layers.value(KEY) {
            None => Ok(Some(7)),
            Some(("off", _)) => Ok(None),
            Some((text, _)) => match text.parse() {
                Ok(days @ 1..=36_500) => Ok(Some(days)),
                _ => Err(self.bad(KEY, "give a number of days from 1 to 36500, or off")),
            },
        }
    }

    fn log_format(&self) -> Result<LogFormat, ConfigError> {
        match self.layers.value("log_format") {
            None | Some(("text", _)) => Ok(LogFormat::Text),
            Some(("json", _)) => Ok(LogFormat::Json),
            Some(_) => Err(self.bad("log_format", "give text or json")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Environment;
    use super::*;

    fn settings(flags: &[(&'static str, &str)]) -> Result<Settings, ConfigError> {
        let flags: BTreeMap<&'static str, String> =
            flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        Settings::new(&Layers::new(flags, &Environment::of(&[]), None).expect("valid layers"))
    }

    #[test]
    fn nothing_given_means_loopback_and_the_local_domain() {
        let settings = settings(&[]).expect("valid");
        assert_eq!(settings.management_address.to_string(), "127.0.0.1:4443");
        assert_eq!(settings.s3_address.map(|address| address.port()), Some(9020));
        assert_eq!(settings.local_domains, ["local.test"]);
        assert!(!settings.strict_first_key);
    }

    #[test]
    fn a_bad_address_is_refused_with_its_place_and_the_remedy() {
        let error = settings(&[("s3_address", "nonsense")]).expect_err("refused");
        assert_eq!(
            error.to_string(),
            "s3_address is \"nonsense\" (flag --s3-address): give an address and a port, such as 127.0.0.1:4443"
        );
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        let error = settings(&[("tls_certificate", "c.pem")]).expect_err("refused");
        assert_eq!(
            error.to_string(),
            "tls_certificate is set without tls_key: a TLS certificate and its key go together"
        );
    }

    #[test]
    fn every_page_of_the_world_cannot_be_let_in() {
        assert!(settings(&[]).expect("valid").cors_origins.is_empty());
        let two = settings(&[("management.cors_origins", "https://a.example, http://localhost:8080")]).expect("valid");
        assert_eq!(two.cors_origins.len(), 2);
        let error = settings(&[("management.cors_origins", "*")]).expect_err("refused").to_string();
        assert!(error.contains("name each origin"), "{error}");
    }

    #[test]
    fn the_address_that_people_are_shown_is_a_host_and_nothing_more() {
        let shown = settings(&[("s3.public_url", "https://s3.example.com/")]).expect("valid").s3_public_url;
        assert_eq!(shown.as_deref(), Some("https://s3.example.com"));
        for wrong in ["s3.example.com", "https://s3.example.com/path", "https://a'b", "ftp://s3.example.com"] {
            assert!(settings(&[("s3.public_url", wrong)]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn version_2_is_honoured_without_end_unless_told_otherwise() {
        let default = settings(&[]).expect("valid");
        assert_eq!((default.sigv2_enabled, default.sigv2_max_life), (true, None));
        let bounded = settings(&[("sigv2.enabled", "false"), ("sigv2.max_life", "3600")]).expect("valid");
        assert_eq!((bounded.sigv2_enabled, bounded.sigv2_max_life), (false, Some(Duration::from_secs(3600))));
        let error = settings(&[("sigv2.max_life", "0")]).expect_err("refused").to_string();
        assert!(error.contains("number of seconds"), "{error}");
    }

    #[test]
    fn memory_for_objects_is_given_in_mebibytes() {
        assert_eq!(settings(&[]).expect("valid").object_cache, 64 << 20);
        assert_eq!(settings(&[("s3.object_cache", "0")]).expect("valid").object_cache, 0);
        assert!(settings(&[("s3.object_cache", "off")]).is_err());
    }

    #[test]
    fn there_is_an_access_log_where_one_is_asked_for() {
        assert_eq!(settings(&[]).expect("valid").access_log, None);
        assert_eq!(settings(&[("s3.access_log", "off")]).expect("valid").access_log, None);
        let given = settings(&[("s3.access_log", "s3.log"), ("s3.access_log_size", "2")]).expect("valid").access_log;
        let expected = AccessLogSettings { path: "s3.log".into(), turned_over_at: 2 * 1024 * 1024, kept: 9 };
        assert_eq!(given, Some(expected));
        assert!(settings(&[("s3.access_log_size", "0")]).is_err());
    }

    #[test]
    fn abandoned_uploads_go_after_a_week_unless_told_otherwise() {
        let days = |given: &[_]| settings(given).expect("valid").abandoned_uploads;
        assert_eq!(days(&[]), Some(7));
        assert_eq!(days(&[("s3.abandoned_uploads_days", "30")]), Some(30));
        assert_eq!(days(&[("s3.abandoned_uploads_days", "off")]), None);
        assert!(settings(&[("s3.abandoned_uploads_days", "0")]).is_err());
    }

    #[test]
    fn the_plain_s3_endpoint_can_be_switched_off() {
        assert_eq!(settings(&[("s3_address", "off")]).expect("valid").s3_address, None);
    }
}
