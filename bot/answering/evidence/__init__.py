"""Find and score the sentences that may answer a question, and how certain that is."""
