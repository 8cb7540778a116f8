//! Namespaces: requests to changes, records to answers.

use keyward_ecs_wire::requests::NamespaceUpdate;
use keyward_ecs_wire::{EcsError, MappedAttribute as WireAttribute, UserMapping as WireMapping, answers};
use keyward_identity::{DomainName, MappedAttribute, Namespace, NamespaceSettings, UserMapping};
use keyward_service::{NamespaceChange, Site};

use crate::error::Failure;

/// What a request changes about people; its settings are for [`change_settings`].
pub(crate) fn change(order: &NamespaceUpdate) -> Result<NamespaceChange, Failure> {
    let mappings = order.user_mapping.as_ref();
    Ok(NamespaceChange {
        user_mappings: mappings.map(|mappings| mappings.iter().map(mapping).collect()).transpose()?,
        namespace_admins: order.namespace_admins.clone(),
        external_group_admins: order.external_group_admins.clone(),
        settings: None,
    })
}

/// Refuses numbers that stand for nothing.
pub(crate) fn check_settings(order: &NamespaceUpdate) -> Result<(), Failure> {
    let numbers = [
        ("default_bucket_block_size", order.default_bucket_block_size),
        ("default_audit_delete_expiration", order.default_audit_delete_expiration),
    ];
    match numbers.into_iter().find_map(|(name, number)| Some((name, number.filter(|number| *number < -1)?))) {
        Some((name, number)) => Err(EcsError::out_of_range(name, number, -1, i64::MAX).into()),
        None => Ok(()),
    }
}

/// Applies what a request says about settings.
pub(crate) fn change_settings(settings: &mut NamespaceSettings, order: &NamespaceUpdate) {
    if let Some(vpool) = &order.default_data_services_vpool {
        settings.default_data_services_vpool = Some(vpool.clone());
    }
    change_list(
        &mut settings.allowed_vpools_list,
        order.allowed_vpools_list.as_ref(),
        &order.vpools_added_to_allowed_vpools_list,
        &order.vpools_removed_from_allowed_vpools_list,
    );
    change_list(
        &mut settings.disallowed_vpools_list,
        order.disallowed_vpools_list.as_ref(),
        &order.vpools_added_to_disallowed_vpools_list,
        &order.vpools_removed_from_disallowed_vpools_list,
    );
    set(&mut settings.is_encryption_enabled, order.is_encryption_enabled);
    set(&mut settings.is_stale_allowed, order.is_stale_allowed);
    set(&mut settings.is_object_lock_with_ado_allowed, order.is_object_lock_with_ado_allowed);
    set(&mut settings.is_compliance_enabled, order.compliance_enabled);
    set(&mut settings.default_bucket_block_size, order.default_bucket_block_size);
    if order.default_audit_delete_expiration.is_some() {
        settings.default_audit_delete_expiration = order.default_audit_delete_expiration;
    }
}

/// The answer about one namespace. Its replication group is the one there is until it names one.
pub(crate) fn shown(namespace: Namespace, site: &Site) -> answers::Namespace {
    let Namespace { settings, user_mappings, .. } = namespace;
    answers::Namespace {
        name: namespace.name.to_string(),
        default_data_services_vpool: settings
            .default_data_services_vpool
            .unwrap_or_else(|| site.replication_group.clone()),
        allowed_vpools_list: settings.allowed_vpools_list,
        disallowed_vpools_list: settings.disallowed_vpools_list,
        namespace_admins: namespace.namespace_admins,
        external_group_admins: namespace.external_group_admins,
        user_mapping: user_mappings.into_iter().map(shown_mapping).collect(),
        is_encryption_enabled: settings.is_encryption_enabled,
        default_bucket_block_size: settings.default_bucket_block_size,
        is_stale_allowed: settings.is_stale_allowed,
        is_compliance_enabled: settings.is_compliance_enabled,
        is_object_lock_with_ado_allowed: settings.is_object_lock_with_ado_allowed,
        default_audit_delete_expiration: settings.default_audit_delete_expiration,
        block_size: settings.quota.block_size,
        notification_size: settings.quota.notification_size,
        creation_time: namespace.created_at,
    }
}

fn mapping(given: &WireMapping) -> Result<UserMapping, Failure> {
    let domain = DomainName::parse(&given.domain)
        .map_err(|why| EcsError::invalid_field("user_mapping.domain", &why.to_string()))?;
    let attributes = given.attributes.iter();
    let attributes =
        attributes.map(|WireAttribute { key, values }| MappedAttribute { key: key.clone(), values: values.clone() });
    Ok(UserMapping { domain, attributes: attributes.collect(), groups: given.groups.clone() })
}

fn shown_mapping(mapping: UserMapping) -> WireMapping {
    let attributes = mapping.attributes.into_iter();
    WireMapping {
        domain: mapping.domain.to_string(),
        attributes: attributes.map(|MappedAttribute { key, values }| WireAttribute { key, values }).collect(),
        groups: mapping.groups,
    }
}

fn change_list(list: &mut Vec<String>, replacement: Option<&Vec<String>>, added: &[String], removed: &[String]) {
    if let Some(replacement) = replacement {
        list.clone_from(replacement);
    }
    list.retain(|item| !removed.contains(item));
    for item in added {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}

fn set<T>(setting: &mut T, change: Option<T>) {
    if let Some(value) = change {
        *setting = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_a_request_does_not_name_stays_as_it_is() {
        let mut settings = NamespaceSettings { is_stale_allowed: true, ..NamespaceSettings::default() };
        let before = settings.clone();
        change_settings(&mut settings, &NamespaceUpdate::default());
        assert_eq!(settings, before);
        assert!(change(&NamespaceUpdate::default()).expect("sound").user_mappings.is_none());
    }

    #[test]
    fn a_list_is_replaced_then_reduced_then_extended() {
        let mut settings = NamespaceSettings { allowed_vpools_list: texts(&["old"]), ..NamespaceSettings::default() };
        let order = NamespaceUpdate {
            allowed_vpools_list: Some(texts(&["a", "b"])),
            vpools_removed_from_allowed_vpools_list: texts(&["a"]),
            vpools_added_to_allowed_vpools_list: texts(&["b", "c"]),
            ..NamespaceUpdate::default()
        };
        change_settings(&mut settings, &order);
        assert_eq!(settings.allowed_vpools_list, texts(&["b", "c"]));
    }

    #[test]
    fn a_size_below_none_is_refused() {
        let order = |size| NamespaceUpdate { default_bucket_block_size: Some(size), ..NamespaceUpdate::default() };
        assert!(check_settings(&order(-1)).is_ok());
        assert_eq!(check_settings(&order(-2)).expect_err("refused").status(), 400);
    }

    #[test]
    fn a_mapping_is_shown_as_it_was_given() {
        let given = WireMapping {
            domain: "corp.example".to_owned(),
            attributes: vec![WireAttribute { key: "l".to_owned(), values: texts(&["Bonn"]) }],
            groups: texts(&["builders"]),
        };
        assert_eq!(shown_mapping(mapping(&given).expect("sound")), given);
        let nowhere = WireMapping { domain: "not a domain".to_owned(), ..given };
        assert_eq!(mapping(&nowhere).expect_err("refused").status(), 400);
    }
}
