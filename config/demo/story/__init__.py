"""The demo's story: a small workshop that makes and mends clothes, and who writes to it."""
