"""Ask whether a scheduler answers at an address, and say in words what hinders it.

Dask's own client waits for ever for one that lets it connect and then says nothing (a frozen one, another service, one that
expects TLS), takes what another service says for gigabytes, and buries why a certificate was refused. A scheduler speaks
first, with the length of what it says, so eight bytes tell everything.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import Any

from coach.core.cluster.address import ClusterAddress

_REFUSES_US = ("ALERT", "CERTIFICATE_REQUIRED")
"""In OpenSSL's reason: what the other side says when it ends a connection."""
_LENGTH = struct.Struct("Q")
_MAX_GREETING = 1 << 20
"""Bytes; Dask's are a few hundred."""


async def why_no_answer(address: ClusterAddress, security: Any, seconds: float) -> str:
    """Return why no scheduler answers within so many seconds; empty: one does."""
    try:
        context = security.get_connection_args("client")["ssl_context"] if security else None
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        return f"the certificates cannot be used: {_words(error)}"
    try:
        async with asyncio.timeout(seconds):
            return await _greeting(address, context)
    except TimeoutError:
        silent = f"it said nothing within {seconds:g} s: it stands still, is cut off, or is no scheduler"
        return silent if context else f"{silent}, or one that expects tls://"
    except OSError as error:
        return _told(error, address.host)


async def _greeting(address: ClusterAddress, context: ssl.SSLContext | None) -> str:
    reader, writer = await asyncio.open_connection(address.host.strip("[]"), address.port, ssl=context)
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    except asyncio.IncompleteReadError:
        return "it ended the connection at once"
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return "" if 0 < length < _MAX_GREETING else "another service answers there"


def _told(error: OSError, host: str) -> str:
    """Return an error of a connection in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not one that your ca signed: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        is_refused = any(each in (error.reason or "").upper() for each in _REFUSES_US)
        what = (
            "it refuses the certificate that it is shown"
            if is_refused
            else "it does not speak TLS as expected"
        )
        return f"{what}: {_words(error)}"
    if isinstance(error, socket.gaierror):
        return f"no machine is called {host}"
    return "nobody listens there" if isinstance(error, ConnectionRefusedError) else _words(error)


def _words(error: OSError | ValueError) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    return str(reason).lower().replace("_", " ") or type(error).__name__
