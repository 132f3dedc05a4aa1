"""Store one generation: its Chroma collections, articles, word index, sentences and manifest; and check it."""
