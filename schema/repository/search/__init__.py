"""Search over titles, descriptions, tags and the texts that the viewer may read, in any language."""

from schema.repository.search.facets import Facets, library_facets
from schema.repository.search.prompts import Found, SearchPage, Sort, search_prompts
from schema.repository.search.snippets import Snippet

__all__ = ["Facets", "Found", "SearchPage", "Snippet", "Sort", "library_facets", "search_prompts"]
