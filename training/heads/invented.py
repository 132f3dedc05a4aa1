"""Invent heads in many layouts, with the label of every piece: what the labelled articles have too few of."""

import random
from dataclasses import dataclass
from textwrap import wrap

Labelled = list[tuple[str, str]]
"""Text and label of each piece of a line."""

_FIRST = (
    "Marta Jonas Ada Per Ines Olu Chidi Siobhán Luca Mireille Tomasz Ewa Anders Yara Kofi Priya Rohan Mei Haruto Sofía Diego "
    "Leila Omar Anna-Lena Jean-Luc Nadia Viktor Zofia Hugo Amara Freya Rhys Bronwen Milan Tereza Irina Pavel Oksana "
    "Taras Hana Jiří Elif Mehmet Noor Sami George Emily Robert Susan Walter Harriet Desmond Ruth Caleb Joy"
).split()
_LAST = (
    "Oliver Lindqvist Birch Sandvik Okafor Adeyemi Fitzgerald Moretti Dubois Kowalski Nowak Halvorsen Haddad Mensah Raman "
    "Iyer Chen Tanaka Navarro Castillo Rahimi Farouk Brandt Moreau Petrova Orlov Zielinska Marchetti Obi Lund Pritchard "
    "Evans-Roe Dvořák Svoboda Volkov Ivanenko Shevchuk Novák Yılmaz Demir Aziz Khan Whitcombe Hale O’Shea O'Dowd "
    "MacLeod McBride Garside Thorne Quill Van Doren"
).split(" ")
_CYRILLIC = ["Марта Олівер", "Ганна Коваль", "Андрій Лисенко", "Ольга Белова", "Иван Соколов", "Тарас Мельник"]
_SHORT_TITLES = (
    "The Weir|The Footbridge|Rain|Enough|On Bread|The Last Boat|A Small War|The Price of Tin|Slow Ships|Why Walk?|Leave It|"
    "The Long Winter|Against Maps|The Ledger|Quiet, Please|Two Rivers|The Empty Chair|Salt|What We Owe|The Second Vote|"
    "No More Piers|The Wrong Tax|Let Them Swim|In Praise of Mud|After the Flood|The Art of Queueing|Say No|The Old Mill|"
    "Leave the Gulls Alone|Mend the Roof|Keep the Market|A Town for Sale|The Harbour and the Law|Ask the Bees"
).split("|")
_PAPERS = (
    "The Harbour Gazette|The Selby Post|Marlow Evening News|The Northern Review|Ashgate Courier|The Weekly Ledger|"
    "Open Harbour|Daily Lantern|Quarterly Journal of Tides|The Tidewater Times|Riverbank|Plain Notes|Small Hours|"
    "The Lamplighter|Kestrel & Co.|North Shore Institute|Salt and Light|Letters from the Quay|The Slow Post|tidewater.example|"
    "selbypost.example|Annals of Harbour Medicine|Coastline Magazine|Under the Bridge|The Marsh Herald|Second Draft"
).split("|")
_BOOKS = (
    "THE HARBOUR AND OTHER ESSAYS|A TOUR OF THE COAST|Essays on Small Towns|LETTERS FROM A LIGHTHOUSE|Of Bread and Salt|"
    "THE USES OF RAIN|Sketches of Country Life|THE MODERN CITIZEN|Talks with Young Readers|ON THE KEEPING OF BEES"
).split("|")
_SECTIONS = (
    "Opinion|OPINION|Comment|Editorial|EDITORIAL|Ideas|Essay|Analysis|Viewpoint|Guest Essay|Columns|Perspective|Feature article|"
    "Point of View|POINT OF VIEW|Book review|Commentary|Op-Ed|Letters|Letters to the editor|Debate|Meinung|Tribune|Opinión|"
    "Думка|Culture|Politics|Science|Health|The Saturday Essay|World|Best Practice|Policy Forum|Speeches|Home / Opinion|"
    "Opinion | Fisheries|Blog|Articles|Reviews|Society|Long Read"
).split("|")
_TAGLINES = (
    "Part-time sailor, full-time grump.|Notes on towns and tides|Independent since 1921|News, views and weather for the coast|"
    "“keeper of boats, writer of lists” – Small Hours|Thinking out loud about software|Writing about food and fields|"
    "A blog about ships"
).split("|")
_ROLES = (
    "harbour master|Opinion columnist|Guest Contributor|Professor of Maritime History, University of Selby|Staff writer|"
    "Editor-at-large|Project Director|Department of Hydrology, Selby College, Selby, United Kingdom|political scientist|"
    "MP for Selby East|Senior fellow, North Shore Institute|Member of the Harbour Board|Economist|novelist"
).split("|")
_EXTRAS = (
    "5 min read|12 Comments|Share|Listen to this article|Save|1,204 views|Photo: Per Lund / Harbour Pictures|Advertisement|"
    "Illustration by Ines Okafor|Tags: ferries, fares, bridges|ferries fares transport|Filed under: transport, cities|"
    "Posted in: ferries towns writing|Transport, Ferries, Selby|Translated by Per Lund|Translated from the Norwegian|"
    "Cross-posted from the Harbour Board’s blog.|This article first appeared in The Weekly Ledger.|"
    "In reply to: A fare deal for everyone, by Per Lund|Abstract|Introduction|A view of the quay at Selby, last winter.|"
    "The ferry at Ashgate in January. (Photograph: Ada Birch)|doi:10.5555/tide.2014.118|2:14 P.M. EDT|* * *|"
    "Correspondence to: m.oliver@selby.example|Reply by email|From our series “The Back Deck”|Skip to content|Menu|"
    "6f1ed002ab5595859014ebf0951522d9|Council Chamber|Members' Room|Assembly Hall"
).split("|")
_MONTHS = "January February March April May June July August September October November December".split()
_FOREIGN = (
    "Publié le 14 mars 2024 à 06h00, mis à jour le 15 mars 2024|14. März 2024, 6:00 Uhr|14 MAR 2024 - 05:00 CET|14. März 2024|3. Mai 2021|14 mars 2024|le 3 avril 2019|14 de marzo de 2024|9 marzo 2022|14 de março de 2024|14 maart 2024|"
    "14 березня 2024|3 мая 2019|14. března 2024|7 maja 2020|2024. március 14.|14 Mart 2024|2024年3月14日"
).split("|")
_TIMES = (
    "2 days ago|An hour ago|18:00|Yesterday at 9 am|vor 3 Stunden|vor 2 Tagen|il y a 2 heures|10:15|3 hours ago|1,234 views|17 Thumbs|32|4|12 comments|"
    "6 min read|Share|2,345 views|Follow|214|12 Claps|8 Reposts|1.2K shares|3 Boosts|40 Hearts|7 Stars"
).split("|")
_DECKS = (
    "What a harbour loses|Why the council is wrong|How a small town learned to count|A plea for the slow boat|"
    "The case against the bridge|Being the third of five letters|Notes from a wet spring|Sailors know better than clerks|"
    "A reply to my critics|On bread, salt and the price of both|What the numbers do not say|Lessons of a bad winter|"
    "Six things that every ferryman knows"
).split("|")
_OPENINGS = (
    "They held the vote at night.|On {date} the council sold the last of its boats without a debate.|"
    "The council sold the last ferry on {date}.|It ended on {date}.|In May 2021, {name} sold it.|“Boats are for the old,” "
    "the mayor told me.|I was wrong.|{name} is no friend of mine.|Dear Sir or Madam,|Ladies and gentlemen!|Mr. President, I rise "
    "to speak of boats.|By the time it came to a vote the boats were gone.|{name} said it first, in {date}.|What is a "
    "ferry for?|To the Editor of the Post:|To the People of the County of Selby:|Dear readers,|Friends and neighbours:|Nobody believes the council any more.|It was {date}, and it rained.|Thank you, {name}, for those kind words."
).split("|")
_BY = (
    "By",
    "By",
    "By",
    "by",
    "BY",
    "Words by",
    "Written by",
    "Posted by",
    "Text:",
    "Author:",
    "Von",
    "Par",
    "Por",
    "Av",
    "Ein Gastbeitrag von",
    "Kommentar von",
    "Une tribune de",
    "Una columna de",
    "Guest essay by",
    "Opinion by",
)
_NAVIGATION = (
    "Home | About | Archive | RSS",
    "Home · Articles · Contact",
    "News | Sport | Opinion | Culture",
    "Menu | Search | Log in",
    "Start | Blog | Impressum",
    "About | Subscribe | Books",
    "Home > News > Opinion",
)


