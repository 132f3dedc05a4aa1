"""Publish generations in a folder or on a Chroma server: switching, locks, private copies, verification."""
