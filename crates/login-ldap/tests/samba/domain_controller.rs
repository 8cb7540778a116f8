//! Runs a Samba domain controller: own loopback address, own data, gone when the tests end.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::company;

/// The DNS name of the domain.
pub const DOMAIN: &str = "ad.example.test";
/// The NetBIOS name of the domain, for down-level names such as `ADEX\svc`.
pub const DOWN_LEVEL: &str = "ADEX";
/// The DN of the domain.
pub const BASE: &str = "DC=ad,DC=example,DC=test";
const ADMINISTRATOR: (&str, &str) = ("administrator@ad.example.test", "Passw0rd-admin");
const INSTALL: &str = "these tests need Samba's domain controller: install it, on Debian with `apt-get install \
                       --no-install-recommends samba-ad-dc samba-ad-provision`";

static RUNNING: LazyLock<DomainController> = LazyLock::new(|| {
    // On a thread of its own, because the first test to ask is already inside an asynchronous runtime.
    std::thread::spawn(DomainController::start).join().unwrap()
});

/// A running domain controller with the people and groups of [`company`].
pub struct DomainController {
    pub address: Ipv4Addr,
    /// The certificate authority that vouches for it, in PEM.
    pub authority: String,
    folder: PathBuf,
    /// Samba ends when this is closed, which the end of this process does, whatever way it ends.
    _lifeline: Mutex<ChildStdin>,
}

/// The domain controller of this process; provisioned for whoever asks first.
pub fn domain_controller() -> &'static DomainController {
    &RUNNING
}

impl DomainController {
    fn start() -> Self {
        let address = free_address();
        let folder = tempfile::tempdir().unwrap();
        let authority = make_certificates(folder.path(), address);
        provision(folder.path(), address);
        fs::write(folder.path().join("smb.conf"), configuration(folder.path(), address)).unwrap();
        let mut child = run(folder.path());
        wait_until_it_listens(&mut child, folder.path(), address);
        // From here on Samba's shell removes the folder.
        let lifeline = Mutex::new(child.stdin.take().unwrap());
        let started = Self { address, authority, folder: folder.keep(), _lifeline: lifeline };
        tokio::runtime::Runtime::new().unwrap().block_on(company::move_in(&started));
        started
    }

    /// `ldaps://` with this port.
    pub fn ldaps(&self, port: u16) -> String {
        format!("ldaps://{}:{port}", self.address)
    }

    /// `ldap://` with this port.
    pub fn ldap(&self, port: u16) -> String {
        format!("ldap://{}:{port}", self.address)
    }

    /// A connection of the domain's administrator.
    pub async fn administrator(&self) -> Ldap {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let settings = LdapConnSettings::new().set_config(Arc::new(config));
        let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &self.ldaps(636)).await.unwrap();
        tokio::spawn(connection.drive());
        ldap.simple_bind(ADMINISTRATOR.0, ADMINISTRATOR.1).await.unwrap().success().unwrap();
        ldap
    }

    /// Runs `samba-tool`.
    pub fn samba_tool(&self, arguments: &[&str]) {
        let settings = [format!("-s{}", self.configuration()), format!("-H{}", self.database())];
        finish(Command::new("samba-tool").args(arguments).args(settings));
    }

    /// Sets when a password was last changed, in units of 100 ns since 1601: over LDAP that can only be now or never.
    pub fn set_password_age(&self, dn: &str, last_changed: &str) {
        const SCRIPT: &str = "import ldb, sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
configuration, database, dn, value = sys.argv[1:]
parameters = LoadParm(configuration)
db = SamDB(url=database, session_info=system_session(), lp=parameters)
change = ldb.Message(ldb.Dn(db, dn))
change['pwdLastSet'] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, 'pwdLastSet')
db.modify(change, ['local_oid:1.3.6.1.4.1.7165.4.3.20:0'])";
        let arguments = ["-c", SCRIPT, &self.configuration(), &self.database(), dn, last_changed];
        finish(Command::new("/usr/bin/python3").args(arguments));
    }

    fn configuration(&self) -> String {
        format!("{}/smb.conf", self.folder.display())
    }

    fn database(&self) -> String {
        format!("{}/private/sam.ldb", self.folder.display())
    }
}

