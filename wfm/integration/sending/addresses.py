"""Which addresses a webhook may reach: the open internet, and what the operator has named.

IPv4 and IPv6 blocks after the special-purpose registries of IANA (RFC 6890 and its updates). Forms
that carry another address inside (mapped, NAT64, 6to4, Teredo, ISATAP) are refused as a whole:
where they lead is decided by a router, not by us.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED_V4 = [
    ipaddress.IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # Metadata and platform services of clouds on addresses that look public.
        *("168.63.129.16/32", "100.100.100.200/32"),
    )
]
# Of IPv6 only this block is given out to anyone; everything else is special.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = [
    ipaddress.IPv6Network(text)
    for text in (
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20"),
    )
]
_ISATAP = {0x00005EFE, 0x02005EFE}


@dataclass(frozen=True)
class AllowList:
    """Hosts, host:port pairs and networks of the operator's own that may be reached as well."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = field(default=())

    @classmethod
    def parse(cls, entries: Iterable[str]) -> AllowList:
        """Read `hooks.internal`, `hooks.internal:8080`, `[fd00::1]:80`, `10.0.0.0/8`, `10.1.2.3`."""
        hosts, networks = set(), []
        for entry in (item.strip().lower() for item in entries):
            network = _network(entry)
            if network is not None:
                networks.append(network)
            elif entry:
                hosts.add(entry)
        return cls(frozenset(hosts), tuple(networks))

    def names(self, host: str, port: int) -> bool:
        """Tell whether the host is named, by itself or with this port."""
        plain = host.lower().rstrip(".")
        bracketed = f"[{plain}]" if ":" in plain else plain
        return plain in self.hosts or f"{bracketed}:{port}" in self.hosts

    def holds(self, address: Address) -> bool:
        """Tell whether the address lies in one of the networks."""
        return any(address in network for network in self.networks)


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def is_open_internet(address: Address) -> bool:
    """Tell whether the address is a global unicast one, on nobody's own network."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    if address.scope_id or address not in _GLOBAL_V6:
        return False
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return False
    return not any(address in network for network in _REFUSED_V6)


def may_be_reached(address: Address, *, host: str, port: int, allowed: AllowList) -> bool:
    """Tell whether a message for the host may go to this address, which it resolved to."""
    return allowed.names(host, port) or allowed.holds(address) or is_open_internet(address)
