"""What stands before the application: who may ask (Host, Origin), how much, and what a browser may do.

A server on loopback is still open to every page that a browser on this machine shows: another site
may post to it (checked by Origin) or point its own name at 127.0.0.1 (DNS rebinding, checked by Host).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class Guard:
    """ASGI middleware. ``hosts``: names (no port) under which the server may be asked."""

    def __init__(self, app, hosts: Iterable[str] = LOOPBACK, limit: int = 2_000_000) -> None:
        self.app = app
        self.hosts = {host.lower() for host in hosts}
        self.limit = limit

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        host = headers.get(b"host", b"").decode("latin-1")
        if _name(host) not in self.hosts:
            await refuse(send, 403, "this server is not asked under that name (bantin serve --allow-host)")
            return
        if not self._same(headers.get(b"origin"), host) or (scope["method"] != "GET" and headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site")):
            await refuse(send, 403, "asked by another site's page")
            return
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.limit:
            await _drain(receive)
            await refuse(send, 413, f"the body is larger than {self.limit} bytes")
            return
        # The body is read whole before the application sees it: a chunked one tells its size only then.
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client went away
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.limit:
                if more:
                    await _drain(receive)
                await refuse(send, 413, f"the body is larger than {self.limit} bytes")
                return
        given = False

        async def received():
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        async def answered(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_HEADERS]}
            await send(message)

        await self.app(scope, received, answered)

    def _same(self, origin: bytes | None, host: str) -> bool:
        return origin is None or urlsplit(origin.decode("latin-1")).netloc.lower() == host.lower() != ""


def _name(host: str) -> str:
    """A Host header without its port."""
    try:
        return (urlsplit("//" + host).hostname or "").lower()
    except ValueError:
        return ""


async def _drain(receive, most: int = 16_000_000) -> None:
    """Read what still comes and drop it, so that the client gets to read the answer; not without end."""
    while most > 0:
        message = await receive()
        most -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


async def refuse(send, status: int, reason: str) -> None:
    body = json.dumps({"error": reason}).encode()
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *_HEADERS]})
    await send({"type": "http.response.body", "body": body})
