//! What tests hand in where the product takes time and randomness from its surroundings.

mod frozen_clock;
mod seeded_entropy;

pub use frozen_clock::FrozenClock;
pub use seeded_entropy::SeededEntropy;
