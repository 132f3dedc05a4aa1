"""Turn an article file into an `Article`: its text, paragraphs and metadata.

| module       | what it does                                                                     |
|--------------|----------------------------------------------------------------------------------|
| `files`      | reads all article files below a folder, reports the skipped ones                 |
| `parse`      | parses one file                                                                  |
| `formats/`   | turns bytes into text; its table `FORMATS` is where a new file format is added   |
| `metadata/`  | recognises title, authors and date                                               |
| `furniture/` | recognises what a web page adds: counters, buttons, photo credits, section names |
| `lookup`     | finds an article by its path, file name, title or author                         |
| `lines`      | the types of a line and of a head line                                           |
| `article`    | the types `Article` and `Paragraph`                                              |

Only `files` does I/O; everything else is pure functions.
"""
