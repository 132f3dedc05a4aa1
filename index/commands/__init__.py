"""The commands on article files: `add` (adding), `edit` (editing) and `show` (showing)."""
