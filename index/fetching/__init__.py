"""Fetch a page from a public address: its address is checked, its robots.txt respected, its size and time limited."""
