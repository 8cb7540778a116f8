//! Any trailer after signed chunks: without the signature nothing is accepted, and the last frame is held back.
#![no_main]

use http::Request;
use keyward_fuzz::{Pieces, credential, now, read, secrets};
use keyward_signature::sign::authorize;
use keyward_signature::{Algorithm, Claim, ContentSha256, Declared, Payload, Rules};
use libfuzzer_sys::fuzz_target;

const CRC32_OF_HELLO: &str = "DUoRhQ==";

fuzz_target!(|data: &[u8]| {
    let [size, trailer @ ..] = data else { return };
    let request = Request::put("/b/k")
        .header("host", "h")
        .header("x-amz-decoded-content-length", "11")
        .header("x-amz-trailer", "x-amz-checksum-crc32");
    let mut parts = request.body(()).expect("a head").into_parts().0;
    let content = ContentSha256::SIGNED_CHUNKS_WITH_TRAILER;
    let head = authorize(&mut parts, &credential(), content, now()).expect("it has a host");
    let mut encoder = head.into_chunks();
    let mut wire = encoder.chunk(b"hello world");
    let good = encoder.finish_with_trailer(&[(Algorithm::Crc32, CRC32_OF_HELLO)]);
    let last_chunk = good.windows(2).position(|pair| pair == b"\r\n").expect("a line") + 2;
    wire.extend_from_slice(&good[..last_chunk]);
    // The bytes that stand for the one good signature, which nobody can guess.
    let signature = String::from_utf8_lossy(&good).split("signature:").nth(1).map(|rest| rest.trim().to_owned());
    let text = String::from_utf8_lossy(trailer).replace('@', &signature.expect("it is signed"));
    wire.extend_from_slice(text.as_bytes());

    let claim = Claim::parse(&parts, &Rules::default()).expect("well-formed").expect("a claim");
    let (head, plan) = claim.verify(&parts, &secrets(), now()).expect("it verifies").clean(parts);
    let payload = Payload::new(plan, Declared::of_body(&head).expect("nothing"), Pieces::of(&wire, (*size).into()));
    let (content, end) = read(payload.expect("it has a trailer").decoded());
    match end {
        Some(_) => assert!(content.len() < 11),
        None => {
            assert_eq!(content, b"hello world");
            let sent = text.to_ascii_lowercase();
            assert!(sent.contains("x-amz-checksum-crc32") && text.contains(CRC32_OF_HELLO), "{text:?}");
            assert!(trailer.contains(&b'@'), "{text:?}");
        }
    }
});
