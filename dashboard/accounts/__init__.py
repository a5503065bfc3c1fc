"""Signing in and registering: pages of their own beside Streamlit, as only an HTTP answer can set a guarded cookie."""
