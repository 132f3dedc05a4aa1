"""Recognise the title, the authors and the date of an article, and the lines that give them.

| module         | what it does                                                                     |
|----------------|----------------------------------------------------------------------------------|
| `front_matter` | reads the block of metadata at the top of a file: YAML, TOML or JSON             |
| `fields`       | knows the names of the fields in such blocks, and reads their values             |
| `head`         | recognises the lines above the body: title, byline, date line, section name      |
| `tagging/`     | labels the pieces of these lines with a learned model                            |
| `field_lines`  | reads the fields that clippers put above a text: "Title: …"                      |
| `bylines`      | reads the names in a byline, in a blog's name and in a speech's title            |
| `below`        | reads author and date below the body: a signature, a licence, a date             |
| `edit`         | writes the block of metadata at the top of a file                                |
| `dates`        | recognises a date or a time in such a line                                       |
| `months`       | finds the number of a month by its name, in forty languages                      |
| `names`        | recognises a person's name in such a line                                        |
| `foot`         | recognises the lines below the body: the author note and page furniture          |
"""
