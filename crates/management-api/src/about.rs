//! What a call is for, who may make it, what it takes and gives: said once, beside its handler.
//!
//! No route exists without an [`About`], and handlers are held to theirs while tests run: they read no query parameter,
//! take no request and give no answer that theirs does not name (see [`Call`](crate::call::Call)).

use std::any::type_name;

use keyward_ecs_wire::{Answer, AnswerSchema, EcsRequest, FieldError, RequestSchema};
use keyward_identity::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::json::JsonRequest;

/// What calls are about, in the order in which people read of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    Session,
    OwnKeys,
    UserKeys,
    ObjectUsers,
    Namespaces,
    Buckets,
    ManagementUsers,
    Providers,
    BaseUrls,
    Audit,
    Site,
    People,
    Operation,
}

impl Topic {
    /// All of them.
    pub(crate) const ALL: [Topic; 13] = [
        Topic::Session,
        Topic::OwnKeys,
        Topic::UserKeys,
        Topic::ObjectUsers,
        Topic::Namespaces,
        Topic::Buckets,
        Topic::ManagementUsers,
        Topic::Providers,
        Topic::BaseUrls,
        Topic::Audit,
        Topic::Site,
        Topic::People,
        Topic::Operation,
    ];

    /// Its heading.
    pub(crate) const fn title(self) -> &'static str {
        self.words().0
    }

    /// A sentence or two about it.
    pub(crate) const fn text(self) -> &'static str {
        self.words().1
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Topic::Session => (
                "Sessions",
                "Log in with a name and a password, and send the token of the answer with every other call.",
            ),
            Topic::OwnKeys => (
                "Your own secret keys",
                "Everybody who can log in manages their own S3 keys. There are two slots, so that a new key can be put \
                 to use before the old one ends.",
            ),
            Topic::UserKeys => ("Secret keys of users", "What administrators do with the secret keys of object users."),
            Topic::ObjectUsers => {
                ("Object users", "Who owns buckets and objects. The id of an object user is its S3 access key id.")
            }
            Topic::Namespaces => {
                ("Namespaces", "The tenants: who belongs to them, who administers them, and how much they may hold.")
            }
            Topic::Buckets => ("Buckets", "The buckets that S3 serves, whoever owns them."),
            Topic::ManagementUsers => ("Management users", "Who administers the system."),
            Topic::Providers => {
                ("Authentication providers", "The LDAP and Active Directory servers in which people are looked up.")
            }
            Topic::BaseUrls => ("Base URLs", "The host names under which buckets have host names of their own."),
            Topic::Audit => ("Audit", "Who did what, when, from where: one record for each change and each login."),
            Topic::Site => ("The installation", "What clients read before they do anything else."),
            Topic::People => ("People of the built-in directory", "For those who have no other directory. JSON only."),
            Topic::Operation => ("Operation", "For those who keep the service running, and this description."),
        }
    }
}

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever reaches the address.
    Anybody,
    /// Whoever has a live token.
    LoggedIn,
    /// Whoever has one of these roles.
    Roles(&'static [Role]),
}

/// A query parameter or a header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) kind: Kind,
}

/// What a query parameter or a header holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    /// How many entries, from 1 on.
    Count,
}

/// The body that a call takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    Nothing,
    /// A request of ECS, in XML or JSON.
    Request {
        schema: fn() -> Result<RequestSchema, FieldError>,
        kind: fn() -> &'static str,
    },
    /// JSON of our own.
    Json {
        schema: fn(&mut SchemaGenerator) -> Schema,
        kind: fn() -> &'static str,
    },
    /// Any JSON.
    AnyJson,
}

/// The body of a success.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gives {
    Nothing,
    /// A document of ECS, in XML or JSON.
    Answer {
        schema: fn() -> AnswerSchema,
        kind: fn() -> &'static str,
    },
    /// JSON of our own.
    Json {
        schema: fn(&mut SchemaGenerator) -> Schema,
    },
    /// Something else, such as plain text.
    Other {
        media_type: &'static str,
        text: &'static str,
    },
}

