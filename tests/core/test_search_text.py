"""Texts cut into words, in the languages of a desk: what is typed finds what was written."""

from datetime import date

import pytest

from threadline.core.search_contact import contact_lexemes, fits, lexeme_query, parts_of
from threadline.core.search_query import Problem, names_like, read_day, read_query
from threadline.core.search_text import (
    LONGEST_WORD,
    MOST_WORDS,
    Wanted,
    fold,
    has_runs,
    parts_marked,
    snippet_of,
    spans_of,
    words_of,
)

TODAY = date(2026, 11, 26)


def wanted(typed: str) -> Wanted:
    return read_query(typed, today=TODAY).wanted


def finds(typed: str, text: str) -> bool:
    """As the index and the second look do together."""
    asked, words = wanted(typed), words_of([text])
    has_terms = all(
        any(word.startswith(term.word) if term.is_prefix else word == term.word for word in words)
        for term in asked.terms
    )
    return not asked.is_empty and has_terms and has_runs(asked, [text])


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("blue", "Do you have BLUE bowls?"),
        ("bow", "Do you have blue bowls?"),
        ("bowls blue", "Do you have blue bowls?"),
        ("cafe", "Un café, s'il vous plaît"),
        ("CAFÉ", "un cafe"),
        ("muller", "Herr Müller wartet"),
        ("mueller", "Herr Müller wartet"),
        ("müller", "Herr Muller wartet"),
        ("strasse", "Lange Straße 5"),
        ("STRAẞE", "lange strasse"),
        ("lodz", "przesyłka do Łodzi i ŁÓDŹ"),
        ("istanbul", "İSTANBUL'dan geldi"),
        ("sise", "mavi şişe"),
        ("елка", "Новогодняя Ёлка"),
        ("заказ", "Где мой ЗАКАЗ № 12?"),
        ("каз", "казан"),
        ("αθηνα", "Στην Αθήνα"),
        ("οδοσ", "Η ΟΔΟΣ μου"),
        ("smorgas", "Smörgåsbord"),
        ("kobenhavn", "København K"),
        ("蓝色", "请问有蓝色的碗吗"),
        ("碗", "请问有蓝色的碗"),
        ("蓝色的碗", "请问有蓝色的碗吗"),
        ("注文", "先日の注文について"),
        ("がらす", "青いガラスの器"),
        ("ガラス", "青いｶﾞﾗｽの器"),
        ("bowl", "蓝色bowl一个"),
        ("ขอบคุณ", "ขอบคุณมากครับ"),
        ("สีฟ้า", "มีชามสีฟ้าไหม"),
        ("ຂອບໃຈ", "ຂອບໃຈຫຼາຍໆ"),
        ("배송", "배송은 언제 오나요"),
        ("شكرا", "شُكْرًا جزيلا"),
        ("احمد", "أحمد وصل"),
        ("123", "رقم ١٢٣٤"),
        ("שלום", "שָׁלוֹם לכם"),
        ("धन्यवाद", "आपका धन्यवाद"),
        ("👍", "gut 👍🏽"),
        ("4711", "Bestellung #4711-A"),
        ("+49 170 1234567", "ruf mich an: 0049? nein +49 (170) 123-45-67"),
        ("491701234567", "+49 170 1234567"),
        ('"blue bowls"', "the Blue  bowls".replace("  ", " ")),
        ("don't", "I don’t know"),
        ("l'été", "pendant l’ete"),
    ],
)
def test_what_is_typed_finds_what_was_written(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("blue", "red bowls"),
        ("owls", "blue bowls"),  # no part from the middle: that is for names
        ("bo", "blue bowls"),  # too short to be a beginning
        ("blue green", "blue bowls"),
        ('"bowls blue"', "blue bowls"),
        ("色蓝", "蓝色的碗"),
        ("蓝碗色", "蓝色 碗色 蓝碗"),  # all pairs are there, but apart
        ("ขอบใจ", "ขอบคุณมาก"),
        ("...", "..."),
        ("", "anything"),
    ],
)
def test_what_was_not_written_is_not_found(typed: str, text: str) -> None:
    assert not finds(typed, text)


def test_folding_twice_changes_nothing() -> None:
    for text in ("Über Straße", "ガラス", "ŁÓDŹ", "أحمد", "שָׁלוֹם", "İstanbul", "ΟΔΟΣ", "㎏ ﬁn Ǆ"):
        assert fold(fold(text)) == fold(text)


def test_a_message_has_a_bounded_number_of_words_of_bounded_length() -> None:
    words = words_of([" ".join(f"word{number}" for number in range(MOST_WORDS * 2)), "x" * 9999])
    assert len(words) == MOST_WORDS
    assert words_of(["x" * 9999]) == ["x" * LONGEST_WORD]
    assert finds("x" * 40, "x" * 9999)


def marked(text: str, typed: str) -> list[str]:
    return [text[start:end] for start, end in spans_of(text, wanted(typed))]


