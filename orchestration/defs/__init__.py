"""Dagster definitions by subject: ingestion, warehouse, schedules, sensors."""
