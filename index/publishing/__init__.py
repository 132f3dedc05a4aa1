"""Publish generations in a folder or on a Chroma server: switching, locks, private copies, verification.

A rebuild switches to its new generation in `publish` (folder.py or server.py). A running bot follows in
index/live.py, which opens the new generation and closes the old one.
"""
