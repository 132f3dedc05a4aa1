"""Parse a question: typos, marks of chat applications, follow-ups, small talk, questions about the text, authors."""
