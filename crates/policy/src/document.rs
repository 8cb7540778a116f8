//! A bucket policy: read and checked once, when it is written, then evaluated.

use std::collections::BTreeSet;

use keyward_identity::{BucketName, NamedPrincipal, NamespaceName, PolicyPrincipals};
use serde_json::{Map, Value};

use crate::actions;
use crate::ask::Ask;
use crate::condition::{self, Condition, Holds};
use crate::fault::{Fault, strings};
use crate::keys::Key;
use crate::pattern::{Pattern, Reading};
use crate::principals::{self, Principal};

/// The largest policy, in bytes of JSON.
pub const LARGEST_POLICY: usize = 20 * 1024;

/// A bucket policy, ready to be evaluated.
#[derive(Clone, Debug)]
pub struct BucketPolicy {
    statements: Vec<Statement>,
}

/// Whether a statement lets in or keeps out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug)]
struct Statement {
    effect: Effect,
    principals: Among<Principal>,
    actions: Among<Pattern>,
    resources: Among<Pattern>,
    conditions: Vec<Condition>,
}

/// A list, or everything but what is in it.
#[derive(Clone, Debug)]
struct Among<T> {
    list: Vec<T>,
    negated: bool,
}

impl<T> Among<T> {
    fn holds(&self, fits: impl Fn(&T) -> bool) -> bool {
        self.list.iter().any(fits) != self.negated
    }
}

/// What a policy says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A statement keeps it out; nothing else counts.
    Denied,
    /// A statement would keep it out if something were so that cannot be told.
    Unclear,
    /// A statement lets it in.
    Allowed,
    /// None is about it.
    Silent,
}

impl BucketPolicy {
    /// Reads a policy that is to be the bucket's.
    ///
    /// # Errors
    /// A [`Fault`] that says what is wrong: anything that would not be evaluated as its author means it.
    pub fn read(text: &str, namespace: &NamespaceName, bucket: &BucketName) -> Result<Self, Fault> {
        Self::read_for(text, namespace, bucket, false)
    }

    /// Reads a policy that was put before. Condition keys and variables without a value here, which earlier releases
    /// took, are kept as what cannot be told: statements that deny hold then, and statements that allow do not.
    ///
    /// # Errors
    /// As [`read`](Self::read) otherwise.
    pub fn read_stored(text: &str, namespace: &NamespaceName, bucket: &BucketName) -> Result<Self, Fault> {
        Self::read_for(text, namespace, bucket, true)
    }

    fn read_for(text: &str, namespace: &NamespaceName, bucket: &BucketName, lenient: bool) -> Result<Self, Fault> {
        if text.len() > LARGEST_POLICY {
            return Err(Fault::new(format!("the policy has {} bytes; {LARGEST_POLICY} are allowed", text.len())));
        }
        let value: Value =
            serde_json::from_str(text).map_err(|error| Fault::new(format!("the policy is not JSON: {error}")))?;
        let root = value.as_object().ok_or_else(|| Fault::new("the policy has to be a JSON object"))?;
        only(root, &["Version", "Id", "Statement"])?;
        let variables = match root.get("Version").map(Value::as_str) {
            Some(Some("2012-10-17")) => true,
            None | Some(Some("2008-10-17")) => false,
            Some(_) => return Err(Fault::new("Version has to be 2012-10-17 or 2008-10-17")),
        };
        if root.get("Id").is_some_and(|id| !id.is_string()) {
            return Err(Fault::new("Id has to be a text"));
        }
        let place = Place { namespace, bucket, reading: Reading { wildcards: true, variables, lenient } };
        let statements = match root.get("Statement") {
            Some(Value::Array(list)) if !list.is_empty() => list.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => return Err(Fault::new("Statement has to be a statement, or a list of some")),
        };
        let read = |(number, value): (usize, &Value)| {
            place.statement(value).map_err(|fault| fault.at(&format!("statement {}", number + 1)))
        };
        let statements = statements.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(BucketPolicy { statements })
    }

