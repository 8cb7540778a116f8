//! `<LifecycleConfiguration>`: expiration of versions and of uploads in parts. There is one storage class, so nothing
//! moves to another.

use std::collections::HashSet;

use keyward_ambient::Timestamp;
use keyward_identity::{Expiration, LifecycleFilter, LifecycleRule, NoncurrentExpiration, Tag};

use super::BODY_LIMIT;
use super::element::{malformed, number, positive, truth, word};
use crate::date::{iso8601, parse_iso8601};
use crate::error::{ErrorCode, S3Error};
use crate::xml::{Element, XmlWriter};

const MOST_RULES: usize = 1000;
const LONGEST_ID: usize = 255;
const DAY_MILLIS: i64 = 86_400_000;

/// Reads the rules that are asked for. Those without an id get one.
///
/// # Errors
/// `MalformedXML`; `InvalidArgument` for an id given twice or too long, days that are none, a date that is no midnight;
/// `InvalidRequest` for a rule without an action; `NotImplemented` for transitions.
pub fn read_lifecycle(body: &[u8]) -> Result<Vec<LifecycleRule>, S3Error> {
    let root = Element::parse(body, "LifecycleConfiguration", BODY_LIMIT)?;
    let mut rules = root.children("Rule").map(rule).collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() || rules.len() > MOST_RULES {
        return Err(malformed(format!("<LifecycleConfiguration> has to hold 1 to {MOST_RULES} <Rule>.")));
    }
    let mut ids: HashSet<String> = HashSet::new();
    for id in rules.iter().map(|rule| &rule.id).filter(|id| !id.is_empty()) {
        if !ids.insert(id.clone()) {
            return Err(S3Error::argument("ID", id, "Give each rule an id of its own."));
        }
    }
    for (rule, number) in rules.iter_mut().zip(1_u32..).filter(|(rule, _)| rule.id.is_empty()) {
        let mut id = format!("rule-{number}");
        while !ids.insert(id.clone()) {
            id.push('x');
        }
        rule.id = id;
    }
    Ok(rules)
}

fn rule(element: &Element) -> Result<LifecycleRule, S3Error> {
    let id = word(element, "ID")?.unwrap_or_default();
    if id.chars().count() > LONGEST_ID {
        return Err(S3Error::argument("ID", id, format!("A rule's id may have {LONGEST_ID} characters.")));
    }
    let enabled = match word(element, "Status")? {
        Some("Enabled") => true,
        Some("Disabled") => false,
        _ => return Err(malformed("<Status> has to be Enabled or Disabled.")),
    };
    if ["Transition", "NoncurrentVersionTransition"].iter().any(|name| element.children(name).next().is_some()) {
        element
            .children("Transition")
            .try_for_each(|transition| word(transition, "Date")?.map(midnight).transpose().map(drop))?;
        let message = "There is one storage class, so nothing moves to another; leave transitions out.";
        return Err(S3Error::because(ErrorCode::NotImplemented, message));
    }
    let rule = LifecycleRule {
        id: id.to_owned(),
        enabled,
        filter: filter(element)?,
        expiration: element.child("Expiration")?.map(expiration).transpose()?,
        noncurrent_expiration: element.child("NoncurrentVersionExpiration")?.map(noncurrent).transpose()?,
        abort_uploads_after_days: match element.child("AbortIncompleteMultipartUpload")? {
            None => None,
            Some(abort) => Some(
                positive(abort, "DaysAfterInitiation")?
                    .ok_or_else(|| malformed("<AbortIncompleteMultipartUpload> has to hold <DaysAfterInitiation>."))?,
            ),
        },
    };
    check(&rule)?;
    Ok(rule)
}

fn check(rule: &LifecycleRule) -> Result<(), S3Error> {
    let invalid = |message| Err(S3Error::because(ErrorCode::InvalidRequest, message));
    if rule.expiration.is_none() && rule.noncurrent_expiration.is_none() && rule.abort_uploads_after_days.is_none() {
        return invalid("A rule has to do something: give it an expiration.");
    }
    // Neither uploads nor delete markers have tags or a size.
    let by_content =
        !rule.filter.tags.is_empty() || rule.filter.larger_than.is_some() || rule.filter.smaller_than.is_some();
    if by_content && rule.abort_uploads_after_days.is_some() {
        return invalid("Uploads in parts have neither tags nor size; abort them in a rule by prefix.");
    }
    if !rule.filter.tags.is_empty() && rule.expiration == Some(Expiration::LoneDeleteMarkers) {
        return invalid("Delete markers have no tags; let them expire in a rule by prefix.");
    }
    Ok(())
}

fn filter(element: &Element) -> Result<LifecycleFilter, S3Error> {
    let bare = word(element, "Prefix")?;
    let Some(filter) = element.child("Filter")? else {
        let prefix = bare.ok_or_else(|| malformed("A <Rule> has to hold <Filter>, which may be empty."))?;
        return Ok(LifecycleFilter {
            prefix: Some(prefix.to_owned()),
            is_bare_prefix: true,
            ..LifecycleFilter::default()
        });
    };
    if bare.is_some() {
        return Err(malformed("Give a <Rule> either <Filter> or <Prefix>."));
    }
    let conditions = |within: &Element| -> Result<LifecycleFilter, S3Error> {
        Ok(LifecycleFilter {
            prefix: word(within, "Prefix")?.map(str::to_owned),
            tags: within.children("Tag").map(tag).collect::<Result<_, _>>()?,
            larger_than: number(within, "ObjectSizeGreaterThan")?,
            smaller_than: number(within, "ObjectSizeLessThan")?,
            is_bare_prefix: false,
        })
    };
    let outer = conditions(filter)?;
    match filter.child("And")? {
        None => Ok(outer),
        Some(and) => together(outer, conditions(and)?),
    }
}

