"""Download one page. Each request goes to an address that was resolved once and checked, redirects included."""

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Final

from yarl import URL

from index.errors import BylineError
from index.fetching import robots
from index.fetching.addresses import Resolver, find_addresses, parse_url, resolve

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from aiohttp.abc import AbstractResolver

USER_AGENT: Final = f"{robots.AGENT}/0.1 (adds single articles that a person names)"
ACCEPT: Final = (
    "text/html, application/xhtml+xml, application/pdf, text/markdown, text/plain, application/epub+zip, */*;q=0.1"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SITE_ERROR = 500
_PIECE = 64 * 1024
_FORBIDDEN = frozenset({401, 402, 403, 407, 451})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost.

    Attributes:
        seconds: Time for everything: robots.txt, redirects and the page.
        read_seconds: Time for a connection, and between two pieces of a page.
        max_bytes: Size of a page, compressed and not.
        redirects: How many redirects are followed.
    """

    seconds: float = 30
    read_seconds: float = 10
    max_bytes: int = 32 * 1024 * 1024
    redirects: int = 5


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Page:
    """What a server sent.

    Attributes:
        url: The address after redirects.
        content_type: The media type, in lower case, without parameters; empty if the server named none.
        charset: The encoding that the server declared.
        data: The content, decompressed.
    """

    url: str
    content_type: str
    charset: str | None
    data: bytes


def download(
    address: str,
    limits: Limits = DEFAULT_LIMITS,
    allow_private: bool = False,
    resolver: Resolver = resolve,
) -> Page:
    """Download a page; no cookie is kept, and no proxy of the environment is used.

    Args:
        address: The address of the page.
        limits: What it may cost.
        allow_private: Whether addresses that are not public may be fetched.
        resolver: Resolves host names.

    Raises:
        UsageError: It is not the address of a web page.
        BylineError: The page cannot or must not be fetched.
    """
    url = parse_url(address)
    return asyncio.run(_Download(limits, allow_private, resolver).run(url))


@dataclass
class _Download:
    limits: Limits
    allow_private: bool
    resolver: Resolver
    # The robots.txt of each host, by its address; None allows everything.
    robots: dict[URL, bytes | None] = field(default_factory=dict)

    async def run(self, url: URL) -> Page:
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._follow(url, check_robots=True)
        except TimeoutError:
            raise BylineError(
                f"{url.host} did not send the page in time ({self.limits.seconds:g} s).", "Try it again later."
            ) from None

    async def _follow(self, url: URL, check_robots: bool) -> Page:
        """Request an address, and those to which it redirects."""
        for _ in range(self.limits.redirects + 1):
            if check_robots:
                await self._check_robots(url)
            page = await self._request(url, self.limits.max_bytes if check_robots else robots.MAX_BYTES, check_robots)
            if isinstance(page, Page):
                return page
            url = page
        raise BylineError(f"{url.host} redirects more than {self.limits.redirects} times.")

    async def _check_robots(self, url: URL) -> None:
        location = url.origin() / "robots.txt"
        if location not in self.robots:
            try:
                self.robots[location] = (await self._follow(location, check_robots=False)).data
            except _Refused as error:
                if error.status >= _SITE_ERROR:
                    raise BylineError(
                        f"{url.host} does not say what may be fetched: its robots.txt fails ({error.status}).",
                        "Try it again later.",
                    ) from None
                self.robots[location] = None
        rules = self.robots[location]
        if rules is not None and not robots.may_fetch(rules, str(url)):
            raise BylineError(
                f"{url.host} does not allow programs to fetch this page (robots.txt).",
                "Save the page in your browser and add the file.",
            )

    async def _request(self, url: URL, max_bytes: int, is_page: bool) -> Page | URL:
        """Request one address; return its page or the address to which it redirects."""
        import aiohttp

        addresses = await find_addresses(url, self.resolver, self.allow_private)
        connector = aiohttp.TCPConnector(resolver=_make_resolver(addresses), use_dns_cache=False, force_close=True)
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self.limits.read_seconds, sock_read=self.limits.read_seconds
        )
        headers = {"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"}
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    timeout=timeout,
                    headers=headers,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    trust_env=False,
                ) as session,
                session.get(url, allow_redirects=False) as response,
            ):
                if response.status in _REDIRECTS and "Location" in response.headers:
                    return parse_url(str(url.join(URL(response.headers["Location"]))))
                if response.status != 200:
                    raise _Refused(url, response.status, response.reason)
                data = await _read(response, max_bytes, cut=not is_page)
                content_type, charset = _content_type(response.headers.get("Content-Type", ""))
                return Page(str(url), content_type, charset, data)
        except (aiohttp.ServerTimeoutError, aiohttp.SocketTimeoutError):
            raise BylineError(f"{url.host} did not respond in time.", "Try it again later.") from None
        except aiohttp.ClientConnectorCertificateError:
            raise BylineError(f"The certificate of {url.host} is not valid.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise BylineError(
                f"{url.host} cannot be reached or sent no valid page ({reason}).", "Check the address."
            ) from None


class _Refused(BylineError):
    """The server answered with another status than 200."""

    def __init__(self, url: URL, status: int, reason: str | None) -> None:
        hint = "Save the page in your browser and add the file." if status in _FORBIDDEN else "Check the address."
        printable = "".join(c for c in reason or "" if c.isprintable())[:60]
        super().__init__(f"{url.host} does not give the page: {status} {printable}".rstrip() + ".", hint)
        self.status = status


def _make_resolver(addresses: list[str]) -> "AbstractResolver":
    """Return a resolver that knows only these addresses, so that a second look-up cannot give another."""
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Pinned(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            return [
                ResolveResult(
                    hostname=host,
                    host=address,
                    port=port,
                    family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                    proto=0,
                    flags=socket.AI_NUMERICHOST,
                )
                for address in addresses
            ]

        async def close(self) -> None:
            pass

    return Pinned()


async def _read(response: "ClientResponse", max_bytes: int, cut: bool) -> bytes:
    """Read and decompress a body; one that is too large is refused, or cut."""
    data = bytearray()
    async for piece in _decompressed(response, max_bytes + _PIECE):
        data += piece
        if len(data) > max_bytes:
            if cut:
                return bytes(data[:max_bytes])
            raise BylineError(f"The page is larger than {max_bytes / 1024 / 1024:g} MB.")
    return bytes(data)


async def _decompressed(response: "ClientResponse", max_bytes: int) -> AsyncIterator[bytes]:
    """Yield the pieces of a body, each of a bounded size, however well it was compressed."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise BylineError(f"The page is compressed in a way that Byline does not know ({encoding[:20]}).")
    received = 0
    decompressor = None if encoding in ("", "identity") else zlib.decompressobj(32 + zlib.MAX_WBITS)
    async for piece in response.content.iter_chunked(_PIECE):
        received += len(piece)
        if received > max_bytes:
            raise BylineError(f"The page is larger than {max_bytes / 1024 / 1024:g} MB.")
        if decompressor is None:
            yield piece
            continue
        rest = piece
        while rest and not decompressor.eof:
            try:
                yield decompressor.decompress(rest, 1 << 20)
            except zlib.error:
                raise BylineError("The page was compressed wrongly.") from None
            rest = decompressor.unconsumed_tail


def _content_type(header: str) -> tuple[str, str | None]:
    """Return media type and charset of a Content-Type header."""
    message = Message()
    message["Content-Type"] = "".join(c for c in header if c.isprintable())[:200]
    charset = message.get_param("charset")
    return (message.get_content_type() if header else ""), charset if isinstance(charset, str) else None
