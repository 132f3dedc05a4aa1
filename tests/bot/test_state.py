"""The state file: votes, channels, notes, permissions, and errors."""

import io
import stat
from pathlib import Path

import pytest

from bot.state import Feedback, State, StateUnusable


def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    State(tmp_path / "deep" / "state")
    assert stat.S_IMODE((tmp_path / "deep" / "state").stat().st_mode) == 0o600


def test_a_later_vote_replaces_an_earlier_one_and_formulas_are_escaped(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.save_vote(Feedback(1, 5, "up", "=cmd()", "an answer,\nof two lines"))
    state.save_vote(Feedback(1, 5, "down", "=cmd()", "an answer,\nof two lines"))
    state.save_vote(Feedback(1, 6, "up", "why?", "an answer"))
    out = io.StringIO()
    assert State(tmp_path / "state").export(out) == 2
    assert "down,'=cmd()" in out.getvalue()


def test_a_user_has_the_same_digest_within_a_file_and_another_in_another_file(tmp_path: Path) -> None:
    digests = set()
    for name in ("one", "two"):
        state, out = State(tmp_path / name), io.StringIO()
        state.save_vote(Feedback(1, 5, "up", "why?", "an answer"))
        state.save_vote(Feedback(2, 5, "up", "why?", "an answer"))
        state.export(out)
        digests.add(out.getvalue().splitlines()[1].split(",")[1])
        assert out.getvalue().splitlines()[2].split(",")[1] in digests
    assert len(digests) == 2


def test_channels_and_notes_survive_reopening(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.set_answer_channel(3, 1, on=True)
    state.set_answer_channel(4, 1, on=True)
    state.set_answer_channel(3, 1, on=False)
    state.set_answer_channel(9, 1, on=False)
    state.save_note("commands", "abc")
    state.save_note("commands", "def")
    again = State(tmp_path / "state")
    assert again.answer_channels() == {4}
    assert again.get_note("commands") == "def"
    assert again.get_note("nothing") is None


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\x00" + b"\x01" * 200])
def test_a_damaged_file_is_an_error_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state"
    path.write_bytes(content)
    with pytest.raises(StateUnusable, match="cannot be used") as caught:
        State(path)
    assert caught.value.hint
    assert path.read_bytes() == content
