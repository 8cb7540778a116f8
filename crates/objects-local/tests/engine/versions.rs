//! Random histories of a bucket whose versioning comes and goes, against a model: a list of versions for each key.

use std::collections::BTreeMap;

use keyward_objects_local::engine::{
    After, ByteRange, CopyRequest, Deletion, EngineError, ListQuery, ObjectHead, Precondition, Terms, Usage, Version,
    Versioning, VersionsQuery, Which,
};
use proptest::prelude::*;

use crate::books;
use crate::room::{HERE, Room, bytes_of, drain};

const KEYS: [&str; 5] = ["a", "a/b", "a/c", "b", "b0"];

#[derive(Clone, Debug)]
enum Op {
    Put { key: usize, seed: usize, size: usize, only_new: bool },
    Copy { from: usize, version: usize, to: usize },
    Delete { key: usize },
    DeleteVersion { key: usize, version: usize },
    Keep(Versioning),
    Reopen,
}

/// One version: its name, and its bytes; `None` is a delete marker.
type Kept = (Version, Option<Vec<u8>>);

struct Model {
    versioning: Versioning,
    /// The newest first.
    versions: BTreeMap<&'static str, Vec<Kept>>,
}

fn ops() -> impl Strategy<Value = Op> {
    let key = || 0..KEYS.len();
    prop_oneof![
        6 => (key(), 0..200_usize, prop_oneof![Just(0), 1..64_usize, 65..300_usize], any::<bool>())
            .prop_map(|(key, seed, size, only_new)| Op::Put { key, seed, size, only_new }),
        1 => (key(), 0..4_usize, key()).prop_map(|(from, version, to)| Op::Copy { from, version, to }),
        3 => key().prop_map(|key| Op::Delete { key }),
        2 => (key(), 0..4_usize).prop_map(|(key, version)| Op::DeleteVersion { key, version }),
        2 => prop_oneof![Just(Versioning::Enabled), Just(Versioning::Suspended)].prop_map(Op::Keep),
        1 => Just(Op::Reopen),
    ]
}

impl Model {
    fn of(&self, key: &str) -> &[Kept] {
        self.versions.get(key).map_or(&[], Vec::as_slice)
    }

    fn latest(&self, key: &str) -> Option<&Vec<u8>> {
        self.of(key).first().and_then(|(_, bytes)| bytes.as_ref())
    }

    /// A write or a marker: beside the others, or in place of the null version.
    fn add(&mut self, key: &'static str, version: Version, bytes: Option<Vec<u8>>) {
        let versions = self.versions.entry(key).or_default();
        if self.versioning != Versioning::Enabled {
            versions.retain(|(version, _)| *version != Version::NULL);
        }
        versions.insert(0, (version, bytes));
    }

