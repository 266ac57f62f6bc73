"""JSON bodies in the shapes that sources send: one, many, one per line, or a stream's records."""

import base64
import binascii
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from adherence.core.connectors.event import Problem, UnreadableBody

MAX_DEPTH = 40
_SPACE = re.compile(r"[\s,\x1e]*")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def read_messages(body: bytes) -> list[dict[str, Any]]:
    """Return the objects of a body; raises UnreadableBody.

    Taken are an object, a list, objects one after another with or without line breaks, and the
    records of a data stream whose data is base64.
    """
    found = [message for value in _values(_text(body)) for message in _objects(value)]
    if not found:
        raise UnreadableBody(Problem.EMPTY)
    return found


def clean(value: Any, *, depth: int = 0) -> Any:
    """Return the value as the database can keep it: no NUL, no half characters, no infinity."""
    if depth > MAX_DEPTH:
        raise UnreadableBody(Problem.JSON_DEPTH, most=MAX_DEPTH)
    if isinstance(value, dict):
        return {clean(key): clean(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth=depth + 1) for item in value]
    if isinstance(value, str):
        return _NO_TEXT.sub("\ufffd", value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableBody(Problem.ENCODING, position=error.start) from error


def _values(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    position = _skip(text, 0)
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except RecursionError as error:
            raise UnreadableBody(Problem.JSON_DEPTH, most=MAX_DEPTH) from error
        except ValueError as error:
            place = getattr(error, "pos", position)
            line = text.count("\n", 0, place) + 1
            raise UnreadableBody(Problem.JSON, line=line) from error
        yield clean(value)
        position = _skip(text, position)


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    elif isinstance(value, dict):
        records = value.get("Records", value.get("records"))
        if isinstance(records, list) and all(_data_of(record) for record in records):
            for record in records:
                yield from _decoded(str(_data_of(record)))
        else:
            yield value
    else:
        raise UnreadableBody(Problem.NO_OBJECT, kind=type(value).__name__)


def _data_of(record: Any) -> Any:
    if not isinstance(record, dict):
        return None
    stream = record.get("kinesis")
    return stream.get("data") if isinstance(stream, dict) else record.get("data")


def _decoded(data: str) -> Iterator[dict[str, Any]]:
    try:
        body = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableBody(Problem.BASE64) from error
    # Records of records are nobody's format: what lies inside is read as it stands.
    for value in _values(_text(body)):
        if not isinstance(value, dict):
            raise UnreadableBody(Problem.NO_OBJECT, kind=type(value).__name__)
        yield value
