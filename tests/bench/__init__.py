"""Benchmarks: each module but this package's own is one, with a function `rows` that measures and answers lines."""
