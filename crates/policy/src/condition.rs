//! Conditions of a statement: operators over what the request says (AWS IAM User Guide, *Condition operators*).

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;
use keyward_s3_wire::date::parse_iso8601;
use serde_json::Value;

use crate::ask::Ask;
use crate::fault::Fault;
use crate::keys::{Key, Said};
use crate::pattern::{Pattern, Reading};

/// One operator on one key.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) key: Key,
    /// The name of the key, in lower case.
    pub(crate) name: String,
    quantifier: Quantifier,
    /// Whether it holds where the request says nothing.
    if_exists: bool,
    pub(crate) test: Test,
    pub(crate) negated: bool,
}

/// How several values of a request are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    One,
    All,
    Any,
}

/// What a value is held against: it passes when one of these fits.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Text {
        patterns: Vec<Pattern>,
        ignore_case: bool,
    },
    Number(Compare, Vec<f64>),
    Date(Compare, Vec<i64>),
    Bool(Vec<bool>),
    Address(Vec<IpNet>),
    /// Whether the key is absent.
    Null(bool),
}

/// Whether something about a request holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Yes,
    No,
    /// It cannot be told. What denies then holds, and what allows does not.
    Unclear,
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Holds::Yes } else { Holds::No }
    }
}

/// How a number or moment is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equals,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Compare {
    fn holds<T: PartialOrd>(self, given: T, wanted: T) -> bool {
        match self {
            Compare::Equals => given == wanted,
            Compare::Less => given < wanted,
            Compare::LessOrEqual => given <= wanted,
            Compare::Greater => given > wanted,
            Compare::GreaterOrEqual => given >= wanted,
        }
    }
}

/// Reads the element `Condition`.
pub(crate) fn read(value: &Value, reading: Reading) -> Result<Vec<Condition>, Fault> {
    let operators = value.as_object().ok_or_else(|| Fault::new("Condition has to be an object of operators"))?;
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let keys = keys.as_object().ok_or_else(|| Fault::new(format!("{operator} has to be an object of keys")))?;
        for (key, values) in keys {
            conditions.push(one(operator, key, values, reading).map_err(|fault| fault.at(operator))?);
        }
    }
    Ok(conditions)
}

fn one(operator: &str, name_of_key: &str, values: &Value, reading: Reading) -> Result<Condition, Fault> {
    let (quantifier, name) = match operator.split_once(':') {
        None => (Quantifier::One, operator),
        Some(("ForAllValues", name)) => (Quantifier::All, name),
        Some(("ForAnyValue", name)) => (Quantifier::Any, name),
        Some(_) => return Err(Fault::new("before the colon stands ForAllValues or ForAnyValue")),
    };
    let (name, if_exists) = match name.strip_suffix("IfExists") {
        Some(name) if name != "Null" => (name, true),
        _ => (name, false),
    };
    let key = known_key(name_of_key, reading)?;
    let mut values = texts(values)?;
    if key == Key::CopySource {
        // The source is bucket/key, however the request and the policy write it.
        values = values.into_iter().map(|value| Cow::Owned(value.trim_start_matches('/').to_owned())).collect();
    }
    let (test, negated) = test(name, &values, reading)?;
    Ok(Condition { key, name: name_of_key.to_ascii_lowercase(), quantifier, if_exists, test, negated })
}

fn known_key(name: &str, reading: Reading) -> Result<Key, Fault> {
    match Key::named(name) {
        Some(key) => Ok(key),
        None if reading.lenient => Ok(Key::Unknowable),
        None => Err(Fault::new(format!(
            "the condition key {name} has no value in this store; leave it out, or use one such as aws:SourceIp"
        ))),
    }
}

/// Values may be texts, numbers and truth values, one or a list of them.
fn texts(values: &Value) -> Result<Vec<Cow<'_, str>>, Fault> {
    match values {
        Value::Array(list) if list.is_empty() => Err(Fault::new("the list of values is empty")),
        Value::Array(list) => list.iter().map(text).collect(),
        value => Ok(vec![text(value)?]),
    }
}

fn text(value: &Value) -> Result<Cow<'_, str>, Fault> {
    match value {
        Value::String(text) => Ok(Cow::Borrowed(text)),
        Value::Bool(truth) => Ok(Cow::Owned(truth.to_string())),
        Value::Number(number) => Ok(Cow::Owned(number.to_string())),
        _ => Err(Fault::new("the values have to be texts, numbers or truth values")),
    }
}

fn test(name: &str, values: &[Cow<'_, str>], reading: Reading) -> Result<(Test, bool), Fault> {
    let text = |wildcards, ignore_case| -> Result<Test, Fault> {
        let read = |value: &Cow<'_, str>| {
            let value = if ignore_case { value.to_lowercase() } else { value.to_string() };
            Pattern::read(&value, Reading { wildcards, ..reading }).map_err(Fault::new)
        };
        Ok(Test::Text { patterns: values.iter().map(read).collect::<Result<_, _>>()?, ignore_case })
    };
    if let Some((compare, negated)) = name.strip_prefix("Numeric").and_then(comparison) {
        let number = |value: &Cow<'_, str>| {
            value
                .parse()
                .ok()
                .filter(|one: &f64| one.is_finite())
                .ok_or_else(|| Fault::new(format!("{value} is no number")))
        };
        return Ok((Test::Number(compare, values.iter().map(number).collect::<Result<_, _>>()?), negated));
    }
    if let Some((compare, negated)) = name.strip_prefix("Date").and_then(comparison) {
        let date = |value: &Cow<'_, str>| moment(value).ok_or_else(|| Fault::new(format!("{value} is no date")));
        return Ok((Test::Date(compare, values.iter().map(date).collect::<Result<_, _>>()?), negated));
    }
    let truth = |value: &Cow<'_, str>| match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::new(format!("{value} is neither true nor false"))),
    };
    let networks = || values.iter().map(|value| network(value)).collect::<Result<_, _>>();
    Ok(match name {
        "StringEquals" => (text(false, false)?, false),
        "StringNotEquals" => (text(false, false)?, true),
        "StringEqualsIgnoreCase" => (text(false, true)?, false),
        "StringNotEqualsIgnoreCase" => (text(false, true)?, true),
        "StringLike" | "ArnLike" | "ArnEquals" => (text(true, false)?, false),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (text(true, false)?, true),
        "Bool" => (Test::Bool(values.iter().map(truth).collect::<Result<_, _>>()?), false),
        "IpAddress" => (Test::Address(networks()?), false),
        "NotIpAddress" => (Test::Address(networks()?), true),
        "Null" => match values {
            [value] => (Test::Null(truth(value)?), false),
            _ => return Err(Fault::new("Null takes one value, true or false")),
        },
        _ => return Err(Fault::new("this operator is not known; write one such as StringEquals")),
    })
}

