//! The documents of what no bucket here can have set otherwise: no logging, no notifications, no acceleration, the owner
//! pays, and no configurations of analytics, inventory, metrics or intelligent tiering. Writing the state that is there
//! succeeds, so that clients which restore it (`s3cmd payer`, Terraform) go on.

use super::BODY_LIMIT;
use super::element::{malformed, word};
use crate::error::{ErrorCode, S3Error};
use crate::operation::Operation;
use crate::xml::{Element, XmlWriter};

/// What the operation answers for every bucket; `None` for one whose answer depends on the bucket.
pub fn write_fixed(operation: Operation) -> Option<Vec<u8>> {
    let empty = |root| Some(XmlWriter::document(root, |_| {}));
    let no_entries = |root| Some(XmlWriter::document(root, |xml| xml.value("IsTruncated", false)));
    match operation {
        Operation::GetBucketLogging => empty("BucketLoggingStatus"),
        Operation::GetBucketNotificationConfiguration => empty("NotificationConfiguration"),
        Operation::GetBucketAccelerateConfiguration => empty("AccelerateConfiguration"),
        Operation::GetBucketRequestPayment => {
            Some(XmlWriter::document("RequestPaymentConfiguration", |xml| xml.text("Payer", "BucketOwner")))
        }
        Operation::ListBucketAnalyticsConfigurations => no_entries("ListBucketAnalyticsConfigurationResult"),
        Operation::ListBucketIntelligentTieringConfigurations => {
            no_entries("ListBucketIntelligentTieringConfigurationsOutput")
        }
        Operation::ListBucketInventoryConfigurations => no_entries("ListInventoryConfigurationsResult"),
        Operation::ListBucketMetricsConfigurations => no_entries("ListMetricsConfigurationsResult"),
        _ => None,
    }
}

/// Reads a body that may say what is so already, and refuses any other.
pub type FixedReader = fn(&[u8]) -> Result<(), S3Error>;

/// How the body of an operation is read that may write the state which is there, and no other; `None` for any other
/// operation.
pub fn reads_fixed(operation: Operation) -> Option<FixedReader> {
    match operation {
        Operation::PutBucketLogging => Some(read_logging),
        Operation::PutBucketRequestPayment => Some(read_request_payment),
        Operation::PutBucketAccelerateConfiguration => Some(read_accelerate),
        Operation::PutBucketNotificationConfiguration => Some(read_notification),
        _ => None,
    }
}

fn read_logging(body: &[u8]) -> Result<(), S3Error> {
    let root = Element::parse(body, "BucketLoggingStatus", BODY_LIMIT)?;
    match root.child("LoggingEnabled")? {
        None => nothing_else(&root, &[]),
        Some(_) => Err(not_offered("Access logs in buckets are", "leave <LoggingEnabled> out")),
    }
}

fn read_request_payment(body: &[u8]) -> Result<(), S3Error> {
    let root = Element::parse(body, "RequestPaymentConfiguration", BODY_LIMIT)?;
    match word(&root, "Payer")? {
        Some("BucketOwner") => nothing_else(&root, &["Payer"]),
        Some("Requester") => Err(not_offered("Payment by requesters is", "send BucketOwner as the <Payer>")),
        _ => Err(malformed("<Payer> has to be BucketOwner or Requester.")),
    }
}

fn read_accelerate(body: &[u8]) -> Result<(), S3Error> {
    let root = Element::parse(body, "AccelerateConfiguration", BODY_LIMIT)?;
    match word(&root, "Status")? {
        Some("Suspended") => nothing_else(&root, &["Status"]),
        Some("Enabled") => Err(not_offered("Transfer acceleration is", "send Suspended as the <Status>")),
        _ => Err(malformed("<Status> has to be Enabled or Suspended.")),
    }
}

