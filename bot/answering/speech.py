"""Who says something in a sentence, and how it is brought in: verbs of saying with their subjects. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

Group = Literal["say", "think", "want", "act", "name"]
Subject = Literal["named", "body", "person", "thing", "indefinite", "pronoun", "own", "none"]
Complement = Literal["that", "quote", "colon", "aside", "bare", "none"]

# What stands for a quotation in a masked sentence.
QUOTED = "\N{LEFT DOUBLE ANGLE BRACKET}"


class Mention(NamedTuple):
    """Somebody who says something; name: as the text gives it, "" for somebody unnamed or a pronoun."""

    name: str
    subject: Subject
    word: str


class Report(NamedTuple):
    """A verb of saying, or what does its work: who says it, and what follows.

    heard: it is said to the author. place: the token it stands at.
    """

    source: Mention
    group: Group | Literal["according", "passive", "is said to", "author is told", "usual saying"]
    complement: Complement
    negated: bool
    place: int
    heard: bool = False


def _forms(bases: str) -> Iterator[str]:
    """The regular forms of verbs: says no more than English spelling does."""
    for base in bases.split():
        stem, doubled = base.rstrip("*"), base.endswith("*")
        yield stem
        if stem.endswith("e"):
            yield from (f"{stem}s", f"{stem}d")
        elif stem.endswith("y") and stem[-2] not in "aeiou":
            yield from (f"{stem[:-1]}ies", f"{stem[:-1]}ied")
        else:
            yield stem + ("es" if stem.endswith(("s", "sh", "ch", "x")) else "s")
            yield stem + (stem[-1] if doubled else "") + "ed"


_VERBS: dict[str, Group] = {
    **dict.fromkeys(
        _forms(
            "acknowledge add admit* affirm agree allege announce answer argue assert assure aver* boast claim comment"
            " complain concede conclude confess confide confirm contend counter declare deny disclose emphasize"
            " emphasise exclaim explain hint imply insist joke lament maintain mention mumble murmur note object"
            " observe opine plead pledge predict proclaim protest recall reckon recount remark remind repeat"
            " reply report respond retort reveal shout sigh snap* state stress suggest testify urge vow warn whisper"
            " calculate estimate project forecast caution quip* recommend"
        ),
        "say",
    ),
    **dict.fromkeys(
        "say says said tell tells told write writes wrote written swear swears swore hold holds held put puts forecast"
        " signals signalled speak speaks spoke spoken quote quotes quoted point points pointed".split(),
        "say",
    ),
    **dict.fromkeys(
        _forms("believe fear hope expect suspect imagine assume consider doubt worry wonder realize realise"), "think"
    ),
    **dict.fromkeys("think thinks thought".split(), "think"),
    **dict.fromkeys(_forms("want demand prefer* favour favor propose advocate seek wish support oppose"), "want"),
    **dict.fromkeys(_forms("offer promise threaten defend attack ask accuse blame praise mock dismiss reject"), "act"),
    **dict.fromkeys(_forms("call describe label brand term compare"), "name"),
}
# Nouns or adjectives as often as verbs: only what follows tells.
_NOUNS = frozenset(
    (
        "answer answers claim claims comment comments counter demand demands doubt doubts estimate estimates fear fears"
        " favour favours favor favors forecast forecasts hint hints hold holds hope hopes joke joke note notes object"
        " objects offer offers plead pledge pledges point points project projects promise promises protest protests"
        " quote quotes recall remark remarks reply replies report reports reveal sigh state states"
        " stress support supports term terms threat vow vows wish wishes wonder wonders worry worries put"
        " puts call calls label brand name attack attacks"
        " repeat lament written spoken held agree agrees agreed known reported expected considered seek seeks"
    ).split()
)
_BE = frozenset("is are was were be been being am".split())
_AUXILIARIES = _BE | frozenset(
    "has have had having will would can could may might shall should must do does did".split()
)
_NOT = frozenset("not never nor neither hardly n't doesn't don't didn't hasn't haven't wouldn't cannot can't".split())
_ADVERBS = frozenset(
    "also even once still always often again now then later all both each himself herself themselves itself too just"
    " simply rather merely only further already thus therefore however sometimes long since ever thereby".split()
)
_I = frozenset("i we me us one you myself ourselves".split())
_HE = frozenset("he she they it him her them who which".split())
_NOBODY = frozenset("nobody none nothing neither no".split())
_INDEFINITE = frozenset(
    "a an one some several many most few two three four five six other others certain another any somebody someone"
    " people everyone everybody half dozens both plenty various".split()
)
_DEFINITE = frozenset("the its his her their our my this that these those your".split())
_PREPOSITIONS = frozenset(
    "of in from at for on with near inside behind among within close to about against under by over between outside"
    " around across before after during familiar".split()
)
_DETERMINERS = frozenset("the a an its his her their our my this no any every".split())
_SUPPOSED = frozenset("should could must can may might".split())
_NUMBERS = frozenset(
    "seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty hundred thousand nobody everything"
    " nothing something".split()
)
_RELATIVES = frozenset("who which whom whose who'd who’d who's who’s where when".split())
_OBJECTS = frozenset("him her them".split())
_HABITS = frozenset("used likes liked loves continues continued went goes prefers begins began".split())
_PARTICLES = frozenset("of de van von al el bin der da di la & No for the".split())
_HEADLESS = frozenset(
    "and but or so yet because since while when where if as though although whereas than then there what why how"
    " whether here until unless once before after not nor only even perhaps maybe still now today yesterday again"
    " instead meanwhile moreover besides thus therefore yes no true well".split()
)
_BODIES = re.compile(
    r"(?:ministry|government|commission|committee|board|compan(?:y|ies)|unions?|court|council|association|offices?"
    r"|authority|institute|part(?:y|ies)|agency|banks?|group|consortium|parliament|federation|chamber|department"
    r"|police|mission|guild|university|club|fund|firms?|carrier|operator|cabinet|army|regime|administration|opposition"
    r"|campaign|society|treasury|foundation|service|bureau|embassy|delegation|panel|report|study|survey|paper"
    r"|newspaper|magazine|website|coalition|employers|manufacturer|developer|publisher|supplier|lobby|academy"
    r"|observatory|centre|center|staff|actuaries|economists|hydrologists|auditors?|inspectorate|review|regulator|court"
    r"|kremlin|presidency|secretariat|museum|zoo|school|hospital|church|charity|airline|railway|league|network|team"
    r"|alliance|household|house|assembly|senate|congress|ombudsman|district|town|city|county|state|insurer)$",
    re.IGNORECASE,
)
# What people put their claims into.
_THING = re.compile(
    r"forecasts?|reports?|surveys?|inquir(?:y|ies)|enquir(?:y|ies)|estimates?|figures?|counts?|papers?|statements?|logs?|data|calendar"
    r"|records?|statistics|numbers?|accounts?|calculations?|stud(?:y|ies)|letters?|books?|memoirs|reckoning|words?|view"
    r"|opinion|answer|argument|reply|claim|objection|case|line|spokes(?!man|woman|person)\w*|polls?|census|minutes|law"
    r"|rules?|documents?|contract|memo|audit|annex|article|column|page|plan|proposal|budget|press|website|leaflet"
    r"|analysis|research|prediction|theory|warning|complaint|version|position|tally|summary|preface",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"..(?:tion|sion|ment|ness|ity|ance|ence|ism|ship|ing|ure|support|fact|reason|way|history)s?$")
_KIN = re.compile(
    r"(?:grand)?(?:mother|father|son|daughter|parents)|brother|sister|uncle|aunt|cousin|nephew|niece|wife|husband"
    r"|neighbou?r|friend|colleague|boss|teacher|doctor|partner|mum|mom|dad",
    re.IGNORECASE,
)
TITLES = frozenset(
    "mr mrs ms miss dr sir madame madam mme lord lady prof professor general colonel captain senator minister president"
    " mayor councillor councilman councilwoman ambassador judge deputy secretary superintendent inspector father"
    " doctor king queen prince princess governor congressman chancellor director chairman comrade colleague".split()
)
_TOKEN = re.compile(
    rf"{QUOTED}|(?:[^\W\d_]\.)+(?=\s)|(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen)\.|[^\W_]+(?:[’'.\-–/,][^\W_]+)*[’']?|[^\w\s]"
)
# What is passed on without a verb of saying that has a subject.
_HEARSAY: dict[Literal["it is said", "is said to", "author is told", "usual saying"], re.Pattern[str]] = {
    "it is said": re.compile(
        r"\bit (?:is|was|has been|had been) (?:\w+ly |also |often |sometimes )?"
        r"(?:said|reported|claimed|alleged|announced|hinted|rumoured|objected|leaked|suggested|argued|believed)\b"
        r"|\b(?:rumou?r|hint|suggestion|allegation|claim|report)s? (?:was|were|is|are|has been|have been) "
        r"(?:voiced|made|published|heard|circulated|spread|reported)\b|\breportedly\b",
        re.IGNORECASE,
    ),
    "is said to": re.compile(
        r"\b(?:is|are|was|were) (?:\w+ly |also |often )?(?:said|reported|rumoured|alleged|believed|accused)(?: to| of)\b"
        r"|\brumou?rs? (?:has it|have it|that|say|says|of)\b",
        re.IGNORECASE,
    ),
    "author is told": re.compile(
        r"\b(?:I|we) (?:am|are|was|were|have been|had been) (?:told|informed|assured)\b|\b(?:I|one|we) hears?\b"
        r"|\bthey (?:tell|told) (?:us|me)\b",
        re.IGNORECASE,
    ),
    "usual saying": re.compile(
        r"\bthe (?:usual|common|standard|obvious|other|official) (?:reply|answer|objection|argument|defence|defense|case"
        r"|complaint|explanation|excuse|line|view) (?:is|was|goes|runs)\b",
        re.IGNORECASE,
    ),
}
_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Ii]n the (?:words?|view|opinion|phrase) of|[Aa]s quoted by|(?:objection|argument|figures?|estimate|number|claim|reply|answer|idea)s? (?:comes?|came) from)\s+"
    r"(?P<who>[^,.;:]+(?:,\s+(?:the |an? )?[^\W\d_a-z][^,.;:]*)?)"
    r"|\b(?:[Bb]y|[Ii]n|[Oo]n|[Ff]or)\s+(?P<owner>(?:the|its|their|his|her|my)?\s*[\w’' .\-]{2,50}?)[’']s?\s+(?:own\s+)?"
    r"(?:reckoning|words?|view|opinion|account|estimates?|count|figures?|forecasts?|telling|phrase|calculations?|version"
    r"|judge?ment|report)\b"
    r"|\b(?P<holder>(?:[Tt]he|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[A-Z])[\w’' .\-]{0,40}?)[’']s\s+(?:own\s+)?(?:\w+\s+)?"
    r"(?:answer|argument|reply|claim|estimate|objection|complaint|case|position|defence|defense|theory|explanation"
    r"|response|forecast|figure|calculation|line|warning)\s+(?:is|was|were|are|has been|goes|runs)\b"
)
_BY = re.compile(
    r"\b(?:put|told|given|said|made|described|called|quoted|explained|confirmed|dismissed|summed up|written|offered)\b"
    r"(?:\s+(?:to|it|this|that|me|us|as|up))*[^.;:,]{0,40}?\bby\s+"
    r"(?P<who>[^,.;:]+(?:,\s+(?:the |an? )?[^\W\d_a-z][^,.;:]*)?)"
)


def tokens(masked: str) -> list[str]:
    """The words and marks of a sentence whose quotations are masked."""
    return _TOKEN.findall(masked)


def reports(masked: str) -> list[Report]:
    """Every saying in a sentence, in order, those without a verb first."""
    found = [
        Report(mention(tokens(match[group])), "according", "none", negated=False, place=0)
        for match in _ACCORDING.finditer(masked)
        for group in ("who", "owner", "holder")
        if match[group]
    ]
    found += [
        Report(mention(tokens(match["who"])), "passive", "none", negated=False, place=0)
        for match in _BY.finditer(masked)
    ]
    found += [
        # "It was reported that" is a verb of saying with its clause; only its subject is missing.
        Report(Mention("", "indefinite", ""), "say", "that", negated=False, place=0)
        if kind == "it is said"
        else Report(Mention("", "indefinite", ""), kind, "none", negated=False, place=0)
        for kind, pattern in _HEARSAY.items()
        if pattern.search(masked)
    ]
    words = tokens(masked)
    for place, word in enumerate(words):
        group = _VERBS.get(word if place else word.lower())
        if group is not None:
            report = _report(words, place, group)
            if report is not None:
                found.append(report)
    return found


def _report(words: Sequence[str], place: int, group: Group) -> Report | None:
    complement = _complement(words, place)
    left, negated, passive = _before(words, place)
    if left >= 0 and words[left].lower() == "to":
        if left == 0 or words[left - 1].lower() not in _HABITS:
            return None
        left, negated, passive = _before(words, left - 1)
    if passive:
        return None
    heard = any(word.lower() in ("me", "us") for word in words[place + 1 : place + 4])
    if group == "say" and _inverted(words, place, left):
        source = mention(_until(words, place + 1))
        if source.subject not in ("none", "own"):
            return Report(source, group, "aside", negated, place, heard)
    determined = place > 0 and (words[place - 1].lower() in _DETERMINERS or _owns(words[place - 1]))
    if (words[place].lower() in _NOUNS and determined) or (complement in ("bare", "none") and _is_noun(words, place)):
        return None
    source = _subject(words, left)
    if left >= 0 and complement in ("bare", "none") and _is_aside(words, left, source):
        complement = "aside"
    return Report(source, group, complement, negated or source.word in _NOBODY, place, heard)


def _is_noun(words: Sequence[str], place: int) -> bool:
    """Whether a form that is a noun as often as a verb has nothing after it that only a verb would have."""
    verb = words[place].lower()
    following = [word.lower() for word in words[place + 1 : place + 9]]
    if verb in ("put", "puts"):
        return not {"at", "case", "it", "objection", "argument", "question", "matter"} & set(following)
    if verb not in _NOUNS:
        return False
    before = words[place - 1].lower() if place else ""
    if not following or before in _DEFINITE | _INDEFINITE | _PREPOSITIONS or before.endswith(("’s", "'s")):
        return True
    return not (
        following[0] in _DEFINITE | _INDEFINITE | _NUMBERS | {"him", "her", "them", "me", "us", "it"}
        or following[0][0].isdigit()
    )


def _before(words: Sequence[str], place: int) -> tuple[int, bool, bool]:
    """Where the subject ends before a verb; whether the verb is denied, and whether it is passive."""
    negated = passive = False
    at = place - 1
    while at >= 0:
        word = words[at].lower()
        if word in _NOT or word in _SUPPOSED:
            negated = True
        elif word in _AUXILIARIES:
            passive = passive or (word in _BE and words[place].lower().endswith(("ed", "told", "said", "put", "held")))
        elif not (word in _ADVERBS or (word.endswith("ly") and len(word) > 4)):
            break
        at -= 1
    return at, negated, passive


def _inverted(words: Sequence[str], place: int, left: int) -> bool:
    """Whether a verb's subject comes after it, as in "…, says the board"."""
    behind = words[left] if left >= 0 else ""
    following = words[place + 1] if place + 1 < len(words) else "."
    if left != place - 1 or behind not in (",", QUOTED, "?", "!", "–", "—"):
        return False
    if not (following[0].isupper() or following.lower() in _INDEFINITE | _DEFINITE | {"to"}):
        return False
    if following.lower() in (_I - {"one"}) | {"that", "this"}:
        return False
    if behind == "," and _complement(words, place) not in ("none", "bare"):
        return False
    # "The bishop, a Dane, said the law was bad": what comes after is a clause, not a subject.
    subject = _until(words, place + 1)
    cut = next((at for at, word in enumerate(subject) if word.lower() in _RELATIVES), len(subject))
    return not any(word.lower() in _AUXILIARIES for word in subject[:cut])


