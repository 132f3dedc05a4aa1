"""Answer questions about the text itself and about the library: metadata, overviews, paragraphs, counts."""
