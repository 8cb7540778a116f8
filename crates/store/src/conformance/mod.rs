//! The promises that every backend keeps, as tests that a backend runs against itself.
//!
//! A backend writes one function that opens an empty store, and hands it to [`conformance_tests!`](crate::conformance_tests):
//!
//! ```ignore
//! async fn empty_store() -> (Arc<dyn Store>, TempDir) { .. }
//! keyward_store::conformance_tests!(empty_store);
//! ```

pub mod atomicity;
pub mod audit;
pub mod buckets;
pub mod changes;
pub mod expectations;
pub mod order;
pub mod paging;
pub mod records;
pub mod samples;
pub mod secret_usages;
pub mod tokens;

/// Makes a test of every promise. `$open` names an async function without arguments that answers an empty
/// `Arc<dyn Store>` and a guard that is kept until the test ends.
#[macro_export]
macro_rules! conformance_tests {
    ($open:path) => {
        $crate::conformance_tests! { @each $open;
            records::every_record_reads_back_as_it_was_written,
            records::a_record_that_was_deleted_is_gone,
            records::a_user_is_found_in_its_own_scope_only,
            records::lists_hold_what_was_written,
            expectations::what_exists_is_not_created_again,
            expectations::a_stale_update_is_a_conflict,
            expectations::a_stale_delete_is_a_conflict,
            expectations::a_required_record_has_to_exist,
            expectations::a_required_user_is_the_very_one,
            expectations::what_a_decision_depended_on_has_to_be_unchanged,
            expectations::users_and_buckets_need_their_namespace,
            expectations::a_namespace_goes_only_when_it_is_empty,
            expectations::what_has_to_be_empty_is_checked,
            expectations::of_concurrent_commits_on_one_revision_exactly_one_wins,
            expectations::of_concurrent_creations_exactly_one_wins,
            atomicity::a_failing_step_undoes_the_steps_before_it,
            atomicity::a_refused_transaction_uses_up_no_revision,
            atomicity::a_step_sees_the_steps_before_it,
            order::revisions_are_without_gaps_under_concurrent_writers,
            order::a_follower_misses_nothing_while_writers_commit,
            order::the_watch_shows_a_commit_before_it_is_answered,
            paging::object_users_are_paged_by_id,
            paging::object_users_are_filtered_by_namespace_and_prefix,
            paging::one_id_in_two_scopes_is_listed_twice,
            paging::buckets_are_filtered_by_namespace_owner_and_prefix,
            paging::namespaces_people_and_management_users_are_paged,
            paging::a_page_goes_on_after_its_last_row_was_deleted,
            tokens::a_token_reads_back_and_ends_when_it_is_deleted,
            tokens::an_owner_holds_no_more_live_tokens_than_allowed,
            tokens::dead_tokens_do_not_count_and_are_removed,
            tokens::all_tokens_of_an_owner_end_together,
            tokens::concurrent_logins_cannot_pass_the_limit,
            tokens::a_use_is_noted_forward_only_and_is_no_change,
            tokens::dead_tokens_are_swept,
            secret_usages::uses_add_up_and_the_last_one_is_known,
            secret_usages::a_use_is_no_change,
            secret_usages::what_leaves_the_ring_is_forgotten,
            buckets::bucket_ids_are_never_given_twice,
            buckets::a_bucket_keeps_its_id_and_is_found_by_it,
            buckets::a_refused_bucket_reads_back_nowhere,
            buckets::a_name_tells_the_namespace_while_one_alone_has_it,
            changes::every_change_is_told_once_and_in_order,
            changes::what_changed_nothing_is_not_told,
            changes::a_follower_reads_on_from_where_it_is,
            changes::who_lags_behind_a_trimmed_feed_is_told,
            audit::every_transaction_is_one_entry,
            audit::entries_are_found_by_time_and_namespace,
            audit::the_chain_verifies,
            audit::old_records_are_removed_and_the_rest_verifies,
        }
    };
    (@each $open:path; $($module:ident::$promise:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let (store, _guard) = $open().await;
                $crate::conformance::$module::$promise(store).await;
            }
        )*
    };
}
