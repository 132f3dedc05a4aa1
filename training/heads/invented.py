"""Invent heads in many layouts, with the label of every piece: what the labelled articles have too few of."""

import random
from dataclasses import dataclass
from textwrap import wrap

from training.heads import phrases

Labelled = list[tuple[str, str]]
"""Text and label of each piece of a line."""


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
            + [self._report, self._interview, self._foreign, self._bare]
        )
        lines = layout(self._cased(title), deck)
        words = "-".join(title.lower().split()[: self.random.randint(1, 4)])
        return InventedHead(self._spaced(lines), pick([words, words, "article", "clip-2024", "untitled"]) + ".txt")

    def opening(self, blocks: list[str]) -> list[str]:
        """Return the blocks of a body with a short first sentence, or with hard line ends, at times."""
        draw = self.random.random()
        if draw < 0.2:
            first = self.random.choice(phrases.OPENINGS).format(date=self._date(), name=self._name())
            return [f"{first} {blocks[0]}" if self.random.random() < 0.3 else first, *blocks]
        if draw < 0.4:
            width = self.random.choice([24, 34, 45, 60, 72])
            first = self.random.choice(phrases.OPENINGS).format(date=self._date(), name=self._name())
            blocks = [f"{first} {blocks[0]}", *blocks[1:]] if self.random.random() < 0.4 else blocks
            return ["\n".join(wrap(" ".join(block.split()), width)) for block in blocks]
        return blocks

    def _web(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        maybe, lines = self._maybe, []
        lines += maybe(0.25, self._one(self.random.choice(phrases.PAPERS), "kicker"))
        lines += maybe(0.06, self._navigation())
        sections = phrases.TOPICS if self.random.random() < 0.3 else phrases.SECTIONS
        lines += maybe(0.45, self._one(self.random.choice(sections), "kicker"))
        lines += maybe(0.1, self._one(self.random.choice(phrases.EXTRAS), "other"))
        lines.append(self._window(title) if self.random.random() < 0.15 else self._one(title, "title"))
        if self.random.random() < 0.4:
            lines.append(
                self._one(
                    self.random.choice([deck or phrases.DECKS[0], *self.random.sample(phrases.DECKS, 3)]), "other"
                )
            )
        lines += self._byline()
        lines += self._maybe(0.25, self._one(self.random.choice(phrases.TIMES), "other"))
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2, 3])):
            lines.append(self._one(self.random.choice(phrases.EXTRAS), "other"))
        return lines

    def _blog(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        name = self._name()
        site = self.random.choice([name, self._handle(name), f"{name}'s blog", self.random.choice(phrases.PAPERS)])
        lines = [self._one(site, "author" if name in site or site.islower() else "kicker")]
        if site in phrases.PAPERS and self.random.random() < 0.3:
            lines = [([(site, "kicker"), (f"the blog of {name}", "author")], self.random.choice([" · ", " | "]))]
        lines += self._maybe(0.4, self._one(self.random.choice(phrases.TAGLINES), "other"))
        lines = lines if self.random.random() < 0.65 else []
        lines += self._maybe(0.15, self._navigation())
        lines.append(self._one(title, "title"))
        on = [f"{self._date()} on {name}'s blog", f"Posted {self._date()} by {self._handle(name)}", f"{self._date()}"]
        text = self.random.choice(on)
        lines += self._maybe(0.9, self._one(text, "author" if " by " in text or "blog" in text else "date"))
        lines += self._maybe(0.3, self._one(self.random.choice(phrases.EXTRAS), "other"))
        return lines

    def _old(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        book, name = self.random.choice(phrases.BOOKS), self._name()
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
        paper = self.random.choice(phrases.PAPERS)
        first = [(title, "title")]
        byline = [(self._name(), "author"), (self._date(), "date"), (paper, "kicker")]
        rest = self.random.sample(byline, self.random.randint(1, 3))
        if self.random.random() < 0.25:
            first.insert(0, (self.random.choice(phrases.SECTIONS[:12]), "kicker"))
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
        lines += [self._one(self.random.choice(phrases.BOOKS), "kicker"), self._one(f"By {author}", "other")]
        lines += self._maybe(0.8, self._one(f"({self._paper()} Press, {self.random.randint(1995, 2024)})", "other"))
        if not reviewed:
            lines.append(self._one(f"Reviewed by {reviewer}", "author"))
        return lines

    def _report(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        """Return the head of a paper in a numbered series."""
        pick, number = self.random.choice, self.random.randint(1, 240)
        numbered = pick(
            [f"No. {number}", f"NO. {number}", f"{number}", f"#{number}", f"2024-{number % 12:02}", f"Nr. {number}"]
        )
        series = f"{pick(phrases.SERIES)} {numbered}"
        lines = self._maybe(0.4, self._one(pick(phrases.PAPERS), "kicker"))
        season = f"{pick(['Spring', 'SPRING', 'Autumn', 'Winter', 'Summer'])} {self.random.randint(1995, 2026)}"
        dated = pick([season, self._date()])
        bar: tuple[Labelled, str] = ([(series, "kicker"), (dated, "date")], pick([" | ", " · "]))
        marks = pick([("", ""), ("", ""), ("", ""), ("# ", "## "), ("", "# ")])
        lines.append(bar if self.random.random() < 0.25 else self._one(marks[0] + series, "kicker"))
        lines += self._maybe(0.2, self._one(dated, "date"))
        lines.append(self._one(marks[1] + title, "title"))
        lines += self._maybe(0.3, self._one(deck or pick(phrases.DECKS), "other"))
        return [*lines, *self._maybe(0.8, *self._byline())]

    def _interview(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        """Return the head of an interview, the title of which is often what the interviewee says."""
        pick, asked, asking = self.random.choice, self._name(), self._name()
        marks = pick(["“”", "““", '""', "„“", "«»", "‘’"])
        said = f"{marks[0]}{pick(phrases.SPOKEN)}{marks[1]}"
        title = pick([said, said, f"{asked}: {said}", f"{said}: {asked} on the harbour", title])
        credit = pick(
            [f"Interview by {asking}", f"Interview by {asking}", f"Interview: {asking}", f"Interviewed by {asking}"]
            + [f"{asked} talks to {asking}", f"{asked} in conversation with {asking}", f"An interview with {asked}"]
            + [f"INTERVIEW BY {asking.upper()}", f"Questions: {asking}", f"Das Interview führte {asking}"]
        )
        lines = self._maybe(
            0.4, self._one(pick(["Interview", "INTERVIEW", "Q&A", "Conversation", "Society"]), "kicker")
        )
        lines += self.random.sample([self._one(title, "title"), self._one(credit, "other")], 2)
        lines += self._maybe(0.2, self._one(deck or pick(phrases.DECKS), "other"))
        lines += self._maybe(0.5, self._one(self._date(), "date"))
        return lines if self.random.random() < 0.8 else [self._one(credit, "other"), self._one(title, "title")]

    def _foreign(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        """Return a head in another language than the body, which stands for one that the body's words say less of."""
        lines = self._maybe(0.2, self._one(self.random.choice(phrases.PAPERS), "kicker"))
        lines += self._maybe(0.8, self._one(self.random.choice(phrases.FOREIGN_SECTIONS), "kicker"))
        lines.insert(
            len(lines) if self.random.random() < 0.85 else 0,
            self._one(self.random.choice(phrases.FOREIGN_TITLES), "title"),
        )
        return [*lines, *self._maybe(0.75, *self._byline())]

    def _window(self, title: str) -> tuple[Labelled, str]:
        """Return a line as a browser's window shows it: the section, the title and the site."""
        joint = self.random.choice([" | ", " - ", " – ", " — "])
        section: Labelled = [(self.random.choice(phrases.SECTIONS[:12]), "kicker")] if joint == " | " else []
        return [*section, (title, "title"), (self.random.choice(phrases.PAPERS), "kicker")], joint

    def _navigation(self) -> tuple[Labelled, str]:
        """Return a line of links to the parts of a site."""
        row = self.random.choice(phrases.NAVIGATION)
        joint = next(mark for mark in (" | ", " · ", " > ") if mark in row)
        return [(part, "other") for part in row.split(joint)], joint

    def _title_only(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        return [*self._maybe(0.2, self._one(self.random.choice(phrases.SECTIONS), "kicker")), self._one(title, "title")]

    def _byline_first(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        site = self._maybe(0.4, self._one(self.random.choice(phrases.PAPERS), "kicker"))
        return [*site, *self._byline(), self._one(title, "title")]

    def _fields(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        last, first = self._name().split()[-1], self.random.choice(phrases.FIRST)
        lines = [self._one(title, "title")]
        lines += self._maybe(0.4, self._one(self.random.choice(phrases.PAPERS), "kicker"))
        lines.append(self._one(f"{last}, {first}", "author"))
        lines += self._maybe(0.7, self._one(self._date(), "date"))
        return lines

    def _no_title(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        section = self._maybe(0.2, self._one(self.random.choice(phrases.SECTIONS), "kicker"))
        if self.random.random() < 0.3:
            return [*section, self._one(self._name(), "author"), self._one(self.random.choice(phrases.TIMES), "other")]
        return [*section, *self._byline(), *self._maybe(0.3, self._one(self.random.choice(phrases.TIMES), "other"))]

    def _bare(self, title: str, deck: str | None) -> list[tuple[Labelled, str]]:
        return []

    def _byline(self) -> list[tuple[Labelled, str]]:
        pick, maybe = self.random.choice, self._maybe
        names = [self._name() for _ in range(pick([1, 1, 1, 1, 2, 3]))]
        joined = names[0] if len(names) == 1 else ", ".join(names[:-1]) + pick([" and ", " & "]) + names[-1]
        role, date = pick(phrases.ROLES), self._date()
        author = pick(
            [
                joined,
                joined,
                f"{pick(phrases.BY)} {joined}",
                f"{pick(phrases.BY)} {joined}",
                f"{joined}, {role}",
                f"{pick(phrases.BY)} {joined}, {role}",
                f"{joined} ({role})",
            ]
        )
        if self.random.random() < 0.1:
            author = joined.upper()
        if self.random.random() < 0.1:
            author = f"{pick(phrases.BY[:6])} {pick(['Al', 'Bo', 'Di', 'Van', 'Jo'])} {pick(phrases.LAST)}"
        if self.random.random() < 0.1:
            author = pick(["The Editorial Board", "By the Editorial Board", "The Editors", "Editorial Staff"])
        bar = pick([" | ", " · ", " — ", " – "])
        one_line: list[tuple[Labelled, str]] = [
            ([(author, "author"), (date, "date")], bar),
            ([(date, "date"), (author, "author")], bar),
            ([(author, "author"), (pick(phrases.ROLES), "other"), (date, "date")], " · "),
            ([(f"{joined}, {date}", "author")], ""),
            ([(f"Posted {date} by {joined}", "author")], ""),
            ([(f"By {joined} on {date}", "author")], ""),
            ([(f"{date} {names[0].upper()}", "author")], ""),
            ([(date, "date"), ("5 min read", "other"), (author, "author")], pick([" | ", " · "])),
        ]
        dated = pick(
            [date, date, f"Published {date}", f"Updated {date}", f"{date}, 10:15", f"{pick(phrases.PAPERS)}, {date}"]
        )
        separate = [
            self._one(author, "author"),
            *maybe(0.2, self._one(role, "other")),
            *maybe(0.1, self._one(pick(phrases.PAPERS), "kicker")),
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

    def _maybe(self, share: float, *lines: tuple[Labelled, str]) -> list[tuple[Labelled, str]]:
        return list(lines) if self.random.random() < share else []

    def _name(self) -> str:
        pick = self.random.choice
        if self.random.random() < 0.06:
            return pick(phrases.CYRILLIC)
        middle = pick(
            [
                "",
                "",
                "",
                "",
                f" {pick('ABCDEGHJKLMPRST')}.",
                " van der",
                f" {pick(phrases.FIRST)}",
                f" {pick('ABCDEJM')}",
            ]
        )
        if self.random.random() < 0.08:
            return f"{pick('ABCDEGHJ')}. {pick('ABCDEGHJ')}. {pick(phrases.LAST)}"
        return f"{pick(phrases.FIRST)}{middle} {pick(phrases.LAST)}"

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
        month, day = pick(phrases.MONTHS), between(1, 28)
        number = phrases.MONTHS.index(month) + 1
        return pick(
            [
                f"{day} {month} {year}",
                f"{month} {day}, {year}",
                f"{day} {month[:3]} {year}",
                f"{month[:3]} {day}, {year}",
            ]
            + [f"{year}-{number:02}-{day:02}", f"{day:02}.{number:02}.{year}", f"Monday, {month} {day}, {year}"]
            + [f"{month} {year}", f"{month[:3]}. {day}, {year}", f"{year}/{number:02}/{day:02}", pick(phrases.FOREIGN)]
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
        title = self.random.choice(phrases.SHORT_TITLES) if self.random.random() < 0.15 else title
        if self.random.random() < 0.1:
            second = self.random.choice(
                ["Here is why", "So were we", "Think again", "It is not", *phrases.SHORT_TITLES[:8]]
            )
            joint, end = self.random.choice(["? ", ". ", ". ", "! "]), self.random.choice([".", ".", "", "?"])
            title = f"{title.rstrip('.?')}{joint}{second.rstrip('.?')}{end}"
        if self.random.random() < 0.05:
            title = f"{self.random.choice(phrases.PAPERS)} view on {self._word()}: {title[0].lower()}{title[1:]}"
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
