//! Everyday work with keys of any letters.

use std::io::Read;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_sdk_s3::{Client, Error};

/// Puts, reads, copies and deletes an object under each key on standard input; gives back the keys of the copies, which
/// are deleted as well.
pub async fn walk(client: &Client, bucket: &str, other: &str, text: &str) -> Result<Vec<String>, Error> {
    let mut keys = String::new();
    std::io::stdin().read_to_string(&mut keys).expect("standard input is text");
    for key in keys.split_terminator('\0') {
        client.put_object().bucket(bucket).key(key).body(text.to_owned().into_bytes().into()).send().await?;
        let read = client.get_object().bucket(bucket).key(key).send().await?;
        assert_eq!(read.body.collect().await.expect("a whole body").into_bytes(), text.as_bytes());
        client.copy_object().bucket(other).key(key).copy_source(format!("{bucket}/{}", encoded(key))).send().await?;
        client.delete_object().bucket(bucket).key(key).send().await?;
    }
    let copies = listed(client, other).await?;
    let named = |key: &String| ObjectIdentifier::builder().key(key).build().expect("a key");
    let all = Delete::builder().set_objects(Some(copies.iter().map(named).collect())).build().expect("objects");
    client.delete_objects().bucket(other).delete(all).send().await?;
    Ok(copies)
}

async fn listed(client: &Client, bucket: &str) -> Result<Vec<String>, Error> {
    let mut pages = client.list_objects_v2().bucket(bucket).max_keys(10).into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        keys.extend(page?.contents().iter().map(|entry| entry.key().expect("a key").to_owned()));
    }
    Ok(keys)
}

/// The SDK wants the source of a copy encoded by whoever calls it.
fn encoded(key: &str) -> String {
    key.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
