"""Recognise blocks that are not the argument by a mark that leaves no doubt: a heading, a format, a formula."""

import re

from index.articles.article import Kind
from index.articles.furniture.lines import is_furniture

_COMMENTS = (
    r"(?:(?:reader\s|readers[’']\s)?comments?|responses?|replies|(?:leser)?kommentare?|commentaires?|coment[aá]rios?"
    r"|commenti|komentarze|kommentarer|reacties|комментари[йеяв]+|коментар[іівя]+)"
)
COMMENTS_HEADING = re.compile(
    rf"[#*_\s]*(?:(?:\d[\d.,]*|one|no)\s+{_COMMENTS}|{_COMMENTS}(?:\s*\(\s*\d[\d.,]*\s*\)|\s*[:·|]\s*\d+)?"
    r"|join\ the\ (?:conversation|discussion)|(?:view\ (?:all\ )?|show\ )comments|have\ your\ say)[\s:*_]*",
    re.I | re.X,
)
"""A heading of readers' comments; above the article, such a line is a counter."""

COMMENT_MARK = re.compile(
    r"""
    ^[\W_]*(?:
    (?:\d+|an?|one)\s*(?:s|m|h|d|w|mo|y|sec\w*|min\w*|hrs?|hours?|days?|wks?|weeks?|months?|yrs?|years?)\s+ago
    | yesterday | just\ now | vor\ \d+\ \w+ | il\ y\ a\ \d+\ \w+ | hace\ \d+\ \w+ | \d+\ \w+\ (?:fa|temu|назад|тому)
    | (?:reply|like|share|report|flag|upvote)(?:\s*[·|•(]?\s*(?:\d+\)?|like|reply|share|report))*
    | antworten | répondre | responder | rispondi | odpowiedz | ответить | відповісти | \d+\s+(?:likes?|replies|reply)
    )[\W_]*$""",
    re.I | re.M | re.X,
)
"""A line of a reader's comment: how long ago it was written, or its buttons."""

_LICENCE = re.compile(
    r"""
    ^[\W_]*(?:©|\(c\)\ |copyright\ (?:©|\(c\)|(?:19|20)\d\d)) | ©\ ?(?:19|20)\d\d | \ball\ rights\ reserved\b
    | \b(?:licen[sc]ed|distributed|available|published|released)\ under
      \ (?:the\ |an?\ )?(?:terms\ of\ )?(?:the\ |an?\ )?(?:Creative\ Commons|CC[ -](?:BY|0))
    | \b(?:is|are|under|text|content)\ CC[ -]?(?:BY|0)\b
    """,
    re.I | re.M | re.X,
)
_LINKS = r"""
    (?:read\ (?:more|also|next)|see\ also|also\ read|more\ on\ this\ story
    |related(?:\ (?:articles?|stories|coverage|links?|reading|topics|posts|news))?
    |recommended(?:\ (?:for\ you|reading|stories))?|don[’']t\ miss|most\ (?:read|viewed|popular)
    |lesen\ sie\ (?:auch|mehr)|mehr\ zum\ thema|siehe\ auch|(?:à\ )?lire\ aussi|lea\ también|leia\ também|leggi\ anche
    |lees\ ook|läs\ också|czytaj\ (?:też|także|również)|читайте\ (?:також|также))"""
