"""From a question to a verified answer; knows nothing of Discord or the terminal.

| module      | what it does                                                                |
|-------------|-----------------------------------------------------------------------------|
| `answerer`  | asks all the others in turn                                                 |
| `question/` | what is asked: spelling, follow-ups, kind, names, articles                  |
| `evidence/` | which sentences answer, and how certain that is                             |
| `voice/`    | whose claim a sentence is                                                   |
| `reply/`    | writes the reply without a chat model; verifies quotes                      |
| `chat/`     | writes the reply with a chat model                                          |
| `types`     | the values that these packages pass to each other                           |
"""
