"""Parse a question: typos, follow-ups, small talk, questions about the text itself, names of authors."""
