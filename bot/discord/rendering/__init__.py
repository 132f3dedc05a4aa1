"""Responses, articles and paragraphs as Discord embeds and markdown, and read back from them; no I/O."""
