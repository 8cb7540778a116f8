//! What a person who starts the server sees: where it is, and what to try first.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

/// What the banner tells.
pub(crate) struct Banner<'a> {
    pub(crate) management: SocketAddr,
    pub(crate) s3: Option<SocketAddr>,
    pub(crate) s3_tls: Option<SocketAddr>,
    pub(crate) data_dir: &'a Path,
    pub(crate) certificate: &'a Path,
    /// The file with root's first password, while that is in use.
    pub(crate) root_password: Option<&'a Path>,
    /// A domain of the built-in directory.
    pub(crate) local_domain: Option<&'a str>,
    /// This program, as it can be called again.
    pub(crate) program: &'a Path,
}

impl Banner<'_> {
    /// The text, without any secret.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("Keyward {}\n\n", env!("CARGO_PKG_VERSION"));
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<16} {value}");
        };
        let management = format!("https://{}", self.management);
        line("management API", &management);
        line("in a browser", &format!("{management}/"));
        if let Some(address) = self.s3 {
            line("S3", &format!("http://{address}"));
        }
        if let Some(address) = self.s3_tls {
            line("S3 over TLS", &format!("https://{address}"));
        }
        line("data", &self.data_dir.display().to_string());
        if let Some(path) = self.root_password {
            line("root's password", &format!("in {} (change it: the file goes then)", path.display()));
        }
        let curl = format!("curl --cacert {}", self.certificate.display());
        let domain = self.local_domain.unwrap_or("local.test");
        let program = self.program.display();
        let data_dir = self.data_dir.display();
        let _ = writeln!(text, "\nTry:\n");
        let _ = writeln!(text, "  {curl} -u root -i {management}/login");
        let _ = writeln!(text, "  {program} person add alice@{domain} --data-dir {data_dir} --server {management}");
        let _ = writeln!(text, "  {curl} -u alice@{domain} -i {management}/login");
        if self.root_password.is_none() {
            let _ = writeln!(text, "\nThe second one logs in as root with the password in KEYWARD_PASSWORD.");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_names_addresses_data_and_three_commands() {
        let banner = Banner {
            management: "127.0.0.1:4443".parse().expect("address"),
            s3: Some("127.0.0.1:9020".parse().expect("address")),
            s3_tls: None,
            data_dir: Path::new("/data"),
            certificate: Path::new("/data/tls-certificate.pem"),
            root_password: Some(Path::new("/data/root-password")),
            local_domain: Some("local.test"),
            program: Path::new("/bin/keyward"),
        };
        let text = banner.text();
        for part in [
            "https://127.0.0.1:4443",
            "http://127.0.0.1:9020",
            "/data",
            "/data/root-password",
            "person add alice@local.test",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert_eq!(
            text.lines().filter(|line| line.starts_with("  curl") || line.contains("/keyward person")).count(),
            3
        );
    }
}
