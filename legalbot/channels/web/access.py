"""Who may ask: which site a request comes from, and from which network address."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from sanic import Request

from legalbot.channels.web.refusal import Refusal

UNKNOWN = "unknown"


def check_origin(request: Request, sites: tuple[str, ...]) -> None:
    """Refuse what a browser sends on behalf of another site than the bot's own and `sites`.

    Raises:
        Refusal: the site is not among them (`wrong_origin`).
    """
    origin = request.headers.get("origin")
    if origin is None:
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise Refusal("wrong_origin")
        return
    own = request.headers.get("host", "").lower()
    if origin not in sites and (not own or urlsplit(origin).netloc.lower() != own):
        raise Refusal("wrong_origin")


def address_of(request: Request, proxies: int) -> str:
    """Return the network address of a person: of the peer, or what `proxies` proxies of one's own say.

    Each proxy appends whom it heard: with n of them the n-th entry from the right is to be believed, and
    nothing left of it. One household or phone has a whole /64 of IPv6: it counts as one address.
    """
    if not proxies:
        return _network(request.ip)
    told = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
    return _network(told[-proxies].strip()) if len(told) >= proxies else _network(request.ip)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found.ipv4_mapped if found.version == 6 else found)
