"""The Starlette application: the page and its files, the API, the Label Studio ML backend."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bantin import __version__, annotator, record
from bantin.article import Article, parse_published
from bantin.errors import BantinError
from bantin.export import labelstudio
from bantin.export.view import unit_names
from bantin.readers import article_from
from bantin.serve import openapi
from bantin.serve.guard import LOOPBACK, Guard

STATIC = {"index.html": "text/html", "style.css": "text/css", "app.js": "text/javascript", "view.js": "text/javascript", "time.js": "text/javascript", "icon.svg": "image/svg+xml"}
_LOCK = threading.Lock()  # one article at a time: the work is CPU alone, and underthesea's first call is not safe in two threads


def annotate(article: Article) -> dict:
    with _LOCK:
        return record.make(annotator.read(article))


def _error(status: int, reason: str) -> JSONResponse:
    return JSONResponse({"error": reason}, status)


async def _static(request: Request) -> Response:
    name = request.path_params.get("name", "index.html")
    if name not in STATIC:
        return _error(404, "no such file")
    return Response(files("bantin.serve").joinpath("static", name).read_bytes(), media_type=STATIC[name])


async def _json(request: Request) -> dict | list:
    """The body as JSON. Raises BantinError."""
    try:
        return json.loads((await request.body()).decode("utf-8"))
    except (ValueError, RecursionError):
        raise BantinError("the body is not JSON in UTF-8") from None


async def _article(request: Request) -> Article:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return article_from(await _json(request), "the article", "article")
    if kind == "text/plain":
        try:
            text = (await request.body()).decode("utf-8")
        except UnicodeDecodeError:
            raise BantinError("the body is not UTF-8") from None
        published = request.query_params.get("published")
        return Article(text, request.query_params.get("id") or "article", parse_published(published) if published else None)
    raise TypeError


async def _annotate(request: Request) -> Response:
    try:
        made = await run_in_threadpool(annotate, await _article(request))
    except TypeError:
        return _error(415, "application/json or text/plain was expected")
    except BantinError as error:
        return _error(422, str(error))
    if request.query_params.get("names") in ("1", "true"):
        made["names"] = await run_in_threadpool(unit_names, made)
    return JSONResponse(made)


async def _openapi(request: Request) -> Response:
    return JSONResponse(openapi.document())


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "UP", "model_class": "bantin", "version": __version__})


async def _setup(request: Request) -> Response:
    # Label Studio sends its address and a token: neither is kept or logged.
    try:
        await _json(request)
    except BantinError as error:
        return _error(400, str(error))
    return JSONResponse({"model_version": labelstudio.MODEL})


async def _predict(request: Request) -> Response:
    try:
        asked = await _json(request)
        tasks = asked["tasks"] if isinstance(asked, dict) else asked
        results = [await run_in_threadpool(_prediction, task) for task in tasks]
    except BantinError as error:
        return _error(422, str(error))
    except (KeyError, TypeError):
        return _error(422, "tasks with data.text were expected")
    return JSONResponse({"results": results, "model_version": labelstudio.MODEL})


def _prediction(task: dict) -> dict:
    data = task["data"]
    article = article_from({"text": data["text"], "id": data.get("id"), "published": data.get("published") or None}, f"task {task.get('id', '')}".strip(), "article")
    return labelstudio.prediction({**annotate(article), "text": article.text})


def make(hosts: Iterable[str] = LOOPBACK, limit: int = 2_000_000):
    """The ASGI application behind its guard; the model is loaded and warm."""
    annotate(Article("Ông Lê Văn Tám, Bí thư Huyện ủy, nói."))

    async def crashed(request: Request, error: Exception) -> Response:
        return _error(500, f"{type(error).__name__} inside bantin; please report it with the article")

    routes = [
        Route("/", _static),
        Route("/static/{name}", _static),
        Route("/annotate", _annotate, methods=["POST"]),
        Route("/openapi.json", _openapi),
        Route("/health", _health),
        Route("/setup", _setup, methods=["POST"]),
        Route("/predict", _predict, methods=["POST"]),
    ]

    return Guard(Starlette(routes=routes, exception_handlers={Exception: crashed}), hosts, limit)
