"""Read a robots.txt: which pages of a host a program may fetch."""

AGENT = "Byline"
MAX_BYTES = 500 * 1024
"""Robots.txt is read up to this length, as RFC 9309 says."""


def may_fetch(robots: bytes, url: str) -> bool:
    """Return whether a robots.txt allows Byline to fetch a page of its host."""
    from protego import Protego

    if len(robots) >= MAX_BYTES:
        robots = robots[:MAX_BYTES].rpartition(b"\n")[0]  # half a rule may forbid more than the whole one
    return bool(Protego.parse(robots.decode("utf-8", "replace")).can_fetch(url, AGENT))
