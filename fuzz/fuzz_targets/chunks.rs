//! Any `aws-chunked` body: however it is cut, it reads the same, and never gives more than was declared.
#![no_main]

use http::Request;
use keyward_fuzz::{Pieces, read};
use keyward_signature::{Clean, Declared, Payload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [declared, size, wire @ ..] = data else { return };
    let read = |size: usize| {
        let request = Request::put("/b/k")
            .header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .header("x-amz-decoded-content-length", u16::from(*declared))
            .header("x-amz-trailer", "x-amz-checksum-crc32");
        let parts = request.body(()).expect("a head").into_parts().0;
        let (head, plan) = Clean::anonymous(parts).expect("anonymous");
        let declared = Declared::of_body(&head).expect("nothing is declared");
        read(Payload::new(plan, declared, Pieces::of(wire, size)).expect("it has a trailer").decoded())
    };
    let (whole, end) = read(0);
    assert!(whole.len() <= usize::from(*declared));
    assert!(end.is_some() || whole.len() == usize::from(*declared));
    let (pieces, end_of_pieces) = read(usize::from(*size));
    assert_eq!(end, end_of_pieces);
    assert!(end.is_some() || whole == pieces);
});
