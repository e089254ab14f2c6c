"""Which addresses of the Internet this product may connect to on somebody's word."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# The only block of IPv6 that is given out. Everything wrapped around an IPv4 address lies outside (mapped, compatible, translated, NAT64),
# and so do local, multicast and reserved addresses.
_GIVEN_OUT = IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo (which wraps IPv4) among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: wraps IPv4
        "3fff::/20",  # documentation
    )
)
# Beyond what `is_global` refuses.
_REFUSED_4 = tuple(
    IPv4Network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # one cloud's metadata, on a public address
    )
)


def is_public(text: str) -> bool:
    """Tell whether an address belongs to the open Internet: no private, local, multicast, reserved or wrapped one does."""
    address = _read(text)
    if isinstance(address, IPv6Address):
        return address in _GIVEN_OUT and address.is_global and not any(address in network for network in _REFUSED_6)
    if isinstance(address, IPv4Address):
        odd = address.is_multicast or address.is_reserved or any(address in network for network in _REFUSED_4)
        return address.is_global and not odd
    return False


def is_loopback(text: str) -> bool:
    """Tell whether an address is this machine's own; one wrapped in another form does not count."""
    address = _read(text)
    return address is not None and address.is_loopback


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return None if "%" in text else ip_address(text)  # an address with a zone index is a link's own
    except ValueError:
        return None
