"""The models that read raw events, computed by Spark over the event lake. Only `pipes` and `emr` know of Dagster."""
