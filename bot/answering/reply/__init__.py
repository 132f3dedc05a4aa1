"""Write the reply without a chat model.

| module        | what it does                                                             |
|---------------|--------------------------------------------------------------------------|
| `extractive`  | decides between an answer, the closest passages and an abstention        |
| `citations`   | turns a sentence into a quote, verified against the article              |
| `wording`     | the sentences around the quotes: leads, abstentions                      |
| `about/`      | answers about the text itself and the library                            |
| `combined`    | one reply to a message with several questions                            |
| `corrections` | shows an article's printed correction beside the answer                  |
| `languages`   | replies about articles in languages that are not read                    |
| `sources`     | the links to the articles                                                |
| `suggestions` | questions to ask instead of one that is not answered                     |
"""
