//! The check of a store names what is wrong, where, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use http::Method;
use keyward_objects::{KeySealError, KeySealer};
use keyward_objects_local::engine::{EngineError, Version};
use keyward_objects_local::{Checked, Fault, Finding, Place, check_store};
use zeroize::Zeroizing;

use crate::shop::{LEAST_PART, OpenBook, Shop, bytes_of};

const AES: (&str, &str) = ("x-amz-server-side-encryption", "AES256");
const KEY: [(&str, &str); 3] = [
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-server-side-encryption-customer-key", "pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs="),
    ("x-amz-server-side-encryption-customer-key-md5", "DWygnHRtgiJ77HCm+1rvHw=="),
];

/// Has lost the master key.
struct Bereft;

impl KeySealer for Bereft {
    fn seal(&self, _key: &[u8; 32]) -> Result<Vec<u8>, KeySealError> {
        Err(KeySealError("never asked".to_owned()))
    }

    fn open(&self, _sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeySealError> {
        Err(KeySealError("sealed with master key 0123".to_owned()))
    }
}

fn checked_with(home: &Path, sealer: &dyn KeySealer) -> (Vec<Finding>, Checked) {
    let mut findings = Vec::new();
    let checked = check_store(home, sealer, &mut |finding| findings.push(finding)).unwrap();
    (findings, checked)
}

pub fn checked(shop: &Shop) -> (Vec<Finding>, Checked) {
    checked_with(shop.home.path(), &OpenBook)
}

/// The one body file of `length` bytes.
pub fn body_of(shop: &Shop, length: u64) -> PathBuf {
    fn files(directory: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }
    let mut found = files(&shop.home.path().join("bodies"));
    found.retain(|path| fs::metadata(path).unwrap().len() == length);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

pub fn spoil(path: &Path, place: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[place] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Runs SQL on the metadata of the bucket `bkt`.
fn damage(shop: &Shop, sql: &str) {
    let shard = rusqlite::Connection::open(shop.home.path().join("meta-00.db")).unwrap();
    assert!(shard.execute(sql, []).unwrap() > 0, "{sql}");
}

async fn multipart(shop: &Shop, completed: bool) -> String {
    let begun = shop.ask(Method::POST, "/bkt/big?uploads", &[("x-amz-checksum-algorithm", "CRC32C")], b"").await;
    let id = begun.the("UploadId").to_owned();
    let mut list = String::new();
    for (number, size) in [(1, 700), (2, LEAST_PART), (7, 900)] {
        let put = shop.put(&format!("/bkt/big?partNumber={number}&uploadId={id}"), &[], &bytes_of(number, size)).await;
        list += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", put.header("etag"));
    }
    if completed {
        let list = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
        let done = shop.ask(Method::POST, &format!("/bkt/big?uploadId={id}"), &[], list.as_bytes()).await;
        assert_eq!(done.status, 200, "{done:?}");
    }
    id
}

fn of_key(found: &str) -> impl Fn(&Place) -> bool {
    move |place| matches!(place, Place::Version { key, .. } if key == found)
}

#[tokio::test]
async fn a_store_that_is_whole_gives_no_finding_open_or_closed() {
    let shop = Shop::open().await;
    for size in [0, 1, 64, 65, 70_000, 200_000] {
        shop.holds(&format!("/bkt/plain{size}"), &bytes_of(1, size)).await;
        shop.put(&format!("/other/aes{size}"), &[AES], &bytes_of(2, size)).await;
        shop.put(&format!("/bkt/own{size}"), &KEY, &bytes_of(3, size)).await;
    }
    multipart(&shop, true).await;
    multipart(&shop, false).await;
    for target in ["/bkt/copy", "/other/copy"] {
        assert_eq!(shop.put(target, &[("x-amz-copy-source", "/bkt/big")], b"").await.status, 200);
    }
    shop.ask(Method::DELETE, "/bkt/plain65", &[], b"").await;
    let (findings, found) = checked(&shop);
    assert_eq!(findings, []);
    assert_eq!((found.versions, found.uploads, found.under_client_keys, found.buckets.len()), (20, 1, 6, 2));
    shop.store.close().await;
    let (findings, closed) = checked(&shop);
    assert_eq!(findings, []);
    assert_eq!((closed.versions, closed.bytes), (found.versions, found.bytes));
}

#[tokio::test]
async fn a_changed_byte_is_named_by_bucket_key_and_version() {
    let shop = Shop::open().await;
    shop.holds("/bkt/good", &bytes_of(1, 500)).await;
    shop.holds("/bkt/bad", &bytes_of(2, 501)).await;
    spoil(&body_of(&shop, 501), 77);
    let (findings, _) = checked(&shop);
    let [
        Finding { place: Place::Version { key, version: Version::NULL, part: None, .. }, fault: Fault::Content { .. } },
    ] = &findings[..]
    else {
        panic!("{findings:?}")
    };
    assert_eq!(key, "bad");
    assert!(findings[0].to_string().starts_with("bucket 2/bad (version null): its content is not"), "{}", findings[0]);
}

#[tokio::test]
async fn what_is_cut_short_or_gone_is_told_apart() {
    let shop = Shop::open().await;
    for (key, size) in [("short", 500), ("gone", 501)] {
        shop.holds(&format!("/bkt/{key}"), &bytes_of(1, size)).await;
    }
    fs::OpenOptions::new().write(true).open(body_of(&shop, 500)).unwrap().set_len(499).unwrap();
    fs::remove_file(body_of(&shop, 501)).unwrap();
    let (findings, _) = checked(&shop);
    let fault_of = |key: &str| &findings.iter().find(|finding| of_key(key)(&finding.place)).unwrap().fault;
    assert_eq!(*fault_of("short"), Fault::Length { expected: 500, found: 499 });
    assert_eq!((fault_of("gone"), findings.len()), (&Fault::Missing, 2));
}

#[tokio::test]
async fn a_spoilt_part_is_named_in_an_object_and_in_an_upload() {
    for completed in [true, false] {
        let shop = Shop::open().await;
        multipart(&shop, completed).await;
        spoil(&body_of(&shop, 900), 0);
        let (findings, _) = checked(&shop);
        let [Finding { place, fault: Fault::Content { .. } }] = &findings[..] else { panic!("{findings:?}") };
        let (Place::Version { part, .. } | Place::Upload { part, .. }) = place else { panic!("{place:?}") };
        assert_eq!((*part, matches!(place, Place::Version { .. })), (Some(7), completed));
    }
}

#[tokio::test]
async fn a_small_body_that_is_spoilt_or_gone_is_found() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", b"small").await;
    damage(&shop, "UPDATE inline_bodies SET bytes = x'736d616c6d'");
    assert!(matches!(checked(&shop).0[..], [Finding { fault: Fault::Content { .. }, .. }]));
    damage(&shop, "DELETE FROM inline_bodies");
    assert!(matches!(checked(&shop).0[..], [Finding { fault: Fault::Missing, .. }]));
}

#[tokio::test]
async fn encrypted_bodies_are_compared_or_the_key_that_is_missing_is_named() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &[AES], &bytes_of(1, 100_000)).await;
    let (findings, _) = checked_with(shop.home.path(), &Bereft);
    let [Finding { place, fault: Fault::KeyUnavailable(why) }] = &findings[..] else { panic!("{findings:?}") };
    assert!(of_key("a")(place) && why.contains("0123"));
    spoil(&body_of(&shop, 100_000 + 16 + 2 * 16), 70_000);
    assert!(matches!(checked(&shop).0[..], [Finding { fault: Fault::Undecryptable, .. }]));
}

