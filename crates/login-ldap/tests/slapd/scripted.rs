//! A directory that says what a test wants it to say.
