//! Random histories against a model of ordered maps.

use std::collections::{BTreeMap, BTreeSet};

use keyward_objects_local::engine::{
    After, BucketId, ByteRange, CompletedPart, Completion, CopyRequest, Deletion, EngineError, Etag, ListQuery,
    ObjectHead, Precondition, UploadId, Usage, Which,
};
use md5::{Digest, Md5};
use proptest::prelude::*;

use crate::books;
use crate::room::{HERE, Room, THERE, bytes_of, drain};

const BUCKETS: [BucketId; 2] = [HERE, THERE];
/// Keys around every border there is: delimiters in a row and at the ends, their neighbours in order, the ends of UTF-8.
const KEYS: [&str; 20] = [
    "a",
    "a/",
    "a//",
    "a//b",
    "a/b",
    "a/b/c",
    "a/b/d",
    "a/c",
    "a0",
    "ab",
    "ab/c",
    "b",
    "/",
    "//",
    "é",
    "é/x",
    "é/y/z",
    "z\u{1}",
    "z\u{10ffff}",
    "z\u{10ffff}/q",
];
const PREFIXES: [&str; 9] = ["", "a", "a/", "a/b", "a/b/", "/", "é", "z\u{10ffff}", "none"];
const DELIMITERS: [Option<&str>; 6] = [None, Some("/"), Some("//"), Some("b"), Some("é"), Some("")];

#[derive(Clone, Debug)]
enum Op {
    Put { place: Place, seed: usize, size: usize, only_new: bool },
    Delete { places: Vec<Place> },
    Copy { from: Place, to: Place },
    Begin { place: Place },
    Part { upload: usize, number: u16, seed: usize, size: usize },
    Complete { upload: usize },
    Abort { upload: usize },
    Read { place: Place, range: ByteRange },
    List { bucket: usize, prefix: usize, delimiter: usize, from: Option<usize>, limit: usize },
    Reopen,
}

type Place = (usize, usize);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Object {
    bytes: Vec<u8>,
    etag: Etag,
}

#[derive(Default)]
struct Model {
    objects: BTreeMap<(usize, &'static str), Object>,
    uploads: Vec<(Place, UploadId, BTreeMap<u16, Object>)>,
}

fn places() -> impl Strategy<Value = Place> {
    (0..BUCKETS.len(), 0..KEYS.len())
}

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0), 1..64_usize, 64..70_usize, 100..700_usize]
}

fn ranges() -> impl Strategy<Value = ByteRange> {
    let place = 0..800_u64;
    prop_oneof![
        Just(ByteRange::Whole),
        place.clone().prop_map(ByteRange::From),
        place.clone().prop_map(ByteRange::Suffix),
        (place.clone(), place).prop_map(|(first, last)| ByteRange::Span(first, last)),
    ]
}

