"""Small talk: greetings, thanks, goodbyes, and questions about the bot. No I/O."""

import re

from bot.answering.question.message_marks import remove_marks

_TO = r"(?: (?:again|there|all|everyone|everybody|folks|friend|bot|byline|byline bot|mate|sir))*"
_GREETING = (
    r"(?:(?:hi|hiya|hello|hey|heya|howdy|yo|greetings|salut|good (?:morning|afternoon|evening|day)|sup"
    rf"|what'?s up|how are you(?: doing)?(?: today)?){_TO} ?)+"
)
_THANKS = (
    r"(?:(?:ok|okay|great|cool|nice|perfect|good|wow|ah|oh|right|got it|i see|well done|good (?:bot|job))? ?"
    r"(?:many thanks|thanks|thank you|thank u|thankyou|thx|tysm|ty|cheers|much appreciated|appreciate it)"
    rf"(?: (?:a lot|so much|very much|a million|a bunch|for (?:that|this|your help|the help|helping))){{0,2}}{_TO})"
    r"|(?:ok|okay|great|cool|nice|perfect|wow|got it|i see|well done|good (?:bot|job))"
)
_GOODBYE = rf"(?:bye|bye bye|goodbye|good night|good ?night|see (?:you|ya)(?: later| soon)?|cya|farewell){_TO}"
_ABOUT_ME = (
    r"(?:so )?(?:what (?:can|do|could) you (?:do|answer|help (?:me )?with)(?: for me| here| exactly)?"
    r"|what can i ask(?: you)?(?: about| here)?|what (?:should|could|may) i ask(?: you)?(?: about)?"
    r"|what are you(?: for)?|who are you|how do (?:you|i use you|i use this|i use it)(?: work)?"
    r"|how does this (?:bot )?work|are you (?:a )?(?:bot|human|robot|ai)"
    r"|how can you help(?: me)?|can you help(?: me)?|help(?: me)?(?: please)?|what is this bot(?: for)?)"
)
MAX_CHARS = 80
_KINDS = tuple(re.compile(kind) for kind in (_GREETING, _THANKS, _GOODBYE, _ABOUT_ME))
_GREETED = re.compile(rf"\A{_GREETING}(?<= )(?=\w)")

_OPENINGS = ("Hello!", "You are welcome.", "Goodbye.", "I am Byline.")
_OFFER = "Ask me what {what} about a subject, why, or who wrote {it} and when, and I answer in the author's own words."


def reply(text: str, articles: int) -> str | None:
    """Return a line that answers small talk and says what can be asked; None for other text.

    Args:
        text: The message.
        articles: The number of articles in the index.
    """
    kind = _kind(text)
    if kind is None:
        return None
    what, it = ("the article says", "it") if articles == 1 else (f"the {articles} articles say", "them")
    return f"{_OPENINGS[kind]} {_OFFER.format(what=what, it=it)}"


def is_small_talk(text: str) -> bool:
    """Whether a message is small talk rather than a question about an article."""
    return _kind(text) is not None


def _kind(text: str) -> int | None:
    """Return the index of the kind of small talk in _KINDS and _OPENINGS."""
    if len(text) > MAX_CHARS:
        return None
    words = " ".join(re.findall(r"[\w']+", remove_marks(text).replace("’", "'").casefold()))
    for message in (words, _GREETED.sub("", words, count=1)):  # "hi, what can you do?"
        for kind, pattern in enumerate(_KINDS):
            if pattern.fullmatch(message):
                return kind
    return None
