//! Authentication providers: requests to changes, records to answers.

use keyward_ecs_wire::requests::{AuthnProviderCreate, AuthnProviderUpdate, ListChanges};
use keyward_ecs_wire::{EcsError, GivenSecret, answers};
use keyward_identity::{AuthnProvider, ProviderMode, SearchScope, StartTls};
use keyward_service::{ListChange, Password, ProviderChange};

use crate::error::Failure;

/// The words of an enumeration on the wire.
type Words<T> = [(&'static str, T)];

const MODES: &Words<ProviderMode> = &[("ad", ProviderMode::Ad), ("ldap", ProviderMode::Ldap)];
const SCOPES: &Words<SearchScope> = &[("ONELEVEL", SearchScope::OneLevel), ("SUBTREE", SearchScope::Subtree)];
const START_TLS: &Words<StartTls> =
    &[("required", StartTls::Required), ("if_offered", StartTls::IfOffered), ("off", StartTls::Off)];

/// The provider that a request asks for. Without a name it goes by its first domain.
pub(crate) fn new(order: AuthnProviderCreate) -> Result<ProviderChange, Failure> {
    Ok(ProviderChange {
        mode: Some(read("mode", MODES, &order.mode)?),
        name: order.name.or_else(|| order.domains.first().cloned()),
        description: order.description,
        server_urls: all(order.server_urls),
        domains: all(order.domains),
        manager_dn: Some(order.manager_dn),
        manager_password: Some(password(&order.manager_password)),
        search_base: Some(order.search_base),
        search_filter: Some(order.search_filter),
        search_scope: read_given("search_scope", SCOPES, order.search_scope.as_deref())?,
        group_attribute: Some(order.group_attribute),
        group_whitelist: all(order.group_whitelist_values),
        group_object_classes: all(order.group_object_classes),
        group_member_attributes: all(order.group_member_attributes),
        max_page_size: order.max_page_size.map(page_size).transpose()?,
        validate_certificates: order.validate_certificates,
        start_tls: read_given("start_tls", START_TLS, order.start_tls.as_deref())?,
        disabled: order.disable,
        tags: Some(order.tags),
        server_cert: order.server_cert,
    })
}

/// What a request changes.
pub(crate) fn change(order: AuthnProviderUpdate) -> Result<ProviderChange, Failure> {
    Ok(ProviderChange {
        mode: read_given("mode", MODES, order.mode.as_deref())?,
        name: order.name,
        description: order.description,
        server_urls: some(order.server_urls, order.server_url_changes),
        domains: some(order.domains, order.domain_changes),
        manager_dn: order.manager_dn,
        manager_password: order.manager_password.as_ref().map(password),
        search_base: order.search_base,
        search_filter: order.search_filter,
        search_scope: read_given("search_scope", SCOPES, order.search_scope.as_deref())?,
        group_attribute: order.group_attribute,
        group_whitelist: some(order.group_whitelist_values, order.group_whitelist_value_changes),
        group_object_classes: some(order.group_object_classes, order.group_object_class_changes),
        group_member_attributes: some(order.group_member_attributes, order.group_member_attribute_changes),
        max_page_size: order.max_page_size.map(page_size).transpose()?,
        validate_certificates: order.validate_certificates,
        start_tls: read_given("start_tls", START_TLS, order.start_tls.as_deref())?,
        disabled: order.disable,
        tags: order.tags,
        server_cert: order.server_cert,
    })
}

/// The answer about one provider.
pub(crate) fn shown(provider: AuthnProvider) -> answers::AuthnProvider {
    answers::AuthnProvider {
        id: provider.id,
        name: provider.name,
        creation_time: provider.created_at,
        tags: provider.tags,
        mode: word(MODES, provider.mode),
        description: provider.description,
        server_urls: provider.server_urls,
        domains: provider.domains.iter().map(ToString::to_string).collect(),
        manager_dn: provider.manager_dn,
        search_base: provider.search_base,
        search_filter: provider.search_filter,
        search_scope: word(SCOPES, provider.search_scope),
        group_attribute: provider.group_attribute,
        group_whitelist_values: provider.group_whitelist,
        group_object_classes: provider.group_object_classes,
        group_member_attributes: provider.group_member_attributes,
        max_page_size: provider.max_page_size.into(),
        validate_certificates: provider.validate_certificates,
        start_tls: word(START_TLS, provider.start_tls),
        disable: provider.disabled,
        server_cert: provider.server_cert,
    }
}

fn all(list: Vec<String>) -> ListChange {
    ListChange { replace: Some(list), ..ListChange::default() }
}

fn some(replace: Option<Vec<String>>, changes: ListChanges) -> ListChange {
    ListChange { replace, add: changes.add, remove: changes.remove }
}

fn password(given: &GivenSecret) -> Password {
    Password::from(given.expose())
}

fn page_size(given: i64) -> Result<u32, Failure> {
    u32::try_from(given).map_err(|_| EcsError::out_of_range("max_page_size", given, 0, u32::MAX.into()).into())
}

fn read_given<T: Copy>(field: &str, words: &Words<T>, given: Option<&str>) -> Result<Option<T>, Failure> {
    given.map(|given| read(field, words, given)).transpose()
}

fn read<T: Copy>(field: &str, words: &Words<T>, given: &str) -> Result<T, Failure> {
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(given)).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let choice: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        EcsError::invalid_field(field, &format!("send one of {}", choice.join(", "))).into()
    })
}

fn word<T: PartialEq>(words: &Words<T>, value: T) -> String {
    words.iter().find(|(_, own)| *own == value).map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_word_and_is_read_in_any_case() {
        for mode in [ProviderMode::Ad, ProviderMode::Ldap] {
            assert_eq!(read("mode", MODES, &word(MODES, mode).to_uppercase()).ok(), Some(mode));
        }
        for scope in [SearchScope::OneLevel, SearchScope::Subtree] {
            assert_eq!(read("search_scope", SCOPES, &word(SCOPES, scope).to_lowercase()).ok(), Some(scope));
        }
        for start_tls in [StartTls::Required, StartTls::IfOffered, StartTls::Off] {
            assert_eq!(read("start_tls", START_TLS, &word(START_TLS, start_tls)).ok(), Some(start_tls));
        }
    }

    #[test]
    fn another_word_is_refused_with_the_choice() {
        let failure = format!("{:?}", read("mode", MODES, "keystone").expect_err("refused"));
        assert!(failure.contains("ad, ldap") && failure.contains("1008"), "{failure}");
    }

    #[test]
    fn a_page_size_is_no_negative_number() {
        assert_eq!(page_size(0).ok(), Some(0));
        assert_eq!(page_size(-1).expect_err("refused").status(), 400);
    }
}
