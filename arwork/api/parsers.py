"""Bodies of JSON, bounded before they are read: size, depth, and text that can be written back.

A body of brackets alone would cost the interpreter its stack, and half of a surrogate pair is text that no answer
could repeat. Both are the sender's mistake (400), never ours.
"""

import json
import re
from io import BytesIO
from typing import Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

LARGEST_BODY = 1024 * 1024  # bytes
DEEPEST = 20
_MARK = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


class BodyTooLarge(APIException):
    """A body of more than `LARGEST_BODY` bytes."""

    status_code = 413
    default_code = "too_large"
    default_detail = f"A body of JSON has {LARGEST_BODY // 1024} KB at most. Send it in parts."


class BoundedJSONParser(JSONParser):
    """DRF's parser behind the bounds."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The data of the body. Raises `BodyTooLarge`, or `ParseError` for what is too deep or no JSON."""
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge
        if _depth(body) > DEEPEST:
            raise ParseError(f"JSON is nested {DEEPEST} deep at most here. Flatten it.")
        try:
            data = super().parse(BytesIO(body), media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:  # in an encoding whose brackets are not those of ASCII
            raise ParseError(f"JSON is nested {DEEPEST} deep at most here. Flatten it.") from error
        except UnicodeEncodeError as error:
            raise ParseError("A text holds half of a surrogate pair. Send whole characters.") from error
        return data


def _depth(body: bytes) -> int:
    """How deep the brackets go, outside texts. Reads every byte once."""
    depth = deepest = 0
    for found in _MARK.finditer(body):
        mark = found[0]
        if mark in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest
