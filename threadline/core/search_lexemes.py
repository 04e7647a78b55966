"""Lexemes: the words of core/search_text.py as the index keeps them, and what else a message is looked up by.

A workspace's lexemes begin with its mark, two characters; attributes of a message carry a sign that no word has.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal
from uuid import UUID

from threadline.core.message import AuthorKind, Direction
from threadline.core.search_query import Has
from threadline.core.search_text import Term

Subject = Literal["messages", "contacts", "discussions"]

VERSIONS: Final[Mapping[Subject, int]] = {"messages": 1, "contacts": 2, "discussions": 1}
"""Of the way each is cut. Raised when it changes: then all of them are read again."""

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"


def mark_of(workspace_id: UUID) -> str:
    """Two workspaces in four thousand share one, which costs a look at the row and no more."""
    low = workspace_id.int & 0xFFF
    return _ALPHABET[low >> 6] + _ALPHABET[low & 0x3F]


def has_lexeme(what: Has) -> str:
    return f"={what}"


def direction_lexeme(direction: str) -> str:
    return f">{direction}"


def channel_lexeme(channel_id: UUID) -> str:
    return f"#{channel_id.hex[16:]}"


def agent_lexeme(agent_id: UUID) -> str:
    return f"@{agent_id.hex[16:]}"


def attributes(
    *, direction: str, author_kind: str, author_id: UUID | None, channel_id: UUID, has: Iterable[Has]
) -> list[str]:
    """What `is:`, `from:`, `channel:` and `has:` look a message up by."""
    found = [direction_lexeme(direction), channel_lexeme(channel_id), *map(has_lexeme, has)]
    if author_kind == AuthorKind.AGENT and author_id is not None:
        found.append(agent_lexeme(author_id))
    return found


def is_searched(direction: str) -> bool:
    """Lines of the desk are no texts of anybody."""
    return direction != Direction.LINE


def vector(workspace_id: UUID, lexemes: Iterable[str]) -> str:
    """As PostgreSQL reads a `tsvector`."""
    mark = mark_of(workspace_id)
    return " ".join(_quoted(mark + lexeme) for lexeme in lexemes)


def query(workspace_id: UUID, terms: Sequence[Term], *any_of: Sequence[str]) -> str | None:
    """As PostgreSQL reads a `tsquery`: all terms, and of each group of lexemes at least one. None: nothing is asked."""
    mark = mark_of(workspace_id)
    parts = [_quoted(mark + term.word) + (":*" if term.is_prefix else "") for term in terms]
    parts += ["(" + " | ".join(_quoted(mark + one) for one in group) + ")" for group in any_of if group]
    return " & ".join(parts) or None


def query_of_parts(workspace_id: UUID, parts: Sequence[Sequence[Sequence[str]]]) -> str | None:
    """Every part in one of its alternatives, each of which is lexemes that must all be there."""
    mark = mark_of(workspace_id)
    groups = [
        "(" + " | ".join("(" + " & ".join(_quoted(mark + lexeme) for lexeme in way) + ")" for way in ways) + ")"
        for ways in parts
    ]
    return " & ".join(groups) or None


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
