//! The quota and the retention classes of a namespace (ECS REST API, *Namespaces*).

use crate::document::{Document, Value, object};
use crate::{Answer, sample};

/// `GET /object/namespaces/namespace/{namespace}/quota`. Gigabytes; -1 is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceQuota {
    pub namespace: String,
    pub block_size: i64,
    pub notification_size: i64,
}

impl Answer for NamespaceQuota {
    fn document(&self) -> Document<'_> {
        let fields = [
            ("namespace", Value::text(&self.namespace)),
            ("blockSize", Value::Number(self.block_size)),
            ("notificationSize", Value::Number(self.notification_size)),
        ];
        Document::new("namespace_quota_details", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { namespace: sample::NAMESPACE.into(), block_size: 10, notification_size: 8 }]
    }
}

/// `GET /object/namespaces/namespace/{namespace}/retention/{class}`, and an entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionClass {
    pub name: String,
    /// Seconds; -1 is for ever.
    pub period: i64,
}

impl RetentionClass {
    fn fields(&self) -> [(&'static str, Value<'_>); 2] {
        [("name", Value::text(&self.name)), ("period", Value::Number(self.period))]
    }
}

impl Answer for RetentionClass {
    fn document(&self) -> Document<'_> {
        Document::new("retention_class", &[], self.fields())
    }

    fn samples() -> Vec<Self> {
        vec![Self { name: "y7".into(), period: 220_752_000 }]
    }
}

/// `GET /object/namespaces/namespace/{namespace}/retention`. The name of the XML root is ours: no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionClasses {
    pub classes: Vec<RetentionClass>,
}

impl Answer for RetentionClasses {
    fn document(&self) -> Document<'_> {
        let classes = self.classes.iter().map(|class| object(&[], class.fields())).collect();
        Document::new("retention_classes", &[], [("retention_class", Value::Repeated(classes))])
    }

    fn samples() -> Vec<Self> {
        vec![Self { classes: RetentionClass::samples() }]
    }
}
