"""Turn an article file into an `Article`: its text, paragraphs and metadata.

| module         | what it does                                                                     |
|----------------|----------------------------------------------------------------------------------|
| `files`        | reads all article files below a folder, reports the skipped ones                 |
| `formats`      | parses one file; its table `FORMATS` is where a new file format is added         |
| `front_matter` | reads the YAML block at the top of a file                                        |
| `head`         | recognises the lines above the body: title, byline, date line, section name      |
| `dates`        | recognises a date or a time in such a line                                       |
| `names`        | recognises a person's name in such a line                                        |
| `furniture`    | recognises what a web page adds: counters, buttons, photo credits, section names |
| `foot`         | recognises the lines below the body: the author note and page furniture          |
| `lookup`       | finds an article by its path, file name, title or author                         |
| `lines`        | the types of a line and of a head line                                           |
| `article`      | the types `Article` and `Paragraph`                                              |

Only `files` does I/O; everything else is pure functions.
"""
