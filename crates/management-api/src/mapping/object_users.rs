//! Object users and their tags: the domain's to the wire's and back.

use keyward_ecs_wire::{Tag as WireTag, answers};
use keyward_identity::{ObjectUser, Tag};

/// The answer about one user.
pub(crate) fn information(user: ObjectUser) -> answers::ObjectUser {
    answers::ObjectUser {
        namespace: user.namespace.to_string(),
        name: user.id.to_string(),
        locked: user.locked,
        created: user.created_at,
        tags: shown_tags(user.tags),
    }
}

/// Tags on their way out.
pub(crate) fn shown_tags(tags: Vec<Tag>) -> Vec<WireTag> {
    tags.into_iter().map(|tag| WireTag { name: tag.name, value: tag.value }).collect()
}

/// Tags on their way in; of several with one name the last counts.
pub(crate) fn tags(given: &[WireTag]) -> Vec<Tag> {
    let mut tags = Vec::new();
    for WireTag { name, value } in given {
        put_tag(&mut tags, Tag { name: name.clone(), value: value.clone() });
    }
    tags
}

/// Adds a tag, or gives the one of that name its value.
pub(crate) fn put_tag(tags: &mut Vec<Tag>, tag: Tag) {
    match tags.iter_mut().find(|own| own.name == tag.name) {
        Some(own) => own.value = tag.value,
        None => tags.push(tag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_there_once_and_keeps_its_place() {
        let given = [("team", "blue"), ("cost", "1"), ("team", "red")];
        let given = given.map(|(name, value)| WireTag { name: name.to_owned(), value: value.to_owned() });
        let tags: Vec<_> = tags(&given).into_iter().map(|tag| (tag.name, tag.value)).collect();
        assert_eq!(tags, [("team".to_owned(), "red".to_owned()), ("cost".to_owned(), "1".to_owned())]);
    }
}
