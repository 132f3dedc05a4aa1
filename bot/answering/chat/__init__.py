"""Answers written by a chat model: prompts, requests, and the verification of every claim."""
