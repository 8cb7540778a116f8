//! Batches whose neighbours fail, and batches that fail as a whole.

use keyward_store::conformance::samples::{NOW, audit, namespace, token};
use keyward_store::{AuditRecord, Write};

use super::*;
use crate::schema;

type Answer = oneshot::Receiver<Result<Committed, CommitError>>;

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().expect("a database in memory");
    schema::migrate(&mut connection).expect("the schema");
    connection
}

fn create(name: &str) -> (Job, Answer) {
    commit(Transaction::new(audit("test")).write(Write::create(namespace(name))))
}

fn commit(transaction: Transaction) -> (Job, Answer) {
    let (answer, result) = oneshot::channel();
    (Job::Commit(Box::new(transaction), answer), result)
}

/// Runs one batch; answers what was announced, and each job's result.
fn run_batch(
    connection: &Connection,
    jobs: impl IntoIterator<Item = (Job, Answer)>,
) -> (Option<Revision>, Vec<Result<Committed, CommitError>>) {
    let (jobs, answers): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
    let mut announced = None;
    run(connection, &AuditKeys::new([7; 32]), jobs, |revision| announced = Some(revision));
    let answers = answers.into_iter().map(|mut answer| answer.try_recv().expect("an answer"));
    (announced, answers.collect())
}

fn revisions(results: &[Result<Committed, CommitError>]) -> Vec<Option<u64>> {
    results.iter().map(|result| result.as_ref().ok().map(|committed| committed.revision.number())).collect()
}

fn rows(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("a count")
}

#[test]
fn a_refused_job_does_not_spoil_its_neighbours() {
    let connection = database();
    let (announced, results) = run_batch(&connection, ["a", "a", "b"].map(create));
    assert_eq!(revisions(&results), [Some(1), None, Some(2)]);
    assert_eq!(announced, Some(Revision::new(2)));
    assert_eq!((rows(&connection, "namespaces"), rows(&connection, "audit")), (2, 2));
}

#[test]
fn a_job_that_fails_half_way_does_not_spoil_its_neighbours() {
    let connection = database();
    connection.execute_batch("DROP INDEX audit_by_time; CREATE UNIQUE INDEX audit_by_time ON audit (at)").expect("SQL");
    let later = AuditRecord::new(keyward_ambient::Timestamp::EPOCH, "root", "test");
    let last = commit(Transaction::new(later).write(Write::create(namespace("c"))));
    let (_, results) = run_batch(&connection, [create("a"), create("b"), last]);
    assert_eq!(revisions(&results), [Some(1), None, Some(2)]);
    assert!(results[1].as_ref().is_err_and(CommitError::is_unavailable));
    assert_eq!((rows(&connection, "namespaces"), rows(&connection, "changes")), (2, 2));
}

#[test]
fn when_the_commit_fails_nobody_is_told_that_it_succeeded() {
    let mut connection = database();
    connection.commit_hook(Some(|| true)).expect("a hook");
    let (announced, results) = run_batch(&connection, ["a", "a", "b"].map(create));
    assert!(results.iter().all(|result| result.as_ref().is_err_and(CommitError::is_unavailable)), "{results:?}");
    assert_eq!(announced, None);

    connection.commit_hook(None::<fn() -> bool>).expect("no hook");
    let (announced, results) = run_batch(&connection, [create("a")]);
    assert_eq!((revisions(&results), announced), (vec![Some(1)], Some(Revision::new(1))));
    assert_eq!(rows(&connection, "audit"), 1);
}

#[test]
fn a_full_disk_is_could_not_find_out_and_is_survived() {
    let connection = database();
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).expect("a size");
    let limit = |pages: i64| connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
    limit(pages + 4).expect("a limit");
    let names: Vec<String> = (0..200).map(|number| format!("{number:0>200}")).collect();
    let (_, results) = run_batch(&connection, names.iter().map(|name| create(name)));
    let failed = results.iter().filter(|result| result.is_err()).count();
    assert!(failed > 0);
    assert!(results.iter().flat_map(|result| result.as_ref().err()).all(CommitError::is_unavailable), "{results:?}");
    assert_eq!(rows(&connection, "audit"), (results.len() - failed) as i64);

    limit(pages + 400).expect("a limit");
    let (announced, results) = run_batch(&connection, [create("after")]);
    assert_eq!(announced.map(Some), Some(results[0].as_ref().ok().map(|committed| committed.revision)));
}

#[test]
fn only_a_use_of_a_token_goes_without_a_sync() {
    let connection = database();
    let synchronous =
        || -> i64 { connection.pragma_query_value(None, "synchronous", |row| row.get(0)).expect("a mode") };
    let touch = || Job::Upkeep(Task::Touch { hash: token(1, "dana", NOW).hash, at: NOW }, oneshot::channel().0);
    run(&connection, &AuditKeys::new([7; 32]), vec![touch()], |_| {});
    assert_eq!(synchronous(), 1);
    let (job, _answer) = create("a");
    run(&connection, &AuditKeys::new([7; 32]), vec![touch(), job], |_| {});
    assert_eq!(synchronous(), 2);
}

#[test]
fn a_batch_of_refusals_writes_nothing() {
    let connection = database();
    run_batch(&connection, [create("a")]);
    let before = connection.total_changes();
    let (_, results) = run_batch(&connection, [create("a"), create("a")]);
    assert_eq!(revisions(&results), [None, None]);
    assert_eq!(connection.total_changes(), before);
}