    fn terms(&self, precondition: Precondition) -> Terms {
        Terms { precondition, versioning: self.versioning }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_history_of_versions_gives_what_the_model_gives(history in prop::collection::vec(ops(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut room = Room::new().await;
            let mut model = Model { versioning: Versioning::Off, versions: BTreeMap::new() };
            for op in history {
                match op {
                    Op::Reopen => room = room.reopened().await,
                    op => step(&room, &mut model, op).await,
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
        Op::Keep(versioning) => model.versioning = versioning,
        Op::Put { key, seed, size, only_new } => put(room, model, KEYS[key], bytes_of(seed, size), only_new).await,
        Op::Copy { from, version, to } => copy(room, model, KEYS[from], version, KEYS[to]).await,
        Op::Delete { key } => delete(room, model, KEYS[key]).await,
        Op::DeleteVersion { key, version } => delete_version(room, model, KEYS[key], version).await,
        Op::Reopen => {}
    }
}

async fn put(room: &Room, model: &mut Model, key: &'static str, bytes: Vec<u8>, only_new: bool) {
    let precondition = if only_new { Precondition::Absent } else { Precondition::None };
    let (body, terms) = (room.body(&bytes).await, model.terms(precondition));
    let put = room.engine.commit_put(HERE, key, body, ObjectHead::default(), None, terms).await;
    if only_new && model.latest(key).is_some() {
        assert!(matches!(put, Err(EngineError::PreconditionFailed)));
        return;
    }
    let version = put.unwrap().version;
    assert_eq!(version == Version::NULL, model.versioning != Versioning::Enabled);
    model.add(key, version, Some(bytes));
}

async fn copy(room: &Room, model: &mut Model, from: &'static str, nth: usize, to: &'static str) {
    let Some((version, bytes)) = model.of(from).get(nth).cloned() else { return };
    let request = CopyRequest {
        source: (HERE, from.to_owned()),
        source_version: Which::Version(version),
        judged: None,
        target: (HERE, to.to_owned()),
        head: None,
        terms: model.terms(Precondition::None),
    };
    match (room.engine.copy(request).await, bytes) {
        (Ok(copied), Some(bytes)) => model.add(to, copied.version, Some(bytes)),
        (Err(EngineError::IsDeleteMarker { .. }), None) => {}
        (outcome, _) => panic!("{outcome:?}"),
    }
}

async fn delete(room: &Room, model: &mut Model, key: &'static str) {
    let deletion = Deletion { versioning: model.versioning, ..Deletion::default() };
    let deleted = room.engine.delete(HERE, key, deletion, None).await.unwrap();
    assert_eq!(deleted.existed, model.latest(key).is_some());
    if model.versioning == Versioning::Off {
        model.versions.remove(key);
        return;
    }
    let marker = deleted.version.unwrap();
    match model.of(key).first() {
        Some((version, None)) => assert_eq!(*version, marker, "a marker that stands is enough"),
        _ => model.add(key, marker, None),
    }
}

async fn delete_version(room: &Room, model: &mut Model, key: &'static str, nth: usize) {
    let Some((version, bytes)) = model.of(key).get(nth).cloned() else { return };
    let deletion = Deletion { which: Which::Version(version), versioning: model.versioning, ..Deletion::default() };
    let deleted = room.engine.delete(HERE, key, deletion, None).await.unwrap();
    assert_eq!((deleted.existed, deleted.version, deleted.is_marker), (true, Some(version), bytes.is_none()));
    model.versions.get_mut(key).unwrap().remove(nth);
    let again = room.engine.delete(HERE, key, deletion, None).await.unwrap();
    assert!(!again.existed, "a version that is gone is deleted already");
}

async fn agree(room: &Room, model: &Model) {
    let mut usage = Usage::default();
    for key in KEYS {
        assert_eq!(latest(room, key).await.as_ref(), model.latest(key), "{key}");
        for (version, bytes) in model.of(key) {
            let opened =
                room.engine.open_version(HERE, key, Which::Version(*version), ByteRange::Whole, |_| Ok(None)).await;
            match (opened, bytes) {
                (Ok(opened), Some(bytes)) => {
                    usage.objects += 1;
                    usage.bytes += opened.record.size;
                    assert_eq!(drain(opened.body).await.unwrap(), *bytes);
                }
                (Err(EngineError::IsDeleteMarker { version: marker, .. }), None) => assert_eq!(marker, *version),
                (opened, _) => panic!("{key} {version}: {:?}", opened.map(|opened| opened.record)),
            }
        }
    }
    assert_eq!(room.engine.usage(HERE).await.unwrap(), usage);
    for limit in [1, 2, 100] {
        assert_eq!(listed(room, limit).await, expected(model), "pages of {limit}");
    }
    let current: Vec<_> = KEYS.into_iter().filter(|key| model.latest(key).is_some()).collect();
    let query = ListQuery { limit: 100, ..ListQuery::default() };
    let page = room.engine.list(HERE, query).await.unwrap();
    assert_eq!(page.entries.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), current);
}

async fn latest(room: &Room, key: &str) -> Option<Vec<u8>> {
    match room.engine.open_object(HERE, key, ByteRange::Whole).await {
        Ok(opened) => Some(drain(opened.body).await.unwrap()),
        Err(EngineError::NoSuchKey | EngineError::IsDeleteMarker { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

type Line = (String, Version, bool, bool);

fn expected(model: &Model) -> Vec<Line> {
    let of_key = |key: &&'static str| {
        let key = (*key).to_owned();
        let lines = model.of(&key).iter().enumerate();
        lines.map(|(nth, (version, bytes))| (key.clone(), *version, bytes.is_none(), nth == 0)).collect::<Vec<_>>()
    };
    KEYS.iter().flat_map(of_key).collect()
}

/// All versions, page by page.
async fn listed(room: &Room, limit: usize) -> Vec<Line> {
    let mut query = VersionsQuery { limit, ..VersionsQuery::default() };
    let mut lines = Vec::new();
    loop {
        let page = room.engine.list_versions(HERE, query.clone()).await.unwrap();
        assert!(page.versions.len() <= limit);
        lines.extend(
            page.versions
                .into_iter()
                .map(|(key, listed, is_latest)| (key, listed.version, listed.is_marker, is_latest)),
        );
        let Some((after, after_version)) = page.next else { return lines };
        query = VersionsQuery { after, after_version, ..query };
    }
}

#[tokio::test]
async fn a_common_prefix_holds_versions_and_only_living_objects_make_it_a_folder() {
    let room = Room::new().await;
    let kept = Terms { precondition: Precondition::None, versioning: Versioning::Enabled };
    for key in ["a/1", "a/1", "b/1"] {
        let body = room.body(b"x").await;
        room.engine.commit_put(HERE, key, body, ObjectHead::default(), None, kept).await.unwrap();
    }
    let deletion = Deletion { versioning: Versioning::Enabled, ..Deletion::default() };
    room.engine.delete(HERE, "b/1", deletion, None).await.unwrap();
    let objects = ListQuery { delimiter: Some("/".into()), limit: 9, ..ListQuery::default() };
    assert_eq!(room.engine.list(HERE, objects).await.unwrap().common_prefixes, ["a/"]);
    let versions = VersionsQuery { delimiter: Some("/".into()), limit: 1, ..VersionsQuery::default() };
    let first = room.engine.list_versions(HERE, versions.clone()).await.unwrap();
    assert_eq!(
        (first.common_prefixes.as_slice(), &first.next),
        (&["a/".to_owned()][..], &Some((After::Prefix("a/".into()), None)))
    );
    let (after, after_version) = first.next.unwrap();
    let rest = room.engine.list_versions(HERE, VersionsQuery { after, after_version, ..versions }).await.unwrap();
    assert_eq!((rest.common_prefixes.as_slice(), rest.next), (&["b/".to_owned()][..], None));
}
