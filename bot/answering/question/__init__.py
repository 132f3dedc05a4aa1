"""Read a question: spelling, follow-ups, small talk, whether it is about the text itself, which article it names."""
