"""``bantin serve``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8731,
    host: Annotated[str, typer.Option(help="The address to listen on. Anything but loopback lets others in: there is no login.")] = "127.0.0.1",
    allow_host: Annotated[list[str] | None, typer.Option(help="A further name under which the server may be asked (host.docker.internal for a Label Studio in Docker).")] = None,
    max_bytes: Annotated[int, typer.Option(min=1000, help="The largest body that is read.")] = 2_000_000,
) -> None:
    """A page to look at annotated articles, an API (POST /annotate, GET /openapi.json), and a Label
    Studio ML backend (/health, /setup, /predict). Nothing is stored or logged."""
    import socket

    from bantin.batch.rows import extra
    from bantin.errors import BantinError

    uvicorn = extra("uvicorn", "serve")
    extra("starlette.applications", "serve")
    from bantin.serve.app import make
    from bantin.serve.guard import LOOPBACK

    names = {*LOOPBACK, *(allow_host or ())} | (set() if host in ("0.0.0.0", "::") else {host})
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        raise BantinError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    application = make(names, max_bytes)
    shown = f"[{host}]" if ":" in host else host
    if host not in LOOPBACK:
        print(f"bantin: {host} is no loopback address: whoever reaches it can use it", file=sys.stderr)
    print(f"http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C ends)", file=sys.stderr, flush=True)
    # No access log: a query may hold what a user pasted, /setup holds Label Studio's token.
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False, server_header=False, lifespan="off"))
    server.run(sockets=[listening])


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
