//! A directory that says what a test wants it to say, down to the bytes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::fixture::MANAGER;

/// How the server answers, each time with the operations of one request. Operations are BER (RFC 4511).
#[derive(Clone)]
pub struct Script {
    pub manager_bind: Vec<u8>,
    pub person_bind: Vec<u8>,
    pub person_search: Vec<Vec<u8>>,
    /// How it answers who reads `tokenGroups`.
    pub token_groups: Vec<Vec<u8>>,
}

impl Default for Script {
    /// Accepts every bind, and finds Alice whoever is searched for.
    fn default() -> Self {
        let alice = entry("cn=Alice,dc=corp,dc=example", &[("uid", "alice")]);
        Self {
            manager_bind: bind_result(0, ""),
            person_bind: bind_result(0, ""),
            person_search: vec![alice, search_done(0)],
            token_groups: vec![search_done(0)],
        }
    }
}

impl Script {
    /// Runs the server for the rest of the test; its URL.
    pub async fn serve(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ldap://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(self.clone().talk(stream));
            }
        });
        url
    }

    async fn talk(self, mut stream: TcpStream) {
        while let Some(message) = read_message(&mut stream).await {
            let (_, id, rest) = element(&message);
            let (operation, content, _) = element(rest);
            let answers = match operation {
                0x60 => {
                    let (_, _, after_version) = element(content);
                    let (_, dn, _) = element(after_version);
                    vec![if dn == MANAGER.as_bytes() { self.manager_bind.clone() } else { self.person_bind.clone() }]
                }
                0x63 => {
                    let (_, base, after_base) = element(content);
                    let (_, scope, _) = element(after_base);
                    match (base, scope) {
                        _ if content.windows(11).any(|part| part == b"tokenGroups") => self.token_groups.clone(),
                        ([], _) | (_, [0]) => vec![search_done(0)],
                        _ => self.person_search.clone(),
                    }
                }
                _ => return,
            };
            for answer in answers {
                let message = tlv(0x30, &[tlv(0x02, id), answer].concat());
                if stream.write_all(&message).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// A bind response with a result code and a diagnostic text.
pub fn bind_result(code: u8, text: &str) -> Vec<u8> {
    tlv(0x61, &[tlv(0x0a, &[code]), string(""), string(text)].concat())
}

/// A bind response with nothing in it.
pub fn empty_bind_result() -> Vec<u8> {
    tlv(0x61, &[])
}

/// An operation that no server sends.
pub fn unknown_operation() -> Vec<u8> {
    tlv(0x7e, &[])
}

/// An entry without a DN.
pub fn empty_entry() -> Vec<u8> {
    tlv(0x64, &[])
}

/// The end of a search, with a result code.
pub fn search_done(code: u8) -> Vec<u8> {
    tlv(0x65, &[tlv(0x0a, &[code]), string(""), string("")].concat())
}

/// An entry with one value each of some attributes.
pub fn entry(dn: &str, attributes: &[(&str, &str)]) -> Vec<u8> {
    let attributes: Vec<u8> = attributes.iter().flat_map(|(name, value)| attribute(name, value)).collect();
    tlv(0x64, &[string(dn), tlv(0x30, &attributes)].concat())
}

fn attribute(name: &str, value: &str) -> Vec<u8> {
    tlv(0x30, &[string(name), tlv(0x31, &string(value))].concat())
}

fn string(text: &str) -> Vec<u8> {
    tlv(0x04, text.as_bytes())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, high, low], content].concat()
}

/// The tag, content and rest of the first element.
fn element(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (header, length) = match bytes[1] {
        short @ 0..0x80 => (2, usize::from(short)),
        long => {
            let octets = usize::from(long & 0x7f);
            (2 + octets, bytes[2..2 + octets].iter().fold(0, |length, &octet| length << 8 | usize::from(octet)))
        }
    };
    (bytes[0], &bytes[header..header + length], &bytes[header + length..])
}

/// The content of the next message; `None` when the client has gone.
async fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 2];
    stream.read_exact(&mut bytes).await.ok()?;
    if bytes[1] >= 0x80 {
        let octets = usize::from(bytes[1] & 0x7f);
        bytes.resize(2 + octets, 0);
        stream.read_exact(&mut bytes[2..]).await.ok()?;
    }
    let header = bytes.len();
    let length = match bytes[1] {
        short @ 0..0x80 => usize::from(short),
        _ => bytes[2..].iter().fold(0, |length, &octet| length << 8 | usize::from(octet)),
    };
    bytes.resize(header + length, 0);
    stream.read_exact(&mut bytes[header..]).await.ok()?;
    Some(bytes.split_off(header))
}
