//! Every call that needs a right, by its name, made in a house where its objects exist.

use keyward_identity::{LoginSecurity, Quota};
use keyward_keyring::Deactivation;
use keyward_login::Password;
use keyward_service::{
    BaseUrlChange, BucketChange, Caller, ManagementUserChange, NamespaceChange, NamespaceLimit, NewBucket, PageRequest,
    ProviderChange, ServiceError,
};

use super::{House, mapping, operator, provider};

/// What the calls are about: `app1` and the bucket `b` of namespace `ns1`, management user `victim`, person `lena@local.test`.
pub(crate) struct Objects {
    provider: String,
    base_url: String,
}

impl House {
    /// Makes what the calls are about.
    pub(crate) async fn furnish(&self) -> Objects {
        self.root.create_object_user("app1", "ns1", vec![]).await.unwrap();
        self.root.issue_key_for("app1", None, None, Some("secret-of-app1")).await.unwrap();
        self.root.create_bucket(new_bucket("b")).await.unwrap();
        self.hire("victim", &[]).await;
        self.root.create_object_user("victim", "ns1", vec![]).await.unwrap();
        self.root.add_person("lena@local.test", Some(Password::from("lenas-own-password"))).await.unwrap();
        let base_url = self.root.create_base_url(base_url("s3.corp.example")).await.unwrap().id;
        let provider = self.root.providers().await.unwrap().remove(0).id;
        Objects { provider, base_url }
    }
}

