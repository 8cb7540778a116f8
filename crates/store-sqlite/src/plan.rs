//! For tests: how SQLite is going to answer a question.

use rusqlite::Connection;

use crate::schema;

/// Fails unless `sql` is answered by one search of the index and bounds given, without a sort.
pub(crate) fn assert_is_one_search(sql: &str, index: &str) {
    let mut connection = Connection::open_in_memory().expect("a database in memory");
    schema::migrate(&mut connection).expect("the schema");
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("valid SQL");
    let blanks = vec![rusqlite::types::Null; statement.parameter_count()];
    let steps: Vec<String> = statement
        .query_map(rusqlite::params_from_iter(blanks), |row| row.get("detail"))
        .and_then(Iterator::collect)
        .expect("a plan");
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(steps[0].starts_with("SEARCH") && steps[0].ends_with(index), "{steps:?}");
}
