"""Split an article's text: `sentences` finds sentences, `passages` the chunks for retrieval, `words` the search terms.

`english` gives the frequencies of English words, `language` the language of an article or a question.
"""