@dataclass(frozen=True, slots=True)
class InventedHead:
    """The lines of a head by block, each line as labelled pieces and what joins them; and the name of its file."""

    blocks: list[list[tuple[Labelled, str]]]
    name: str


class Inventor:
    """Invents heads. A head is put together from its parts in an order, a form and a spacing drawn at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def head(self, title: str, deck: str | None) -> InventedHead:
        """Return a head for an article of this title; deck: a sentence that may stand below the title."""
        pick = self.random.choice
        layout = pick(
            [self._web, self._web, self._web, self._blog, self._blog, self._old, self._bars, self._record, self._review]
            + [self._title_only, self._byline_first, self._fields, self._no_title, self._bare]
        )
        lines = layout(self._cased(title), deck)
        words = "-".join(title.lower().split()[: self.random.randint(1, 4)])
        return InventedHead(self._spaced(lines), pick([words, words, "article", "clip-2024", "untitled"]) + ".txt")

    def opening(self, blocks: list[str]) -> list[str]:
        """Return the blocks of a body with a short first sentence, or with hard line ends, at times."""
        draw = self.random.random()
        if draw < 0.2:
            first = self.random.choice(_OPENINGS).format(date=self._date(), name=self._name())
            return [f"{first} {blocks[0]}" if self.random.random() < 0.3 else first, *blocks]
        if draw < 0.4:
            width = self.random.choice([24, 34, 45, 60, 72])
            first = self.random.choice(_OPENINGS).format(date=self._date(), name=self._name())
            blocks = [f"{first} {blocks[0]}", *blocks[1:]] if self.random.random() < 0.4 else blocks
            return ["\n".join(wrap(" ".join(block.split()), width)) for block in blocks]
        return blocks

    def _web(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        maybe, lines = self._maybe, []
        lines += maybe(0.25, self._one(self.random.choice(_PAPERS), "kicker"))
        lines += maybe(0.06, self._navigation())
        lines += maybe(0.4, self._one(self.random.choice(_SECTIONS), "kicker"))
        lines += maybe(0.1, self._one(self.random.choice(_EXTRAS), "other"))
        lines.append(self._window(title) if self.random.random() < 0.15 else self._one(title, "title"))
        if self.random.random() < 0.4:
            lines.append(self._one(self.random.choice([deck or _DECKS[0], *self.random.sample(_DECKS, 3)]), "other"))
        lines += self._byline()
        lines += self._maybe(0.25, self._one(self.random.choice(_TIMES), "other"))
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2, 3])):
            lines.append(self._one(self.random.choice(_EXTRAS), "other"))
        return lines

    def _blog(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        name = self._name()
        site = self.random.choice([name, self._handle(name), f"{name}'s blog", self.random.choice(_PAPERS)])
        lines = [self._one(site, "author" if name in site or site.islower() else "kicker")]
        if site in _PAPERS and self.random.random() < 0.3:
            lines = [([(site, "kicker"), (f"the blog of {name}", "author")], self.random.choice([" · ", " | "]))]
        lines += self._maybe(0.4, self._one(self.random.choice(_TAGLINES), "other"))
        lines = lines if self.random.random() < 0.65 else []
        lines += self._maybe(0.15, self._navigation())
        lines.append(self._one(title, "title"))
        on = [f"{self._date()} on {name}'s blog", f"Posted {self._date()} by {self._handle(name)}", f"{self._date()}"]
        text = self.random.choice(on)
        lines += self._maybe(0.9, self._one(text, "author" if " by " in text or "blog" in text else "date"))
        lines += self._maybe(0.3, self._one(self.random.choice(_EXTRAS), "other"))
        return lines

    def _old(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        book, name = self.random.choice(_BOOKS), self._name()
        by = self.random.choice([f"By {name}", f"by {name}", f"BY {name.upper()}", f"By the late M. {name}"])
        chapter = self.random.choice(["Chapter 16", "CHAPTER I", "IV.", "Part Two", "Essay VII"])
        if self.random.random() < 0.35:
            lines = [self._one(title, "title"), self._one(by, "author")]
            year = self.random.randint(1780, 1929)
            source = [
                f"From {book}, {year}",
                f"From “{book}” ({year})",
                f"{book}. Copyright {year}",
                f"{year}",
                f"[{year}]",
            ]
            source += [
                f"From “{book}”, by {name}, {year}",
                f"First printed in The Quarterly, {year}.",
                f"(London, {year})",
            ]
            text = self.random.choice(source)
            lines += self._maybe(0.8, self._one(text, "author" if name in text else "date"))
            return lines
        lines = [self._one(book, "kicker")]
        lines += self._maybe(
            0.3, self._one(f"Being a {self._word()} of plain remarks upon the {self._word()}", "other")
        )
        lines.append(self._one(by, "author"))
        lines += self._maybe(0.25, self._one("Member of the Academy of Sciences.", "other"))
        lines += self._maybe(0.4, self._one(str(self.random.randint(1780, 1929)), "date"))
        lines += self._maybe(0.4, self._one(chapter, "other"))
        numbered = self.random.choice(["", "", "", "IV.--", "II. ", "3. "])
        lines.append(self._one(numbered + title, "title"))
        return lines

    def _bars(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        paper = self.random.choice(_PAPERS)
        first = [(title, "title")]
        byline = [(self._name(), "author"), (self._date(), "date"), (paper, "kicker")]
        rest = self.random.sample(byline, self.random.randint(1, 3))
        if self.random.random() < 0.25:
            first.insert(0, (self.random.choice(_SECTIONS[:12]), "kicker"))
        lines: list[tuple[Labelled, str]] = [(first + rest, self.random.choice([" | ", " | ", " · "]))]
        if deck and self.random.random() < 0.4:
            lines.append(self._one(deck, "other"))
        if len(rest) < 3 and self.random.random() < 0.5:
            lines += [self._one(text, label) for text, label in byline if label not in {kind for _, kind in rest}]
        return lines

    def _record(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        last = self._name().split()[-1].upper()
        honorific = self.random.choice(["Mr.", "Mrs.", "Ms.", "Senator", "Representative"])
        speaker: tuple[Labelled, str] = ([(f"{honorific} {last}", "author"), (self._date(), "date")], " — ")
        heading = self._one(title.upper(), "title")
        noise = self._maybe(0.25, self._one("6f1ed002ab5595859014ebf0951522d9", "other"))
        return self.random.choice([[heading, *noise, speaker], [speaker, heading], [heading, speaker]])

    def _review(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        reviewer, author = self._name(), self._name()
        lines = self._maybe(0.7, self._one(self.random.choice(["Book review", "Reviews", "Feature article"]), "kicker"))
        lines.append(self._one(title, "title"))
        lines += self._maybe(0.3, self._one(f"Reviewed by {reviewer}", "author"))
        reviewed = any(label == "author" for pieces, _ in lines for _, label in pieces)
        lines += [self._one(self.random.choice(_BOOKS), "kicker"), self._one(f"By {author}", "other")]
        lines += self._maybe(0.8, self._one(f"({self._paper()} Press, {self.random.randint(1995, 2024)})", "other"))
        if not reviewed:
            lines.append(self._one(f"Reviewed by {reviewer}", "author"))
        return lines

    def _window(self, title: str) -> tuple[Labelled, str]:
        """Return a line as a browser's window shows it: the section, the title and the site."""
        joint = self.random.choice([" | ", " - ", " – ", " — "])
        section: Labelled = [(self.random.choice(_SECTIONS[:12]), "kicker")] if joint == " | " else []
        return [*section, (title, "title"), (self.random.choice(_PAPERS), "kicker")], joint

    def _navigation(self) -> tuple[Labelled, str]:
        """Return a line of links to the parts of a site."""
        row = self.random.choice(_NAVIGATION)
        joint = next(mark for mark in (" | ", " · ", " > ") if mark in row)
        return [(part, "other") for part in row.split(joint)], joint

    def _title_only(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        return [*self._maybe(0.2, self._one(self.random.choice(_SECTIONS), "kicker")), self._one(title, "title")]

    def _byline_first(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        site = self._maybe(0.4, self._one(self.random.choice(_PAPERS), "kicker"))
        return [*site, *self._byline(), self._one(title, "title")]

    def _fields(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        last, first = self._name().split()[-1], self.random.choice(_FIRST)
        lines = [self._one(title, "title")]
        lines += self._maybe(0.4, self._one(self.random.choice(_PAPERS), "kicker"))
        lines.append(self._one(f"{last}, {first}", "author"))
        lines += self._maybe(0.7, self._one(self._date(), "date"))
        return lines

    def _no_title(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        section = self._maybe(0.2, self._one(self.random.choice(_SECTIONS), "kicker"))
        if self.random.random() < 0.3:
            return [*section, self._one(self._name(), "author"), self._one(self.random.choice(_TIMES), "other")]
        return [*section, *self._byline(), *self._maybe(0.3, self._one(self.random.choice(_TIMES), "other"))]

    def _bare(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        return []

    def _byline(self) -> list[tuple[Labelled, str]]:
        pick, maybe = self.random.choice, self._maybe
        names = [self._name() for _ in range(pick([1, 1, 1, 1, 2, 3]))]
        joined = names[0] if len(names) == 1 else ", ".join(names[:-1]) + pick([" and ", " & "]) + names[-1]
        role, date = pick(_ROLES), self._date()
        author = pick(
            [
                joined,
                joined,
                f"{pick(_BY)} {joined}",
                f"{pick(_BY)} {joined}",
                f"{joined}, {role}",
                f"{joined} ({role})",
            ]
        )
        if self.random.random() < 0.1:
            author = joined.upper()
        if self.random.random() < 0.1:
            author = f"{pick(_BY[:6])} {pick(['Al', 'Bo', 'Di', 'Van', 'Jo'])} {pick(_LAST)}"
        if self.random.random() < 0.1:
            author = pick(["The Editorial Board", "By the Editorial Board", "The Editors", "Editorial Staff"])
        bar = pick([" | ", " · ", " — ", " – "])
        one_line: list[tuple[Labelled, str]] = [
            ([(author, "author"), (date, "date")], bar),
            ([(date, "date"), (author, "author")], bar),
            ([(author, "author"), (pick(_ROLES), "other"), (date, "date")], " · "),
            ([(f"{joined}, {date}", "author")], ""),
            ([(f"Posted {date} by {joined}", "author")], ""),
            ([(f"By {joined} on {date}", "author")], ""),
            ([(f"{date} {names[0].upper()}", "author")], ""),
            ([(date, "date"), ("5 min read", "other"), (author, "author")], pick([" | ", " · "])),
        ]
        dated = pick([date, date, f"Published {date}", f"Updated {date}", f"{date}, 10:15", f"{pick(_PAPERS)}, {date}"])
        separate = [
            self._one(author, "author"),
            *maybe(0.2, self._one(role, "other")),
            *maybe(0.1, self._one(pick(_PAPERS), "kicker")),
            *maybe(0.85, self._one(dated, "date")),
        ]
        if self.random.random() < 0.3:
            separate = [
                self._one(dated, "date"),
                *maybe(0.15, self._one("5 min read", "other")),
                self._one(author, "author"),
            ]
        return pick([[pick(one_line)], separate, separate, separate, [self._one(dated, "date")]])

    def _one(self, text: str, label: str) -> tuple[Labelled, str]:
        return [(text, label)], ""

    def _maybe(self, share: float, line: tuple[Labelled, str]) -> list[tuple[Labelled, str]]:
        return [line] if self.random.random() < share else []

    def _name(self) -> str:
        pick = self.random.choice
        if self.random.random() < 0.06:
            return pick(_CYRILLIC)
        middle = pick(
            ["", "", "", "", f" {pick('ABCDEGHJKLMPRST')}.", " van der", f" {pick(_FIRST)}", f" {pick('ABCDEJM')}"]
        )
        if self.random.random() < 0.08:
            return f"{pick('ABCDEGHJ')}. {pick('ABCDEGHJ')}. {pick(_LAST)}"
        return f"{pick(_FIRST)}{middle} {pick(_LAST)}"

    def _handle(self, name: str) -> str:
        first, last = name.split()[0].lower(), name.split()[-1].lower()
        pick = self.random.choice
        plain = "".join(c for c in pick([first, last, first + last, first[0] + last]) if c.isascii() and c.isalpha())
        return pick(
            [plain + "x" * (4 - len(plain)), f"{plain}.blog", first.title() if len(first) > 3 else plain + "xx"]
        )

    def _paper(self) -> str:
        return self.random.choice(["Quayside", "Fourth Bridge", "Selby", "Lantern"])

    def _word(self) -> str:
        return self.random.choice("series harbour letters season country republic sea seasons roads parish".split())

    def _date(self) -> str:
        pick, between = self.random.choice, self.random.randint
        year = pick([between(1995, 2026), between(2005, 2026), between(1850, 1960)])
        month, day = pick(_MONTHS), between(1, 28)
        number = _MONTHS.index(month) + 1
        return pick(
            [
                f"{day} {month} {year}",
                f"{month} {day}, {year}",
                f"{day} {month[:3]} {year}",
                f"{month[:3]} {day}, {year}",
            ]
            + [f"{year}-{number:02}-{day:02}", f"{day:02}.{number:02}.{year}", f"Monday, {month} {day}, {year}"]
            + [f"{month} {year}", f"{month[:3]}. {day}, {year}", f"{year}/{number:02}/{day:02}", pick(_FOREIGN)]
            + [f"{day} {month} {year}", f"{month} {day}, {year}", f"{month.upper()} {day}, {year}", f"{day} {month}"]
            + [
                f"Sept. {day}, {year}",
                f"{month} {day}",
                f"{day}. März {year}",
                f"{day} мая {year} г.",
                f"{day}/{number}/{year}",
            ]
        )

    def _cased(self, title: str) -> str:
        title = self.random.choice(_SHORT_TITLES) if self.random.random() < 0.15 else title
        title = f"{title.rstrip('.?')}. Here is why." if self.random.random() < 0.08 else title
        if self.random.random() < 0.05:
            title = f"{self.random.choice(_PAPERS)} view on {self._word()}: {title[0].lower()}{title[1:]}"
        return self.random.choice([title, title, title, title.upper(), title.capitalize(), title.title()])

    def _spaced(self, lines: list[tuple[Labelled, str]]) -> list[list[tuple[Labelled, str]]]:
        """Put lines into blocks: each in its own, all in one, or as it comes."""
        apart = self.random.choice([1.0, 1.0, 0.0, 0.5, 0.5])
        marked = self.random.random() < 0.2
        blocks: list[list[tuple[Labelled, str]]] = []
        for pieces, joint in lines:
            text = pieces[0][0]
            if marked and pieces[0][1] == "title":
                pieces = [(f"# {text}", "title"), *pieces[1:]]
            if blocks and self.random.random() >= apart:
                blocks[-1].append((pieces, joint))
            else:
                blocks.append([(pieces, joint)])
        return blocks
