"""Articles with furniture in them: real and invented articles, with blocks from the data files mixed in at random."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from index.articles.article import Kind

FOLDS = 5
_HERE = Path(__file__).parent
_FIRST = (
    "Ann Marta Jonas Priya Tom Ines Oleksandr Lena Piet Zofia Marc Lucía Giulia Sven Amara Wei Fatima Ruth Leo Nora "
    "Kwame Hana Dmytro Ingrid Paolo Claire"
).split()
_LAST = (
    "Lowe Quill Oliver Birch Okafor Vogel Novak Keller Moreau García Rossi Lindgren Diallo Chen Haddad Shevchenko "
    "Kowalska Jansen Almeida Sato Byrne McAllister Devane Thornton-Hale Petrov Ruiz"
).split()
_PLACES = "Selby Ashgate Marlow Kestrel Lindau Ostby Varga Tremont Halden Corva Bregen Dunmore".split()
_PAPERS = "Gazette|Morning Tide|Evening Post|Courier|Observer|Lantern|Weekly Review|Harbour Blog|Standard".split("|")
_HANDLES = (
    "Bob72 Quaysider netmender MrsP sceptic_ann truthteller99 Dave JohnB oldsalt_1 Hugo M. reader4 Lena K.".split(" ")
)
_JOBS = (
    "transport planner|nurse|novelist|retired teacher|barrister|farmer|postdoctoral researcher|software engineer|"
    "former minister|columnist|professor of public law|trade unionist"
).split("|")
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_HEADINGS = (
    "{}",
    "{}",
    "{}",
    "## {}",
    "### {}",
    "**{}**",
    "{upper}",
    "{}?",
    "2. {}",
    "{}: {word}",
    "IV. {}",
    "I. {}",
    "II. The {}",
)
_POINTS = ("{}", "{}", "- {}", "1. {}", "* {}", "{}.", "- {}.", "{};")
_SECTION = re.compile(r"^=== (.+)$", re.M)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article.

    Attributes:
        text: The text of the block.
        kind: What it is; None if that is not known, so that nothing is learned from it.
    """

    text: str
    kind: Kind | None


Blocks = tuple[Block, ...]
Templates = dict[str, list[str]]


def read_templates(fold: int | None = None, *, without: bool = False) -> Templates:
    """Read the data files.

    Args:
        fold: Keep only the blocks of this fold, by their hash; None keeps all.
        without: Keep all folds but this one instead.

    Returns:
        The blocks of each section ("furniture top", "note de").
    """
    templates: Templates = {}
    for path in sorted(_HERE.glob("*.txt")):
        parts = _SECTION.split(path.read_text(encoding="utf-8"))
        for name, body in zip(parts[1::2], parts[2::2], strict=True):
            blocks = [block.strip() for block in re.split(r"^---$", body, flags=re.M) if block.strip()]
            templates.setdefault(name, []).extend(
                b for b in blocks if fold is None or (crc32(b.encode()) % FOLDS == fold) != without
            )
    return templates


