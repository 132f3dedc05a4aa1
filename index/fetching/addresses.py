"""Check where a request may go: public addresses only, resolved once."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from yarl import URL

from index.errors import BylineError, UsageError

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Resolves a host name and a port to IP addresses; raises OSError."""

MAX_URL = 2_000
# Addresses that lead to another one, which may be private: IPv4-compatible, NAT64, Teredo, 6to4.
_TRANSLATED = tuple(
    ipaddress.ip_network(network) for network in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)
_RELAYS = ipaddress.ip_network("192.88.99.0/24")


def parse_url(text: str) -> URL:
    """Return an address that may be fetched, without its fragment.

    Raises:
        UsageError: It is not the address of a web page, or contains a password.
    """
    shown = text if len(text) <= 100 else f"{text[:100]}…"
    try:
        url = URL(text.strip()).with_fragment(None)
        usable = url.scheme in ("http", "https") and bool(url.host) and bool(url.port)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            f"{shown} is not the address of a web page.", "Give an address that starts with https:// or http://."
        )
    if url.user is not None or url.password is not None:
        raise UsageError("The address contains a user name or password.", "Give an address that anybody may read.")
    if len(text) > MAX_URL:
        raise UsageError(f"The address is longer than {MAX_URL:,} characters.")
    return url


async def resolve(host: str, port: int) -> list[str]:
    """Resolve a host name with the system's resolver."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))


async def find_addresses(url: URL, resolver: Resolver, allow_private: bool) -> list[str]:
    """Resolve the host of an address.

    Args:
        url: What is to be fetched.
        resolver: Resolves its host.
        allow_private: Whether loopback, private and other addresses that are not public may be fetched.

    Raises:
        BylineError: The host is not known, or one of its addresses is not public.
    """
    assert url.host is not None
    assert url.port is not None
    try:
        found = [str(ipaddress.ip_address(url.host))]
    except ValueError:
        try:
            found = await resolver(url.host, url.port)
        except (OSError, UnicodeError):
            found = []
    if not found:
        raise BylineError(f"The host {url.host} cannot be found.", "Check the address and the network.")
    if not allow_private and not all(map(is_public, found)):
        raise BylineError(
            f"The host {url.host} is not on the public internet.",
            "To fetch from your own network, add --allow-private.",
        )
    return found


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in _TRANSLATED) or ip.is_site_local or "%" in address:
            return False
    elif ip in _RELAYS:
        return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    )
