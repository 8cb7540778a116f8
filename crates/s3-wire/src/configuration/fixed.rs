//! The documents of what no bucket here can have set otherwise: no logging, no notifications, no acceleration, and the
//! owner pays.

use crate::operation::Operation;
use crate::xml::XmlWriter;

/// What the operation answers for every bucket; `None` for one whose answer depends on the bucket.
pub fn write_fixed(operation: Operation) -> Option<Vec<u8>> {
    let empty = |root| Some(XmlWriter::document(root, |_| {}));
    match operation {
        Operation::GetBucketLogging => empty("BucketLoggingStatus"),
        Operation::GetBucketNotificationConfiguration => empty("NotificationConfiguration"),
        Operation::GetBucketAccelerateConfiguration => empty("AccelerateConfiguration"),
        Operation::GetBucketRequestPayment => {
            Some(XmlWriter::document("RequestPaymentConfiguration", |xml| xml.text("Payer", "BucketOwner")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_pays_and_the_rest_is_empty() {
        let text = |operation| String::from_utf8(write_fixed(operation).unwrap()).unwrap();
        assert!(text(Operation::GetBucketRequestPayment).contains("<Payer>BucketOwner</Payer>"));
        assert!(text(Operation::GetBucketLogging).contains("<BucketLoggingStatus"));
        assert!(write_fixed(Operation::GetBucketVersioning).is_none());
    }
}
