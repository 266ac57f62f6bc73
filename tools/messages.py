"""Collect the texts of the product and keep its catalogues: extract, compile, check.

No GNU gettext is needed: Babel reads the Python files, Django turns templates into something that
Babel can read.

    python tools/messages.py extract       add new texts to locale/*/LC_MESSAGES/django.po
    python tools/messages.py fill FILE     take translations from a JSON object {text: translation}
    python tools/messages.py missing       print the texts without translation as such an object
    python tools/messages.py compile       write the django.mo files
    python tools/messages.py check         fail when a text lacks its translation, and say which
"""

from __future__ import annotations

import fcntl
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from wfm.metrics.registry import all_metrics  # noqa: E402 - the checkout is not installed

LANGUAGES = {"zh_Hans": "nplurals=1; plural=0;"}
PYTHON_FOLDERS = ("wfm", "forecasting", "staffing", "scheduling", "adherence", "reporting")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACES = re.compile(r"%\(\w+\)[a-z]|\{\w*(?:![rsa])?(?::[^{}]*)?\}")
MOST_SHOWN = 60

Text = tuple[str | tuple[str, ...], str | None, str]


def main(arguments: list[str]) -> int:
    """Do what was asked and return the exit code."""
    commands = {
        "extract": extract_all,
        "compile": compile_all,
        "check": check_all,
        "missing": print_missing,
    }
    with only_one_at_a_time():
        if len(arguments) == 2 and arguments[0] == "fill":
            return fill(Path(arguments[1]))
        if len(arguments) == 1 and arguments[0] in commands:
            return commands[arguments[0]]()
    print(__doc__)
    return 2


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Let several people fill the same catalogue without losing each other's words."""
    (ROOT / "locale").mkdir(exist_ok=True)
    with (ROOT / "locale" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def po_path(language: str) -> Path:
    """Return where a language's texts are kept."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def fill(path: Path) -> int:
    """Take the translations of the file, then extract; one language for now."""
    words: dict[str, str] = json.loads(path.read_text("utf-8"))
    extract_all(words)
    return compile_all()


def print_missing() -> int:
    """Print what `fill` still needs."""
    for language in LANGUAGES:
        catalogue = read_catalogue(language)
        texts = {}
        for text, context, place in found_texts():
            if any(faults(text, catalogue.get(first_of(text), context))):
                texts[first_of(text)] = place
        print(json.dumps(texts, ensure_ascii=False, indent=1))
    return 0


def first_of(text: str | tuple[str, ...]) -> str:
    """Return the text itself, or the singular of two forms."""
    return text[0] if isinstance(text, tuple) else text


def extract_all(words: dict[str, str] | None = None) -> int:
    """Bring every catalogue up to date; translations stay, texts no longer used go."""
    for language in LANGUAGES:
        old = read_catalogue(language)
        new = empty_catalogue(language)
        for text, context, place in sorted(found_texts(), key=lambda item: (item[2], str(item[0]))):
            string = translation_of(text, old.get(first_of(text), context), words or {})
            new.add(text, string, locations=[(place, None)], context=context)
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(new))
        missing = sum(not is_translated(message) for message in messages_of(new))
        print(f"{path.relative_to(ROOT)}: {len(new)} texts, {missing} without translation")
    return 0


def translation_of(
    text: str | tuple[str, ...], known: Message | None, words: dict[str, str]
) -> str | tuple[str, ...]:
    """Return the new word, else what the catalogue had, in the form that the text needs."""
    found = words.get(first_of(text)) or (known.string if known else "")
    if isinstance(found, (tuple, list)):
        found = found[0]
    return (found,) if isinstance(text, tuple) else found


def as_po(catalogue: Catalog) -> bytes:
    """Return the file's bytes; no dates, so that only texts change it."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, sort_output=True, include_lineno=False)
    dated = re.compile(rb'^"(POT-Creation-Date|PO-Revision-Date):.*\n', re.MULTILINE)
    return dated.sub(b"", buffer.getvalue())


def compile_all() -> int:
    """Write the compiled catalogue of every language."""
    for language in LANGUAGES:
        with po_path(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read_catalogue(language))
    return 0


def check_all() -> int:
    """Fail when a text lacks its translation, or a translation lost or invented a place."""
    problems: list[str] = []
    for language in LANGUAGES:
        catalogue = read_catalogue(language)
        for text, context, place in found_texts():
            message = catalogue.get(first_of(text), context)
            problems += [f"{language} {place}: {problem}" for problem in faults(text, message)]
    for problem in problems[:MOST_SHOWN]:
        print(problem)
    if problems:
        print(f"{len(problems)} texts without a good translation.")
        print("Run `python tools/messages.py extract`, fill the gaps, then compile.")
    return 1 if problems else 0


def faults(text: str | tuple[str, ...], message: Message | None) -> Iterator[str]:
    """Say what is wrong with the translation of one text."""
    first = first_of(text)
    if message is None or not is_translated(message) or message.fuzzy:
        yield f"no translation of {first!r}"
        return
    ids = text if isinstance(text, tuple) else (text,)
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    wanted = set(_PLACES.findall(ids[-1]))
    for string in strings:
        if set(_PLACES.findall(string)) != wanted:
            yield f"places differ between {ids[-1]!r} and {string!r}"


def is_translated(message: Message) -> bool:
    """Tell whether every form has a text."""
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings)


