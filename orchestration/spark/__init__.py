"""The models that read raw events, computed by Spark over the event lake. Knows nothing of Dagster."""