/// A loopback address made from the process id, so that test runs side by side do not meet.
fn free_address() -> Ipv4Addr {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    let address = Ipv4Addr::new(127, 64 + high % 128, middle, low);
    match TcpListener::bind((address, 389)) {
        Ok(_) => address,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            panic!("these tests need root, because a domain controller listens on port 389")
        }
        Err(error) => panic!("port 389 of {address} cannot be used: {error}"),
    }
}

fn provision(folder: &Path, address: Ipv4Addr) {
    for part in ["/usr/sbin/samba", "/usr/bin/samba-tool", "/usr/share/samba/setup/provision.ldif"] {
        assert!(Path::new(part).exists(), "{part} is missing; {INSTALL}");
    }
    // Without a file of its own it would read the machine's.
    let empty = folder.join("base.conf");
    fs::write(&empty, "[global]\n").unwrap();
    finish(
        Command::new("samba-tool")
            .args(["domain", "provision", "--realm=AD.EXAMPLE.TEST", "--domain=ADEX", "--server-role=dc"])
            .args(["--dns-backend=NONE", "--host-name=dc1", &format!("--host-ip={address}")])
            .args([&format!("--adminpass={}", ADMINISTRATOR.1), &format!("--option=interfaces={address}/8")])
            .arg("--option=bind interfaces only=yes")
            .arg(format!("--configfile={}", empty.display()))
            .arg(format!("--targetdir={}", folder.display())),
    );
}

/// LDAP and what it needs; no file sharing, no DNS. Binds in clear are refused, as Active Directory does where it
/// demands signing.
fn configuration(folder: &Path, address: Ipv4Addr) -> String {
    let here = folder.display();
    let folders: String = [
        ("private dir", "private"),
        ("lock directory", "."),
        ("state directory", "state"),
        ("cache directory", "cache"),
        ("binddns dir", "bind-dns"),
        ("pid directory", "run"),
        ("ncalrpc dir", "run/ncalrpc"),
        ("winbindd socket directory", "run/winbindd"),
        ("ntp signd socket directory", "run/ntp_signd"),
        ("tls certfile", "server.pem"),
        ("tls keyfile", "server.key"),
        ("tls cafile", "ca.pem"),
    ]
    .map(|(setting, place)| format!("{setting} = {here}/{place}\n"))
    .concat();
    for made in ["run", "cache"] {
        fs::create_dir_all(folder.join(made)).unwrap();
    }
    format!(
        "[global]
netbios name = DC1
realm = AD.EXAMPLE.TEST
workgroup = {DOWN_LEVEL}
server role = active directory domain controller
server services = ldap, cldap, kdc
interfaces = {address}/8
bind interfaces only = yes
tls enabled = yes
ldap server require strong auth = yes
{folders}"
    )
}

/// Interactive, Samba ends when its input does.
fn run(folder: &Path) -> Child {
    const SCRIPT: &str = r#"trap "" INT
samba --interactive --no-process-group --model=single --configfile="$1/smb.conf" >"$1/log" 2>&1
rm -rf "$1""#;
    let folder = folder.display().to_string();
    Command::new("sh").args(["-c", SCRIPT, "sh", &folder]).stdin(Stdio::piped()).spawn().unwrap()
}

fn wait_until_it_listens(child: &mut Child, folder: &Path, address: Ipv4Addr) {
    // The connection is answered as soon as Samba is ready, and the port of the global catalogue is its last.
    while TcpStream::connect((address, 3269)).is_err() {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(child.try_wait().unwrap().is_none(), "samba did not start:\n{log}");
        std::thread::yield_now();
    }
}

fn finish(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?} failed:\n{errors}", command.get_program());
}

fn make_certificates(folder: &Path, address: Ipv4Addr) -> String {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate().unwrap();
    let names = vec!["dc1.ad.example.test".to_owned(), address.to_string()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap().pem();
    fs::write(folder.join("ca.pem"), &authority_pem).unwrap();
    fs::write(folder.join("server.pem"), certificate).unwrap();
    let key_file = folder.join("server.key");
    fs::write(&key_file, key.serialize_pem()).unwrap();
    // Samba takes no key that others may read.
    fs::set_permissions(key_file, fs::Permissions::from_mode(0o600)).unwrap();
    authority_pem
}
