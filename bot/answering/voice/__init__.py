"""Classify whose view a sentence expresses: the author's, the author's with a hedge, or a reported source's."""
