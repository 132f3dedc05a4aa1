"""Download a page from a real server, and refuse what must not or cannot be fetched, in bounded time."""

import gzip
import time
import zlib
from collections.abc import Iterator

import pytest

from index.errors import BylineError, UsageError
from index.fetching.addresses import is_public, parse_url
from index.fetching.download import Limits, Page, download
from index.fetching.robots import may_fetch

from tests.servers.web import Web, run_silent_port, run_web

SMALL = Limits(seconds=1.5, read_seconds=0.5, max_bytes=100_000, redirects=3)


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server."""
    with run_web() as server:
        yield server


def fetch(url: str, limits: Limits = SMALL) -> Page:
    """Download from this machine."""
    return download(url, limits, allow_private=True)


def test_a_page_is_downloaded_with_its_type_and_charset(web: Web) -> None:
    page = fetch(web.serve("/a", "<p>Сад".encode("koi8-u"), 'text/html; charset="koi8-u"') + "#part")
    assert page == Page(f"{web.url}/a", "text/html", "koi8-u", "<p>Сад".encode("koi8-u"))
    assert web.headers["user-agent"].startswith("Byline/")
    assert "cookie" not in web.headers


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_page_is_decompressed(web: Web, encoding: str, compress: object) -> None:
    assert callable(compress)
    assert fetch(web.serve("/a", compress(b"<p>Pears."), Content_Encoding=encoding)).data == b"<p>Pears."


def test_redirects_are_followed_and_the_last_address_is_returned(web: Web) -> None:
    web.serve("/c", "<p>Pears.")
    web.redirect("/b", "c")
    assert fetch(web.redirect("/a", f"{web.url}/b")).url == f"{web.url}/c"


def test_settings_of_the_environment_are_not_used_for_proxies(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fetch(web.serve("/a", "x")).data == b"x"


# What must not be fetched


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "gopher://example.org/",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://",
        "http://:80/",
        "http://exa mple.org:port/",
        "//example.org/a",
    ],
)
def test_only_the_addresses_of_web_pages_are_fetched(url: str) -> None:
    with pytest.raises(UsageError, match="not the address of a web page"):
        download(url, SMALL)


def test_no_password_is_sent_or_shown() -> None:
    with pytest.raises(UsageError, match="user name or password") as caught:
        parse_url("https://ann:marked-secret@example.org/")
    assert "marked-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "localhost",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:1::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
    ],
)
def test_an_address_that_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(BylineError, match=r"not on the public internet|cannot be found"):
        download(f"http://{host}:9/", SMALL)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_recognised(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("addresses", [["10.1.2.3"], ["1.1.1.1", "127.0.0.1"], ["fe80::1%eth0"], ["nonsense"]])
def test_a_host_with_an_address_that_is_not_public_is_refused(addresses: list[str]) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        return addresses

    with pytest.raises(BylineError, match="not on the public internet"):
        download("http://pears.example/", SMALL, resolver=resolver)


def test_the_host_is_resolved_once_and_the_checked_address_is_used(web: Web) -> None:
    """With a second look-up, the request would go to the other server."""
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]]
    asked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    web.serve("/robots.txt", "")
    with run_web("127.0.0.2", web.port) as other:
        other.serve("/b", "<p>Plums.")
        web.redirect("/a", f"http://plums.example:{web.port}/b")
        with pytest.raises(BylineError):  # each request goes where its own look-up said
            download(f"http://pears.example:{web.port}/a", SMALL, allow_private=True, resolver=resolver)
        assert web.requested == ["/robots.txt"]
        assert asked[:2] == ["pears.example", "pears.example"]
        assert web.headers["host"] == f"pears.example:{web.port}"
        assert other.requested == ["/a"]


def test_a_second_look_up_that_gives_a_private_address_is_refused() -> None:
    """The first look-up is for robots.txt; nothing is requested after the second."""
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])
    checked: list[list[str]] = []

    async def resolver(host: str, port: int) -> list[str]:
        checked.append(next(answers))
        return checked[-1]

    from index.fetching import download as module

    async def no_robots(self: object, url: object) -> None:
        await resolver("pears.example", 80)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module._Download, "_check_robots", no_robots)
        with pytest.raises(BylineError, match="not on the public internet"):
            download("http://pears.example/", SMALL, resolver=resolver)
    assert len(checked) == 2


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://a:b@127.0.0.1/"])
def test_a_redirect_to_what_must_not_be_fetched_is_refused(
    web: Web, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.fetching.addresses.is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(BylineError, match=r"not on the public|not the address of a web page|password"):
        download(web.redirect("/a", target), SMALL)


# robots.txt


def test_robots_txt_is_respected_also_after_a_redirect(web: Web) -> None:
    web.serve("/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    web.serve("/private/a", "<p>Pears.")
    for url in (f"{web.url}/private/a", web.redirect("/open", "/private/a")):
        with pytest.raises(BylineError, match=r"robots\.txt"):
            fetch(url)
    assert "/private/a" not in web.requested
    assert fetch(web.serve("/b", "<p>Plums.")).data == b"<p>Plums."


def test_a_robots_txt_that_fails_forbids_and_one_that_is_missing_allows(web: Web) -> None:
    web.serve("/a", "<p>Pears.")
    assert fetch(f"{web.url}/a").data
    web.serve("/robots.txt", "", status=503)
    with pytest.raises(BylineError, match=r"robots\.txt fails \(503\)"):
        fetch(f"{web.url}/a")


def test_rules_for_byline_beat_those_for_all() -> None:
    rules = b"User-agent: *\nDisallow: /\n\nUser-agent: Byline\nAllow: /\nDisallow: /x*y$\n"
    assert may_fetch(rules, "https://e.org/a")
    assert not may_fetch(rules, "https://e.org/x/1/y")
    assert not may_fetch(b"User-agent: *\nDisallow: /", "https://e.org/a")
    assert may_fetch(b"\xff\xfe\x00 not a robots.txt <html>", "https://e.org/a")


@pytest.mark.timeout(10)
def test_a_long_robots_txt_is_cut_and_odd_patterns_take_no_time(web: Web) -> None:
    rules = b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*b\n" * 20_000
    web.serve("/robots.txt", rules, "text/plain")
    assert fetch(web.serve("/" + "a" * 1_500, "<p>Pears."), Limits(seconds=8)).data


# What cannot be fetched


@pytest.mark.parametrize(
    ("status", "message"),
    [(404, "404"), (403, "403"), (500, "500"), (503, "503"), (204, "204")],
)
def test_another_status_is_named(web: Web, status: int, message: str) -> None:
    with pytest.raises(BylineError, match=message):
        fetch(web.serve("/a", "<p>x" if status != 204 else "", status=status))


def test_a_circle_of_redirects_ends(web: Web) -> None:
    web.redirect("/a", "/b")
    with pytest.raises(BylineError, match="redirects more than 3 times"):
        fetch(web.redirect("/b", "/a"))


@pytest.mark.timeout(10)
@pytest.mark.parametrize("seconds", [0.02, 0.4])
def test_a_page_that_never_ends_is_given_up(web: Web, seconds: float) -> None:
    start = time.monotonic()
    with pytest.raises(BylineError, match=r"in time|larger"):
        fetch(web.drip("/a", seconds))
    assert time.monotonic() - start < 5


@pytest.mark.timeout(10)
def test_a_port_that_never_answers_is_given_up() -> None:
    start = time.monotonic()
    with run_silent_port() as port, pytest.raises(BylineError, match="in time"):
        fetch(f"http://127.0.0.1:{port}/")
    assert time.monotonic() - start < 5


def test_a_closed_port_and_an_unknown_host_are_reported() -> None:
    with run_silent_port() as port:
        pass
    with pytest.raises(BylineError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/")
    with pytest.raises(BylineError, match="cannot be found"):
        fetch("http://pears.invalid/")


@pytest.mark.timeout(20)
def test_a_page_of_50_mb_is_refused_before_it_is_read(web: Web) -> None:
    with pytest.raises(BylineError, match="larger than"):
        fetch(web.serve("/a", b"x" * 50_000_000))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_bomb_is_refused(web: Web, encoding: str) -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    zeros = b"\0" * (1 << 20)
    bomb = b"".join([*(compressor.compress(zeros) for _ in range(60)), compressor.flush()])
    assert len(bomb) < SMALL.max_bytes
    with pytest.raises(BylineError, match="larger than"):
        fetch(web.serve("/a", bomb, Content_Encoding=encoding))


@pytest.mark.parametrize(("encoding", "message"), [("gzip", "compressed wrongly"), ("br", "does not know")])
def test_a_page_that_is_compressed_otherwise_is_refused(web: Web, encoding: str, message: str) -> None:
    with pytest.raises(BylineError, match=message):
        fetch(web.serve("/a", b"not compressed at all", Content_Encoding=encoding))
