"""Read PDF files: the lines on their pages, and from these the paragraphs of the running text."""
