"""Sentences, passages and words of an article's text."""
