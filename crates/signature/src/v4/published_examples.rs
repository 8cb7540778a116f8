//! The examples of the AWS documentation for S3 (*Authenticating Requests*), step by step: canonical request,
//! string to sign, signature.

use http::request::Parts;
use keyward_ambient::Timestamp;

use super::canonical::{CanonicalRequest, Reading};
use super::{ChunkChain, SigningKey, Statement, authorization, presigned};
use crate::{Claim, Rules, headers, hex};

const SECRET: &[u8] = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const HOST: &str = "examplebucket.s3.amazonaws.com";

/// A request of the documentation, with the steps that it shows.
struct Example {
    method: &'static str,
    uri: &'static str,
    headers: &'static [(&'static str, &'static str)],
    signed_headers: &'static str,
    canonical: &'static str,
    canonical_hash: &'static str,
    signature: &'static str,
}

impl Example {
    fn parts(&self) -> Parts {
        let mut request = http::Request::builder().method(self.method).uri(self.uri);
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        if !self.uri.contains("X-Amz-Algorithm") {
            let credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
            let (signed, signature) = (self.signed_headers, self.signature);
            let value =
                format!("AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed},Signature={signature}");
            request = request.header("authorization", value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn statement(&self, parts: &Parts) -> Statement {
        let rules = Rules::default();
        match parts.headers.get("authorization") {
            Some(value) => authorization::read(value, &parts.headers, &rules).unwrap(),
            None => presigned::read(parts, &rules).unwrap(),
        }
    }

    fn holds(&self) {
        let parts = self.parts();
        let statement = self.statement(&parts);
        let host = headers::host(&parts).unwrap();
        let presigned = parts.headers.get("authorization").is_none();

        let mut canonical = Vec::new();
        let request = CanonicalRequest {
            parts: &parts,
            host,
            signed_headers: &statement.signed_headers,
            content_sha256: &statement.payload.content,
            presigned,
        };
        request.write(Reading::STANDARD, &mut canonical).unwrap();
        assert_eq!(String::from_utf8(canonical).unwrap(), self.canonical);

        let mut text = Vec::new();
        statement.write_string_to_sign(&parts, host, Reading::STANDARD, &mut text).unwrap();
        let expected =
            format!("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n{}", self.canonical_hash);
        assert_eq!(String::from_utf8(text.clone()).unwrap(), expected);

        assert_eq!(hex::text(&key().sign(&text)), self.signature);
        assert_eq!(hex::text(&statement.signature), self.signature);
        let claim = Claim::parse(&parts, &Rules::default()).unwrap().unwrap();
        assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    }
}

fn key() -> SigningKey {
    SigningKey::derive(SECRET, "20130524", "us-east-1", "s3")
}

#[test]
fn get_object() {
    Example {
        method: "GET",
        uri: "/test.txt",
        headers: &[
            ("host", HOST),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", EMPTY),
            ("x-amz-date", "20130524T000000Z"),
        ],
        signed_headers: "host;range;x-amz-content-sha256;x-amz-date",
        canonical: "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n\
                    x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
                    x-amz-date:20130524T000000Z\n\nhost;range;x-amz-content-sha256;x-amz-date\n\
                    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        canonical_hash: "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
        signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    }
    .holds();
}

#[test]
fn put_object() {
    Example {
        method: "PUT",
        uri: "/test%24file.text",
        headers: &[
            ("host", HOST),
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
        ],
        signed_headers: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        canonical: "PUT\n/test%24file.text\n\ndate:Fri, 24 May 2013 00:00:00 GMT\n\
                    host:examplebucket.s3.amazonaws.com\n\
                    x-amz-content-sha256:44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\n\
                    x-amz-date:20130524T000000Z\nx-amz-storage-class:REDUCED_REDUNDANCY\n\n\
                    date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class\n\
                    44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        canonical_hash: "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
        signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    }
    .holds();
}

#[test]
fn get_bucket_lifecycle() {
    Example {
        method: "GET",
        uri: "/?lifecycle",
        headers: &[("host", HOST), ("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", EMPTY)],
        signed_headers: "host;x-amz-content-sha256;x-amz-date",
        canonical: "GET\n/\nlifecycle=\nhost:examplebucket.s3.amazonaws.com\n\
                    x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
                    x-amz-date:20130524T000000Z\n\nhost;x-amz-content-sha256;x-amz-date\n\
                    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        canonical_hash: "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
        signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    }
    .holds();
}

#[test]
fn list_objects() {
    Example {
        method: "GET",
        uri: "/?max-keys=2&prefix=J",
        headers: &[("host", HOST), ("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", EMPTY)],
        signed_headers: "host;x-amz-content-sha256;x-amz-date",
        canonical: "GET\n/\nmax-keys=2&prefix=J\nhost:examplebucket.s3.amazonaws.com\n\
                    x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
                    x-amz-date:20130524T000000Z\n\nhost;x-amz-content-sha256;x-amz-date\n\
                    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        canonical_hash: "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
        signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    }
    .holds();
}

#[test]
fn presigned_get() {
    Example {
        method: "GET",
        uri: "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
              &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
              &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
              &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        headers: &[],
        signed_headers: "host",
        canonical: "GET\n/test.txt\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
                    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                    &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\n\
                    host:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD",
        canonical_hash: "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04",
        signature: "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    }
    .holds();
}

const CHUNKED: Example = Example {
    method: "PUT",
    uri: "/examplebucket/chunkObject.txt",
    headers: &[
        ("host", "s3.amazonaws.com"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
        ("content-length", "66824"),
    ],
    signed_headers: "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                     x-amz-decoded-content-length;x-amz-storage-class",
    canonical: "PUT\n/examplebucket/chunkObject.txt\n\ncontent-encoding:aws-chunked\ncontent-length:66824\n\
                host:s3.amazonaws.com\nx-amz-content-sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n\
                x-amz-date:20130524T000000Z\nx-amz-decoded-content-length:66560\n\
                x-amz-storage-class:REDUCED_REDUNDANCY\n\n\
                content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                x-amz-decoded-content-length;x-amz-storage-class\nSTREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    canonical_hash: "cee3fed04b70f867d036f722359b0b1f2f0e5dc0efadbc082b76c4c60e316455",
    signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
};

const CHUNKED_WITH_TRAILER: Example = Example {
    method: "PUT",
    uri: "/examplebucket/chunkObject.txt",
    headers: &[
        ("host", "s3.amazonaws.com"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
        ("x-amz-trailer", "x-amz-checksum-crc32c"),
    ],
    signed_headers: "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
                     x-amz-storage-class;x-amz-trailer",
    canonical: "PUT\n/examplebucket/chunkObject.txt\n\ncontent-encoding:aws-chunked\nhost:s3.amazonaws.com\n\
                x-amz-content-sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\nx-amz-date:20130524T000000Z\n\
                x-amz-decoded-content-length:66560\nx-amz-storage-class:REDUCED_REDUNDANCY\n\
                x-amz-trailer:x-amz-checksum-crc32c\n\n\
                content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
                x-amz-storage-class;x-amz-trailer\nSTREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    canonical_hash: "44d48b8c2f70eae815a0198cc73d7a546a73a93359c070abbaa5e6c7de112559",
    signature: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
};

/// The signatures of a 64 KiB chunk, a 1 KiB chunk and the last one, all of the letter a.
fn chunk_signatures(example: &Example) -> (ChunkChain, [String; 3]) {
    use sha2::{Digest, Sha256};
    let statement = example.statement(&example.parts());
    let scope = statement.credential.scope_text();
    let mut chain = ChunkChain::new(key().into(), statement.signed_at, scope, statement.signature);
    let signatures = [65536, 1024, 0].map(|size| hex::text(&chain.chunk(&Sha256::digest(vec![b'a'; size]).into())));
    (chain, signatures)
}

#[test]
fn chunked_upload() {
    CHUNKED.holds();
    let (_, signatures) = chunk_signatures(&CHUNKED);
    assert_eq!(signatures[0], "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
    assert_eq!(signatures[1], "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
    assert_eq!(signatures[2], "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
}

#[test]
fn chunked_upload_with_trailer() {
    use sha2::{Digest, Sha256};
    CHUNKED_WITH_TRAILER.holds();
    let (mut chain, signatures) = chunk_signatures(&CHUNKED_WITH_TRAILER);
    assert_eq!(signatures[0], "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2");
    assert_eq!(signatures[1], "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7");
    assert_eq!(signatures[2], "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992");
    let trailer = chain.trailer(&Sha256::digest(b"x-amz-checksum-crc32c:sOO8/Q==\n").into());
    assert_eq!(hex::text(&trailer), "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
}

#[test]
fn the_signed_requests_verify_at_their_time() {
    let now = Timestamp::from_seconds(1_369_353_600);
    for example in [CHUNKED, CHUNKED_WITH_TRAILER] {
        let statement = example.statement(&example.parts());
        assert_eq!(statement.signed_at.moment(), now);
        assert_eq!(statement.check_time(now), Ok(()));
    }
}
