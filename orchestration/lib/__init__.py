"""Helpers of the definitions that are no definitions themselves."""
