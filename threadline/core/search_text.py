"""Texts cut into the words that are searched, alike for what is stored and for what is asked.

No locale and no dictionary: case and accents are folded by Unicode, words are what stands between other characters, and
scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are cut into overlapping pairs of characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST_WORD: Final = 32
"""A longer one is cut: what follows tells two addresses on the web apart, but nobody types it."""
MOST_WORDS: Final = 600
"""Of one message. What stands behind so many different words is not found; a pasted log must not fill the index."""
SHORTEST_PREFIX: Final = 3
"""Shorter words are looked up whole: what begins with two letters is a large part of all texts."""

# Signs that are no letters of their own, by script: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels.
# Vowel signs of Thai or Devanagari and the sound marks of kana stay, for without them words become others.
_ACCENTS = (
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5),
    (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED),
    (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
)  # fmt: skip
# Letters that Unicode does not take apart, but that people type without their mark or in two letters.
_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŀ": "l",
    "ى": "ي", "ة": "ه", "ـ": "", "ς": "σ", "ʼ": "'", "’": "'",
}  # fmt: skip
_KATAKANA: Final = range(0x30A1, 0x30F7)
_TO_HIRAGANA: Final = 0x60
_UNSPACED = (
    r"\u0e00-\u0eff"  # Thai, Lao
    r"\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_RUN = re.compile(rf"([{_UNSPACED}]+)|((?:(?![{_UNSPACED}])[^\W_]|[\u0900-\u0dff\u0300-\u036f])+)")
_PLAIN_RUN = re.compile("[a-z0-9]+")
_PICTURE = re.compile(r"[\u2600-\u27bf\U0001f300-\U0001faff]")
_NUMBER = re.compile(r"\+?\d[\d\s().\u00a0/-]{5,24}\d")
_UMLAUT = re.compile("[äöü]")
_BESIDE = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@lru_cache(maxsize=8192)
def _folded_letter(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    bare = "".join(letter for letter in decomposed if not _is_accent(ord(letter)) and not _is_invisible(letter))
    whole = unicodedata.normalize("NFC", bare)
    return "".join(_plain(letter) for letter in whole)


def _plain(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    if ord(letter) in _KATAKANA:
        return chr(ord(letter) - _TO_HIRAGANA)
    digit = unicodedata.digit(letter, None)
    return letter if digit is None or letter.isascii() else str(digit)


def _is_accent(point: int) -> bool:
    return any(first <= point <= last for first, last in _ACCENTS)


def _is_invisible(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf"


def fold(text: str) -> str:
    """`Über Ärger` → `uber arger`: two texts that fold alike are the same to somebody who searches."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded_letter, unicodedata.normalize("NFKC", text)))


def words_of(texts: Iterable[str]) -> list[str]:
    """What a message is found by, each word once, at most `MOST_WORDS`."""
    found = dict.fromkeys(word[:LONGEST_WORD] for text in texts for word in _words(text))
    return list(found)[:MOST_WORDS]


def _words(text: str) -> Iterator[str]:
    folded = fold(text)
    if folded.isascii():  # every message that is received is cut: most need none of what follows
        yield from _PLAIN_RUN.findall(folded)
    else:
        for unspaced, spaced in _RUN.findall(folded):
            if spaced:
                yield spaced
            else:
                yield from _pairs(unspaced)
                yield unspaced[-1]  # nothing follows it, yet it is looked up by itself
        yield from _PICTURE.findall(folded)
    yield from _numbers(folded)
    if not text.isascii():
        yield from _spelt_out(text)


def _pairs(run: str) -> Iterator[str]:
    return (run[start : start + 2] for start in range(len(run) - 1))


def _numbers(folded: str) -> Iterator[str]:
    """A telephone or order number written in groups, as one word too."""
    for match in _NUMBER.findall(folded):
        digits = "".join(filter(str.isdigit, match))
        if len(digits) >= 7 and digits != match:
            yield digits