fn comparison(name: &str) -> Option<(Compare, bool)> {
    Some(match name {
        "Equals" => (Compare::Equals, false),
        "NotEquals" => (Compare::Equals, true),
        "LessThan" => (Compare::Less, false),
        "LessThanEquals" => (Compare::LessOrEqual, false),
        "GreaterThan" => (Compare::Greater, false),
        "GreaterThanEquals" => (Compare::GreaterOrEqual, false),
        _ => return None,
    })
}

/// Milliseconds of a date, or of seconds since 1970.
fn moment(text: &str) -> Option<i64> {
    let date = if text.len() == 10 && text.contains('-') { format!("{text}T00:00:00Z") } else { text.to_owned() };
    match parse_iso8601(&date) {
        Some(moment) => Some(moment.as_millis()),
        None => text.parse::<i64>().ok()?.checked_mul(1000),
    }
}

fn network(text: &str) -> Result<IpNet, Fault> {
    let single = |address: IpAddr| IpNet::from(address);
    let network = text.parse().or_else(|_| text.parse().map(single));
    network.map_err(|_| Fault::new(format!("{text} is no network; write one such as 203.0.113.0/24")))
}

impl Condition {
    /// Whether it holds for the request. Several values under an operator that means one are taken so that a statement
    /// that denies holds for any of them, and one that allows for all of them.
    pub(crate) fn holds(&self, ask: &Ask<'_>, denies: bool) -> Holds {
        let said = self.key.said(ask);
        if said == Said::Unclear || self.test.is_unclear() {
            return Holds::Unclear;
        }
        if let Test::Null(absent) = self.test {
            return Holds::from(matches!(said, Said::Nothing | Said::Empty) == absent);
        }
        let passes = |value: &Cow<'_, str>| self.test.fits(value, &|key| key.said(ask).single()) != self.negated;
        Holds::from(match (said, self.quantifier) {
            (Said::Nothing | Said::Empty, _) if self.if_exists => true,
            (Said::Empty, _) => passes(&Cow::Borrowed("")),
            (Said::Values(values), Quantifier::Any) => values.iter().any(passes),
            (Said::Values(values), Quantifier::One) if denies => values.iter().any(passes),
            (Said::Values(values), Quantifier::One | Quantifier::All) => values.iter().all(passes),
            (_, Quantifier::One) => self.negated,
            (_, Quantifier::All) => true,
            (_, Quantifier::Any) => false,
        })
    }

    /// The patterns of its values.
    pub(crate) fn patterns(&self) -> &[Pattern] {
        if let Test::Text { patterns, .. } = &self.test { patterns } else { &[] }
    }

    /// Whether the values it asks for are fixed ones, so that it narrows down who is let in.
    pub(crate) fn pins(&self) -> bool {
        if self.negated || self.if_exists || self.quantifier != Quantifier::One {
            return false;
        }
        match &self.test {
            Test::Text { patterns, .. } => patterns.iter().all(Pattern::is_fixed),
            Test::Address(networks) => networks.iter().all(|network| network.prefix_len() >= 8),
            _ => false,
        }
    }
}

impl Test {
    /// Whether it depends on something that cannot be told.
    fn is_unclear(&self) -> bool {
        matches!(self, Test::Text { patterns, .. } if patterns.iter().any(Pattern::is_unclear))
    }

    fn fits<'v>(&self, value: &str, variable: &dyn Fn(&Key) -> Option<Cow<'v, str>>) -> bool {
        match self {
            Test::Text { patterns, ignore_case: false } => {
                patterns.iter().any(|pattern| pattern.matches(value, variable))
            }
            Test::Text { patterns, ignore_case: true } => {
                let lower = |key: &Key| variable(key).map(|value| Cow::Owned(value.to_lowercase()));
                let value = value.to_lowercase();
                patterns.iter().any(|pattern| pattern.matches(&value, &lower))
            }
            Test::Number(compare, wanted) => {
                value.parse().is_ok_and(|given: f64| wanted.iter().any(|one| compare.holds(given, *one)))
            }
            Test::Date(compare, wanted) => {
                moment(value).is_some_and(|given| wanted.iter().any(|one| compare.holds(given, *one)))
            }
            Test::Bool(wanted) => value.parse().is_ok_and(|given: bool| wanted.contains(&given)),
            Test::Address(networks) => {
                value.parse::<IpAddr>().is_ok_and(|address| networks.iter().any(|network| network.contains(&address)))
            }
            Test::Null(_) => false,
        }
    }
}
