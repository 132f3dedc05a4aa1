"""Recognise page furniture: counters, buttons, photo credits and section names that were pasted with an article."""

import re

_COUNT = r"(?:\d[\d.,\u00a0]*\s*[KkMm]?|an?|one|no)"
_FURNITURE = re.compile(
    rf"""
    {_COUNT}\s*(?:views?|comments?|shares?|likes?|claps?|reads?|replies|reply|responses?|followers?|votes?|
        reactions?|recommendations?|просмотр\w*|перегляд\w*|коментар\w*|комментари\w*|kommentare?|komentarz\w*|commentaires?|
        comentarios?|aufrufe)
    | {_COUNT}\s*[-–]?\s*(?:min(?:ute)?s?|minuten|minutes?|minutos?|хв|мин|хвилин\w*|минут\w*)\.?\s*[-–]?\s*
        (?:read|reading|listen|lesezeit|de\ lecture|de\ lectura|di\ lettura|читання|чтения|read\ time)(?:\ time)?
    | (?:estimated\ )?(?:reading\ time|read\ time|lesezeit|temps\ de\ lecture|tiempo\ de\ lectura|час\ читання|
        время\ чтения)\b.{{0,30}}
    | (?:views|comments|shares|likes|перегляди|просмотры)\s*[:(]?\s*\d[\d.,]*\)?
    | \d[\d.,]{{0,6}}\s*[KkMm]?
    | (?:photo|photograph|photography|picture|image|illustration|foto|bild|фото)\w*(?:\ credit)?\s*(?::|/|©|\bby\b|
        \bvia\b|\bcourtesy\b).{{1,120}}
    | (?:credit|source|getty\ images|shutterstock|reuters|afp)(?:\s*[:/].{{1,80}})?
    | (?:share|gift|save|print|bookmark|copy\ link|email|e-mail|listen|like|follow|following|subscribe|sign\ up|
        sign\ in|log\ in|open\ in\ app|member-only\ story|comments?|comment|facebook|twitter|x|whatsapp|linkedin|reddit|
        telegram|
        pinterest|more|menu|advertisement|anzeige|publicidad|publicité|реклама|teilen|drucken|merken|partager|compartir|
        condividi|поділитися|поделиться|skip\ to\ (?:main\ )?content|show\ more|read\ more|see\ more|text\ size|
        add\ to\ favou?rites|top\ stories|related|related\ (?:articles|stories|topics)|topics|tags)
    | (?:share|gift|save|print|bookmark|email|listen\ to|copy)\ (?:this|the)?\s*(?:full\ |whole\ )?
        (?:article|story|post|link|page|column|essay|piece)?(?:\ (?:on|via|with|by)\ [\w ]{{1,30}})?
    | (?:share|tweet|pin|send)\ (?:this\ )?(?:on|via|by|to|with)\ [\w ]{{1,20}}
    | (?:leave\ a\ comment|join\ the\ (?:conversation|discussion)|view\ comments|show\ comments|post\ a\ comment|
        read\ in\ app|add\ .{{1,30}}\ on\ google|follow\ (?:us|the\ author)\b.{{0,40}}|follow\ @?\w+(?:\ on\ \w+)?)
    | (?:sign\ up|subscribe)\ (?:to|for|now)\b.{{0,60}}
    | (?:sign\ up|subscribe)\ (?:to|for)\ .{{0,60}}\bnewsletters?\b.{{0,80}}
    | (?:©|\(c\)|copyright\s(?:©|\(c\)|by\b|(?:19|20)\d\d|(?-i:[A-Z]\w*\s[A-Z])))\s?.{{1,80}} | all\ rights\ reserved\.?
    | (?:advertisement\W{{1,3}})?(?:story|article|post)\s+continues\s+(?:below|after)\b.{{0,40}}
    | (?:skip\ (?:past\ )?)?(?:after\ )?(?:the\ )?newsletter\ (?:promotion|sign-?up)
    | (?:tags?|tagged|filed\ under|posted\ in|categor(?:y|ies)|keywords|schlagwörter|mots-clés|etiquetas)
        \s*:\s*[^.!?]{{1,120}}
    | @\w{{2,30}} | \S+@\S+\.\w+ | https?://\S+ | www\.\S+
    """,
    re.I | re.X,
)
_NAVIGATION = frozenset(
    (
        "home about archive archives rss contact search menu login subscribe blog articles news sport sports opinion"
        " culture books business politics start startseite impressum kontakt accueil archives inicio newsletter donate"
    ).split()
)
_URL = re.compile(r"https?://[^\s<>\"]+|www\.[^\s<>\"]+", re.I)
_WORD = re.compile(r"\w", re.U)
_MAX_CHARS = 140


def is_furniture(line: str) -> bool:
    """Whether a line without markup is page furniture: a counter, a button, a credit, a horizontal rule, a URL."""
    stripped = line.strip(" \t|·•-–—:()[]")
    if not _WORD.search(stripped):
        return True
    if len(stripped) > _MAX_CHARS and not _URL.fullmatch(stripped):
        return False
    pieces = [piece.strip() for piece in re.split(r"\s*[|·•>»]\s*", stripped) if piece.strip()]
    return all(_FURNITURE.fullmatch(piece) for piece in pieces) or _is_navigation(pieces)


def _is_navigation(pieces: list[str]) -> bool:
    """Whether the parts of a line are links to the parts of a site; one with a long part may be a title."""
    links = sum(piece.lower() in _NAVIGATION for piece in pieces)
    return len(pieces) > 2 and 2 * links >= len(pieces) and all(len(piece.split()) <= 2 for piece in pieces)


def url_in(line: str) -> str | None:
    """Return the line if it is a URL, else None."""
    return line if _URL.fullmatch(line) else None


_KICKERS = (
    "opinion opinions comment commentary editorial editorials op-ed oped analysis ideas perspective perspectives "
    "viewpoint column columns essay essays letters debate review reviews culture politics world business society "
    "feature features interview voices forum blog meinung kommentar kolumne debatte leitartikel gastbeitrag tribune "
    "tribunes opinión opinião opinione editoriale chronique idées débats commento opinie felieton komentarz думка "
    "погляд погляди колонка мнение мнения колонки блог debatt ledare kronik"
).split()
_HOME = frozenset("home start startseite accueil inicio início головна главная".split())
_KICKER = re.compile(
    r"(?:(?:the|guest|saturday|sunday|weekend|long)\s+){0,2}(?:" + "|".join(_KICKERS) + r")"
    r"(?:\s+(?:to\s+the\s+editors?|essay|column|piece|editorial|read|page|section|pages|&\s+ideas|and\s+ideas))?",
    re.I,
)


def is_kicker(line: str) -> bool:
    """Whether a line is a kicker: the name of a newspaper's section, possibly with others after a divider."""
    parts = [part for part in re.split(r"\s*(?:[|/>›»·•:]|\s-\s)\s*", line) if part]
    if len(parts) > 1 and parts[0].lower() in _HOME:
        parts = parts[1:]
    return bool(parts) and bool(_KICKER.fullmatch(parts[0])) and all(len(part.split()) <= 3 for part in parts[1:])


def without_kicker(title: str) -> str:
    """Return a title without a section name pasted in front of it."""
    match = re.match(r"(?P<kicker>[^|]{2,20}?)(?:\s{2,}|\s*\|\s*)(?=\S)", title)
    return title[match.end() :] if match and _KICKER.fullmatch(match["kicker"]) else title