fn read_notification(body: &[u8]) -> Result<(), S3Error> {
    const KINDS: [&str; 4] =
        ["TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration", "EventBridgeConfiguration"];
    let root = Element::parse(body, "NotificationConfiguration", BODY_LIMIT)?;
    match KINDS.iter().any(|kind| root.children(kind).next().is_some()) {
        true => Err(not_offered("Notifications are", "send an empty <NotificationConfiguration>")),
        false => nothing_else(&root, &[]),
    }
}

/// Refuses elements beside those that were read: what is not understood may say something else than off.
fn nothing_else(root: &Element, known: &[&str]) -> Result<(), S3Error> {
    match root.child_names().find(|name| !known.contains(name)) {
        Some(name) => Err(malformed(format!("<{name}> does not belong into this document."))),
        None => Ok(()),
    }
}

fn not_offered(what: &str, remedy: &str) -> S3Error {
    S3Error::because(ErrorCode::NotImplemented, format!("{what} not offered here; {remedy}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_pays_and_the_rest_is_empty() {
        let text = |operation| String::from_utf8(write_fixed(operation).unwrap()).unwrap();
        assert!(text(Operation::GetBucketRequestPayment).contains("<Payer>BucketOwner</Payer>"));
        assert!(text(Operation::GetBucketLogging).contains("<BucketLoggingStatus"));
        assert!(text(Operation::ListBucketMetricsConfigurations).contains("<IsTruncated>false</IsTruncated>"));
        assert!(write_fixed(Operation::GetBucketVersioning).is_none());
    }

    type Bodies = &'static [&'static str];

    /// A write with the documents that say off, that say something else, and that say nothing.
    struct Write {
        operation: Operation,
        off: Bodies,
        other: Bodies,
        nonsense: Bodies,
    }

    const WRITES: [Write; 4] = [
        Write {
            operation: Operation::PutBucketLogging,
            off: &[
                "<BucketLoggingStatus/>",
                r#"<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/" />"#,
            ],
            other: &[
                "<BucketLoggingStatus><LoggingEnabled><TargetBucket>b</TargetBucket></LoggingEnabled></BucketLoggingStatus>",
            ],
            nonsense: &["<BucketLoggingStatus><LoggingEnable/></BucketLoggingStatus>"],
        },
        Write {
            operation: Operation::PutBucketRequestPayment,
            off: &["<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"],
            other: &["<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>"],
            nonsense: &[
                "<RequestPaymentConfiguration/>",
                "<RequestPaymentConfiguration><Payer>bucketowner</Payer></RequestPaymentConfiguration>",
            ],
        },
        Write {
            operation: Operation::PutBucketAccelerateConfiguration,
            off: &["<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>"],
            other: &["<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>"],
            nonsense: &["<AccelerateConfiguration/>", "<AccelerateConfiguration><Status/></AccelerateConfiguration>"],
        },
        Write {
            operation: Operation::PutBucketNotificationConfiguration,
            off: &["<NotificationConfiguration/>"],
            other: &[
                "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>",
                "<NotificationConfiguration><QueueConfiguration><Queue>q</Queue></QueueConfiguration></NotificationConfiguration>",
            ],
            nonsense: &["<NotificationConfiguration><Else/></NotificationConfiguration>"],
        },
    ];

    #[test]
    fn the_state_that_is_there_may_be_written_and_no_other() {
        for Write { operation, off, other, nonsense } in WRITES {
            let read = reads_fixed(operation).unwrap();
            let code = |body: &str| read(body.as_bytes()).map_err(|error| error.code());
            for body in off {
                assert_eq!(code(body), Ok(()), "{body}");
            }
            for body in other {
                assert_eq!(code(body), Err(ErrorCode::NotImplemented), "{body}");
            }
            for body in nonsense.iter().chain(&["<Other/>", "<"]) {
                assert_eq!(code(body), Err(ErrorCode::MalformedXML), "{body}");
            }
            assert_eq!(code(""), Err(ErrorCode::MissingRequestBodyError));
        }
        assert!(reads_fixed(Operation::PutBucketWebsite).is_none());
    }
}
