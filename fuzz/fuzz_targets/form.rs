//! Any form: however it is cut it reads the same, and what stands for no signature is never permitted.
#![no_main]

use http::Request;
use keyward_fuzz::{Pieces, at_once, now, read, secrets};
use keyward_signature::form::{self, FormClaim, FormUpload};
use keyward_signature::{Clean, Declared, Payload, Rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [size, wire @ ..] = data else { return };
    let head = Request::post("/photos").header("host", "h").body(()).expect("a head").into_parts().0;
    let read = |size: usize| {
        let form = at_once(form::read(b"multipart/form-data; boundary=xyz", Pieces::of(wire, size)));
        let (fields, file) = form.map_err(|error| error.code())?;
        let (clean, plan) = Clean::anonymous(head.clone()).expect("anonymous");
        let payload = Payload::new(plan, Declared::of_body(&clean).expect("nothing is declared"), file);
        let (content, end) = read(payload.expect("it has no trailer").decoded());
        assert!(!content.windows(7).any(|part| part == b"\r\n--xyz"));
        Ok::<_, &'static str>((format!("{fields:?}"), fields, if end.is_none() { content } else { Vec::new() }, end))
    };
    match (read(0), read(usize::from(*size))) {
        (Ok((whole, fields, content, end)), Ok((pieces, _, of_pieces, end_of_pieces))) => {
            assert_eq!((whole, content, end), (pieces, of_pieces, end_of_pieces));
            match FormClaim::parse(&head, &fields, &Rules::default()) {
                Ok(Some(claim)) => {
                    assert!(claim.verify(&head, &fields, "photos", &secrets(), now()).is_err());
                    assert!(FormUpload::anonymous(&head, &fields).is_err());
                }
                Ok(None) => {
                    if let Ok(upload) = FormUpload::anonymous(&head, &fields) {
                        let (clean, _) = upload.clean(None);
                        assert!(clean.uri().path().len() > "/photos/".len());
                        assert!(!clean.headers().contains_key("x-amz-copy-source"));
                    }
                }
                Err(error) => assert!(error.status().is_client_error()),
            }
        }
        (whole, pieces) => assert_eq!(whole.err(), pieces.err()),
    }
});
