"""The article text: what a reader of the page reads, made from the decoded file, with an offset map back to it."""
