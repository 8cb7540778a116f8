//! Base URLs: one and the list (ECS REST API, *Base URL*).

use crate::answers::{NamedLink, self_link};
use crate::document::{Document, Value};
use crate::{Answer, sample};

const COLLECTION: &str = "/object/baseurl";

/// The answer to creating and reading a base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// A URN.
    pub id: String,
    pub name: String,
    pub baseurl: String,
    pub namespace_in_host: bool,
}

impl Answer for BaseUrl {
    fn document(&self) -> Document<'_> {
        Document::new(
            "base_url",
            &["id", "inactive", "link", "name"],
            [
                ("name", Value::text(&self.name)),
                ("id", Value::text(&self.id)),
                ("link", Value::Link(self_link(COLLECTION, &self.id).into())),
                ("inactive", Value::Flag(false)),
                ("tags", Value::Wrapped { item: "tag", items: Vec::new() }),
                ("baseurl", Value::text(&self.baseurl)),
                ("namespace_in_host", Value::Flag(self.namespace_in_host)),
            ],
        )
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            id: sample::BASE_URL.into(),
            name: "main".into(),
            baseurl: "s3.example.test".into(),
            namespace_in_host: false,
        }]
    }
}

/// `GET /object/baseurl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrls {
    pub base_urls: Vec<NamedLink>,
}

impl Answer for BaseUrls {
    fn document(&self) -> Document<'_> {
        let entries = Value::Repeated(NamedLink::values(&self.base_urls, COLLECTION));
        Document::new("base_urls", &[], [("base_url", entries)])
    }

    fn samples() -> Vec<Self> {
        vec![Self { base_urls: vec![NamedLink { name: "main".into(), id: sample::BASE_URL.into() }] }]
    }
}
