"""Store one generation: its Chroma collections, articles, BM25 index, sentences and manifest; and check it."""
