"""The OpenAPI 3.1 document of the API; the record's schema is the published one."""

from __future__ import annotations

import json
from importlib.resources import files

from bantin import __version__


def record_schema() -> dict:
    """The JSON Schema of a record (``bantin/record.schema.json``)."""
    return json.loads(files("bantin").joinpath("record.schema.json").read_text(encoding="utf-8"))


def document() -> dict:
    error = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}

    def answer(what: str, schema: dict) -> dict:
        return {"description": what, "content": {"application/json": {"schema": schema}}}

    refused = {
        "403": answer("Another Host or Origin", {"$ref": "#/components/schemas/Error"}),
        "413": answer("The body is too large", {"$ref": "#/components/schemas/Error"}),
        "422": answer("The article cannot be annotated", {"$ref": "#/components/schemas/Error"}),
    }
    article = {
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": {"type": "string", "description": "The raw text; offsets of the answer are its code points."},
            "id": {"type": "string"},
            "published": {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", "description": "The article's day, month or year."},
            "source": {"type": "string"},
            "title": {"type": "string"},
        },
    }
    # A schema inside OpenAPI 3.1 may be a whole JSON Schema 2020-12 with its own $id and $defs.
    record = record_schema()
    return {
        "openapi": "3.1.0",
        "info": {"title": "bantin", "version": __version__, "description": "Officials, places, dates and awards in Vietnamese news.", "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "paths": {
            "/annotate": {
                "post": {
                    "operationId": "annotate",
                    "summary": "Annotate one article",
                    "parameters": [
                        {"name": "names", "in": "query", "schema": {"type": "boolean"}, "description": "Add 'names': full names of the units by code@day."},
                        {"name": "published", "in": "query", "schema": {"type": "string"}, "description": "With a text/plain body."},
                        {"name": "id", "in": "query", "schema": {"type": "string"}, "description": "With a text/plain body."},
                    ],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Article"}}, "text/plain": {"schema": {"type": "string"}}}},
                    "responses": {"200": answer("The record", {"$ref": "#/components/schemas/Record"}), "415": answer("Another content type", {"$ref": "#/components/schemas/Error"}), **refused},
                }
            },
            "/health": {"get": {"operationId": "health", "summary": "Is the server up (Label Studio asks it)", "responses": {"200": answer("It is", {"type": "object"})}}},
            "/setup": {
                "post": {
                    "operationId": "setup",
                    "summary": "Label Studio's greeting; nothing of it is kept",
                    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                    "responses": {"200": answer("The model's version", {"type": "object", "properties": {"model_version": {"type": "string"}}})},
                }
            },
            "/predict": {
                "post": {
                    "operationId": "predict",
                    "summary": "Predictions for Label Studio's tasks",
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["tasks"],
                                    "properties": {"tasks": {"type": "array", "items": {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Article"}}}}},
                                }
                            }
                        }
                    },
                    "responses": {"200": answer("One prediction a task", {"type": "object", "properties": {"results": {"type": "array", "items": {"type": "object"}}}}), **refused},
                }
            },
        },
        "components": {"schemas": {"Record": record, "Article": article, "Error": error}},
    }
