//! Any policy that Alice signed, and any fields: those that are permitted are covered by it.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use keyward_fuzz::{Pieces, SECRET, at_once, now, secrets};
use keyward_signature::Rules;
use keyward_signature::form::{self, FormClaim};
use libfuzzer_sys::fuzz_target;
use sha1::Sha1;

type Fields<'a> = Vec<(&'a str, &'a str)>;

/// The JSON, and after an empty line a field a line.
fn cut(data: &[u8]) -> Option<(&[u8], Fields<'_>)> {
    let at = data.windows(2).position(|pair| pair == b"\n\n")?;
    let fields = std::str::from_utf8(&data[at + 2..]).ok()?.lines().filter_map(|line| line.split_once('='));
    let is_plain = |text: &str| !text.contains(['"', '\r', '\\', ';']) && !text.contains("--xyz");
    let fields: Vec<_> = fields.collect();
    fields.iter().all(|(name, value)| is_plain(name) && is_plain(value)).then_some((&data[..at], fields))
}

fuzz_target!(|data: &[u8]| {
    let Some((json, fields)) = cut(data) else { return };
    let policy = STANDARD.encode(json);
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).expect("a key of any length");
    mac.update(policy.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let signed = [("AWSAccessKeyId", "alice"), ("policy", &policy), ("signature", &signature)];
    let mut wire = String::new();
    for (name, value) in fields.iter().chain(&signed) {
        wire += &format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    wire += "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhello\r\n--xyz--";
    let form = at_once(form::read(b"multipart/form-data; boundary=xyz", Pieces::of(wire.as_bytes(), 0)));
    let Ok((read, _)) = form else { return };
    let head = Request::post("/photos").header("host", "h").body(()).expect("a head").into_parts().0;
    let Ok(Some(claim)) = FormClaim::parse(&head, &read, &Rules::default()) else { return };
    if let Ok(upload) = claim.verify(&head, &read, "photos", &secrets(), now()) {
        let json = String::from_utf8_lossy(json).to_ascii_lowercase();
        // An escape in the JSON may spell a name otherwise.
        let is_covered = |name: &str| name.starts_with("x-ignore-") || json.contains('\\') || json.contains(name);
        let mut names = fields.iter().map(|(name, _)| name.trim().to_ascii_lowercase());
        assert!(names.all(|name| is_covered(&name)), "{json}");
        assert!(is_covered("bucket") && is_covered("key"));
        let (clean, plan) = upload.clean(None);
        assert_eq!(clean.method(), "PUT");
        assert!(plan.length_in().is_none() || json.contains("content-length-range") || json.contains('\\'));
    }
});