def test_matches_are_marked_in_the_text_as_it_was_written() -> None:
    assert marked("Herr Müller, MÜLLERS und Obermüller", "muller") == ["Müller", "MÜLLER"]
    assert marked("Lange Straße", "stras") == ["Straß"]
    assert marked("请问有蓝色的碗吗", "蓝色 碗") == ["蓝色", "碗"]
    assert marked("青いｶﾞﾗｽの器", "ガラ") in (["ｶﾞﾗ"], [])
    assert marked("cafe\u0301 noir", "café") == ["cafe\u0301"[:4]] or marked("cafe\u0301 noir", "café") == [
        "cafe\u0301"
    ]
    assert marked("nothing here", "blue") == []


def test_a_snippet_shows_the_first_match_of_a_long_text() -> None:
    pieces = snippet_of("word " * 100 + "the BLUE bowl " + "word " * 100, wanted("blue"))
    assert [piece.text for piece in pieces if piece.is_match] == ["BLUE"]
    assert (pieces[0].text, pieces[-1].text) == ("…", "…")
    assert len("".join(piece.text for piece in pieces)) <= 162
    assert "".join(piece.text for piece in snippet_of("short\n text", wanted("x"))) == "short text"


def contact_finds(typed: str, *, sees_numbers: bool = True) -> bool:
    facts = {"name": "Anna-Lena Özdemir", "handle": "anna.oz", "numbers": ["+491701234567", "anna@oz.example"]}
    lexemes = contact_lexemes(**facts)  # type: ignore[arg-type]
    parts = parts_of(read_query(typed, today=TODAY).texts)
    asked = lexeme_query(parts, sees_numbers=sees_numbers)
    has = all(any(set(way) <= set(lexemes) for way in ways) for ways in asked)
    return bool(parts) and has and fits(parts, **facts, sees_numbers=sees_numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "typed",
    ["anna", "nn", "a", "lena", "ena", "ozdem", "ÖZDEMIR", "oezdemir", "demir anna", "1701", "4567", "+49 170 123",
     "0170123", "@oz.exa", "anna.oz", "oz.example"],
)  # fmt: skip
def test_a_contact_is_found_by_any_part_of_name_and_number(typed: str) -> None:
    assert contact_finds(typed)


@pytest.mark.parametrize("typed", ["xanna", "annaa", "nnae", "17019", "4568", "lena bert", "0171"])
def test_parts_that_are_not_there_find_no_contact(typed: str) -> None:
    assert not contact_finds(typed)


def test_who_may_not_see_numbers_finds_by_a_whole_one_only() -> None:
    assert contact_finds("anna", sees_numbers=False)
    assert contact_finds("+49 170 1234567", sees_numbers=False)
    assert contact_finds("anna@oz.example", sees_numbers=False)
    for part in ("1701", "4567", "+49 170 123456", "49170123456", "@oz.example"):
        assert not contact_finds(part, sees_numbers=False), part


def test_parts_of_numbers_are_marked_through_their_groups() -> None:
    pieces = parts_marked("+49 170 1234567", ["1701"])
    assert [piece.text for piece in pieces if piece.is_match] == ["170 1"]


def test_operators_are_read_beside_words_and_phrases() -> None:
    query = read_query(
        'bowl from:anna label:"Sand glaze" from:me has:images is:open before:2026-03 after:1.2.2026 "so blue" http://x',
        today=TODAY,
    )
    assert query.texts == (("bowl", False), ("so blue", True), ("http://x", False))
    assert (query.senders, query.labels) == (("anna", "me"), ("Sand glaze",))
    assert (query.has, query.states) == (("image",), ("open",))
    assert (query.before, query.after) == (date(2026, 3, 1), date(2026, 2, 1))
    assert query.problems == ()


def test_an_operator_that_says_nothing_is_told_and_left_out() -> None:
    query = read_query("has:elephants before:soon is: bowl", today=TODAY)
    assert query.problems == (Problem("has", "elephants"), Problem("before", "soon"), Problem("is", ""))
    assert query.texts == (("bowl", False),)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-09", date(2026, 3, 9)),
        ("2025", date(2025, 1, 1)),
        ("9.3.2026", date(2026, 3, 9)),
        ("09/03/2026", date(2026, 3, 9)),
        ("yesterday", date(2026, 11, 25)),
        ("7d", date(2026, 11, 19)),
        ("2026-13-01", None),
        ("0000-01-01", None),
        ("9999999d", None),
        ("soon", None),
    ],
)
def test_days_as_people_write_them(typed: str, day: date | None) -> None:
    assert read_day(typed, today=TODAY) == day


def test_a_name_is_meant_exactly_before_it_is_meant_by_its_beginning() -> None:
    names = [("1", "VIP"), ("2", "VIP Berlin"), ("3", "No vip")]
    assert names_like("vip", names) == ["1"]
    assert names_like("vip b", names) == ["2"]
    assert names_like("berl", names) == ["2"]
    assert names_like("paris", names) == []


def test_odd_input_is_searched_without_harm() -> None:
    for typed in (
        '"',
        '""',
        ":",
        "from:",
        "'",
        "\\",
        "a' | b",
        "!&|():*",
        "\u202e\u200d",
        "label:'; drop table x",
        "🇩🇪",
    ):
        wanted(typed)
        parts_of(read_query(typed, today=TODAY).texts)