class Mixer:
    """Mixes blocks into articles.

    Args:
        templates: The blocks of each section.
        seed: Seed of the random choices.
    """

    def __init__(self, templates: Templates, seed: int) -> None:
        self.templates = templates
        self.random = random.Random(seed)

    def fill(self, template: str, language: str = "en") -> str:
        """Replace the placeholders of a template; {NAME} is {name} in capitals."""
        values: dict[str, Callable[[], str]] = {
            "name": self._name,
            "firstname": lambda: self.random.choice(_FIRST),
            "surname": lambda: self.random.choice(_LAST),
            "initials": lambda: ". ".join(self.random.choices("ABCDEJKLMPRST", k=self.random.randint(2, 3))) + ".",
            "place": lambda: self.random.choice(_PLACES),
            "paper": lambda: self.random.choice(_PAPERS),
            "handle": lambda: self.random.choice(_HANDLES),
            "job": lambda: self.random.choice(_JOBS),
            "month": lambda: self.random.choice(_MONTHS),
            "day": lambda: self.random.choice(_DAYS),
            "year": lambda: str(self.random.randint(1890, 2026)),
            "n": lambda: str(self.random.choice((1, 2, 3, 4, 5, 7, 8, 11, 12, 17, 24, 38, 120, 731))),
            "hour": lambda: f"{self.random.randint(1, 23)}:{self.random.randint(0, 59):02}",
            "roman": lambda: self.random.choice(("I", "II", "III", "IV", "VI", "IX", "XII")),
            "date": self._date,
            "headline": lambda: self._headline(language),
        }

        def value(match: re.Match[str]) -> str:
            name = match[1]
            text = values[name.lower()]()
            return text.upper() if name.isupper() else text

        return _PLACEHOLDER.sub(value, template)

    def _name(self) -> str:
        return f"{self.random.choice(_FIRST)} {self.random.choice(_LAST)}"

    def _date(self) -> str:
        day, month, year = self.random.randint(1, 28), self.random.choice(_MONTHS), self.random.randint(1998, 2026)
        forms = (
            f"{day} {month} {year}",
            f"{month} {day}, {year}",
            f"{month[:3]} {day}, {year}",
            f"{day}/{month[:3]}/{year}",
        )
        return self.random.choice(forms)

    def _headline(self, language: str) -> str:
        return self.random.choice(self.templates.get(f"headline {language}") or self.templates["headline en"])

    def take(self, section: str, n: int, kind: Kind, language: str = "en") -> list[Block]:
        """Return up to n filled blocks of a section."""
        found = self.templates.get(section, [])
        chosen = self.random.sample(found, min(n, len(found)))
        return [Block(self._vary(self.fill(text, language)), kind) for text in chosen]

    def _vary(self, text: str) -> str:
        """Change what says nothing about a block's kind: capitals, emphasis, the mark of a heading."""
        chance = self.random.random()
        if chance < 0.06 and len(text) < 60:
            return text.upper()
        if chance < 0.10 and "\n" not in text:
            return f"*{text}*" if self.random.random() < 0.5 else f"**{text}**"
        if chance < 0.13 and "\n" not in text and len(text) < 70:
            return f"## {text}"
        return text

    def few(self, *weights: float) -> int:
        """Return a random number from 0 on with these weights."""
        return self.random.choices(range(len(weights)), weights)[0]

    def mix(self, article: Sequence[Block], language: str = "en") -> Blocks:
        """Mix furniture into an article.

        Args:
            article: Its blocks; the head comes first.
            language: Language of the blocks to mix in; some English ones are mixed into any article.
        """
        first = next((i for i, block in enumerate(article) if block.kind != "head"), 0)
        head, body = list(article[:first]), list(article[first:])
        if language != "en" or not head or self.random.random() < 0.4:
            head = self.take("head", self.few(1, 2, 3, 2, 1), "head")
        for block in self._some("furniture", "top", language, self.few(4, 3, 2, 2, 1, 1, 1)):
            head.insert(self.random.randint(0, len(head)), block)
        head += self._some("caption", "", language, self.few(3, 1))
        inserted: tuple[tuple[Kind, str, int], ...] = (
            ("furniture", "middle", self.few(2, 2, 2, 2, 1, 1)),
            ("caption", "", self.few(3, 2, 1)),
            ("body", "en", self.few(2, 2, 2, 1, 1)),
            ("note", "", self.few(9, 1)),
            ("correction", "", self.few(12, 1)),
        )
        for kind, place, n in inserted:
            for block in self._some(kind, place, language, n):
                body.insert(self.random.randint(1, max(1, len(body))), block)
        self._subheadings(body)
        if self.random.random() < 0.15:
            body = [*self.take("body opening", self.few(0, 3, 1), "body"), *body]
        if self.random.random() < 0.15:
            body += self.take("body closing", self.few(0, 3, 1), "body")
        return tuple(head + body + self._foot(language))

    def _some(self, kind: Kind, place: str, language: str, n: int) -> list[Block]:
        """Return up to n blocks of a kind in a language; English ones depend on the place."""
        english = language == "en" or (kind == "furniture" and self.random.random() < 0.3)
        return self.take(f"{kind} {place if english else language}".strip(), n, kind, language)

    def _subheadings(self, body: list[Block]) -> None:
        """Put subheadings and points of a list, which belong to the text, made of words that follow in it."""
        for number in range(len(body) - 1, 0, -1):
            words = re.findall(r"[^\W_][\w’'-]*,?", body[number].text)
            if body[number].kind != "body" or len(words) < 15 or self.random.random() > 0.12:
                continue
            points = self.random.random() < 0.25
            for _ in range(self.random.randint(2, 6) if points else 1):
                size = self.random.randint(1, 9 if points else 6)
                start = self.random.randint(0, len(words) - size)
                phrase = " ".join(words[start : start + size]).rstrip(",")
                phrase = phrase.title() if self.random.random() < 0.3 else phrase[:1].upper() + phrase[1:]
                frames = _POINTS if points else _HEADINGS
                phrase = self.random.choice(frames).format(phrase, upper=phrase.upper(), word=words[0])
                body.insert(number, Block(phrase, "body"))

    def _foot(self, language: str) -> list[Block]:
        """Return what stands below an article: signature, notes, furniture, comments."""
        foot = self.take("signature", self.few(6, 1, 1), "signature") if language == "en" else []
        blocks = self._some("note", "", language, self.few(3, 3, 1, 1))
        blocks += self._some("correction", "", language, self.few(5, 1))
        blocks += self._some("furniture", "bottom", language, self.few(3, 2, 2, 2, 1, 1, 1))
        if self.random.random() < 0.4:
            self.random.shuffle(blocks)
        if self.random.random() < 0.2:
            heading = self.random.choice(("Most read", "Related stories", "More from Opinion", "Related", "Read next"))
            headlines = [Block(self._headline(language), "furniture") for _ in range(self.random.randint(2, 6))]
            blocks += [Block(heading, "furniture"), *headlines]
        foot += blocks
        if self.random.random() < 0.25:
            if self.random.random() < 0.8:
                foot += self.take("comment heading", 1, "comment")
            foot += self._some("comment", "", language, self.random.randint(1, 6))
        return foot

    def foreign(self, language: str) -> Blocks:
        """Write an article of a language from the data files' paragraphs, and mix furniture into it."""
        paragraphs = self.templates.get(f"body {language}", [])
        chosen = self.random.choices(paragraphs, k=self.random.randint(4, 14)) if paragraphs else []
        joined = [Block(" ".join(chosen[i : i + self.few(0, 3, 1)] or [text]), "body") for i, text in enumerate(chosen)]
        return self.mix(joined, language) if joined else ()
