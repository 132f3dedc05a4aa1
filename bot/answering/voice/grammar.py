"""Word lists for reading English: verbs by what their subject does, function words, titles."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

VerbGroup = Literal["say", "think", "want", "act", "name", "find"]


def _forms(bases: str) -> Iterator[str]:
    """Yield the base, third-person and past forms of regular verbs; a star marks a doubled final consonant."""
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


# A verb belongs to one group. Verbs of finding out also introduce speech where the subject follows them
# ("…, concludes the board"): FINDING_AND_SAYING.
_SAY = (
    "acknowledge add admit* affirm agree allege announce answer argue assert assure aver* boast claim comment"
    " complain concede confess confide confirm contend counter declare deny disclose emphasize"
    " emphasise exclaim explain hint imply insist joke lament maintain mention mumble murmur note object"
    " observe opine plead pledge predict proclaim protest recall reckon recount remark remind repeat"
    " reply report respond retort reveal shout sigh snap* state stress suggest testify urge vow warn whisper"
    " estimate project forecast caution quip* recommend concur* speculate grumble gripe tweet post"
    " blog* sneer thunder rejoin interject repute attest profess posit volunteer inform notify preach"
)
_SAY_IRREGULAR = (
    "say says said tell tells told write writes wrote written swear swears swore hold holds held"
    " signals signalled speak speaks spoke spoken quote quotes quoted point points pointed"
)
_THINK = "believe fear hope expect suspect imagine assume consider doubt worry wonder realize realise"
# "She is convinced that".
_THINK_IRREGULAR = "think thinks thought sure certain convinced confident adamant persuaded afraid"
_FIND = "conclude discover prove notice learn calculate establish"
_FIND_IRREGULAR = "find finds found show shows showed shown"
_WANT = "want demand prefer* favour favor propose advocate seek wish support oppose"
_ACT = "offer promise threaten defend attack ask accuse blame praise mock dismiss reject"
_NAME = "call describe label brand term compare"


def map_verbs(*groups: tuple[VerbGroup, Iterable[str]]) -> dict[str, VerbGroup]:
    """Map each verb form to its group.

    Raises:
        ValueError: A form is listed twice, so that one entry would silently overwrite the other.
    """
    verbs: dict[str, VerbGroup] = {}
    for group, forms in groups:
        for form in forms:
            if form in verbs:
                raise ValueError(f'"{form}" is listed twice: as "{verbs[form]}" and as "{group}".')
            verbs[form] = group
    return verbs


# As often nouns or adjectives as verbs: the words that follow decide.
NOUN_FORMS = frozenset(
    (
        "answer answers claim claims comment comments counter demand demands doubt doubts estimate estimates fear fears"
        " favour favours favor favors forecast forecasts hint hints hold holds hope hopes joke joke note notes object"
        " objects offer offers plead pledge pledges point points project projects promise promises protest protests"
        " quote quotes recall remark remarks reply replies report reports reveal sigh state states"
        " stress support supports term terms threat vow vows wish wishes wonder wonders worry worries put"
        " puts call calls label brand name attack attacks"
        " praise blame repeat lament"
        " written spoken held agree agrees agreed known reported expected considered seek seeks"
    ).split()
)
# Light verbs: they report only with one of these words after them ("puts it at", "made the point", "let it be known").
LIGHT_VERBS = {
    **dict.fromkeys("put puts".split(), frozenset("at case it objection argument question matter point".split())),
    **dict.fromkeys("make makes made".split(), frozenset("point case argument objection clear plain".split())),
    **dict.fromkeys("let lets".split(), frozenset("known slip drop".split())),
    **dict.fromkeys("give gives gave".split(), frozenset("reason reasons explanation warning assurance".split())),
    **dict.fromkeys("raise raises raised".split(), frozenset("objection objections point concern concerns".split())),
    **dict.fromkeys("take takes took".split(), frozenset("view line position".split())),
}
# Report something only when "that" follows.
NEEDS_THAT = frozenset(
    "sure certain convinced confident adamant persuaded worried afraid find finds found show shows showed shown prove"
    " proves proved notice notices noticed learn learns learned establish establishes established discover discovers"
    " discovered".split()
)
# Facts do these too ("this explains it all"): they report only with a clause or a quotation, or as an aside.
EXPLAINING_VERBS = frozenset(
    "explain explains explained reveal reveals revealed imply implies implied attest attests attested testify testifies"
    " testified confirm confirms confirmed".split()
)
VERB_GROUPS: Mapping[str, VerbGroup] = map_verbs(
    ("say", _forms(_SAY)),
    ("say", _SAY_IRREGULAR.split()),
    ("say", LIGHT_VERBS),
    ("think", _forms(_THINK)),
    ("think", _THINK_IRREGULAR.split()),
    ("find", _forms(_FIND)),
    ("find", _FIND_IRREGULAR.split()),
    ("want", _forms(_WANT)),
    ("act", _forms(_ACT)),
    ("name", _forms(_NAME)),
)
FINDING_AND_SAYING = frozenset(_forms("conclude calculate"))
FORMS_OF_BE = frozenset("is are was were be been being am".split())
AUXILIARIES = FORMS_OF_BE | frozenset(
    "has have had having will would can could may might shall should must do does did".split()
)
NEGATIONS = frozenset(
    "not never nor neither hardly n't doesn't don't didn't hasn't haven't wouldn't cannot can't".split()
)
ADVERBS = frozenset(
    "also even once still always often again now then later all both each himself herself themselves itself too just"
    " simply rather merely only further already thus therefore however sometimes long since ever thereby".split()
)
FIRST_PERSON = frozenset("i we me us one you myself ourselves".split())
THIRD_PERSON = frozenset("he she they it him her them who which".split())
NOBODY_WORDS = frozenset("nobody none nothing neither no".split())
INDEFINITE = frozenset(
    "a an one some several many most few two three four five six other others certain another any somebody someone"
    " people everyone everybody half dozens both plenty various".split()
)
DEFINITE = frozenset("the its his her their our my this that these those your".split())
PREPOSITIONS = frozenset(
    "of in from at for on with near inside behind among within close to about against under by over between outside"
    " around across before after during familiar".split()
)
DETERMINERS = frozenset("the a an its his her their our my this no any every".split())
MODALS = frozenset("should could must can may might".split())
NUMBERS = frozenset(
    "seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty hundred thousand nobody everything"
    " nothing something".split()
)
RELATIVES = frozenset("who which whom whose who'd who’d who's who’s where when".split())
OBJECT_PRONOUNS = frozenset("him her them".split())
HABITUAL_VERBS = frozenset("used likes liked loves continues continued went goes prefers begins began".split())
NAME_PARTICLES = frozenset("of de van von al el bin der da di la & No for the".split())
SENTENCE_OPENERS = frozenset(
    "and but or so yet because since while when where if as though although whereas than then there what why how"
    " whether here until unless once before after not nor only even perhaps maybe still now today yesterday again"
    " instead meanwhile moreover besides thus therefore yes no true well".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr sir madame madam mme lord lady prof professor general colonel captain senator minister president"
    " mayor councillor councilman councilwoman ambassador judge deputy secretary superintendent inspector father"
    " doctor king queen prince princess governor congressman chancellor director chairman comrade colleague".split()
)
