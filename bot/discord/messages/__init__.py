"""Messages to the bot: heard once, answered by one reply, which follows the edits of the question."""
