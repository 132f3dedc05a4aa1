"""Read a file or page into an article: formats, head, foot, furniture, names, dates."""
