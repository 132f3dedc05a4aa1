"""Random sequences of rebuilds, kills, damage and openings: the index answers as published, or refuses."""

import os
import shutil
import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from index.embedding import Embedder
from index.errors import IndexUnusable
from index.generation import Generation, open_current
from index.publishing.folder import FolderPublisher
from index.publishing.publisher import GENERATIONS_KEPT
from index.rebuild import RebuildReport, rebuild

from tests.support.fakes import FAKE_MODEL, WordLengths, check_in_process

WORDS = st.lists(st.sampled_from("ants bees crows deer owls stayed left ate slept".split()), min_size=1, max_size=9)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=3).map(lambda parts: ".\n\n".join(parts) + ".")
NAMES = st.sampled_from(["a.txt", "b.txt", "c.txt"])


class Killed(BaseException):
    """Ends a rebuild as kill -9 would: nothing is cleaned up."""


class Store(RuleBasedStateMachine):
    """`published`: what the articles were when a rebuild last published; None where it was damaged since."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.folder = self.root / "articles"
        self.folder.mkdir()
        self.publisher = FolderPublisher(self.root / "index", check_in_process)
        self.fake = Embedder(WordLengths(), FAKE_MODEL)
        self.texts: dict[str, str] = {}
        self.published: dict[str, str] | None = None
        self.reader: tuple[Generation, dict[str, str]] | None = None

    def teardown(self) -> None:
        if self.reader:
            self.reader[0].close()
        shutil.rmtree(self.root)

    def rebuild(self, force: bool) -> RebuildReport:
        return rebuild(self.folder, self.publisher, FAKE_MODEL, lambda: self.fake, force=force)

    @initialize(text=TEXTS)
    def begin(self, text: str) -> None:
        self.write("a.txt", text)
        self.build(force=False)

    @rule(name=NAMES, text=TEXTS)
    def write(self, name: str, text: str) -> None:
        if text not in self.texts.values():  # a copy is skipped
            self.texts[name] = text
            (self.folder / name).write_text(text, encoding="utf-8")

    @precondition(lambda self: len(self.texts) > 1)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.texts)))
        del self.texts[name]
        (self.folder / name).unlink()

    @rule(force=st.booleans())
    def build(self, force: bool) -> None:
        before = self.publisher.peek_current_name()
        report = self.rebuild(force=force)
        assert report.built == (self.publisher.peek_current_name() != before)
        assert report.built or (self.published == self.texts and not force)
        self.published = dict(self.texts)
        assert {path.name for path in self.publisher.root.iterdir()} == {"CURRENT", "generations", "rebuild.lock"}
        assert len(list((self.publisher.root / "generations").iterdir())) <= GENERATIONS_KEPT

    @rule(where=st.sampled_from(["staging", "rename", "switch", "embedding", "after"]))
    def kill(self, where: str) -> None:
        """Kill a rebuild at one of the moments that matter."""
        at = {
            "staging": "index.generation.write_generation",
            "rename": "pathlib.Path.rename",
            "switch": "pathlib.Path.replace",
            "embedding": "index.embedding.Embedder.embed_documents",
            "after": "index.publishing.folder.sorted",
        }[where]
        with (
            mock.patch(at, side_effect=Killed, create=where == "after"),
            mock.patch("index.publishing.folder.shutil.rmtree"),
        ):
            try:
                self.rebuild(force=True)
            except Killed:
                pass
            else:
                raise AssertionError("it was not killed")
        if where == "after":
            self.published = dict(self.texts)

    @precondition(lambda self: self.published is not None)
    @rule(data=st.data(), how=st.sampled_from(["cut", "zeroed", "gone", "longer"]))
    def damage(self, data: st.DataObject, how: str) -> None:
        current = self.publisher.current_folder()
        files = sorted(path for path in current.rglob("*") if path.is_file() and path.stat().st_size)
        path = data.draw(st.sampled_from(files))
        whole = path.read_bytes()
        spoilt = {"cut": whole[: len(whole) // 2], "zeroed": bytes(len(whole)), "longer": whole + b"x"}.get(how)
        if spoilt == whole:
            return
        if spoilt is None:
            path.unlink()
        else:
            path.write_bytes(spoilt)
        self.published = None

    @precondition(lambda self: self.published is not None)
    @rule(content=st.sampled_from([b"", b"../../etc", b"\xff\xfe", b"20200101T000000000000-00000000"]))
    def spoil_pointer(self, content: bytes) -> None:
        (self.publisher.root / "CURRENT").write_bytes(content)
        self.published = None

    @rule()
    def reopen(self) -> None:
        """A live index keeps its generation if there is no newer one that can be opened."""
        try:
            opened = open_current(self.publisher, FAKE_MODEL)
        except IndexUnusable:
            assert self.published is None
            return
        assert self.published is not None
        if self.reader:
            self.reader[0].close()
        self.reader = opened, dict(self.published)

    @precondition(lambda self: self.reader is not None)
    @rule()
    def query(self) -> None:
        """Every passage is found, and found first, by what was embedded for it."""
        assert self.reader is not None
        generation = self.reader[0]
        n = generation.manifest.passages
        for row in generation.passages(range(n)):
            near = generation.nearest_passages(self.fake.embed_query(f"\n{row.passage.text}"), n)
            assert len(near) == n
            assert near[row.position] > 0.999

    @invariant()
    def a_reader_answers_from_one_generation(self) -> None:
        if self.reader is None:
            return
        generation, texts = self.reader
        indexed = dict.fromkeys(texts, "")
        for row in generation.passages(generation.positions().tolist()):
            indexed[row.passage.article] += row.passage.text
        assert {name: "".join(text.split()) for name, text in indexed.items()} == {
            name: "".join(text.split()) for name, text in texts.items()
        }


TestStore = Store.TestCase
TestStore.settings = settings(
    max_examples=int(os.environ.get("STORE_EXAMPLES", "6")),
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