/// All conditions of both. S3 wants several of them inside `<And>`; rules written for other stores, Ceph's among them,
/// have some beside it. They cannot mean anything but all of them, which deletes least.
fn together(outer: LifecycleFilter, inner: LifecycleFilter) -> Result<LifecycleFilter, S3Error> {
    let twice = |name: &str| malformed(format!("A <Filter> has one <{name}>; give it either in <And> or beside it."));
    let one = |name: &str, outer: Option<u64>, inner: Option<u64>| match (outer, inner) {
        (Some(_), Some(_)) => Err(twice(name)),
        (outer, inner) => Ok(outer.or(inner)),
    };
    let prefix = match (outer.prefix, inner.prefix) {
        (Some(outer), Some(inner)) if inner.starts_with(&outer) => Some(inner),
        (Some(outer), Some(inner)) if outer.starts_with(&inner) => Some(outer),
        (Some(_), Some(_)) => return Err(twice("Prefix")),
        (outer, inner) => outer.or(inner),
    };
    Ok(LifecycleFilter {
        prefix,
        tags: [outer.tags, inner.tags].concat(),
        larger_than: one("ObjectSizeGreaterThan", outer.larger_than, inner.larger_than)?,
        smaller_than: one("ObjectSizeLessThan", outer.smaller_than, inner.smaller_than)?,
        is_bare_prefix: false,
    })
}

fn count(filter: &LifecycleFilter) -> usize {
    let single = [filter.prefix.is_some(), filter.larger_than.is_some(), filter.smaller_than.is_some()];
    single.into_iter().filter(|there| *there).count() + filter.tags.len()
}

fn tag(element: &Element) -> Result<Tag, S3Error> {
    let value = element.required_text("Value")?.to_owned();
    Ok(Tag { name: element.required_text("Key")?.to_owned(), value })
}

fn expiration(element: &Element) -> Result<Expiration, S3Error> {
    let date = word(element, "Date")?.map(midnight).transpose()?;
    let lone_markers = truth(element, "ExpiredObjectDeleteMarker")?;
    match (positive(element, "Days")?, date, lone_markers) {
        (Some(days), None, false) => Ok(Expiration::Days(days)),
        (None, Some(date), false) => Ok(Expiration::Date(date)),
        (None, None, true) => Ok(Expiration::LoneDeleteMarkers),
        _ => Err(malformed("Give <Expiration> one of <Days>, <Date> and <ExpiredObjectDeleteMarker>.")),
    }
}

fn midnight(text: &str) -> Result<Timestamp, S3Error> {
    // Older clients send a date alone.
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let moment =
        parse_iso8601(&whole).ok_or_else(|| malformed("<Date> has to be a date such as 2030-01-01T00:00:00Z."))?;
    match moment.as_millis() % DAY_MILLIS {
        0 => Ok(moment),
        _ => Err(S3Error::argument("Date", text, "Date has to be midnight, in UTC.")),
    }
}

fn noncurrent(element: &Element) -> Result<NoncurrentExpiration, S3Error> {
    let days = positive(element, "NoncurrentDays")?;
    Ok(NoncurrentExpiration {
        days: days.ok_or_else(|| malformed("<NoncurrentVersionExpiration> has to hold <NoncurrentDays>."))?,
        keep_newest: positive(element, "NewerNoncurrentVersions")?,
    })
}

/// The document of some rules.
pub fn write_lifecycle(rules: &[LifecycleRule]) -> Vec<u8> {
    XmlWriter::document("LifecycleConfiguration", |xml| {
        for rule in rules {
            xml.element("Rule", |xml| write_rule(xml, rule));
        }
    })
}

fn write_rule(xml: &mut XmlWriter, rule: &LifecycleRule) {
    xml.text("ID", &rule.id);
    write_filter(xml, &rule.filter);
    xml.text("Status", if rule.enabled { "Enabled" } else { "Disabled" });
    if let Some(expiration) = rule.expiration {
        xml.element("Expiration", |xml| match expiration {
            Expiration::Days(days) => xml.value("Days", days),
            Expiration::Date(date) => xml.text("Date", &iso8601(date)),
            Expiration::LoneDeleteMarkers => xml.value("ExpiredObjectDeleteMarker", true),
        });
    }
    if let Some(noncurrent) = rule.noncurrent_expiration {
        xml.element("NoncurrentVersionExpiration", |xml| {
            xml.value("NoncurrentDays", noncurrent.days);
            if let Some(newest) = noncurrent.keep_newest {
                xml.value("NewerNoncurrentVersions", newest);
            }
        });
    }
    if let Some(days) = rule.abort_uploads_after_days {
        xml.element("AbortIncompleteMultipartUpload", |xml| xml.value("DaysAfterInitiation", days));
    }
}

fn write_filter(xml: &mut XmlWriter, filter: &LifecycleFilter) {
    let conditions = |xml: &mut XmlWriter| {
        xml.optional("Prefix", filter.prefix.as_deref());
        for tag in &filter.tags {
            xml.element("Tag", |xml| {
                xml.text("Key", &tag.name);
                xml.text("Value", &tag.value);
            });
        }
        if let Some(size) = filter.larger_than {
            xml.value("ObjectSizeGreaterThan", size);
        }
        if let Some(size) = filter.smaller_than {
            xml.value("ObjectSizeLessThan", size);
        }
    };
    if filter.is_bare_prefix {
        xml.optional("Prefix", filter.prefix.as_deref());
    } else if count(filter) > 1 {
        xml.element("Filter", |xml| xml.element("And", conditions));
    } else {
        xml.element("Filter", conditions);
    }
}