def _until(words: Sequence[str], start: int) -> list[str]:
    """The words up to a mark, with a name that a comma adds to them; "said to me one of them" starts at "one"."""
    while start < len(words) and words[start].lower() in ("to", "me", "us", "him", "her", "simply"):
        start += 1
    end = start
    while end < len(words) and (words[end][0].isalnum() or (words[end] == "," and words[end + 1 : end + 2])):
        if words[end] == "," and not words[end + 1][0].isupper():
            break
        end += 1
    return list(words[start:end])


def _complement(words: Sequence[str], place: int) -> Complement:
    """What is said: a clause with "that", a quotation, what a colon announces, or no more than words."""
    for at in range(place + 1, min(place + 14, len(words))):
        word = words[at].lower()
        if word == QUOTED.lower():
            return "quote"
        if word == "that":
            return "that"
        if word == ":":
            return "colon"
        if word in (";", ".", "?", "!"):
            break
        if word == "," and words[at + 1 : at + 2] not in ([QUOTED], ["that"]):
            break
    return "bare" if place + 1 < len(words) and words[place + 1][0].isalnum() else "none"


def _is_aside(words: Sequence[str], left: int, source: Mention) -> bool:
    """Whether subject and verb are set off from what is said: "The toll, she says, …"."""
    first = max(0, left - len(source.word.split()) + 1)
    return first > 0 and words[first - 1] in (",", QUOTED, "–", "—", "?", "!")


def _subject(words: Sequence[str], left: int) -> Mention:
    """The subject that ends at a place: a pronoun, or the phrase before it with what commas put between."""
    if left < 0:
        return Mention("", "none", "")
    word = words[left].lower()
    if word in _I and not (word == "one" and left and words[left - 1].lower() in _DEFINITE):
        return Mention("", "own", word)
    if word in _HE - _RELATIVES - _OBJECTS:
        return Mention("", "pronoun", word)
    start = left
    while start >= 0 and left - start < 45:
        at = words[start]
        if at in (";", ":", "—", "–", QUOTED, "?", "!", "."):
            break
        said = at.lower() == "that" and words[left] != "," and words[start - 1].lower() in _VERBS
        if start < left and (at.lower() == "but" or said):
            break
        start -= 1
    phrase = list(words[start + 1 : left + 1])
    if word in _RELATIVES:
        return _before_relative(phrase[:-1])
    if words[left] != "," and "," in phrase:
        # What a comma sets off before the subject is no part of it, unless the subject itself is set off so.
        own = phrase[_last(phrase, ",") + 1 :]
        return mention(_from_head(own))
    return mention(_from_head(phrase))


def _before_relative(phrase: list[str]) -> Mention:
    """Whom "who" takes up: the name or the noun phrase right before it."""
    while phrase and phrase[-1] == ",":
        phrase = phrase[:-1]
    at = len(phrase)
    while at and (phrase[at - 1][0].isupper() or (phrase[at - 1] in _PARTICLES and at < len(phrase))):
        at -= 1
    if at < len(phrase):
        run = phrase[at:]
        hung = at > 0 and phrase[at - 1].lower() in _PREPOSITIONS and len(run) == 1
        if not hung and not _common(run[0], run[1:2]) and run[0] != "I":
            return Mention(" ".join(run), "named", " ".join(run))
    segment = phrase[_last(phrase, ",") + 1 :]
    for start in range(len(segment) - 1, -1, -1):
        if segment[start].lower() in _INDEFINITE | _DEFINITE and (
            start == 0 or segment[start - 1].lower() not in _PREPOSITIONS
        ):
            return mention(segment[start:])
    return mention(_from_head(segment))


