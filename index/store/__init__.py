"""What one generation consists of: collections in Chroma, BM25, articles, sentence table, manifest, self-check."""
