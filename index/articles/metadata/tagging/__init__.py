"""Label the pieces of a head (title, author, date, section, other, body) with a small learned sequence model.

| module     | what it does                                                                               |
|------------|--------------------------------------------------------------------------------------------|
| `pieces`   | splits lines at bars and at dashes, so that "Title | Name | Date" is three pieces          |
| `features` | describes each piece: its form, its place, its neighbours, whether the body has its words  |
| `prose`    | recognises lines that are certainly sentences                                              |
| `model`    | finds the most likely labels of all pieces together, with the weights in `weights.json`    |

`python -m training.heads` learns the weights (training/README.md).
"""