/// What is said of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) topic: Topic,
    /// A few words, such as `Lock an object user`.
    pub(crate) summary: &'static str,
    /// What people need to know beyond that; can be empty. Words in backquotes are code.
    pub(crate) text: &'static str,
    pub(crate) who: Who,
    pub(crate) query: &'static [Named],
    pub(crate) takes: Takes,
    pub(crate) gives: Gives,
    /// The headers of a success that tell more than HTTP does.
    pub(crate) headers: &'static [Named],
    /// The statuses that do not follow from the rest, and what they mean here.
    pub(crate) also: &'static [(u16, &'static str)],
}

impl About {
    /// A call that whoever is logged in may make, without a body in either direction.
    pub(crate) const fn call(topic: Topic, summary: &'static str, text: &'static str) -> Self {
        Self {
            topic,
            summary,
            text,
            who: Who::LoggedIn,
            query: &[],
            takes: Takes::Nothing,
            gives: Gives::Nothing,
            headers: &[],
            also: &[],
        }
    }

    /// The same for everybody.
    pub(crate) const fn open(self) -> Self {
        Self { who: Who::Anybody, ..self }
    }

    /// The same for callers with one of these roles.
    pub(crate) const fn roles(self, roles: &'static [Role]) -> Self {
        Self { who: Who::Roles(roles), ..self }
    }

    /// The same with these query parameters.
    pub(crate) const fn query(self, query: &'static [Named]) -> Self {
        Self { query, ..self }
    }

    /// The same with a request body.
    pub(crate) const fn takes<T: EcsRequest>(self) -> Self {
        Self { takes: Takes::Request { schema: RequestSchema::of::<T>, kind: type_name::<T> }, ..self }
    }

    /// The same with a request body of our own.
    pub(crate) const fn takes_json<T: JsonRequest + JsonSchema>(self) -> Self {
        Self { takes: Takes::Json { schema: T::json_schema, kind: type_name::<T> }, ..self }
    }

    /// The same with a request body of any JSON.
    pub(crate) const fn takes_any_json(self) -> Self {
        Self { takes: Takes::AnyJson, ..self }
    }

    /// The same with an answer.
    pub(crate) const fn gives<T: Answer>(self) -> Self {
        Self { gives: Gives::Answer { schema: AnswerSchema::of::<T>, kind: type_name::<T> }, ..self }
    }

    /// The same with an answer of our own.
    pub(crate) const fn gives_json<T: JsonSchema>(self) -> Self {
        Self { gives: Gives::Json { schema: SchemaGenerator::subschema_for::<T> }, ..self }
    }

    /// The same with an answer that is neither.
    pub(crate) const fn gives_other(self, media_type: &'static str, text: &'static str) -> Self {
        Self { gives: Gives::Other { media_type, text }, ..self }
    }

    /// The same with headers in its answer.
    pub(crate) const fn headers(self, headers: &'static [Named]) -> Self {
        Self { headers, ..self }
    }

    /// The same with statuses that do not follow from the rest.
    pub(crate) const fn also(self, also: &'static [(u16, &'static str)]) -> Self {
        Self { also, ..self }
    }

    /// The fields of the JSON of our own that it takes; none where it takes something else.
    pub(crate) fn json_fields(&self) -> Vec<String> {
        let Takes::Json { schema, .. } = self.takes else { return Vec::new() };
        let schema = schema(&mut SchemaGenerator::default());
        let properties = schema.as_object().and_then(|schema| schema.get("properties")?.as_object());
        properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
    }

    /// Whether `T` is the request that it takes.
    pub(crate) fn takes_this<T>(&self) -> bool {
        match self.takes {
            Takes::Request { kind, .. } | Takes::Json { kind, .. } => kind() == type_name::<T>(),
            Takes::Nothing | Takes::AnyJson => false,
        }
    }

    /// Whether `T` is the answer that it gives.
    pub(crate) fn gives_this<T>(&self) -> bool {
        matches!(self.gives, Gives::Answer { kind, .. } if kind() == type_name::<T>())
    }
}