#[tokio::test]
async fn an_object_under_a_clients_key_is_held_to_its_length() {
    let shop = Shop::open().await;
    shop.put("/bkt/a", &KEY, &bytes_of(1, 1000)).await;
    assert_eq!(checked(&shop).0, []);
    fs::OpenOptions::new().write(true).open(body_of(&shop, 1032)).unwrap().set_len(1031).unwrap();
    assert!(matches!(checked(&shop).0[..], [Finding { fault: Fault::Length { expected: 1032, found: 1031 }, .. }]));
}

type Expected = fn(&Fault) -> bool;

#[tokio::test]
async fn metadata_that_contradicts_itself_is_found() {
    let damages: [(&str, Expected); 7] = [
        ("UPDATE files SET uses = 9", |fault| matches!(fault, Fault::Miscounted { counted: 9, .. })),
        ("UPDATE buckets SET bytes = bytes + 1 WHERE id = 2", |fault| matches!(fault, Fault::WrongUsage { .. })),
        ("DELETE FROM parts WHERE size = 700", |fault| matches!(fault, Fault::Parts(_))),
        ("DELETE FROM objects WHERE part_set NOTNULL", |fault| matches!(fault, Fault::UnnamedParts(3))),
        ("DELETE FROM objects WHERE inline_body NOTNULL", |fault| matches!(fault, Fault::UnnamedSmallBodies(1))),
        ("UPDATE objects SET head = '{' WHERE file NOTNULL", |fault| matches!(fault, Fault::MetadataDamaged(_))),
        (
            "UPDATE objects SET checksum = NULL, etag = x'00112233445566778899aabbccddeeff00000003' WHERE part_set NOTNULL",
            |fault| matches!(fault, Fault::Parts(_)),
        ),
    ];
    for (sql, expected) in damages {
        let shop = Shop::open().await;
        shop.holds("/bkt/small", b"small").await;
        shop.holds("/bkt/large", &bytes_of(1, 500)).await;
        multipart(&shop, true).await;
        damage(&shop, sql);
        let (findings, _) = checked(&shop);
        assert!(findings.iter().any(|finding| expected(&finding.fault)), "{sql}: {findings:?}");
    }
}

#[tokio::test]
async fn a_body_that_nobody_names_is_a_fault_only_where_no_start_removes_it() {
    let shop = Shop::open().await;
    shop.holds("/bkt/a", &bytes_of(1, 500)).await;
    let named = body_of(&shop, 500);
    let orphan = named.with_file_name(format!("{}ff", &named.file_name().unwrap().to_str().unwrap()[..30]));
    fs::write(&orphan, b"left over").unwrap();
    let (findings, checked_open) = checked(&shop);
    assert_eq!((findings.len(), checked_open.unnamed_bodies), (0, 1), "a server may be writing it");
    let Shop { home, store, .. } = shop;
    store.close().await;
    drop(store);
    let (findings, _) = checked_with(home.path(), &OpenBook);
    assert!(matches!(findings[..], [Finding { fault: Fault::Orphan { bytes: 9 }, .. }]), "{findings:?}");
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let refused = check_store(home.path(), &OpenBook, &mut |_| {});
    assert!(matches!(refused, Err(EngineError::Corrupt(_))), "{refused:?}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing is made");
}