def messages_of(catalogue: Catalog) -> list[Message]:
    """Return the messages without the header."""
    return [message for message in catalogue if message.id]


def empty_catalogue(language: str) -> Catalog:
    """Return a catalogue with nothing but its header."""
    catalogue = Catalog(
        locale=language,
        project="wfm",
        version="1",
        header_comment="# Texts of the product. Written by tools/messages.py.",
        msgid_bugs_address="the issue tracker",
        last_translator="the maintainers",
        language_team="the maintainers",
        charset="utf-8",
        fuzzy=False,
    )
    catalogue._num_plurals = 1  # noqa: SLF001 - Babel has no other way to set Chinese's one form
    catalogue._plural_expr = "0"  # noqa: SLF001 - see above
    return catalogue


def read_catalogue(language: str) -> Catalog:
    """Return the catalogue on disk, or an empty one."""
    path = po_path(language)
    if not path.exists():
        return empty_catalogue(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, ignore_obsolete=True)


def found_texts() -> list[Text]:
    """Return every text with its context and the file where it is first seen."""
    seen: dict[tuple[str, str | None], Text] = {}
    for text, context, place in (*python_texts(), *template_texts(), *data_texts()):
        key = (first_of(text), context)
        known = seen.get(key)
        if known is None or (isinstance(text, tuple) and not isinstance(known[0], tuple)):
            seen[key] = (text, context, known[2] if known else place)
    return list(seen.values())


def python_texts() -> Iterator[Text]:
    """Texts in Python files."""
    for folder in PYTHON_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _extracted(path.read_bytes(), path)


def template_texts() -> Iterator[Text]:
    """Texts in templates."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            source = templatize(path.read_text("utf-8"), origin=str(path))
            # A template's indentation is none that Python's tokenizer would accept.
            source = "\n".join(line.strip() for line in source.splitlines())
            yield from _extracted(source.encode("utf-8"), path)


def data_texts() -> Iterator[Text]:
    """Texts that are data to the code that shows them: the metric dictionary."""
    for metric in all_metrics():
        for text in (metric.title, metric.definition, *metric.edge_cases):
            if text:
                yield text, None, "wfm/metrics"


def _extracted(source: bytes, path: Path) -> Iterator[Text]:
    place = str(path.relative_to(ROOT))
    for _line, text, _comments, context in extract(
        "python", io.BytesIO(source), keywords=KEYWORDS, options={"encoding": "utf-8"}
    ):
        if text and (not isinstance(text, tuple) or text[0]):
            yield text, context, place


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
