"""Recognise what is not the author's text: counters, buttons, photo credits, section names."""
