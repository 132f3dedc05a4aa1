"""Replies, articles and paragraphs as Discord embeds and markdown; no I/O."""
