//! Runs slapd: own port, own data, stopped when dropped.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

pub const BASE: &str = "dc=corp,dc=example";
pub const MANAGER: &str = "cn=svc,dc=corp,dc=example";
pub const MANAGER_PASSWORD: &str = "Passw0rd-svc";
const ADMIN: &str = "cn=admin,dc=corp,dc=example";
const ADMIN_PASSWORD: &str = "Passw0rd-admin";

/// A running OpenLDAP server with the people and groups of [`Slapd::populate`].
pub struct Slapd {
    directory: TempDir,
    port: u16,
    tls_port: u16,
    child: Option<Child>,
    /// The certificate authority that vouches for the server, in PEM.
    pub authority: String,
    /// The server's own certificate, in PEM.
    pub certificate: String,
}

impl Slapd {
    /// A server with StartTLS and LDAPS.
    pub async fn start() -> Self {
        Self::start_with(true).await
    }

    /// A server without any TLS.
    pub async fn start_without_tls() -> Self {
        Self::start_with(false).await
    }

    async fn start_with(tls: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (authority, certificate) = make_certificates(directory.path());
        write_configuration(directory.path(), tls);
        let (port, tls_port) = (free_port(), free_port());
        let mut slapd = Self { directory, port, tls_port, child: None, authority, certificate };
        slapd.run();
        slapd.populate().await;
        slapd
    }

    /// Runs the server again, or for the first time.
    pub fn run(&mut self) {
        let urls = format!("{} {}", self.url(), self.ldaps_url());
        let mut child = Command::new(program())
            // In the foreground, logging what is wrong with its configuration and nothing else.
            .args(["-d", "32768", "-h", &urls, "-f"])
            .arg(self.directory.path().join("slapd.conf"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // slapd announces itself before it listens, so only a connection tells that it is ready.
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if child.try_wait().unwrap().is_some() {
                let mut log = String::new();
                child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
                panic!("slapd did not start:\n{log}");
            }
            std::thread::yield_now();
        }
        self.child = Some(child);
    }

    /// Kills the server; its data stays.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    pub fn ldaps_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.tls_port)
    }

    /// Alice, bob and carol with passwords `Passw0rd-<uid>`; two entries for twin; groups with members, within groups,
    /// and one whose DN does not hold its name.
    async fn populate(&self) {
        let people = format!("ou=people,{BASE}");
        let groups = format!("ou=groups,{BASE}");
        self.add(BASE, &["objectClass: dcObject", "objectClass: organization", "o: Corp", "dc: corp"]).await;
        for unit in ["people", "groups", "two"] {
            self.add(&format!("ou={unit},{BASE}"), &["objectClass: organizationalUnit", &format!("ou: {unit}")]).await;
        }
        self.add(
            MANAGER,
            &[
                "objectClass: organizationalRole",
                "objectClass: simpleSecurityObject",
                "cn: svc",
                &format!("userPassword: {MANAGER_PASSWORD}"),
            ],
        )
        .await;
        for (uid, parent) in [("Alice", &people), ("bob", &people), ("carol", &people)] {
            self.add_person(uid, parent).await;
        }
        for cn in ["one", "other"] {
            let twin = [
                "objectClass: inetOrgPerson",
                &format!("cn: {cn}"),
                "sn: T",
                "uid: twin",
                "userPassword: Passw0rd-twin",
            ];
            self.add(&format!("cn={cn},ou=two,{BASE}"), &twin).await;
        }
        let alice = format!("member: uid=Alice,{people}");
        let bob = format!("member: uid=bob,{people}");
        let builders = format!("member: cn=Builders\\2C North,{groups}");
        let class = "objectClass: groupOfNames";
        self.add(&format!("cn=Builders\\, North,{groups}"), &[class, "cn: Builders, North", &alice]).await;
        self.add(&format!("cn=readers,{groups}"), &[class, "cn: readers", &alice, &bob]).await;
        self.add(&format!("cn=everything,{groups}"), &[class, "cn: everything", &builders]).await;
        self.add(&format!("ou=odd,{groups}"), &[class, "ou: odd", "cn: named by ou", &bob]).await;
        let posix = ["objectClass: posixGroup", "cn: shell", "gidNumber: 70", "memberUid: bob"];
        self.add(&format!("cn=shell,{groups}"), &posix).await;
    }

