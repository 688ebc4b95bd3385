"""Requests to addresses that people typed: only outside, only to the address that was checked, and never for long.

address -> scheme, host, port -> every IP that the name has -> all outside, or in a network that is allowed -> one of
these IPs, so that a name which says something else a moment later leads nowhere -> POST -> status

Redirects are not followed, proxies of the environment are not used, and of the answer only the status is read.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from app.errors import CoderedError

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PORTS = {"http": 80, "https": 443}
LONGEST_ADDRESS = 2000
SECONDS, MOST_IPS = 10.0, 3
"""For one IP, from the first byte to the last; and how many of a name's IPs are tried when they are not reached."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class NotOutside(CoderedError):
    """The address is not one that may be called; the message says why."""


class NoAnswer(CoderedError):
    """Nothing came back; the message says what happened."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address in parts; `path` has its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """Host and port as a Host header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target(url: str) -> Target:
    """The parts of an address. Raises NotOutside with what would be right."""
    right = "right would be one such as https://hooks.example.com/codered"
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > LONGEST_ADDRESS:
        raise NotOutside(f"an address is up to {LONGEST_ADDRESS} plain characters without blanks; {right}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotOutside(f"this is no address ({error}); {right}") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise NotOutside(f"only http and https addresses are called; {right}")
    if parts.username is not None or parts.password is not None:
        raise NotOutside(f"no name or password may stand in the address; {right}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path)


def checked(wanted: Target, allowed: Sequence[Network] = ()) -> list[str]:
    """The IPs of a target. Raises NotOutside where any of them is not outside and not allowed; NoAnswer for none."""
    try:
        found = socket.getaddrinfo(wanted.host, wanted.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"the name {wanted.host} is not known") from error
    texts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in texts:
        if not may_be_called(ipaddress.ip_address(text.partition("%")[0]), allowed):
            raise NotOutside(
                f"{wanted.host} is an address of this machine or of a private network, which is not called unless "
                "CODERED_WEBHOOK_NETWORKS allows it"
            )
    return texts


def may_be_called(ip: IP, allowed: Sequence[Network] = ()) -> bool:
    """Whether an IP is outside, seen through the ways that IPv6 has to write an IPv4 one, or in an allowed network."""
    inner = _inner(ip)
    if any(one.version == net.version and one in net for one in {ip, inner} for net in allowed):
        return True
    site_local = isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local
    return inner.is_global and not (inner.is_multicast or inner.is_reserved or site_local)


def _inner(ip: IP) -> IP:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network] = ()) -> int:
    """Send a body; the status of the answer. Raises NotOutside, NoAnswer."""
    wanted = target(url)
    for ip in checked(wanted, allowed)[:MOST_IPS]:
        try:
            return _posted(wanted, ip, body, headers)
        except _NotReached as missed:
            failed = missed
    raise failed


class _NotReached(NoAnswer):
    """Not even a connection: another IP of the same name may be better."""


def _posted(wanted: Target, ip: str, body: bytes, headers: Mapping[str, str]) -> int:
    connection = _connection(wanted, ip)
    ender = threading.Timer(SECONDS, connection.cut)
    ender.daemon = True
    ender.start()
    try:
        sent = {"Host": wanted.name, "Accept-Encoding": "identity", "Connection": "close", **headers}
        connection.request("POST", wanted.path, body=body, headers=sent, preload_content=False)
        return connection.getresponse().status
    except (NewConnectionError, ConnectTimeoutError) as error:
        raise _NotReached("no connection") from error
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        raise NoAnswer(_said(error, late=connection.was_cut)) from error
    finally:
        ender.cancel()
        connection.close()
        connection.let_go()


class _Cuttable:
    """A connection that can be ended from another thread at any moment, also while it greets."""

    _handle: socket.socket | None = None
    was_cut = False

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._handle = made.dup()
        return made

    def cut(self) -> None:
        """End it: whoever waits for it goes on with an error."""
        self.was_cut = True
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Give the handle back."""
        if self._handle is not None:
            self._handle.close()


class _Plain(_Cuttable, HTTPConnection):
    """Over http."""


class _Secure(_Cuttable, HTTPSConnection):
    """Over https."""


def _connection(wanted: Target, ip: str) -> _Plain | _Secure:
    if wanted.scheme == "http":
        return _Plain(ip, wanted.port, timeout=SECONDS)
    return _Secure(
        ip, wanted.port, timeout=SECONDS, ssl_context=ssl.create_default_context(), server_hostname=wanted.host
    )


def _said(error: Exception, *, late: bool) -> str:
    """What happened, in words that name no address inside."""
    if late or isinstance(error, TimeoutError) or "timed out" in str(error):
        return f"no answer within {SECONDS:.0f} seconds"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "no secure connection came about"
    return "the connection broke off"
