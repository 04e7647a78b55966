"""What the server says to people has a sentence in every language of the app, under a name that never changes.

The server sends English and a name; a name without a sentence would show English in the middle of a German screen. So
every name that the code can send is collected here, and every catalogue must have it – and none that nobody sends.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from threadline.channels.registry import all_channel_types
from threadline.channels.types.whatsapp.errors import MEANINGS, UNKNOWN_CODE, failure
from threadline.channels.types.whatsapp.setup import SENTENCES
from threadline.core import errors
from threadline.core.filter import FIELDS, Operator
from threadline.core.lost_file import FileLoss

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "frontend" / "src" / "shared" / "i18n" / "catalogues"
LANGUAGES = sorted(folder.name for folder in CATALOGUES.iterdir() if folder.is_dir())

_PEOPLE_READ = ("actions", "channels", "core", "infra", "store", "web", "workers")
_REFUSALS = {name for name, value in vars(errors).items() if isinstance(value, type)}
_MANY_SENTENCES = {
    "invalid",
    "conflict",
    "cannot_send",
    "too_many_files",
}
"""Codes that stand for no sentence of their own: their refusals have names, or are for programs and stay English."""
_FOR_PROGRAMS = {"bad_payload", "error"}
_WITHOUT_NUMBERS = {"media_size", "media_type", "media_host", "cannot_send"}
"""Failures whose sentence says more than a name could: they stay English."""


@cache
def sent_names() -> frozenset[str]:
    """Names of sentences: of refusals, of failed messages, of checks."""
    names = {meaning.reason for meaning in (*MEANINGS.values(), UNKNOWN_CODE)}
    names |= {failure(str(code)).reason for code in MEANINGS}
    names |= set(SENTENCES) | {"asked_in_vain"}
    for call in _calls():
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        name = _name_of(call)
        if name in _REFUSALS or name in ("SendError", "BadRequest"):
            names |= _texts(named.get("reason"))
        if name == "SendError" and "reason" not in named:
            names |= _texts(named.get("code")) - _WITHOUT_NUMBERS
        if name == "Refusal":
            names |= _texts(named.get("reason"))
        if name == "FailureNote" and call.args:
            names |= _texts(call.args[0])
    return frozenset(names | set(_field_reasons()))


def _field_reasons() -> Iterator[str]:
    from threadline.web.api.application import _REASONS

    yield from _REASONS.values()


def _calls() -> Iterator[ast.Call]:
    for folder in _PEOPLE_READ:
        for path in sorted((ROOT / "threadline" / folder).rglob("*.py")):
            if "simulator" not in path.parts:
                yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _texts(node: ast.expr | None) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def catalogue(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in (CATALOGUES / language).rglob("*.json"):
        texts |= json.loads(path.read_text())
    return texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_the_server_sends_can_be_said(language: str) -> None:
    texts = catalogue(language)
    assert sorted(name for name in sent_names() if not texts.get(f"said.{name}")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_kept_that_nobody_sends(language: str) -> None:
    known = {f"said.{name}" for name in sent_names()}
    assert sorted(key for key in catalogue(language) if key.startswith("said.") and key not in known) == []


_PLURAL = re.compile(r"_(zero|one|two|few|many|other)$")
_PLACE = re.compile(r"\{\{\w+\}\}|<\d+>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_that_english_says_and_fills_in_the_same(language: str) -> None:
    english, texts = catalogue("en"), catalogue(language)
    bases = {_PLURAL.sub("", key) for key in texts}
    assert sorted({_PLURAL.sub("", key) for key in english} - bases) == []
    assert sorted(bases - {_PLURAL.sub("", key) for key in english}) == []
    differing = [
        key
        for key, text in texts.items()
        if key in english
        and not key.endswith("_one")
        and sorted(_PLACE.findall(text)) != sorted(_PLACE.findall(english[key]))
    ]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_refusal_has_a_sentence(language: str) -> None:
    codes = {value.code for value in vars(errors).values() if isinstance(value, type) and hasattr(value, "code")}
    texts = catalogue(language)
    missing = {code for code in codes - _MANY_SENTENCES - _FOR_PROGRAMS if not texts.get(f"problem.{code}")}
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_why_a_file_is_not_there_has_a_sentence(language: str) -> None:
    texts = catalogue(language)
    assert [loss for loss in FileLoss if "{{word}}" not in texts.get(f"file.lost_{loss}", "")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_connects_a_channel_is_named_and_found(language: str) -> None:
    texts = catalogue(language)
    wanted = [
        f"field.{one.manifest.type}.{field.name}.{part}"
        for one in all_channel_types()
        for field in one.manifest.fields
        for part in ("label", "where")
    ]
    wanted += [f"check.{name}" for name in _check_names()]
    assert [key for key in wanted if not texts.get(key)] == []


def _check_names() -> set[str]:
    lines = [call for call in _calls() if _name_of(call) in ("_ok", "_failed", "_waiting")]
    names = {name for call in lines for name in _texts(call.args[0])}
    assert names >= {"token", "webhook"}, "the checks were not found: were their makers renamed?"
    return names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_and_question_of_a_filter_has_a_name(language: str) -> None:
    texts = catalogue(language)
    wanted = [f"filter.field.{field.id}" for field in FIELDS.values()]
    wanted += [f"filter.op.{operator}" for operator in Operator]
    wanted += [f"filter.option.state.{option}" for option in FIELDS["state"].options]
    wanted += [f"priority.{option}" for option in FIELDS["priority"].options]
    assert [key for key in wanted if not texts.get(key)] == []


def test_the_english_catalogue_says_what_the_server_says() -> None:
    """Two wordings of one check would be two truths; the other languages follow the English one."""
    english = catalogue("en")
    differing = {
        name: (english[f"said.{name}"], text)
        for name, text in SENTENCES.items()
        if english[f"said.{name}"] != text.replace("{", "{{").replace("}", "}}")
    }
    differing |= {
        meaning.reason: (english[f"said.{meaning.reason}"], meaning.text)
        for meaning in MEANINGS.values()
        if english[f"said.{meaning.reason}"] != meaning.text
    }
    assert differing == {}


def test_a_missing_name_is_noticed() -> None:
    """The collection itself works: it finds a refusal, a failure, a timer's note and a check."""
    assert sent_names() >= {"take_or_pass_on", "whatsapp_window", "expired", "token_refused", "needed", "timeout"}