impl Named {
    /// A text.
    pub(crate) const fn text(name: &'static str, text: &'static str) -> Self {
        Self { name, text, kind: Kind::Text }
    }

    /// A flag: its name alone, or `true` or `false`.
    pub(crate) const fn flag(name: &'static str, text: &'static str) -> Self {
        Self { name, text, kind: Kind::Flag }
    }
}

/// How many entries a page holds.
pub(crate) const LIMIT: Named = Named {
    name: "limit",
    text: "How many entries a page holds at most; 1000 if left out, and never more.",
    kind: Kind::Count,
};

/// Where a page begins.
pub(crate) const MARKER: Named = Named::text(
    "marker",
    "Where the page begins: the `NextMarker` of the page before, as it was. Left out for the first.",
);

/// The namespace that is meant.
pub(crate) const NAMESPACE: Named = Named::text(
    "namespace",
    "The namespace. Can be left out by those who belong to one, and where the name alone tells.",
);

/// Sets of roles that many calls share.
pub(crate) mod who {
    use keyward_identity::Role::{self, NamespaceAdmin, SecurityAdmin, SystemAdmin, SystemMonitor};

    /// Whoever changes things within a namespace.
    pub(crate) const ADMINS: &[Role] = &[SystemAdmin, NamespaceAdmin];
    /// Whoever reads things within a namespace.
    pub(crate) const READERS: &[Role] = &[SystemAdmin, SystemMonitor, NamespaceAdmin];
    /// Whoever changes the system.
    pub(crate) const SYSTEM: &[Role] = &[SystemAdmin];
    /// Whoever reads the system.
    pub(crate) const SYSTEM_READERS: &[Role] = &[SystemAdmin, SystemMonitor];
    /// Whoever decides who gets in.
    pub(crate) const SECURITY: &[Role] = &[SystemAdmin, SecurityAdmin];
    /// Whoever may see who gets in.
    pub(crate) const SECURITY_READERS: &[Role] = &[SystemAdmin, SystemMonitor, SecurityAdmin];
}

/// What a parameter of a path means; `None` for one that was not described yet, which a test forbids.
pub(crate) fn path_parameter(name: &str) -> Option<&'static str> {
    Some(match name {
        "uid" => "The id of an object user, such as `dana@corp.example`.",
        "namespace" => "The name of a namespace.",
        "bucket" => "The name of a bucket.",
        "locked" => "`true` to lock, `false` to unlock.",
        "class" => "The name of a retention class.",
        "id" => "The id, as lists and answers show it.",
        "name" => "The name of a person with the domain, such as `alice@local.test`.",
        _ => return None,
    })
}

/// What the path names does not exist.
pub(crate) const MISSING: &[(u16, &str)] = &[(404, "There is nothing of that id.")];

/// The caller has no keys of their own.
pub(crate) const NO_NAMESPACE: &[(u16, &str)] =
    &[(400, "The caller belongs to no namespace."), (403, "The caller belongs to several namespaces, or is locked.")];

const NO_LONGER_ADMITTED: (u16, &str) = (
    403,
    "The caller's directory has no enabled entry for them any more: their sessions have ended. Or the caller belongs to \
     several namespaces, or is locked.",
);

const NO_ANSWER: (u16, &str) = (503, "The caller's directory or the identity store does not answer. Try again later.");

/// What a call that makes a key of the caller's own, or makes one last longer, can meet.
pub(crate) const PRESENCE: &[(u16, &str)] = &[NO_LONGER_ADMITTED, (404, "There is nothing of that id."), NO_ANSWER];

const STRICT_TEXT: &str = "Only with `compat.strict_first_key`: an expiry for an existing key, and there is none.";

/// The one 500 that is meant, beside what an order of one's own key can meet.
pub(crate) const PRESENCE_OR_STRICT: &[(u16, &str)] = &[NO_LONGER_ADMITTED, (500, STRICT_TEXT), NO_ANSWER];

/// Both.
pub(crate) const MISSING_OR_STRICT: &[(u16, &str)] = &[(404, "There is nothing of that id."), (500, STRICT_TEXT)];