    /// The same policy, whose principals stand for the users and namespaces that were found when it was put.
    ///
    /// Of a policy that release 0.1.0 put nothing was found: it allows what it allows to those who had the names at the
    /// upgrade, who have no internal id, and denies to everybody who has one of the names.
    #[must_use]
    pub fn bound_to(mut self, known: Option<&PolicyPrincipals>) -> Self {
        for statement in &mut self.statements {
            let denies = statement.effect == Effect::Deny && !statement.principals.negated;
            for principal in &mut statement.principals.list {
                match known {
                    Some(known) => principal.bind(known),
                    None if denies => principal.bind_to_any(),
                    None => {}
                }
            }
        }
        self
    }

    /// Whom it names, each once.
    pub fn named_principals(&self) -> Vec<NamedPrincipal> {
        let all = self.statements.iter().flat_map(|statement| &statement.principals.list);
        let all: BTreeSet<_> = all.filter_map(Principal::named).collect();
        all.into_iter().collect()
    }

    /// What the policy says about an action: one statement that denies outweighs all that allow.
    pub(crate) fn evaluate(&self, ask: &Ask<'_>, action: &str) -> Verdict {
        let about = About { ask, action: action.to_ascii_lowercase(), resource: ask.resource() };
        let mut verdict = Verdict::Silent;
        for statement in &self.statements {
            if verdict == Verdict::Allowed && statement.effect == Effect::Allow {
                continue;
            }
            verdict = match (statement.effect, statement.is_about(&about)) {
                (Effect::Deny, Holds::Yes) => return Verdict::Denied,
                (Effect::Deny, Holds::Unclear) => Verdict::Unclear,
                (Effect::Allow, Holds::Yes) if verdict == Verdict::Silent => Verdict::Allowed,
                _ => verdict,
            };
        }
        verdict
    }

    /// Whether what it says about an action depends on a key for which `reads` holds.
    pub(crate) fn depends_for(&self, action: &str, reads: impl Fn(&Key) -> bool) -> bool {
        let action = action.to_ascii_lowercase();
        self.statements
            .iter()
            .filter(|statement| statement.actions.holds(|pattern| pattern.matches(&action, &|_| None)))
            .any(|statement| statement.keys().any(&reads))
    }

    /// Whether it lets in everybody, as S3 sees it: a statement allows something to anybody, and no condition on who
    /// or where asks for fixed values (*Blocking public access*, the meaning of public).
    pub fn is_public(&self) -> bool {
        const NARROWING: [&str; 9] = [
            "aws:sourceip",
            "aws:sourcearn",
            "aws:sourceaccount",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:userid",
            "aws:username",
            "aws:principalarn",
            "aws:principalaccount",
        ];
        let narrows = |condition: &Condition| NARROWING.contains(&condition.name.as_str()) && condition.pins();
        let to_anybody = |statement: &Statement| {
            statement.principals.negated || statement.principals.list.contains(&Principal::Everybody)
        };
        self.statements
            .iter()
            .filter(|statement| statement.effect == Effect::Allow && to_anybody(statement))
            .any(|statement| !statement.conditions.iter().any(narrows))
    }
}

/// What a statement may be about.
struct About<'q> {
    ask: &'q Ask<'q>,
    /// In lower case.
    action: String,
    /// `bucket` or `bucket/key`.
    resource: String,
}

impl Statement {
    fn is_about(&self, about: &About<'_>) -> Holds {
        let ask = about.ask;
        let named = self.principals.holds(|principal| principal.is(ask.requester))
            && self.actions.holds(|pattern| pattern.matches(&about.action, &|_| None));
        if !named {
            return Holds::No;
        }
        let resources = match self.resources.list.iter().any(Pattern::is_unclear) {
            true => Holds::Unclear,
            false => {
                let covers = |pattern: &Pattern| pattern.matches(&about.resource, &|key| key.said(ask).single());
                Holds::from(self.resources.holds(covers))
            }
        };
        let denies = self.effect == Effect::Deny;
        let mut holds = resources;
        for condition in &self.conditions {
            match (holds, condition.holds(ask, denies)) {
                (Holds::No, _) | (_, Holds::No) => return Holds::No,
                (_, Holds::Unclear) => holds = Holds::Unclear,
                (_, Holds::Yes) => {}
            }
        }
        holds
    }