def _from_head(phrase: list[str]) -> list[str]:
    """A clause without what stands before its subject: conjunctions, and a phrase of time or place."""
    while phrase and phrase[0].lower() in _HEADLESS | {","}:
        phrase = phrase[1:]
    if phrase and phrase[0].lower() in _PREPOSITIONS:
        if "," in phrase[:-1]:
            return _from_head(phrase[phrase.index(",") + 1 :])
        for at in range(len(phrase) - 1, 0, -1):
            if phrase[at].lower() in _INDEFINITE | _DEFINITE and phrase[at - 1].lower() not in _PREPOSITIONS:
                return phrase[at:]
        capital = [at for at, word in enumerate(phrase) if at and word[0].isupper() and phrase[at - 1][0].isdigit()]
        return phrase[capital[-1] :] if capital else phrase[-1:]
    return phrase


def _last(phrase: Sequence[str], mark: str) -> int:
    return max((at for at, word in enumerate(phrase) if word == mark), default=-1)


def mention(phrase: Sequence[str]) -> Mention:
    """What a noun phrase calls somebody: a person's name where it holds one, else a body, else what kind it is."""
    if not phrase:
        return Mention("", "none", "")
    first, text = phrase[0].lower(), " ".join(phrase)
    if first in _I and not (first == "one" and len(phrase) > 1):
        return Mention("", "own", first)
    if first in _NOBODY:
        return Mention("", "none", first)
    if first in _HE:
        return Mention("", "pronoun", first)
    head = _head(phrase)
    if not head:
        return Mention("", "none", "")
    if _THING.fullmatch(head[-1]):
        return _owner(head)
    named = name_in(phrase)
    if named:
        return Mention(named, "named", text)
    if not _BODIES.search(head[-1]) and _ABSTRACT.search(head[-1]):
        return Mention("", "thing", text)
    own = first in ("my", "our") or any(a.lower() == "of" and b.lower() == "mine" for a, b in pairwise(phrase))
    kin = next((word.lower() for word in head if _KIN.fullmatch(word)), "") if own else ""
    if kin and not re.search("friend|colleague|neighbou?r|partner", kin):
        return Mention(f"the author's {kin}", "named", text)
    bare = first not in _DEFINITE and not _owns(phrase[0])
    if own or bare:
        return Mention("", "indefinite", text)
    if _BODIES.search(head[-1]):
        return Mention(_trim(phrase), "body", text)
    return Mention("", "person", text)


