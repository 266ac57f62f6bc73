"""XML bodies: no document type, no entities, no depth beyond reason."""

from typing import Any, NoReturn
from xml.parsers import expat

from adherence.core.connectors.event import Problem, UnreadableBody
from adherence.core.connectors.json_body import clean

MAX_DEPTH = 40
MAX_ELEMENTS = 200_000


class _Builder:
    """Elements to nested objects: text for a leaf, a list where a name comes more than once."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, dict[str, Any], list[str]]] = [("", {}, [])]
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) > MAX_DEPTH:
            raise UnreadableBody(Problem.XML_DEPTH, most=MAX_DEPTH)
        if self.count > MAX_ELEMENTS:
            raise UnreadableBody(Problem.TOO_MANY, most=MAX_ELEMENTS)
        self.stack.append((name.rpartition(":")[2], dict(attributes), []))

    def text(self, data: str) -> None:
        self.stack[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, children, texts = self.stack.pop()
        value: Any = children or "".join(texts).strip()
        parent = self.stack[-1][1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]


def read_xml(body: bytes) -> dict[str, Any]:
    """Return the document as nested objects; raises UnreadableBody."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        raise UnreadableBody(Problem.XML, line=error.lineno) from error
    except (ValueError, LookupError) as error:
        if isinstance(error, UnreadableBody):
            raise
        raise UnreadableBody(Problem.ENCODING, position=0) from error
    found: dict[str, Any] = clean(builder.stack[0][1])
    return found


def _refuse(*_declaration: object) -> NoReturn:
    raise UnreadableBody(Problem.XML_DTD)
