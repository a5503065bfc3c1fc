"""Search over titles, descriptions, tags and the texts that the viewer may read, in any language."""

from schema.repository.search.prompts import Found, SearchPage, Sort, search_prompts

__all__ = ["Found", "SearchPage", "Sort", "search_prompts"]
