"""Article files in, a searchable index out; knows nothing of chat models or Discord.

| module        | what it does                                                              |
|---------------|---------------------------------------------------------------------------|
| `cli`         | the command line                                                          |
| `commands/`   | the commands on article files: add, edit, show                            |
| `rebuild`     | builds a new generation of the index and publishes it                     |
| `live`        | opens each new generation for a running bot, and closes the old ones      |
| `search`      | ranks the passages of a generation for a question                         |
| `generation`  | one generation: the opened store with its articles, passages and vectors  |
| `publishing/` | where generations are kept, and which one is current                      |
| `store/`      | the files of a generation                                                 |
| `embedding`   | turns texts into vectors                                                  |
| `text/`       | splits articles into sentences and passages                               |
| `fetching/`   | downloads a page                                                          |
| `articles/`   | turns a file into an `Article`                                            |
| `settings`, `console`, `errors`, `formatting`, `english` | shared by all of them          |
"""
