"""Pictures of prompts: shown, chosen by an author, and served where they lie in a folder."""
