"""Recognise the title, the authors and the date of an article, and the lines that give them.

| module         | what it does                                                                     |
|----------------|----------------------------------------------------------------------------------|
| `front_matter` | reads the YAML block at the top of a file                                        |
| `head`         | recognises the lines above the body: title, byline, date line, section name      |
| `dates`        | recognises a date or a time in such a line                                       |
| `names`        | recognises a person's name in such a line                                        |
| `foot`         | recognises the lines below the body: the author note and page furniture          |
"""
