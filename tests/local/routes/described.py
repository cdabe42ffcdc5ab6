"""Answers checked against the OpenAPI of the application that gave them."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]  # ships no types


class Described:
    """What the OpenAPI says about each answer, and which operations were seen to keep to it."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        self.seen: set[str] = set()

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(method, path, operation) of each."""
        for path, operations in self._spec["paths"].items():
            for method, operation in operations.items():
                yield method.upper(), path, operation

    async def check(self, response: httpx.Response) -> None:
        """As a hook of a client: every answer keeps to its description."""
        await response.aread()
        request = response.request
        operation = self.operation_of(request.method, request.url.path.removeprefix("/api"))
        told = operation["responses"].get(str(response.status_code))
        assert told, f"{request.method} {request.url.path} answers {response.status_code}"
        schema = told["content"]["application/json"]["schema"]
        whole = {**schema, "components": self._spec["components"]}
        jsonschema.Draft202012Validator(whole).validate(response.json())
        if response.is_success:
            self.seen.add(operation["operationId"])

    def operation_of(self, method: str, path: str) -> dict[str, Any]:
        """A path without parameters comes before one that fits with them."""
        fitting = (
            (template.count("{"), operation)
            for told, template, operation in self.operations()
            if told == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
        )
        return min(fitting, key=lambda pair: pair[0])[1]