def _owner(head: Sequence[str]) -> Mention:
    """Whose report, figure or the like it is that a phrase names; a thing where it does not say."""
    for at in range(len(head) - 1, -1, -1):
        if _owns(head[at]):
            return mention([*head[:at], re.sub(r"(?:['’]s|(?<=s)['’])$", "", head[at])])
    if head[0].lower() in ("his", "her", "their", "its"):
        return Mention("", "pronoun", {"his": "he", "her": "she", "their": "they", "its": "it"}[head[0].lower()])
    return Mention("", "thing", " ".join(head))


def name_in(phrase: Sequence[str]) -> str:
    """The proper name that a noun phrase has as its head or beside it, "" for none: a person's before an office's."""
    names: list[str] = []
    for segment in _segments(phrase):
        for at, run in _runs(segment):
            following = segment[at + len(run) : at + len(run) + 1]
            attached = at > 0 and segment[at - 1].lower() in _PREPOSITIONS
            behind_the = at > 1 and segment[at - 1].lower() in _DEFINITE and segment[at - 2].lower() in _PREPOSITIONS
            adjective = bool(following) and following[0][0].islower() and not _closes(following[0])
            if not (attached or behind_the or adjective or _owns(run[-1])):
                names.append(" ".join(run))
    return next((name for name in names if not _is_office(name)), names[0] if names else "")