fn ops() -> impl Strategy<Value = Op> {
    let part = (0..3_usize, 1..4_u16, any::<u8>(), sizes());
    prop_oneof![
        8 => (places(), any::<u8>(), sizes(), any::<bool>()).prop_map(|(place, seed, size, only_new)| {
            Op::Put { place, seed: seed.into(), size, only_new }
        }),
        2 => prop::collection::vec(places(), 1..4).prop_map(|places| Op::Delete { places }),
        2 => (places(), places()).prop_map(|(from, to)| Op::Copy { from, to }),
        1 => places().prop_map(|place| Op::Begin { place }),
        3 => part.prop_map(|(upload, number, seed, size)| Op::Part { upload, number, seed: seed.into(), size }),
        1 => (0..3_usize).prop_map(|upload| Op::Complete { upload }),
        1 => (0..3_usize).prop_map(|upload| Op::Abort { upload }),
        3 => (places(), ranges()).prop_map(|(place, range)| Op::Read { place, range }),
        4 => (0..2_usize, 0..PREFIXES.len(), 0..DELIMITERS.len(), prop::option::of(0..KEYS.len()), 1..6_usize)
            .prop_map(|(bucket, prefix, delimiter, from, limit)| Op::List { bucket, prefix, delimiter, from, limit }),
        1 => Just(Op::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_history_gives_what_the_model_gives(history in prop::collection::vec(ops(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut room, mut model) = (Room::new().await, Model::default());
            for op in history {
                if matches!(op, Op::Reopen) {
                    room = room.reopened().await;
                } else {
                    step(&room, &mut model, op).await;
                }
            }
            agree(&room, &model).await;
            room.engine.close().await;
            books::balance(room.home.path());
        });
    }
}

async fn step(room: &Room, model: &mut Model, op: Op) {
    match op {
        Op::Put { place, seed, size, only_new } => put(room, model, place, bytes_of(seed, size), only_new).await,
        Op::Delete { places } => delete(room, model, &places).await,
        Op::Copy { from, to } => copy(room, model, from, to).await,
        Op::Begin { place } => {
            let begun = room.engine.create_upload(BUCKETS[place.0], KEYS[place.1], ObjectHead::default(), None);
            model.uploads.push((place, begun.await.unwrap(), BTreeMap::new()));
        }
        Op::Part { upload, number, seed, size } => put_part(room, model, upload, number, bytes_of(seed, size)).await,
        Op::Complete { upload } if upload < model.uploads.len() => complete(room, model, upload).await,
        Op::Abort { upload } if upload < model.uploads.len() => {
            let (place, id, _) = model.uploads.remove(upload);
            room.engine.abort_upload(BUCKETS[place.0], KEYS[place.1], id).await.unwrap();
        }
        Op::Read { place, range } => read(room, model, place, range).await,
        Op::List { bucket, prefix, delimiter, from, limit } => {
            let from = from.map(|key| KEYS[key]);
            list(room, model, bucket, PREFIXES[prefix], DELIMITERS[delimiter], from, limit).await;
        }
        Op::Complete { .. } | Op::Abort { .. } | Op::Reopen => {}
    }
}

async fn put(room: &Room, model: &mut Model, place: Place, bytes: Vec<u8>, only_new: bool) {
    let condition = if only_new { Precondition::Absent } else { Precondition::None };
    let outcome = room.put_if(BUCKETS[place.0], KEYS[place.1], &bytes, condition).await;
    let key = (place.0, KEYS[place.1]);
    if only_new && model.objects.contains_key(&key) {
        assert!(matches!(outcome, Err(EngineError::PreconditionFailed)));
    } else {
        let etag = Etag::of_body(Md5::digest(&bytes).into());
        assert_eq!(outcome.unwrap().etag, etag);
        model.objects.insert(key, Object { bytes, etag });
    }
}

async fn delete(room: &Room, model: &mut Model, places: &[Place]) {
    let (bucket, _) = places[0];
    let keys: Vec<&str> = places.iter().map(|(_, key)| KEYS[*key]).collect();
    let asked = keys.iter().map(|key| ((*key).to_owned(), Deletion::default())).collect();
    let answers = room.engine.delete_many(BUCKETS[bucket], asked, None).await.unwrap();
    for (key, answer) in keys.into_iter().zip(answers) {
        assert_eq!(answer.unwrap().existed, model.objects.remove(&(bucket, key)).is_some());
    }
}

async fn copy(room: &Room, model: &mut Model, from: Place, to: Place) {
    let request = CopyRequest {
        source: (BUCKETS[from.0], KEYS[from.1].to_owned()),
        source_version: Which::Latest,
        judged: None,
        target: (BUCKETS[to.0], KEYS[to.1].to_owned()),
        head: None,
        terms: Precondition::None.into(),
    };
    let outcome = room.engine.copy(request).await;
    match model.objects.get(&(from.0, KEYS[from.1])).cloned() {
        Some(object) => {
            assert_eq!(outcome.unwrap().etag, object.etag);
            model.objects.insert((to.0, KEYS[to.1]), object);
        }
        None => assert!(matches!(outcome, Err(EngineError::NoSuchKey))),
    }
}

async fn put_part(room: &Room, model: &mut Model, upload: usize, number: u16, bytes: Vec<u8>) {
    let Some((place, id, parts)) = model.uploads.get_mut(upload) else { return };
    let body = room.body(&bytes).await;
    let part = room.engine.put_part(BUCKETS[place.0], KEYS[place.1], *id, number, body, None).await.unwrap();
    parts.insert(number, Object { bytes, etag: part.etag });
}

async fn complete(room: &Room, model: &mut Model, upload: usize) {
    let (place, id, parts) = model.uploads[upload].clone();
    let named = parts.iter().map(|(number, part)| CompletedPart { number: *number, etag: part.etag }).collect();
    let completion = Completion { parts: named, checksum: None, retention: None, terms: Precondition::None.into() };
    let outcome = room.engine.complete_upload(BUCKETS[place.0], KEYS[place.1], id, completion).await;
    let too_small = parts.values().rev().skip(1).any(|part| part.bytes.len() < 10);
    match outcome {
        Err(EngineError::NoParts) => assert!(parts.is_empty()),
        Err(EngineError::EntityTooSmall { .. }) => assert!(too_small),
        outcome => {
            assert!(!too_small && !parts.is_empty());
            let etag = outcome.unwrap().etag;
            assert_eq!(etag.parts, u32::try_from(parts.len()).ok());
            let bytes = parts.values().flat_map(|part| part.bytes.clone()).collect();
            model.objects.insert((place.0, KEYS[place.1]), Object { bytes, etag });
            model.uploads.remove(upload);
        }
    }
}

async fn read(room: &Room, model: &Model, place: Place, range: ByteRange) {
    let outcome = room.engine.open_object(BUCKETS[place.0], KEYS[place.1], range).await;
    let Some(object) = model.objects.get(&(place.0, KEYS[place.1])) else {
        assert!(matches!(outcome, Err(EngineError::NoSuchKey)));
        return;
    };
    let size = object.bytes.len();
    let clip = |place: u64| usize::try_from(place).unwrap().min(size);
    let expected = match range {
        ByteRange::Whole | ByteRange::Part(_) => Some(0..size),
        ByteRange::From(first) => Some(clip(first)..size).filter(|range| !range.is_empty()),
        ByteRange::Span(first, last) => Some(clip(first)..clip(last + 1)).filter(|range| !range.is_empty()),
        ByteRange::Suffix(count) => Some(size - clip(count)..size).filter(|range| !range.is_empty()),
    };
    match (outcome, expected) {
        (Ok(opened), Some(expected)) => {
            assert_eq!(opened.record.etag, object.etag);
            assert_eq!(drain(opened.body).await.unwrap(), object.bytes[expected]);
        }
        (Err(EngineError::RangeNotSatisfiable { .. }), None) => {}
        (outcome, expected) => panic!("{:?} instead of {expected:?}", outcome.map(|opened| opened.range)),
    }
}

/// Pages through a listing and compares it with the plain definition.
async fn list(
    room: &Room,
    model: &Model,
    bucket: usize,
    prefix: &str,
    delimiter: Option<&str>,
    from: Option<&str>,
    limit: usize,
) {
    let folded = |key: &str| {
        let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
        let end = key[prefix.len()..].find(delimiter)? + prefix.len() + delimiter.len();
        Some(key[..end].to_owned())
    };
    let (mut keys, mut prefixes) = (Vec::new(), BTreeSet::new());
    for (_, key) in model.objects.keys().filter(|(within, key)| *within == bucket && key.starts_with(prefix)) {
        if from.is_none_or(|from| *key > from) {
            match folded(key) {
                Some(common) => drop(prefixes.insert(common)),
                None => keys.push((*key).to_owned()),
            }
        }
    }
    let after = from.map_or(After::Nothing, |from| After::Key(from.to_owned()));
    let mut query = ListQuery {
        prefix: prefix.to_owned(),
        delimiter: delimiter.map(ToOwned::to_owned),
        after,
        limit,
        with_heads: false,
    };
    let (mut listed, mut common) = (Vec::new(), Vec::new());
    loop {
        let page = room.engine.list(BUCKETS[bucket], query.clone()).await.unwrap();
        let count = page.entries.len() + page.common_prefixes.len();
        assert!(count == limit || count < limit && page.next.is_none(), "a page is full unless it is the last");
        for (key, entry) in page.entries {
            let object = &model.objects[&(bucket, *KEYS.iter().find(|known| **known == key).unwrap())];
            assert_eq!((entry.etag, entry.size), (object.etag, object.bytes.len() as u64));
            listed.push(key);
        }
        common.extend(page.common_prefixes);
        let Some(next) = page.next else { break };
        query.after = next;
    }
    assert_eq!(listed, keys);
    assert_eq!(common, prefixes.into_iter().collect::<Vec<_>>());
}

/// Compares everything.
async fn agree(room: &Room, model: &Model) {
    for (number, bucket) in BUCKETS.into_iter().enumerate() {
        let mut usage = Usage::default();
        for key in KEYS {
            let object = model.objects.get(&(number, key));
            assert_eq!(room.read(bucket, key).await.as_ref(), object.map(|object| &object.bytes), "{key}");
            if let Some(object) = object {
                usage.objects += 1;
                usage.bytes += object.bytes.len() as u64;
            }
        }
        assert_eq!(room.engine.usage(bucket).await.unwrap(), usage);
        list(room, model, number, "", None, None, 3).await;
    }
}
