//! A form as a client makes it, signed from the specification, and what becomes of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http::request::Parts;
use keyward_signature::form::{self, FormClaim, FormError, FormFields, FormUpload};
use keyward_signature::{Clean, Declared, Payload, PayloadError, PayloadPlan, Rules, Scheme};

use crate::support::*;

/// Until 18:39:13, an hour after the tests' moment.
pub const EXPIRATION: &str = "2026-03-05T18:39:13.000Z";
const CREDENTIAL: &str = "alice@corp.example/20260305/us-east-1/s3/aws4_request";

/// A form that can be changed before it is sent.
#[derive(Clone)]
pub struct Form {
    pub fields: Vec<(String, String)>,
    pub filename: &'static str,
    pub file: Vec<u8>,
}

impl Form {
    /// With these fields, and a policy with a condition for each of them and the bucket, and more conditions; signed by
    /// Alice's newer secret.
    pub fn signed(scheme: Scheme, fields: &[(&str, &str)], conditions: &str) -> Self {
        let mut fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if scheme == Scheme::SigV4Form {
            let of_v4 = [
                ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
                ("x-amz-credential", CREDENTIAL),
                ("x-amz-date", "20260305T173913Z"),
            ];
            fields.extend(of_v4.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        let covered = fields.iter().map(|(name, value)| format!(r#"{{"{name}":"{value}"}}"#));
        let all: Vec<String> = covered.chain([r#"{"bucket":"photos"}"#.to_owned()]).collect();
        let policy = format!(r#"{{"expiration":"{EXPIRATION}","conditions":[{}{conditions}]}}"#, all.join(","));
        Self { fields, filename: "cat.jpg", file: b"hello world".to_vec() }.with_policy(scheme, &policy)
    }

    /// With this policy, signed anew.
    pub fn with_policy(mut self, scheme: Scheme, policy: &str) -> Self {
        let policy = STANDARD.encode(policy);
        let signature = match scheme {
            Scheme::SigV4Form => ("x-amz-signature", v4_signature(&policy)),
            _ => ("signature", hmac_sha1("newer-secret", &policy)),
        };
        for (name, value) in [("policy", policy), (signature.0, signature.1)] {
            self.remove(name);
            self.add(name, &value);
        }
        if scheme == Scheme::SigV2Form {
            self.remove("AWSAccessKeyId");
            self.add("AWSAccessKeyId", ALICE);
        }
        self
    }

    pub fn add(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    pub fn remove(&mut self, name: &str) {
        self.fields.retain(|(known, _)| known != name);
    }

    pub fn wire(&self) -> Vec<u8> {
        let mut wire = Vec::new();
        for (name, value) in &self.fields {
            let part = format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            wire.extend_from_slice(part.as_bytes());
        }
        let disposition = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{}\"", self.filename);
        wire.extend_from_slice(format!("--xyz\r\n{disposition}\r\n\r\n").as_bytes());
        wire.extend_from_slice(&self.file);
        wire.extend_from_slice(b"\r\n--xyz--\r\n");
        wire
    }

    /// Posts it, and stores the file if it may be.
    pub fn post(&self) -> Result<Vec<u8>, String> {
        let (upload, file) = self.posted(&head(), &Rules::default())?;
        content(upload.clean(None), file).map_err(|error| error.code().to_owned())
    }

    pub fn posted(&self, head: &Parts, rules: &Rules) -> Result<(FormUpload, form::FileBody<Pieces>), String> {
        let (fields, file) = read_form(&self.wire()).map_err(|error| error.to_string())?;
        let upload = permitted(head, &fields, rules).map_err(|error| error.to_string())?;
        Ok((upload, file))
    }

    pub fn upload(&self) -> FormUpload {
        self.posted(&head(), &Rules::default()).unwrap().0
    }

    /// Why it is refused.
    pub fn refusal(&self) -> String {
        self.post().expect_err("the form must be refused")
    }
}

fn v4_signature(policy: &str) -> String {
    let steps = ["20260305", "us-east-1", "s3", "aws4_request"];
    let key = steps.iter().fold(b"AWS4newer-secret".to_vec(), |key, step| hmac_sha256(&key, step));
    hmac_sha256(&key, policy).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn head() -> Parts {
    parts(Request::post("/photos").header("host", "s3.corp.example:9020"))
}

pub fn read_form(wire: &[u8]) -> Result<(FormFields, form::FileBody<Pieces>), FormError> {
    at_once(form::read(b"multipart/form-data; boundary=xyz", Pieces::whole(wire)))
}

pub fn permitted(head: &Parts, fields: &FormFields, rules: &Rules) -> Result<FormUpload, FormError> {
    match FormClaim::parse(head, fields, rules)? {
        Some(claim) => claim.verify(head, fields, "photos", &secrets(), now()),
        None => FormUpload::anonymous(head, fields),
    }
}

pub fn content((head, plan): (Clean, PayloadPlan), file: form::FileBody<Pieces>) -> Result<Vec<u8>, PayloadError> {
    let mut body = Payload::new(plan, Declared::of_body(&head)?, file)?.decoded();
    let (content, end) = read(&mut body);
    end.map(|()| content)
}
