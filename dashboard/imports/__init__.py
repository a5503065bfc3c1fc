"""Parts of the Import page, one file a purpose; `dashboard/app_pages/import_prompts.py` puts them together."""
