//! A request reaches a backend only with the proof that it was verified and allowed: without it, the code does not compile.

#[test]
fn no_request_is_checked_without_proof() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