_LINKED = re.compile(rf"[\W_]*{_LINKS}[*_\s]*[:|»›→–—]+\s*\S.{{0,160}}", re.I | re.S | re.X)
# The heading of a box of links, without a blank line below it; a line in small letters would go on with a sentence.
_BOX = re.compile(
    rf"""
    [\W_]*(?:{_LINKS}
    |(?:more|top|latest|recent|popular|trending)\ (?:articles|stories|posts|news|headlines)|more\ from\ [^\n.!?]{{2,40}}
    |you\ (?:may|might)\ also\ (?:like|enjoy|be\ interested\ in)|we\ recommend|trending(?:\ now)?|up\ next|keep\ reading
    |most\ (?:read|viewed|popular|shared|commented|emailed)\ [\w\ ]{{2,30}}|editor[’']?s[’']?\ (?:picks|choice)
    |most\ (?:shared|commented|emailed)|meist\s?gelesen(?:e\ artikel)?|auch\ interessant
    |das\ könnte\ sie\ auch\ interessieren|les\ plus\ lus|sur\ le\ même\ (?:sujet|thème)|lo\ más\ (?:leído|visto)
    |te\ puede\ interesar|mais\ lid[ao]s|i\ più\ letti|meest\ gelezen|mest\ lästa?|najczęściej\ czytane|найпопулярніше
    |самое\ читаемое)
    [\s:*_]*(?:\n(?-i:(?![^\W\d_A-ZÀ-ÞА-ЯІЇЄҐ]))[^\n]{{2,140}}){{1,15}}""",
    re.I | re.X,
)
NOTE_HEADING = re.compile(
    r"[#*_\s]*(?:acknowledge?ments?|competing interests?|conflicts? of interest|about the authors?|author information"
    r"|funding|danksagung|remerciements|agradecimientos|ringraziamenti|podziękowania|подяки|благодарности)[\s:.*_]*",
    re.I,
)
"""A heading of notes about the author or the text; what stands below it is no argument either."""

_NOTE = re.compile(
    r"""
    [\W_]*(?:(?:competing|conflicts?\ of)\ interests?|disclosure|funding|image\ credits?|credits?)\s*[:.]\s.+
    | [\W_]*(?:this|it|a\ (?:shorter\ |longer\ )?version\ of\ this)\b[^.]{0,30}
      \b(?:(?:originally|first)\ (?:appeared|ran|published)|(?:appeared|published)\ (?:originally|first))\b.+
    | [\W_]*cross-?posted\ (?:to|from|at|on)\b.+""",
    re.I | re.S | re.X,
)
_FIGURE = re.compile(r"[*_]*(?:figure|fig\.|table|chart|abbildung|abb\.|tabelle)\s*\d*\s*[.:|]\s.+", re.I | re.S)
_TEXT = r"(?:article|story|piece|column|post|essay|report|op-ed|editorial|headline)"
_CORRECTION = re.compile(
    rf"""
    [\W_]*(?:
    (?:corrections?|clarifications?|erratum|corrigendum|editor[’']?s[’']?\ (?:note|correction)|korrektur|berichtigung
    |rectificati(?:on|f)|correctif|rectificación|corrección|fe\ de\ errores|rettifica|errata(?:\ corrige)?|sprostowanie
    |rättelse|rettelse|correctie|rectificatie|correção|исправление|уточнение|виправлення|уточнення)
    (?:\s*\([^)]{{1,40}}\)|,?\ [\w., ]{{3,24}}\d)?[*_\s]*[:—–].+
    | \[?updated?\b[^:.!?]{{0,30}}:\s.+
    | (?:on\ [^.]{{3,30}},\ )?(?:this|an\ earlier\ version\ of\ this)\ {_TEXT}(?:\ \([^)]{{1,60}}\))?
      \ (?:was|were|has\ been)\ (?:amended|corrected|updated|edited|changed|revised|clarified|modified)\b.*
    | an\ (?:earlier|previous)\ (?:version|edition)\ of\ (?:this|the)\ {_TEXT}\b.*
    | (?:in\ )?einer?\ früheren?\ (?:version|fassung)\b.* | une\ version\ (?:précédente|antérieure)\ de\ cet\b.*
    )""",
    re.I | re.S | re.X,
)
_PICTURE = re.compile(
    r"\[\s*(?:illustration|image|photo|picture|figure|video|map)\b[^\]]*\]|!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])", re.I
)
_PHOTO = r"(?:photo(?:graph|graphy)?s?|pictures?|images?|illustrations?|credits?|fotos?|bilder?|zdjęcie|imagen|фото)"
_CREDIT = re.compile(
    rf"{_PHOTO}(?:\s+credit)?\s*(?::|/|©)\s*[^.!?:]{{2,70}}[.)\]*_]*$"
    rf"|\((?:{_PHOTO}|source|quelle|fuente|źródło)\s*(?::|by\b)\s*[^()]{{2,80}}\)[.*_]*$",
    re.I,
)
_SALUTATION = re.compile(
    r"""
    (?:to\ the\ editor|sirs?|madam|sir\ or\ madam|sehr\ geehrte\ damen\ und\ herren|madame,\ monsieur
    |(?:dear|lieber?|sehr\ geehrter?|chère?s?|querid[oa]s?|estimad[oa]s?|gentil[ei]|egregi[oa]|szanown[iay]+|уважаем\w+
    |шановн\w+|geachte|beste|kära|kære)\ [^.!?\n]{2,60})
    \s*[,:;—–-]+""",
    re.I | re.X,
)
_CLOSING = r"""
    [*_]*(?:yours(?:\ (?:very\ )?(?:faithfully|sincerely|truly|respectfully|ever|etc\.?))?|(?:sincerely|respectfully
    |faithfully)(?:\ yours)?|(?:(?:with\ )?(?:kind|best|warm)(?:est)?\ )?(?:regards|wishes)
    |i\ (?:am|remain),?\ (?:sir|madam|yours)[^.\n]{0,60}|mit\ freundlichen\ grüßen|hochachtungsvoll|cordialement
    |atentamente|cordiali\ saluti|distinti\ saluti|z\ poważaniem|с\ уважением|з\ повагою|met\ vriendelijke\ groet(?:en)?
    |med\ vänliga?\ hälsning(?:ar)?|med\ venlig\ hilsen|atenciosamente)\s*[,.!]?[*_]*"""