impl Objects {
    /// Makes the call of this name, a method of [`Caller`]; what follows it after a blank tells variants apart.
    pub(crate) async fn attempt(&self, caller: &Caller, call: &str) -> Result<(), ServiceError> {
        let page = PageRequest::default;
        let none = NamespaceChange::default;
        match call {
            "create_namespace" => caller.create_namespace("ns9", none()).await.map(drop),
            "update_namespace" => caller.update_namespace("ns1", none(), |_| {}).await.map(drop),
            "update_namespace: mappings" => {
                let change = NamespaceChange { user_mappings: Some(vec![mapping("corp.example")]), ..none() };
                caller.update_namespace("ns1", change, |_| {}).await.map(drop)
            }
            "update_namespace: administrators" => {
                let change = NamespaceChange { namespace_admins: Some(vec![]), ..none() };
                caller.update_namespace("ns1", change, |_| {}).await.map(drop)
            }
            "update_namespace: administrator groups" => {
                let change = NamespaceChange { external_group_admins: Some(vec![]), ..none() };
                caller.update_namespace("ns1", change, |_| {}).await.map(drop)
            }
            "delete_namespace" => caller.delete_namespace("ns1").await,
            "namespace" => caller.namespace("ns1").await.map(drop),
            "namespaces" => caller.namespaces("", page()).await.map(drop),
            "create_object_user" => caller.create_object_user("app2", "ns1", vec![]).await.map(drop),
            "delete_object_user" => caller.delete_object_user("app1", Some("ns1")).await,
            "set_object_user_lock" => caller.set_object_user_lock("app1", Some("ns1"), true).await,
            "change_object_user_tags" => caller.change_object_user_tags("app1", Some("ns1"), |_| Ok(())).await,
            "object_user" => caller.object_user("app1", Some("ns1")).await.map(drop),
            "object_users" => caller.object_users(Some("ns1"), "", page()).await.map(drop),
            "object_users: everywhere" => caller.object_users(None, "", page()).await.map(drop),
            "keys_of" => caller.keys_of("app1", Some("ns1")).await.map(drop),
            "keys_in_use_of" => caller.keys_in_use_of("app1", Some("ns1")).await.map(drop),
            "issue_key_for" => caller.issue_key_for("app1", Some("ns1"), None, None).await.map(drop),
            "deactivate_keys_of" => caller.deactivate_keys_of("app1", Some("ns1"), &Deactivation::All).await,
            "create_management_user" => caller.create_management_user(operator("crony", &[])).await.map(drop),
            "update_management_user" => {
                let change = ManagementUserChange { system_monitor: Some(true), ..ManagementUserChange::default() };
                caller.update_management_user("victim", change).await
            }
            "delete_management_user" => caller.delete_management_user("victim").await,
            "management_user" => caller.management_user("victim").await.map(drop),
            "management_users" => caller.management_users().await.map(drop),
            "token_count" => caller.token_count("victim").await.map(drop),
            "unlock_account" => caller.unlock_account("victim", None).await,
            "lock_management_user" => caller.lock_management_user("victim").await,
            "login_security" => caller.login_security().map(drop),
            "update_login_security" => {
                let change = |security: &mut LoginSecurity| {
                    security.max_attempts = 9;
                    Ok(String::new())
                };
                caller.update_login_security(change).await.map(drop)
            }
            "log_out_other" => caller.log_out_other("victim").await,
            "add_person" => caller.add_person("new@local.test", None).await.map(drop),
            "set_person_password" => caller.set_person_password("lena@local.test", None).await.map(drop),
            "remove_person" => caller.remove_person("lena@local.test").await.map(drop),
            "bind_management_user" => caller.bind_management_user("victim", Some("ns1")).await,
            "unbind_management_user" => caller.unbind_management_user("victim", Some("ns1")).await,
            "people" => caller.people("", page()).await.map(drop),
            "create_provider" => caller.create_provider(provider("rogue", "rogue.example")).await.map(drop),
            "update_provider" => {
                let change = ProviderChange { description: Some("changed".to_owned()), ..ProviderChange::default() };
                caller.update_provider(&self.provider, change, false).await.map(drop)
            }
            "delete_provider" => caller.delete_provider(&self.provider).await,
            "provider" => caller.provider(&self.provider).await.map(drop),
            "providers" => caller.providers().await.map(drop),
            "create_base_url" => caller.create_base_url(base_url("s3.rogue.example")).await.map(drop),
            "update_base_url" => caller.update_base_url(&self.base_url, base_url("s3.corp.example")).await,
            "delete_base_url" => caller.delete_base_url(&self.base_url).await,
            "base_url" => caller.base_url(&self.base_url).await.map(drop),
            "base_urls" => caller.base_urls().await.map(drop),
            "create_bucket" => caller.create_bucket(new_bucket("b9")).await.map(drop),
            "bucket" => caller.bucket("b", Some("ns1")).await.map(drop),
            "buckets" => caller.buckets(Some("ns1"), "", page()).await.map(drop),
            "buckets: everywhere" => caller.buckets(None, "", page()).await.map(drop),
            "bucket_grants" => caller.bucket_grants("b", Some("ns1")).await.map(drop),
            "bucket_policy" => caller.bucket_policy("b", Some("ns1")).await.map(drop),
            "bucket_metadata" => match caller.bucket_metadata("b", Some("ns1"), "S3").await {
                Err(ServiceError::NotFound { .. }) | Ok(_) => Ok(()),
                Err(refused) => Err(refused),
            },
            "secret_keys_hidden" => caller.secret_keys_hidden().map(drop),
            "hide_secret_keys" => caller.hide_secret_keys(true).await,
            "change_bucket" => caller.change_bucket("b", Some("ns1"), &BucketChange::StaleAllowed(true)).await,
            "delete_bucket" => caller.delete_bucket("b", Some("ns1")).await,
            "set_namespace_limit" => caller.set_namespace_limit("ns1", &NamespaceLimit::Quota(Quota::NONE)).await,
            "site" => caller.site().await.map(drop),
            "node" => caller.node().map(drop),
            "data_center" => caller.data_center().await.map(drop),
            "capacity" => caller.capacity().await.map(drop),
            "user_scope" => caller.user_scope().map(drop),
            "choose_user_scope" => caller.choose_user_scope("GLOBAL").await,
            "audit_entries" => caller.audit_entries(None, None, Some("ns1"), page()).await.map(drop),
            "audit_entries: everywhere" => caller.audit_entries(None, None, None, page()).await.map(drop),
            "verify_audit" => caller.verify_audit().await.map(drop),
            other => panic!("there is no call {other}"),
        }
    }
}

fn new_bucket(name: &str) -> NewBucket {
    NewBucket { name: name.to_owned(), namespace: Some("ns1".to_owned()), ..NewBucket::default() }
}

fn base_url(host: &str) -> BaseUrlChange {
    BaseUrlChange { name: Some("main".to_owned()), base_url: Some(host.to_owned()), namespace_in_host: None }
}
