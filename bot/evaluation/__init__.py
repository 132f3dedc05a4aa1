"""Score the answers to a file of questions: read the file, score each answer, and report the results."""
