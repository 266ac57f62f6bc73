"""Every text has its Chinese, and the tool that says so can fail."""

import importlib.util
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.utils import translation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "tools" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogue_is_complete(tool, capsys):
    result = tool.main(["check"])

    assert result == 0, capsys.readouterr().out


def test_it_finds_texts_of_python_templates_and_metrics(tool):
    places = {place.split("/")[0] for _text, _context, place in tool.found_texts()}

    assert {"templates", "wfm", "forecasting", "scheduling"} <= places
    texts = {tool.first_of(text) for text, _context, _place in tool.found_texts()}
    assert {"Skip to content", "Service level", "Publish", "Filter rows"} <= texts


@pytest.mark.parametrize(
    ("text", "translated", "fault"),
    [
        ("Save", "", "no translation"),
        ("{count} rows", "行", "places differ"),
        ("%(name)s has left", "%(nam)s 已离职", "places differ"),
        ("Save", "保存", ""),
        ("{count} rows", "{count} 行", ""),
        (("%(count)s job", "%(count)s jobs"), ("%(count)s 个任务",), ""),
    ],
)
def test_faults_of_a_translation(tool, text, translated, fault):
    found = list(tool.faults(text, Message(text, translated)))

    assert [fault in sentence for sentence in found] == ([True] if fault else [])


def test_the_compiled_words_are_the_field_s_own():
    with translation.override("zh-hans"):
        words = {
            word: translation.gettext(word) for word in ("Schedule", "Service level", "Adherence")
        }

    assert words == {"Schedule": "排班", "Service level": "服务水平", "Adherence": "遵时率"}
