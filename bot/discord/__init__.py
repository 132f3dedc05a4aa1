"""Answers in Discord; the only rooms that import discord."""
