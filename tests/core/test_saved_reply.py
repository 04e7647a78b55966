"""Filling saved replies: what places become, what is refused when written, and that values are never read again."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from threadline.core.errors import Invalid
from threadline.core.saved_reply import (
    VARIANT_LIMIT,
    FilledPiece,
    Names,
    ReplyVariable,
    VariedWording,
    by_language,
    check_shortcut,
    check_text,
    check_variants,
    check_wordings,
    fill_text,
    in_rotation,
    start_of,
    values_of,
    variant_key,
    warmed,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANA = Names(contact="Ana  María Reyes", agent="Mila Brandt", channel="Shop", workspace="Atelier Nord")


def filled(text: str, names: Names = ANA) -> str:
    return "".join(piece.text for piece in fill_text(text, values_of(names)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{contact.first_name}}!", "Hello Ana!"),
        ("{{contact.name}}", "Ana María Reyes"),
        ("{{ agent.first_name }} of {{workspace.name}}, {{\tchannel.name\n}}", "Mila of Atelier Nord, Shop"),
        ('{{ contact.name | default: "you" }}', "Ana María Reyes"),
        ("{{agent.name}}{{agent.name}}", "Mila BrandtMila Brandt"),
        ("no place { at } all }", "no place { at } all }"),
        ("{{{contact.first_name}}}", "{Ana}"),
        ("", ""),
    ],
)
def test_places_become_values(text: str, expected: str) -> None:
    check_text(text)
    assert filled(text) == expected


def test_a_missing_value_stands_as_its_place_and_a_default_takes_its_place() -> None:
    nobody = Names(contact="", agent="", channel="Shop", workspace="Atelier Nord")
    text = "Hi {{ contact.first_name }}, {{agent.name|default:'we'}}" + '{{contact.name | default: ""}}'
    assert fill_text(text, values_of(nobody)) == [
        FilledPiece(text="Hi "),
        FilledPiece(text="{{contact.first_name}}", variable=ReplyVariable.CONTACT_FIRST_NAME, is_missing=True),
        FilledPiece(text=", "),
        FilledPiece(text="we", variable=ReplyVariable.AGENT_NAME),
        FilledPiece(text="", variable=ReplyVariable.CONTACT_NAME),
    ]


@pytest.mark.parametrize("name", ["", "   ", "+49 170 0000000", "🌸", "..."])
def test_a_name_without_a_letter_is_missing(name: str) -> None:
    pieces = fill_text("{{contact.name}}{{contact.first_name}}", values_of(Names(name, "", "", "")))
    assert [piece.is_missing for piece in pieces] == [True, True]


@pytest.mark.parametrize("name", ["Дарья Ковалёва", "ليلى حداد", "李 雷"])
def test_names_of_every_script_are_names(name: str) -> None:
    assert filled("{{contact.first_name}}", Names(name, "", "", "")) == name.split()[0]


@pytest.mark.parametrize(
    "name",
    ["{{ secret }}", "{{agent.name}}", "{% raw %}x", "{{contact.name}}", "{{contact.first_name | default: 'x'}}"],
)
def test_a_value_is_never_read_again(name: str) -> None:
    """S57: a contact may call themselves anything."""
    pieces = fill_text("Hi {{contact.name}}!", values_of(Names(name, "Mila", "", "")))
    assert [piece.text for piece in pieces] == ["Hi ", name, "!"]
    assert not any(piece.is_missing for piece in pieces)


def test_a_name_brings_no_line_breaks() -> None:
    assert filled("{{contact.name}}", Names("Ana\n\nEvil: yes", "", "", "")) == "Ana Evil: yes"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{{ secret }}", "{{ secret }}"),
        ("a {{ x.__class__ }}", "{{ x.__class__ }}"),
        ("{{ contact.phone }}", "{{ contact.phone }}"),
        ("{{ contact.name | upcase }}", "{{ contact.name | upcase }}"),
        ('{{ contact.name | default: "a" | append: "b" }}', '{{ contact.name | default: "a" | append: "b" }}'),
        ("{{ contact.name | default: x }}", "{{ contact.name | default: x }}"),
        ("{{ (1..100000000) }}", "{{ (1..100000000) }}"),
        ("{{contact.name}} {{ contact", "{{ contact"),
        ("contact.name}}", "}}"),
        ("{{}}", "{{}}"),
        ("{{ {{contact.name}} }}", "{{ "),
        ('{{ contact.name | default: "{{agent.name}}" }}', '{{ contact.name | default: "'),
    ],
)
def test_braces_that_are_no_place_are_refused_when_they_are_written(text: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_text(text)
    assert (refused.value.field, refused.value.reason) == ("text", "place_unknown")
    assert refused.value.values == {"place": place}


@pytest.mark.parametrize("unit", ["{{", "{{ ", "{{contact.name|", "{{a}}", "}}", '{{contact.name|default:"'])
def test_long_nonsense_takes_no_time(unit: str) -> None:
    """S58: linear. 4,096 characters pass in microseconds; quadratic reading of this much would take minutes."""
    text = unit * (400_000 // len(unit))
    fill_text(text, {})
    with pytest.raises(Invalid):
        check_text(text)


@pytest.mark.parametrize("shortcut", ["", "hi", "opening-hours", "привет", "hours_2"])
def test_a_shortcut_is_one_word(shortcut: str) -> None:
    check_shortcut(shortcut)


@pytest.mark.parametrize("shortcut", ["two words", "/hi", "a" * 33, "hi!", "hi\n"])
def test_what_is_no_word_is_no_shortcut(shortcut: str) -> None:
    with pytest.raises(Invalid):
        check_shortcut(shortcut)


def test_each_use_warms_and_later_ones_count_more() -> None:
    once_now = warmed(None, NOW)
    once_before = warmed(None, NOW - timedelta(days=1))
    assert once_now > once_before
    twice_before = warmed(once_before, NOW - timedelta(days=1))
    assert twice_before > once_now, "two uses yesterday count more than one today"
    often_long_ago: float | None = None
    for _ in range(50):
        often_long_ago = warmed(often_long_ago, NOW - timedelta(days=365))
    assert often_long_ago is not None
    assert once_now > often_long_ago, "fifty uses a year ago count less than one today"
    assert warmed(often_long_ago, NOW) > once_now


def test_the_customers_language_comes_first_and_a_region_is_better_than_another_one() -> None:
    said = [VariedWording(language=language, text=language) for language in ("en", "pt-BR", "es", "pt", "")]
    assert [one.language for one in by_language(said, "pt")] == ["pt", "pt-BR", "en", "es", ""]
    assert [one.language for one in by_language(said, "pt-BR")] == ["pt-BR", "pt", "en", "es", ""]
    assert [one.language for one in by_language(said, "uk")] == ["en", "pt-BR", "es", "pt", ""]
    assert [one.language for one in by_language(said, "")] == ["en", "pt-BR", "es", "pt", ""]


@pytest.mark.parametrize(
    ("hour", "language", "expected"),
    [
        (4, "en", "Good morning at 04:05"),
        (11, "de-AT", "Guten Morgen at 11:05"),
        (12, "es", "Buenas tardes at 12:05"),
        (17, "ru", "Добрый день at 17:05"),
        (18, "sv", "God kväll at 18:05"),
        (3, "nl", "Goedenavond at 03:05"),
        (9, "th", "{{contact.greeting}} at 09:05"),
        (9, "", "{{contact.greeting}} at 09:05"),
    ],
)
def test_a_greeting_follows_the_customers_clock_and_the_language_of_the_text(
    hour: int, language: str, expected: str
) -> None:
    names = replace(ANA, local=datetime(2026, 11, 26, hour, 5, tzinfo=UTC))
    pieces = fill_text("{{contact.greeting}} at {{contact.local_time}}", values_of(names, language))
    assert "".join(piece.text for piece in pieces) == expected


def test_without_a_clock_the_time_is_missing() -> None:
    (piece,) = fill_text("{{contact.local_time}}", values_of(ANA, "en"))
    assert piece.is_missing


def test_a_language_is_said_once_and_every_wording_keeps_the_grammar() -> None:
    spanish = VariedWording(language="es", text="Hola {{contact.first_name}}")
    check_wordings("en", [spanish])
    check_wordings("", [spanish])
    for language, wordings, reason in (
        ("es", [spanish], "wording_twice"),
        ("en", [spanish, spanish], "wording_twice"),
        ("en", [VariedWording(language="es", text="{{contact.pin}}")], "place_unknown"),
        ("en", [VariedWording(language=f"a{n:02}", text="x") for n in range(21)], "too_many_wordings"),
    ):
        with pytest.raises(Invalid) as refusal:
            check_wordings(language, wordings)
        assert refusal.value.reason == reason


def test_nobody_reads_one_twice_before_they_have_read_all() -> None:
    """Whatever is added and taken away: before somebody gets one again, they got all others that stand there."""
    chance = random.Random(7)
    for _ in range(200):
        texts = [f"text {number}" for number in range(chance.randint(1, 5))]
        start = chance.randrange(1 << 32)
        seen: dict[str, datetime] = {}
        got: list[str] = []
        for turn in range(30):
            if chance.random() < 0.1 and len(texts) > 1:
                texts.remove(chance.choice(texts))
            if chance.random() < 0.1:
                texts.insert(chance.randrange(len(texts) + 1), f"new {turn}")
            order = in_rotation(texts, seen, start=start)
            assert sorted(order) == sorted(texts)
            last = max((place for place, text in enumerate(got) if text == order[0]), default=-1)
            since = got[last + 1 :] if last >= 0 else got
            assert last < 0 or all(text in since for text in texts if text != order[0])
            # Now and then the agent takes another one than was offered.
            chosen = order[0] if chance.random() < 0.8 else chance.choice(order)
            seen[variant_key(chosen)] = NOW + timedelta(minutes=turn)
            got.append(chosen)


def test_not_everybody_begins_with_the_first_one() -> None:
    texts = ["a", "b", "c"]
    reply_id = uuid4()
    first = {in_rotation(texts, {}, start=start_of(uuid4(), reply_id))[0] for _ in range(200)}
    assert first == set(texts)
    contact_id = uuid4()
    assert start_of(contact_id, reply_id) == start_of(contact_id, reply_id)
    assert in_rotation(texts, {}, start=4) == ["b", "c", "a"]


def test_a_variant_is_known_by_its_words_and_not_by_its_place() -> None:
    seen = {variant_key("a"): NOW, variant_key("b"): NOW + timedelta(minutes=1)}
    assert in_rotation(["b", "a"], seen, start=0) == ["a", "b"]
    assert in_rotation(["b", "a, anew"], seen, start=0) == ["a, anew", "b"]
    assert variant_key(" a\n b ") == variant_key("a b") != variant_key("a  c")


@pytest.mark.parametrize(
    ("text", "variants", "reason"),
    [
        ("Hello", ["Hello "], "variant_twice"),
        ("Hello", ["Good day", "Good  day"], "variant_twice"),
        ("Hello", ["Hi {{contact.pin}}"], "place_unknown"),
        ("Hello", [f"Hello {number}" for number in range(VARIANT_LIMIT + 1)], "too_many_variants"),
    ],
)
def test_variants_that_cannot_be_are_refused(text: str, variants: list[str], reason: str) -> None:
    for check in (
        lambda: check_variants(VariedWording(language="", text=text, variants=variants)),
        lambda: check_wordings("en", [VariedWording(language="es", text=text, variants=variants)]),
    ):
        with pytest.raises(Invalid) as refusal:
            check()
        assert refusal.value.reason == reason
    check_variants(VariedWording(language="", text="Hello", variants=["Hi {{contact.name}}"]))
