"""From a question to a verified answer; knows nothing of Discord or the terminal."""
