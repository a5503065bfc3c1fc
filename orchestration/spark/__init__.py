"""The models that read raw events, computed by Spark over the event lake. Only `pipes` knows of Dagster."""
