"""Answer questions from the index: on the command line, in a terminal chat, and in Discord."""
