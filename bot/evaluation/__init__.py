"""Score the answers to a file of questions: reading the file, scoring, and the report."""
