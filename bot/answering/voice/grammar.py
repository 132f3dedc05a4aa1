"""The small words and the verbs that reading English takes: what says, what stands before a name, what owns. Data."""

from collections.abc import Iterator
from typing import Literal

Group = Literal["say", "think", "want", "act", "name", "find"]


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


VERBS: dict[str, Group] = {
    **dict.fromkeys(
        _forms(
            "acknowledge add admit* affirm agree allege announce answer argue assert assure aver* boast claim comment"
            " complain concede conclude confess confide confirm contend counter declare deny disclose emphasize"
            " emphasise exclaim explain hint imply insist joke lament maintain mention mumble murmur note object"
            " observe opine plead pledge predict proclaim protest recall reckon recount remark remind repeat"
            " reply report respond retort reveal shout sigh snap* state stress suggest testify urge vow warn whisper"
            " calculate estimate project forecast caution quip* recommend concur* speculate grumble gripe tweet post"
            " blog* sneer thunder rejoin interject repute attest profess posit volunteer inform notify preach"
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
    # "She is convinced that".
    **dict.fromkeys("sure certain convinced confident adamant persuaded worried afraid".split(), "think"),
    **dict.fromkeys(_forms("conclude discover prove notice learn calculate establish"), "find"),
    **dict.fromkeys("find finds found show shows showed shown".split(), "find"),
    **dict.fromkeys(_forms("want demand prefer* favour favor propose advocate seek wish support oppose"), "want"),
    **dict.fromkeys(_forms("offer promise threaten defend attack ask accuse blame praise mock dismiss reject"), "act"),
    **dict.fromkeys(_forms("call describe label brand term compare"), "name"),
}
# Nouns or adjectives as often as verbs: only what follows tells.
NOUNS = frozenset(
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
# Verbs that say only together with one of these words after them: "puts it at", "made the point", "let it be known".
LIGHT = {
    **dict.fromkeys("put puts".split(), frozenset("at case it objection argument question matter point".split())),
    **dict.fromkeys("make makes made".split(), frozenset("point case argument objection clear plain".split())),
    **dict.fromkeys("let lets".split(), frozenset("known slip drop".split())),
    **dict.fromkeys("give gives gave".split(), frozenset("reason reasons explanation warning assurance".split())),
    **dict.fromkeys("raise raises raised".split(), frozenset("objection objections point concern concerns".split())),
    **dict.fromkeys("take takes took".split(), frozenset("view line position".split())),
}
# What must be followed by "that" to say anything.
WITH_THAT = frozenset(
    "sure certain convinced confident adamant persuaded worried afraid find finds found show shows showed shown prove"
    " proves proved notice notices noticed learn learns learned establish establishes established discover discovers"
    " discovered".split()
)
# Facts do these too: "this explains it all". With no clause, quotation or place of an aside they say nothing.
EXPLAINING = frozenset(
    "explain explains explained reveal reveals revealed imply implies implied attest attests attested testify testifies"
    " testified confirm confirms confirmed".split()
)
VERBS.update({verb: "say" for verb in LIGHT if verb not in VERBS})
BE = frozenset("is are was were be been being am".split())
AUXILIARIES = BE | frozenset("has have had having will would can could may might shall should must do does did".split())
NOT = frozenset("not never nor neither hardly n't doesn't don't didn't hasn't haven't wouldn't cannot can't".split())
ADVERBS = frozenset(
    "also even once still always often again now then later all both each himself herself themselves itself too just"
    " simply rather merely only further already thus therefore however sometimes long since ever thereby".split()
)
SELF = frozenset("i we me us one you myself ourselves".split())
THIRD = frozenset("he she they it him her them who which".split())
NOBODY = frozenset("nobody none nothing neither no".split())
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
SUPPOSED = frozenset("should could must can may might".split())
NUMBERS = frozenset(
    "seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty hundred thousand nobody everything"
    " nothing something".split()
)
RELATIVES = frozenset("who which whom whose who'd who’d who's who’s where when".split())
OBJECTS = frozenset("him her them".split())
HABITS = frozenset("used likes liked loves continues continued went goes prefers begins began".split())
PARTICLES = frozenset("of de van von al el bin der da di la & No for the".split())
HEADLESS = frozenset(
    "and but or so yet because since while when where if as though although whereas than then there what why how"
    " whether here until unless once before after not nor only even perhaps maybe still now today yesterday again"
    " instead meanwhile moreover besides thus therefore yes no true well".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr sir madame madam mme lord lady prof professor general colonel captain senator minister president"
    " mayor councillor councilman councilwoman ambassador judge deputy secretary superintendent inspector father"
    " doctor king queen prince princess governor congressman chancellor director chairman comrade colleague".split()
)
