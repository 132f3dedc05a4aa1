"""Answers in Discord; the only package that imports discord.

| module          | what it does                                                             |
|-----------------|--------------------------------------------------------------------------|
| `gateway`       | the client: connects, receives messages, registers commands and buttons  |
| `messages/`     | answers a message                                                        |
| `commands`      | the slash commands                                                       |
| `buttons`       | the buttons below an answer                                              |
| `interactions`  | acknowledges a command or a button, and responds to it                   |
| `drafts`        | shows a chat model's answer while it is written                          |
| `conversation`  | what a message asks, and the conversation before it                      |
| `service`       | asks the answerer on behalf of a user                                    |
| `queue`         | rate limit, waiting, worker threads                                      |
| `delivery`      | sends, with retries                                                      |
| `rendering/`    | turns a reply into embeds                                                |
| `health_report` | what `byline health` reads                                               |
"""