CLOSING = re.compile(_CLOSING, re.I | re.X)
"""The last line of a letter before the name."""

INITIALS = re.compile(r"[—–-]{1,2}\s?\w+(?:\s\w+)?|(?:[A-Z]\.\s?){2,4}")
"""A signature at the foot without a closing: initials, or a name after a dash."""

_SIGNED = re.compile(_CLOSING + r"(?:\n[^\n]{1,90}){1,6}", re.I | re.X)
_MAX_WORDS = {"licence": 60, "correction": 120, "caption": 60, "figure": 150, "note": 150, "salutation": 12}
_LINKED_LINES, _CAPTION_LINES = 4, 3


def marked_kind(text: str) -> Kind | None:
    """Return what a block is if a mark shows it without doubt, else None.

    Args:
        text: The block's text.
    """
    text = text.strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    words = len(text.split())
    if not any(c.isalnum() for c in text):
        return "furniture"
    if words <= _MAX_WORDS["correction"] and _CORRECTION.fullmatch(text):
        return "correction"
    credited = len(lines) <= _CAPTION_LINES and words <= _MAX_WORDS["caption"] and _CREDIT.search(text)
    if words <= _MAX_WORDS["figure"] and _FIGURE.fullmatch(text):
        return "caption"
    if words <= _MAX_WORDS["note"] and _NOTE.fullmatch(text):
        return "note"
    if credited or all(_PICTURE.fullmatch(line) for line in lines):
        return "caption"
    if (
        all(is_furniture(line) for line in lines)
        or (words <= _MAX_WORDS["licence"] and _LICENCE.search(text))
        or (len(lines) <= _LINKED_LINES and _LINKED.fullmatch(text))
        or _BOX.fullmatch(text)
    ):
        return "furniture"
    if CLOSING.fullmatch(text) or _SIGNED.fullmatch(text):
        return "signature"
    return "salutation" if words <= _MAX_WORDS["salutation"] and _SALUTATION.fullmatch(text) else None
