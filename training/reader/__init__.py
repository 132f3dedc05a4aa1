"""Train the reader: one encoder with several heads.

| module      | what it does                                                           |
|-------------|------------------------------------------------------------------------|
| `prepare`   | searches the questions of folders of articles, and labels their windows |
| `public`    | questions of public sets                                               |
| `examples`  | questions with labelled windows, and labelled sentences                |
| `network`   | the network                                                            |
| `learning`  | losses, batches, and the training loop, which resumes at a checkpoint  |
| `export`    | the network in few bits, as the package resource                       |
| `fit`       | the probabilities that its logits stand for                            |
| `__main__`  | the command line                                                       |
"""
