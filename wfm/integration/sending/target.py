"""An endpoint's address, read once, strictly, and resolved once."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from wfm.integration.sending.addresses import Address, AllowList, may_be_reached

MAX_URL = 500
_PORTS = {"https": 443, "http": 80}


class UnsafeTarget(ValueError):  # noqa: N818 - named for what the caller is told
    """Nothing is sent to this address; the sentence says why."""


@dataclass(frozen=True)
class Target:
    """Where to post: the parts of the address."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The Host header; the port is named where it is not the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


def read_target(url: str, *, allowed: AllowList) -> Target:
    """Read an address; raises UnsafeTarget for what is none, or plain http to a stranger.

    An address written as a number is checked here already; a name when it is resolved.
    """
    if not url.isascii() or len(url) > MAX_URL or any(char <= " " or char == "\\" for char in url):
        raise UnsafeTarget(
            _("Write the address in ASCII, without spaces, at most 500 characters long.")
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnsafeTarget(
            _("%(url)s is no address: %(why)s.") % {"url": url, "why": error}
        ) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UnsafeTarget(_("%(url)s is no address of the form https://host/path.") % {"url": url})
    if parts.username is not None or parts.password is not None:
        raise UnsafeTarget(
            _("The address must not hold a name or password; the signature proves us.")
        )
    if parts.fragment:
        raise UnsafeTarget(_("The address must not hold a #fragment; it is never sent."))
    if port == 0:
        raise UnsafeTarget(_("Port 0 cannot be reached."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)
    literal = _literal(target.host)
    is_ours = allowed.names(target.host, target.port) or (
        literal is not None and allowed.holds(literal)
    )
    if target.scheme != "https" and not is_ours:
        raise UnsafeTarget(
            _("Use https: without it anybody on the way could read and change what is sent.")
        )
    if literal is not None:
        _refuse(literal, target, allowed)
    return target


def resolve(target: Target, *, allowed: AllowList) -> list[Address]:
    """Resolve the name once; raises UnsafeTarget unless every address may be reached.

    The connection then goes to these addresses and not to the name, so that a second answer of
    the name server changes nothing.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(_address(entry[4]) for entry in found))
    for address in addresses:
        _refuse(address, target, allowed)
    return addresses


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _address(place: tuple[object, ...]) -> Address:
    address = ipaddress.ip_address(str(place[0]))
    scope = place[3] if len(place) > 3 else 0
    if scope and isinstance(address, ipaddress.IPv6Address) and not address.scope_id:
        return ipaddress.IPv6Address(f"{address}%{scope}")
    return address


def _refuse(address: Address, target: Target, allowed: AllowList) -> None:
    if may_be_reached(address, host=target.host, port=target.port, allowed=allowed):
        return
    raise UnsafeTarget(
        _(
            "%(host)s leads to %(address)s, which is not on the open internet. An administrator can"
            " allow it with WFM_WEBHOOK_ALLOWED_HOSTS."
        )
        % {"host": target.host, "address": address}
    )