    async fn add_person(&self, uid: &str, parent: &str) {
        let lower = uid.to_lowercase();
        let attributes = [
            "objectClass: inetOrgPerson",
            &format!("uid: {uid}"),
            &format!("cn: {uid} Example"),
            "sn: Example",
            &format!("mail: {lower}.example@corp.example"),
            "departmentNumber: 7",
            &format!("userPassword: Passw0rd-{lower}"),
        ];
        self.add(&format!("uid={uid},{parent}"), &attributes).await;
    }

    /// Adds an entry as the administrator; attributes are `name: value`.
    pub async fn add(&self, dn: &str, attributes: &[&str]) {
        let pairs = attributes.iter().map(|attribute| attribute.split_once(": ").unwrap());
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect();
        self.add_raw(dn, pairs).await;
    }

    /// The same, with values of any bytes.
    pub async fn add_raw(&self, dn: &str, pairs: Vec<(Vec<u8>, Vec<u8>)>) {
        let mut attributes: Vec<(Vec<u8>, HashSet<Vec<u8>>)> = Vec::new();
        for (name, value) in pairs {
            match attributes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => {
                    values.insert(value);
                }
                None => attributes.push((name, HashSet::from([value]))),
            }
        }
        let mut ldap = self.admin().await;
        ldap.add(dn, attributes).await.unwrap().success().unwrap();
        ldap.unbind().await.unwrap();
    }

    /// Removes an entry as the administrator.
    pub async fn delete(&self, dn: &str) {
        let mut ldap = self.admin().await;
        ldap.delete(dn).await.unwrap().success().unwrap();
        ldap.unbind().await.unwrap();
    }

    /// Gives an attribute of an entry another value, as the administrator.
    pub async fn change(&self, dn: &str, attribute: &str, value: &str) {
        let mut ldap = self.admin().await;
        let change = ldap3::Mod::Replace(attribute, HashSet::from([value]));
        ldap.modify(dn, vec![change]).await.unwrap().success().unwrap();
        ldap.unbind().await.unwrap();
    }

    async fn admin(&self) -> ldap3::Ldap {
        let (connection, mut ldap) = ldap3::LdapConnAsync::new(&self.url()).await.unwrap();
        tokio::spawn(connection.drive());
        ldap.simple_bind(ADMIN, ADMIN_PASSWORD).await.unwrap().success().unwrap();
        ldap
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that nobody listens on, for a moment at least.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn program() -> &'static str {
    ["/usr/sbin/slapd", "/usr/local/libexec/slapd", "/usr/local/sbin/slapd", "/usr/libexec/slapd"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("these tests need OpenLDAP's slapd: install it, on Debian with `apt-get install slapd`")
}

fn make_certificates(directory: &Path) -> (String, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate().unwrap();
    let names = ["localhost", "127.0.0.1", "::ffff:127.0.0.1"].map(str::to_owned).to_vec();
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap().pem();
    fs::write(directory.join("ca.pem"), &authority_pem).unwrap();
    fs::write(directory.join("server.pem"), &certificate).unwrap();
    fs::write(directory.join("server.key"), key.serialize_pem()).unwrap();
    (authority_pem, certificate)
}

fn write_configuration(directory: &Path, tls: bool) {
    let here = directory.display();
    let files =
        [("CACertificateFile", "ca.pem"), ("CertificateFile", "server.pem"), ("CertificateKeyFile", "server.key")];
    let tls: String = files.iter().filter(|_| tls).map(|(name, file)| format!("TLS{name} {here}/{file}\n")).collect();
    fs::create_dir(directory.join("data")).unwrap();
    let configuration = format!(
        "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 2.25.7 NAME 'adAccount' SUP top AUXILIARY MAY ( sAMAccountName $ objectGUID ) )
pidfile {here}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
{tls}
database mdb
suffix {BASE}
rootdn {ADMIN}
rootpw {ADMIN_PASSWORD}
directory {here}/data
dbnosync
index objectClass,uid,member eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact={MANAGER} read by self read by * none
overlay memberof
memberof-group-oc groupOfNames
overlay ppolicy
"
    );
    fs::write(directory.join("slapd.conf"), configuration).unwrap();
}
