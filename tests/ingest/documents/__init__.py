"""Prompts that are documents: one a file or folder, or many in one document."""
