//! Measurements; they are in `benches`.
