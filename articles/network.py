"""Where a request comes from, and of whom that is."""

from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied


def address_of(request) -> str:
    """The address that our own proxies vouch for (`PROXY_COUNT`); "" where there is none. What
    anybody else has written into X-Forwarded-For counts for nothing."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return ""


def network_of(address: str) -> str:
    """One IPv4 host, or whoever has these 64 bits of IPv6: a home, an office, a server."""
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))
