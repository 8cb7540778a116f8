//! The evaluator against a naive model of the policy language.

mod model;

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn every_decision_is_the_models(data in prop::collection::vec(any::<u8>(), 0..64)) {
        model::check(&data);
    }
}
