//! A process that is killed while it writes: whatever it had acknowledged is there.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use keyward_ambient::{SystemClock, SystemEntropy};
use keyward_objects_local::engine::{
    BucketId, CompletedPart, Completion, CopyRequest, Engine, EngineError, ObjectHead, Precondition, Which,
};

use crate::books;
use crate::room::{HERE, THERE, body, bytes_of, read, settings};

const WRITERS: usize = 4;
const KEYS: usize = 3;

fn open(home: &Path) -> Engine {
    Engine::open(home, Arc::new(SystemClock), Arc::new(SystemEntropy), settings()).unwrap()
}

fn place(writer: usize, number: usize) -> (BucketId, String) {
    (if number.is_multiple_of(2) { HERE } else { THERE }, format!("w{writer}/k{}", number % KEYS))
}

fn value(writer: usize, number: usize) -> Vec<u8> {
    bytes_of(writer * 1_000_003 + number, number * 37 % 900)
}

async fn put(engine: &Engine, bucket: BucketId, key: &str, value: &[u8]) -> Result<(), EngineError> {
    let body = body(engine, value).await?;
    let put = engine.commit_put(bucket, key, body, ObjectHead::default(), None, Precondition::None);
    put.await.map(drop)
}

/// Writes the value of `number`: every fifth as an upload in two parts, every seventh as a copy from the other shard.
async fn write(engine: &Engine, writer: usize, number: usize) -> Result<(), EngineError> {
    let ((bucket, key), value) = (place(writer, number), value(writer, number));
    if number.is_multiple_of(7) {
        let elsewhere = (if bucket == HERE { THERE } else { HERE }, format!("w{writer}/source"));
        put(engine, elsewhere.0, &elsewhere.1, &value).await?;
        let (target, terms) = ((bucket, key), Precondition::None.into());
        let request =
            CopyRequest { source: elsewhere, source_version: Which::Latest, judged: None, target, head: None, terms };
        return engine.copy(request).await.map(drop);
    }
    if !number.is_multiple_of(5) || value.len() < 20 {
        return put(engine, bucket, &key, &value).await;
    }
    let upload = engine.create_upload(bucket, &key, ObjectHead::default(), None).await?;
    let mut parts = Vec::new();
    for (number, piece) in (1..).zip([&value[..10], &value[10..]]) {
        let body = body(engine, piece).await?;
        let part = engine.put_part(bucket, &key, upload, number, body, None).await?;
        parts.push(CompletedPart { number, etag: part.etag });
    }
    let completion = Completion { parts, checksum: None, retention: None, terms: Precondition::None.into() };
    engine.complete_upload(bucket, &key, upload, completion).await.map(drop)
}

#[test]
#[ignore = "the process that the test below starts and kills; it reads its directory from its input"]
fn writing_process() {
    let mut home = String::new();
    std::io::stdin().read_line(&mut home).unwrap();
    let home = PathBuf::from(home.trim());
    if !home.is_absolute() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = open(&home);
        let writers = (0..WRITERS).map(|writer| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for number in 0.. {
                    write(&engine, writer, number).await.unwrap();
                    println!("\nack {writer} {number}");
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

/// Makes a store in `home`, has the writing process write there, calls `stop` after `most` acknowledgements, and gives
/// the last one of each writer once the process has ended.
pub async fn write_until(home: &Path, most: usize, stop: impl FnOnce(&mut Child)) -> BTreeMap<usize, usize> {
    let engine = open(home);
    engine.open_bucket(HERE).await.unwrap();
    engine.open_bucket(THERE).await.unwrap();
    engine.close().await;
    drop(engine);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::writing_process", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", home.display()).unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let (mut last, mut count, mut stop) = (BTreeMap::new(), 0, Some(stop));
    for line in lines {
        let mut words = line.split(' ');
        let (Some("ack"), Some(writer), Some(number), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        last.insert(writer.parse().unwrap(), number.parse().unwrap());
        count += 1;
        if count == most {
            stop.take().into_iter().for_each(|stop| stop(&mut child));
        }
    }
    child.wait().unwrap();
    assert!(count >= most, "the writing process ended by itself after {count}");
    last
}

/// Checks the store that the process left behind against its last acknowledgements.
pub async fn holds_what_was_acknowledged(home: &Path, last: &BTreeMap<usize, usize>) {
    let engine = open(home);
    engine.sweep().await.unwrap();
    for (&writer, &acknowledged) in last {
        // The writes that a key can show: the last acknowledged one, or the one under way when the end came.
        for number in (acknowledged + 1).saturating_sub(2 * KEYS)..=acknowledged {
            let (bucket, key) = place(writer, number);
            let found = read(&engine, bucket, &key).await.expect("it was acknowledged");
            let under_way = number + 2 * KEYS;
            let may_show_next = under_way == acknowledged + 1;
            assert!(
                found == value(writer, number) || may_show_next && found == value(writer, under_way),
                "writer {writer} had {number} acknowledged"
            );
        }
    }
    engine.close().await;
    drop(engine);
    books::balance(home);
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    for most in [40, 173, 400] {
        let home = tempfile::tempdir().unwrap();
        let last = write_until(home.path(), most, |child| child.kill().unwrap()).await;
        holds_what_was_acknowledged(home.path(), &last).await;
    }
}
