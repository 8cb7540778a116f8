//! Measurements: `benches` of what verifying costs, and the two programs that `get.py` measures a server with.
