"""What a source's word probably means: a proposal for the person who maps, never more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from adherence.core.connectors.event import SourceKind


class Meaning(StrEnum):
    """What a mapped state does."""

    ACTIVITY = "ACTIVITY"
    CLOCKED_OUT = "CLOCKED_OUT"
    IGNORED = "IGNORED"


@dataclass(frozen=True)
class CodeWords:
    """An activity code as far as a proposal needs it."""

    key: str
    name: str
    state_group: str
    is_work: bool


@dataclass(frozen=True)
class Suggestion:
    """A proposal; `code` is the key of an activity code, for the meaning ACTIVITY."""

    meaning: Meaning
    code: str = ""


# The first idea whose words stand in the source's text wins, so the more special come first.
# Each idea: words of sources, words of codes, and the group of work codes that will do.
_IDEAS = (
    ("logout logged offline unstaf unstaffed 登出 签出 离线", "", ""),
    ("lunch meal mittag 午餐 午休 吃饭", "lunch meal 午餐 午休", ""),
    ("meeting besprechung 会议 例会", "meeting 会议", ""),
    ("training coaching schulung 培训 辅导", "training coaching 培训 辅导", ""),
    ("break pause coffee rest restroom 小休 休息", "break pause 小休 休息", ""),
    ("trouble technical system 故障 系统", "trouble technical system 故障", ""),
    ("acw wrapup wrap after ended work dacw 话后 整理", "wrap after acw 话后 整理", "BUSY"),
    (
        "talking connected interacting communicating accepted acd dacd call busy hold onhold contact ring 通话 忙碌 振铃",
        "claims case call handling 处理 通话",
        "HANDLING AVAILABLE",
    ),
    ("available avail ready idle queue 空闲 就绪 在线", "work queue 工作", "AVAILABLE HANDLING"),
)  # fmt: skip
_NOTHING = {"ROUTING_STATUS OFF_QUEUE"}
_WORDS = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")


def suggest(
    *, state: str, reason: str, label: str, kind: SourceKind, codes: Sequence[CodeWords]
) -> Suggestion | None:
    """Propose what a state means; None where a guess would be one."""
    if kind == SourceKind.LOGOUT:
        return Suggestion(Meaning.CLOCKED_OUT)
    if f"{state} {reason}" in _NOTHING:
        return Suggestion(Meaning.IGNORED)
    # What the reason says is more special than what the state says.
    for text in (f"{reason} {label}", state):
        found = _by_words(text, codes)
        if found is not None:
            return found
    return None


def _by_words(text: str, codes: Sequence[CodeWords]) -> Suggestion | None:
    told = _words(text)
    own = [code for code in codes if told and _words(code.name) == told]
    if own:
        return Suggestion(Meaning.ACTIVITY, own[0].key)
    if "not" in told:  # NOT_READY and NOT_RESPONDING say what is not
        return None
    for words, code_words, groups in _IDEAS:
        if not _meet(told, words.split()):
            continue
        if not code_words:
            return Suggestion(Meaning.CLOCKED_OUT)
        code = _code(code_words.split(), groups.split(), codes)
        return Suggestion(Meaning.ACTIVITY, code.key) if code else None
    return None


def _code(words: list[str], groups: list[str], codes: Sequence[CodeWords]) -> CodeWords | None:
    """The code that is called so; for work else the first of the group."""
    for code in codes:
        if _meet(_words(f"{code.key} {code.name}"), words):
            return code
    for group in groups:
        for code in codes:
            if code.is_work and code.state_group == group:
                return code
    return None


def _words(text: str) -> set[str]:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
    return set(_WORDS.findall(split))


def _meet(told: set[str], words: list[str]) -> bool:
    """Latin words whole, Chinese ones as a part: Chinese writes no spaces."""
    return any(
        word in told if word.isascii() else any(word in part for part in told) for word in words
    )
