"""Benchmarks: how fast the product is, beside what else one would use."""
