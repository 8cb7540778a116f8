//! The table of settings: one row each, from which flag, environment variable and TOML key follow.

/// One thing an operator may set.
pub(crate) struct Setting {
    /// The TOML key, dots between tables: `data_dir`, `compat.strict_first_key`.
    pub(crate) key: &'static str,
    /// What stands for the value in the help text.
    pub(crate) value_name: &'static str,
    /// One line of help, with the default.
    pub(crate) help: &'static str,
}

impl Setting {
    /// The command-line flag, without dashes in front: `compat-strict-first-key`.
    pub(crate) fn flag(&self) -> String {
        self.key.replace(['.', '_'], "-")
    }

    /// The environment variable: `KEYWARD_COMPAT_STRICT_FIRST_KEY`.
    pub(crate) fn variable(&self) -> String {
        format!("KEYWARD_{}", self.key.replace('.', "_").to_uppercase())
    }
}

const fn setting(key: &'static str, value_name: &'static str, help: &'static str) -> Setting {
    Setting { key, value_name, help }
}

/// Every setting of `keyward serve`.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("data_dir", "DIR", "Where Keyward keeps its data [default: ./keyward-data]"),
    setting("management_address", "ADDRESS", "HTTPS address of the management API [default: 127.0.0.1:4443]"),
    setting("s3_address", "ADDRESS", "HTTP address of the S3 endpoint, or off [default: 127.0.0.1:9020]"),
    setting("s3_tls_address", "ADDRESS", "HTTPS address of the S3 endpoint, or off [default: 127.0.0.1:9021]"),
    setting("tls_certificate", "FILE", "PEM certificate chain, re-read when it changes [default: self-signed]"),
    setting("tls_key", "FILE", "PEM private key of the certificate, re-read when it changes"),
    setting("trusted_proxies", "CIDR,...", "Proxies whose X-Forwarded-For names the client [default: none]"),
    setting("root_password_file", "FILE", "File with root's password for the first start [default: one is made]"),
    setting("master_key_file", "FILE", "File with the master key [default: DIR/master.key, made on first start]"),
    setting("local_domains", "DOMAIN,...", "Domains of the built-in directory [default: local.test]"),
    setting("log_format", "FORMAT", "text or json [default: text]"),
    setting("log_level", "LEVEL", "error, warn, info, debug or trace [default: info]"),
    setting("management.cors_origins", "ORIGIN,...", "Origins whose pages may call the management API [default: none]"),
    setting(
        "metrics.token_file",
        "FILE",
        "File with tokens, one a line, that /metrics takes as Bearer; re-read when it changes [default: none]",
    ),
    setting("s3.regions", "REGION,...", "Regions that S3 signatures may name [default: any]"),
    setting("s3.anonymous_namespace", "NAMESPACE", "Namespace of unsigned S3 requests that name none [default: none]"),
    setting("audit.keep_days", "DAYS", "Days that audit records are kept [default: for ever]"),
    setting("s3.public_url", "URL", "URL of the S3 endpoint that people are shown [default: this host and port]"),
    setting(
        "sigv2.enabled",
        "BOOL",
        "Honour S3 Signature Version 2, unless a namespace says otherwise [default: true]",
    ),
    setting("sigv2.max_life", "SECONDS", "Longest life of a Version 2 link or form, such as 604800 [default: none]"),
    setting(
        "s3.abandoned_uploads_days",
        "DAYS",
        "Days without a part after which an upload in parts is given up, unless a lifecycle rule of the bucket speaks of it, or off [default: 7]",
    ),
    setting("s3.object_cache", "MIB", "Memory for objects that were read of late, or 0 [default: 64]"),
    setting("s3.access_log", "FILE", "File for a JSON line about each S3 request, or off [default: off]"),
    setting("s3.access_log_size", "MIB", "Size from which on the access log is turned over [default: 100]"),
    setting("s3.access_log_kept", "COUNT", "Earlier access logs that are kept, FILE.1 and so on [default: 9]"),
    setting("compat.strict_first_key", "BOOL", "Refuse an expiry on a first key, as ECS 3.x does [default: false]"),
];

/// Environment variables that are no settings: secrets, which never stand in files or flags, and the test switch.
pub(crate) const OTHER_VARIABLES: &[&str] = &[
    "KEYWARD_CONFIG",
    "KEYWARD_ROOT_PASSWORD",
    "KEYWARD_MASTER_KEY",
    "KEYWARD_PASSWORD",
    "KEYWARD_LIFECYCLE_DAY_SECONDS",
];
