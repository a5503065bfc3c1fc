"""Thin Dagster over ingest and dbt, and the command line."""
