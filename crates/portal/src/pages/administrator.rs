//! The page of an account that looks after Keyward and has no keys of its own.

use keyward_identity::{Principal, Role};

use super::framed;
use crate::html::Html;

/// Says what the account can do, and how its owner gets a key.
pub(crate) fn administrator(principal: &Principal, notice: Html) -> Html {
    let rights: Vec<Html> = principal
        .roles
        .iter()
        .map(|role| Html::fill("<li>{{right}}</li>", &[("right", Html::text(right(role)))]))
        .collect();
    let name = &principal.name;
    let fillings = [("notice", notice), ("name", Html::text(name)), ("rights", Html::all(&rights))];
    framed("Administration", Some(name), Html::fill(include_str!("../../templates/administrator.html"), &fillings))
}

fn right(role: Role) -> &'static str {
    match role {
        Role::SystemAdmin => {
            "Everything: namespaces, directories, other administrators, and the keys of people and programs."
        }
        Role::SystemMonitor => "Look at everything but secrets.",
        Role::SecurityAdmin => "Look after administrators, people of the built-in directory, and directories.",
        Role::NamespaceAdmin => "Look after the users, keys and buckets of one namespace.",
    }
}
