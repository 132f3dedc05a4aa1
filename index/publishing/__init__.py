"""Where generations are published: a folder or a Chroma server; locks, private copies, verification."""