def _segments(phrase: Sequence[str]) -> list[list[str]]:
    """A phrase cut at its commas, without relative clauses and phrases of time, place or company."""
    parts: list[list[str]] = [[]]
    for word in phrase:
        if word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    kept = []
    for number, part in enumerate(parts):
        if part and not (number and part[0].lower() in _PREPOSITIONS | _RELATIVES | _HEADLESS):
            cut = next((at for at, word in enumerate(part) if at and word.lower() in _RELATIVES | {"that"}), len(part))
            kept.append(part[:cut])
    return kept


def _runs(phrase: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The runs of capitalised words in a phrase, with where they start."""
    runs: list[tuple[int, list[str]]] = []
    for at, word in enumerate(phrase):
        capital = word[0].isupper() and not _is_i(word) and (at > 0 or not _common(word, phrase[1:2]))
        joined = bool(runs) and runs[-1][0] + len(runs[-1][1]) == at
        if capital and joined and not _owns(phrase[at - 1]):
            runs[-1][1].append(word)
        elif capital:
            runs.append((at, [word]))
        elif joined and _joins(word, runs[-1][1]) and any(later[0].isupper() for later in phrase[at + 1 : at + 3]):
            runs[-1][1].append(word)
    return runs


def _joins(word: str, run: Sequence[str]) -> bool:
    """Whether a small word carries a name on: "Ministry of the Interior" does, "Ann Bell of the Green group" does not."""
    return word in _PARTICLES and (
        word not in ("of", "the", "for") or len(run) == 1 or run[-1] in ("of", "for") or run[-1].lower() in TITLES
    )


def _is_office(name: str) -> bool:
    words = name.lower().replace(".", "").split()
    return words[-1] in TITLES or (words[0] in TITLES and len(words) > 1 and words[1] in ("of", "for"))


def _is_i(word: str) -> bool:
    return word == "I" or word.startswith(("I’", "I'"))


def _closes(word: str) -> bool:
    """Whether a word cannot be the noun of a capitalised adjective before it."""
    return word.lower() in _PREPOSITIONS | _HEADLESS | _HE | _ADVERBS | _AUXILIARIES


def _owns(word: str) -> bool:
    return word.endswith(("’s", "'s", "s’", "s'"))


def _common(word: str, following: Sequence[str]) -> bool:
    """Whether a capital is only that of a sentence's first word."""
    if word.lower() in _INDEFINITE | _DEFINITE | _HEADLESS | _PREPOSITIONS | _HE | _I | _ADVERBS:
        return True
    if word.lower().rstrip(".") in TITLES:
        return not (following and following[0][0].isupper())
    return word.endswith("s") and not (following and following[0][0].isupper()) and not _owns(word)


def _head(phrase: Sequence[str]) -> list[str]:
    """The words of a noun phrase up to what is hung on it by a preposition, a comma or a relative clause."""
    for at, word in enumerate(phrase):
        if at and (
            word.lower() in _PREPOSITIONS or word.lower() in ("who", "which", "that", "whose") or not word[0].isalnum()
        ):
            return list(phrase[:at])
    return list(phrase)


def _trim(phrase: Sequence[str]) -> str:
    """A body's name as a reader would repeat it: without an article before it, and short."""
    words = [word for word in phrase if word.lower() != "own"]
    if "," in words:
        words = words[: words.index(",")]
    if len(words) > 8:
        words = _head(words)
    return " ".join(words[1:] if words[0].lower() in ("the", "its", "their", "his", "her", "a", "an") else words)