def _spelt_out(text: str) -> Iterator[str]:
    """`Müller` is looked up as `Mueller`, too."""
    lowered = unicodedata.normalize("NFC", text).lower()
    if _UMLAUT.search(lowered):
        for run in re.findall(r"[^\W_]*[äöü][^\W_]*", lowered):
            yield fold(run.translate(_BESIDE))


@dataclass(frozen=True, slots=True)
class Term:
    """A word that must occur: whole, or as the beginning of one."""

    word: str
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: every term occurs, and every run, folded, stands in the text as it is."""

    terms: tuple[Term, ...]
    runs: tuple[str, ...]
    """Quoted phrases and unspaced scripts, whose pairs alone would also occur apart from each other."""
    marks: tuple[str, ...]
    """Folded beginnings of words, or runs, that are shown as matches."""

    @property
    def is_empty(self) -> bool:
        return not self.terms


MOST_TERMS: Final = 16
"""Of one search. More say nothing that these do not."""


def wanted_of(texts: Sequence[tuple[str, bool]]) -> Wanted:
    """(text, whether it was quoted) as typed → what must occur."""
    terms: dict[Term, None] = {}
    runs: list[str] = []
    marks: dict[str, None] = {}
    for text, is_quoted in texts:
        folded = fold(text)
        if is_quoted and folded.strip():
            runs.append(folded.strip())
        number = next(_numbers(folded), None) if not is_quoted and _NUMBER.fullmatch(folded.strip()) else None
        if number:
            terms[Term(number[:LONGEST_WORD], is_prefix=True)] = None
            marks[folded.strip()] = None
            continue
        for unspaced, spaced in _RUN.findall(folded):
            run = unspaced or spaced
            marks[run] = None
            if spaced:
                terms[_term(spaced, is_quoted=is_quoted)] = None
            elif len(unspaced) == 1:
                terms[Term(unspaced, is_prefix=True)] = None
            else:
                terms |= dict.fromkeys(Term(pair, is_prefix=False) for pair in _pairs(unspaced))
                runs.append(unspaced)
        for picture in _PICTURE.findall(folded):
            terms[Term(picture, is_prefix=False)] = None
            marks[picture] = None
    return Wanted(tuple(terms)[:MOST_TERMS], tuple(runs), tuple(marks))


def _term(word: str, *, is_quoted: bool) -> Term:
    shortest = SHORTEST_PREFIX - 1 if _is_syllable(word[0]) else SHORTEST_PREFIX
    return Term(word[:LONGEST_WORD], is_prefix=not is_quoted and shortest <= len(word))


def _is_syllable(character: str) -> bool:
    """Two syllables of Hangul say as much as four letters, and what follows is mostly a particle."""
    return "\uac00" <= character <= "\ud7a3"


def has_runs(wanted: Wanted, texts: Iterable[str]) -> bool:
    """True if each run of the search stands in one of the texts."""
    if not wanted.runs:
        return True
    folded = [fold(text) for text in texts]
    return all(any(run in text for text in folded) for run in wanted.runs)


def has_terms(wanted: Wanted, texts: Iterable[str]) -> bool:
    """True if every term occurs in one of the texts, as the index decides it."""
    words = words_of(texts)
    return all(
        any(word.startswith(term.word) if term.is_prefix else word == term.word for word in words)
        for term in wanted.terms
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; whether it is what was looked for."""

    text: str
    is_match: bool


SNIPPET: Final = 160
_BEFORE: Final = 40


