"""Measuring quality on public data, with the product's own parts."""
