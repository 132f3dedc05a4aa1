"""Answer with a chat model: prompts, calls, and the check of every claim."""