    /// The keys that it depends on.
    fn keys(&self) -> impl Iterator<Item = &Key> {
        let of_conditions = self.conditions.iter().flat_map(|condition| {
            std::iter::once(&condition.key).chain(condition.patterns().iter().flat_map(Pattern::variables))
        });
        of_conditions.chain(self.resources.list.iter().flat_map(Pattern::variables))
    }
}

/// The bucket that a policy is for.
struct Place<'p> {
    namespace: &'p NamespaceName,
    bucket: &'p BucketName,
    reading: Reading,
}

impl Place<'_> {
    fn statement(&self, value: &Value) -> Result<Statement, Fault> {
        let map = value.as_object().ok_or_else(|| Fault::new("a statement has to be a JSON object"))?;
        let known = [
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        only(map, &known)?;
        if map.get("Sid").is_some_and(|sid| !sid.is_string()) {
            return Err(Fault::new("Sid has to be a text"));
        }
        let effect = match map.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err(Fault::new("Effect has to be Allow or Deny")),
        };
        let (principals, not_principals) = one_of(map, "Principal", "NotPrincipal")?;
        if not_principals && effect == Effect::Allow {
            let message = "Allow with NotPrincipal would let in everybody else, signed or not; name them in Principal";
            return Err(Fault::new(message));
        }
        let (named, not_actions) = one_of(map, "Action", "NotAction")?;
        let (resources, not_resources) = one_of(map, "Resource", "NotResource")?;
        let actions = strings("Action", named)?.into_iter().map(actions::read).collect::<Result<_, _>>()?;
        let resources = strings("Resource", resources)?;
        let resources = resources.into_iter().map(|name| self.resource(name)).collect::<Result<_, _>>()?;
        Ok(Statement {
            effect,
            principals: Among { list: principals::read(principals, self.namespace)?, negated: not_principals },
            actions: Among { list: actions, negated: not_actions },
            resources: Among { list: resources, negated: not_resources },
            conditions: match map.get("Condition") {
                Some(value) => condition::read(value, self.reading)?,
                None => Vec::new(),
            },
        })
    }

    /// `arn:aws:s3:::bucket/key`, with the namespace in the place of the account or nothing there, or `bucket/key`.
    fn resource(&self, name: &str) -> Result<Pattern, Fault> {
        let foreign = || {
            Fault::new(format!(
                "the resource {name} is not in this bucket; write arn:aws:s3:::{0} or arn:aws:s3:::{0}/*",
                self.bucket
            ))
        };
        let parts: Vec<&str> = name.splitn(6, ':').collect();
        let within = match parts[..] {
            ["arn", "aws", "s3", _, account, within] | ["urn", "ecs" | "osc", "s3", _, account, within] => {
                if !account.is_empty() && account != "*" && account != self.namespace.as_str() {
                    return Err(foreign());
                }
                within
            }
            ["arn" | "urn", ..] => return Err(foreign()),
            _ => name,
        };
        let bucket = within.split_once('/').map_or(within, |(bucket, _)| bucket);
        let pattern = Pattern::read(bucket, self.reading).map_err(Fault::new)?;
        // A star in the bucket's place may stand for bucket, slash and key together.
        let may_be_here = bucket.contains('*')
            && bucket
                .split('*')
                .next()
                .is_some_and(|start| self.bucket.as_str().starts_with(start) || start.contains('?'))
            || pattern.matches(self.bucket.as_str(), &|_| None);
        if !may_be_here {
            return Err(foreign());
        }
        Pattern::read(within, self.reading).map_err(Fault::new)
    }
}

fn one_of<'m>(map: &'m Map<String, Value>, plain: &str, negated: &str) -> Result<(&'m Value, bool), Fault> {
    match (map.get(plain), map.get(negated)) {
        (Some(value), None) => Ok((value, false)),
        (None, Some(value)) => Ok((value, true)),
        _ => Err(Fault::new(format!("a statement has either {plain} or {negated}"))),
    }
}

fn only(map: &Map<String, Value>, known: &[&str]) -> Result<(), Fault> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(Fault::new(format!("the element {key} is not known; use {}", known.join(", ")))),
        None => Ok(()),
    }
}
