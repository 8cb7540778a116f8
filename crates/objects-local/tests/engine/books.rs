//! Whether everything that is stored is stored once, named once and counted right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Checks the closed store in `home`. After a sweep, or without a crash, no body may be left over.
pub fn balance(home: &Path) {
    let mut named = BTreeSet::new();
    for entry in std::fs::read_dir(home).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "db") {
            let shard = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
            shard_balances(&shard);
            for file in column::<String>(&shard, "SELECT lower(hex(id)) FROM files") {
                assert!(named.insert(file), "a body file is named in two shards");
            }
        }
    }
    assert_eq!(files_below(&home.join("bodies")), named, "bodies on disk and bodies named differ");
}

fn shard_balances(shard: &Connection) {
    let used = column::<Vec<u8>>(
        shard,
        "SELECT file FROM objects WHERE file NOTNULL UNION ALL SELECT file FROM parts WHERE file NOTNULL",
    );
    let mut uses = BTreeMap::new();
    used.into_iter().for_each(|file| *uses.entry(file).or_insert(0) += 1);
    let mut statement = shard.prepare("SELECT id, uses FROM files").unwrap();
    let counted: BTreeMap<Vec<u8>, i64> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(counted, uses, "the uses of body files are counted wrong");

    let small = "SELECT inline_body FROM objects WHERE inline_body NOTNULL
                 UNION ALL SELECT inline_body FROM parts WHERE inline_body NOTNULL ORDER BY 1";
    assert_eq!(column::<i64>(shard, "SELECT id FROM inline_bodies ORDER BY id"), column::<i64>(shard, small));

    let sets = "SELECT substr(key, -24) FROM uploads UNION SELECT part_set FROM objects WHERE part_set NOTNULL";
    let sets: BTreeSet<Vec<u8>> = column(shard, sets).into_iter().collect();
    let with_parts: BTreeSet<Vec<u8>> =
        column(shard, "SELECT DISTINCT substr(key, 1, 24) FROM parts").into_iter().collect();
    assert!(with_parts.is_subset(&sets), "parts are left of an upload or object that is gone");

    let wrong = "SELECT hex(id) FROM (SELECT substr('0000000000000000' || printf('%X', id), -16) AS id, objects, bytes FROM buckets)
                 WHERE (objects, bytes) IS NOT (SELECT count(*) FILTER (WHERE NOT delete_marker), coalesce(sum(size), 0) FROM objects AS o
                                                 WHERE hex(substr(o.key, 1, 8)) = id)";
    assert_eq!(column::<String>(shard, wrong), [""; 0], "a bucket's usage is counted wrong");
}

fn column<T: rusqlite::types::FromSql>(shard: &Connection, sql: &str) -> Vec<T> {
    let mut statement = shard.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// The names of all body files.
pub fn files_below(directory: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.append(&mut files_below(&path));
        } else {
            names.insert(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    names
}