def snippet_of(text: str, wanted: Wanted) -> list[Piece]:
    """The text around its first match, on one line, cut into pieces. The beginning of the text if nothing matches."""
    flat = " ".join(text.split())
    spans = spans_of(flat, wanted)
    start = 0
    if spans and spans[0][1] > SNIPPET - _BEFORE:
        start = max(0, spans[0][0] - _BEFORE)
        gap = flat.find(" ", start, spans[0][0])
        start = gap + 1 if gap >= 0 else start
    end = min(len(flat), start + SNIPPET)
    pieces = list(_cut(flat, [(max(a, start), min(b, end)) for a, b in spans if b > start and a < end], start, end))
    if start > 0:
        pieces.insert(0, Piece("…", is_match=False))
    if end < len(flat):
        pieces.append(Piece("…", is_match=False))
    return pieces


def parts_marked(text: str, parts: Sequence[str]) -> list[Piece]:
    """A name or number, whole, with every one of these folded parts marked; what stands between digits is skipped."""
    folded, origins = _fold_with_origins(text)
    digits = [place for place, character in enumerate(folded) if character.isdigit()]
    bare = "".join(folded[place] for place in digits)
    spans: list[tuple[int, int]] = []
    for part in parts:
        if part and (at := folded.find(part)) >= 0:
            spans.append((origins[at], origins[at + len(part) - 1] + 1))
        elif part.isdigit() and (at := bare.find(part)) >= 0:
            spans.append((origins[digits[at]], origins[digits[at + len(part) - 1]] + 1))
    return list(_cut(text, _joined(sorted(spans)), 0, len(text)))


def spans_of(text: str, wanted: Wanted) -> list[tuple[int, int]]:
    """Where the matches stand in the text itself, ascending and apart from each other."""
    folded, origins = _fold_with_origins(text)
    found: list[tuple[int, int]] = []
    for mark in wanted.marks:
        found.extend((origins[a], origins[b - 1] + 1) for a, b in _occurrences(folded, mark))
    return _joined(sorted(found))


def _occurrences(folded: str, mark: str) -> Iterator[tuple[int, int]]:
    is_unspaced = _RUN.fullmatch(mark) is None or bool(re.match(f"[{_UNSPACED}]", mark))
    at = folded.find(mark)
    while at >= 0 and mark:
        if is_unspaced or at == 0 or not folded[at - 1].isalnum() or re.match(f"[{_UNSPACED}]", folded[at - 1]):
            yield at, at + len(mark)
        at = folded.find(mark, at + 1)


def _fold_with_origins(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place it comes from."""
    parts: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        folded = "" if _is_accent(ord(character)) else _folded_letter(character)
        parts.append(folded)
        origins.extend([place] * len(folded))
    return "".join(parts), origins


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    at = start
    for first, last in spans:
        if first > at:
            yield Piece(text[at:first], is_match=False)
        yield Piece(text[first:last], is_match=True)
        at = last
    if at < end:
        yield Piece(text[at:end], is_match=False)


# Names and numbers, found by any part ---------------------------------------------------------------------------------

_LONGEST_GRAMMED: Final = 60


def grams_of(words: Iterable[str], sizes: Sequence[int]) -> list[str]:
    """So many characters of each word from every place in it, each once: for each of `sizes`."""
    found: dict[str, None] = {}
    for word in words:
        cut = word[:_LONGEST_GRAMMED]
        found |= dict.fromkeys(cut[at : at + size] for size in sizes for at in range(len(cut) - size + 1))
    return list(found)


def grams_wanted(part: str, sizes: Sequence[int]) -> list[str]:
    """The grams, as few and as long as there are, that a word must have to contain this part.

    `sizes` ascend from 1 or from the shortest part there is. That the word has them in this order is for a second look.
    """
    size = max(size for size in sizes if size <= len(part))
    starts = [*range(0, len(part) - size, size), len(part) - size]
    return list(dict.fromkeys(part[at : at + size] for at in starts))


def name_words(name: str) -> list[str]:
    """The words of a name, whole: unspaced scripts too, for their parts are found by grams."""
    spelt = list(_spelt_out(name)) if not name.isascii() else []
    return [unspaced or spaced for unspaced, spaced in _RUN.findall(fold(name))] + spelt
