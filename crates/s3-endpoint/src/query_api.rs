//! Requests of other AWS services, which clients send here when they are given one endpoint for all: refused in the form
//! that those clients read, and in words that say what to do instead.
//!
//! STS, IAM and SNS speak AWS's query protocol: `POST /` with a form that names an action, under a signature for that
//! service. S3's own error document tells their clients nothing; botocore calls it "Unknown".

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts as Head;
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, ErrorCode, S3Error};

/// The service that a request is for, if not S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueryApi {
    Sts,
    Iam,
    Sns,
    /// A form for the service as a whole that no signature says more of.
    Unnamed,
}

impl QueryApi {
    /// The service, as far as the head tells; `None` for a request to S3.
    pub(crate) fn asked(head: &Head, address: &Address) -> Option<Self> {
        if address.bucket.is_some() || head.uri.path() != "/" {
            return None;
        }
        let header = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let named = match header {
            Some(header) => header.split_once("Credential=").and_then(|(_, credential)| Self::in_scope(credential)),
            None => {
                let query = Query::of(head).ok()?;
                query.value("X-Amz-Credential").ok()?.and_then(Self::in_scope)
            }
        };
        named.or_else(|| (head.method == Method::POST && is_form(head)).then_some(QueryApi::Unnamed))
    }

    /// The service in what begins with a credential: `<access key id>/<day>/<region>/<service>/aws4_request`.
    fn in_scope(credential: &str) -> Option<Self> {
        let (scope, _) = credential.split_once("/aws4_request")?;
        match scope.rsplit('/').next()? {
            "sts" => Some(QueryApi::Sts),
            "iam" => Some(QueryApi::Iam),
            "sns" => Some(QueryApi::Sns),
            _ => None,
        }
    }

    /// The refusal.
    pub(crate) fn refusal(self) -> S3Error {
        let what = match self {
            QueryApi::Sts => {
                "There is no STS at this port, which serves S3 alone: an access key works as it is, without session \
                 tokens, and `aws s3api list-buckets` shows whose it is (Owner)."
            }
            QueryApi::Iam => {
                "There is no IAM at this port, which serves S3 alone: users and keys are managed in the portal and \
                 through the management API."
            }
            QueryApi::Sns => "There is no SNS at this port, which serves S3 alone: notifications are not offered.",
            QueryApi::Unnamed => "There are no STS, IAM and other services of AWS at this port, which serves S3 alone.",
        };
        let remedy = "To send S3 requests alone here, set AWS_ENDPOINT_URL_S3 in place of AWS_ENDPOINT_URL.";
        S3Error::because(ErrorCode::InvalidAction, format!("{what} {remedy}"))
    }

    /// The document that the service's clients read.
    pub(crate) fn document(self, error: &S3Error, request_id: &str) -> Vec<u8> {
        let namespace = match self {
            QueryApi::Sts => Some("https://sts.amazonaws.com/doc/2011-06-15/"),
            QueryApi::Iam => Some("https://iam.amazonaws.com/doc/2010-05-08/"),
            QueryApi::Sns => Some("http://sns.amazonaws.com/doc/2010-03-31/"),
            QueryApi::Unnamed => None,
        };
        error.to_query_xml(namespace, request_id)
    }
}

fn is_form(head: &Head) -> bool {
    let media_type = head.headers.get(CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
    let media_type = media_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use http::Request;
    use keyward_s3_wire::BaseUrls;

    use super::*;

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

    fn asked(line: &str, headers: &[(&str, &str)]) -> Option<QueryApi> {
        let (method, target) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(target).header("host", "127.0.0.1:9020");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let head = request.body(()).unwrap().into_parts().0;
        QueryApi::asked(&head, &Address::resolve(&head, &BaseUrls::none()).unwrap())
    }

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=a,b/c/20260305/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        )
    }

    #[test]
    fn the_scope_of_the_signature_names_the_service() {
        for (service, api) in [("sts", QueryApi::Sts), ("iam", QueryApi::Iam), ("sns", QueryApi::Sns)] {
            assert_eq!(asked("POST /", &[("authorization", &signed(service)), FORM]), Some(api));
            let url = format!("GET /?Action=X&X-Amz-Credential=a%2F20260305%2Fus-east-1%2F{service}%2Faws4_request");
            assert_eq!(asked(&url, &[]), Some(api));
        }
        assert_eq!(asked("POST /", &[FORM]), Some(QueryApi::Unnamed), "unsigned, as for AssumeRoleWithWebIdentity");
    }

    #[test]
    fn requests_to_s3_are_left_alone() {
        for line in ["GET /", "POST /b", "POST /b?delete", "PUT /b/k", "GET /?x-id=ListBuckets"] {
            assert_eq!(asked(line, &[("authorization", &signed("s3"))]), None, "{line}");
        }
        assert_eq!(asked("POST /b", &[("authorization", &signed("sts")), FORM]), None);
        assert_eq!(asked("GET /", &[("authorization", "AWS alice:c2ln")]), None);
        assert_eq!(asked("POST /", &[("content-type", "multipart/form-data; boundary=x")]), None);
        assert_eq!(asked("GET /?X-Amz-Credential=sts%2Faws4_request", &[]), Some(QueryApi::Sts), "however short it is");
        assert_eq!(asked("GET /?X-Amz-Credential=sts", &[]), None);
    }
}
