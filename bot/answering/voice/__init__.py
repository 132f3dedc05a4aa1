"""Tell whose view a sentence is: the author's, the author's with a hedge, or somebody's whom the author reports."""
