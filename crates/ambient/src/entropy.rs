//! The randomness port: where unguessable bytes come from.

/// Fills buffers with random bytes. A seeded source is for tests only: secrets, tokens and ids of a running
/// server come from [`SystemEntropy`].
pub trait Entropy: Send + Sync + 'static {
    /// Overwrites the whole of `buffer`.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the operating system has no randomness to give: no key may be made then.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's generator")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system provides randomness");
    }
}

/// Draws an array of `N` random bytes.
impl dyn Entropy {
    /// `N` random bytes.
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
