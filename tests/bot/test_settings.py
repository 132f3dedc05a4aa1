"""Settings: options beat the environment, the environment beats .env, and errors name the setting."""

from pathlib import Path

import pytest

from index.errors import SettingsError
from index.settings import IndexSettings

from bot.settings import BotSettings

from tests.support.paths import REPOSITORY

NAMES = ("ARTICLES_DIR", "ARTICLES_ENCODING", "INDEX_DIR", "EMBEDDING_MODEL", "CHROMA_URL", "CHROMA_HEADER")


@pytest.fixture(autouse=True)
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The .env of a working directory without settings."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".env"


@pytest.mark.parametrize(
    ("given", "ids", "total"), [("0-3/16", (0, 1, 2, 3), 16), ("15/16", (15,), 16), ("0/1", (0,), 1)]
)
def test_shards_are_given_as_first_last_and_total(
    given: str, ids: tuple[int, ...], total: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BotSettings.load().shards() is None
    monkeypatch.setenv("DISCORD_SHARDS", given)
    assert BotSettings.load().shards() == (ids, total)


def test_each_process_of_a_sharded_bot_has_its_own_health_report(monkeypatch: pytest.MonkeyPatch) -> None:
    assert BotSettings.load().health_file == Path("byline-health.json")
    monkeypatch.setenv("DISCORD_SHARDS", "4-7/16")
    assert BotSettings.load().health_file == Path("byline-health-4-7.json")


@pytest.mark.parametrize("given", ["3", "4/4", "3-1/8", "0-8/8", "-1/4", "a/b", "0-1/0", "٣/٤", "0-3 / 16"])
def test_an_invalid_range_of_shards_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_SHARDS", given)
    with pytest.raises(SettingsError, match="DISCORD_SHARDS") as caught:
        BotSettings.load()
    assert "0-3/16" in caught.value.hint


def test_every_setting_has_a_default() -> None:
    loaded = IndexSettings.load()
    assert (loaded.articles_dir, loaded.index_dir) == (Path("articles"), Path(".byline"))
    assert (loaded.articles_encoding, loaded.embedding_model) == (None, None)


def test_dotenv_is_read_and_unknown_names_in_it_are_ignored(dotenv: Path) -> None:
    dotenv.write_text("INDEX_DIR=from-file\nSOMETHING_ELSE=1\n", encoding="utf-8")
    assert IndexSettings.load().index_dir == Path("from-file")


def test_the_environment_beats_dotenv(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv.write_text("INDEX_DIR=from-file\n", encoding="utf-8")
    monkeypatch.setenv("INDEX_DIR", "from-environment")
    assert IndexSettings.load().index_dir == Path("from-environment")


def test_an_override_beats_the_environment(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv.write_text("INDEX_DIR=from-file\n", encoding="utf-8")
    monkeypatch.setenv("INDEX_DIR", "from-environment")
    assert IndexSettings.load(index_dir=Path("from-flag")).index_dir == Path("from-flag")


def test_an_override_that_is_none_does_not_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEX_DIR", "from-environment")
    assert IndexSettings.load(index_dir=None).index_dir == Path("from-environment")


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_value_is_the_default(name: str, dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    default = IndexSettings.load()
    monkeypatch.setenv(name, "")
    assert IndexSettings.load() == default
    monkeypatch.delenv(name)
    dotenv.write_text(f"{name}=\n", encoding="utf-8")
    assert IndexSettings.load() == default


@pytest.mark.parametrize("encoding", ["windows-1251", "latin-1", "UTF-16", "cp1252"])
def test_an_encoding_that_python_knows_is_accepted(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTICLES_ENCODING", encoding)
    assert IndexSettings.load().articles_encoding == encoding


@pytest.mark.parametrize("encoding", ["klingon-8", "hex", "rot13", "undefined"])
def test_an_unknown_text_encoding_is_an_error_that_names_the_setting(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTICLES_ENCODING", encoding)
    with pytest.raises(SettingsError, match="ARTICLES_ENCODING") as caught:
        IndexSettings.load()
    assert "windows-1251" in caught.value.hint


def test_a_value_of_the_wrong_kind_is_an_error_that_names_the_setting_and_hides_the_value() -> None:
    with pytest.raises(SettingsError, match="INDEX_DIR") as caught:
        IndexSettings.load(index_dir=["secret"])
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_dotenv_that_is_not_utf_8_is_an_error_that_says_so(dotenv: Path) -> None:
    dotenv.write_bytes("INDEX_DIR=індекс\n".encode("windows-1251"))
    with pytest.raises(SettingsError, match=r"\.env is not UTF-8"):
        IndexSettings.load()


def test_a_folder_called_dotenv_is_ignored(dotenv: Path) -> None:
    dotenv.mkdir()
    assert IndexSettings.load().index_dir == Path(".byline")


def test_settings_are_read_when_they_are_loaded_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    before = IndexSettings.load()
    monkeypatch.setenv("INDEX_DIR", "later")
    assert (before.index_dir, IndexSettings.load().index_dir) == (Path(".byline"), Path("later"))


def test_a_header_has_a_name_and_a_value_and_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_HEADER", " Authorization: Bearer marked-secret ")
    loaded = BotSettings.load()
    assert loaded.header() == ("Authorization", "Bearer marked-secret")
    assert {"Bearer marked-secret", "marked-secret"} <= set(loaded.secrets)
    assert "marked" not in repr(loaded) + str(loaded) + loaded.model_dump_json()


@pytest.mark.parametrize(
    "value", ["marked-secret", "Na me: marked", "Name:", "Name: mar\nked", "Name: märked", ": marked"]
)
def test_an_invalid_header_is_an_error_that_does_not_show_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CHROMA_HEADER", value)
    with pytest.raises(SettingsError, match="CHROMA_HEADER") as caught:
        IndexSettings.load()
    assert "mar" not in caught.value.message + caught.value.hint.replace("Bearer", "")


def test_every_setting_is_explained_in_the_example(tmp_path: Path) -> None:
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    declared = {name.upper() for name in IndexSettings.model_fields}
    assert declared == set(NAMES)
    assert declared <= {line.split("=")[0] for line in example.splitlines()}


def test_a_tilde_in_a_path_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = IndexSettings.load(articles_dir=Path("~/texts"), index_dir=Path("~/index"), embedding_model="~/model")
    assert settings.articles_dir == tmp_path / "texts"
    assert settings.index_dir == tmp_path / "index"
    assert settings.embedding_model == str(tmp_path / "model")


def test_the_bots_settings_extend_those_of_the_index_and_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    added = {name.upper() for name in BotSettings.model_fields} - set(NAMES)
    assert added
    assert added <= {line.split("=")[0].removeprefix("# ") for line in example.splitlines()}
    assert BotSettings.load().reranker_model is None
    monkeypatch.setenv("RERANKER_MODEL", "some/model")
    assert BotSettings.load().reranker_model == "some/model"
