"""The Streamlit dashboard: discover prompts, read the metrics, import collections."""
