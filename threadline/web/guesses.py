"""Counting guesses of passwords and links, before the work that a guess costs (S12)."""

import hashlib
import re
from collections.abc import Iterable, Sequence

from threadline.core.errors import TooManyRequests
from threadline.core.permission import Caller
from threadline.store.people import normal_email
from threadline.store.rates import Rate, give_back, hit
from threadline.store.session import Role, Session
from threadline.web.context import WebContext

_WINDOW_S = 300.0
_BY_PERSON = 10
_BY_ADDRESS = 10
_BY_ALL = 1000
_DAY_S = 86_400.0
_TELLS_SOMEBODY = re.compile(r"@|\d(?:\D{0,3}\d){6}").search


def sign_in_rates(email: str, address: str) -> list[Rate]:
    """Always in this order, so that two sign-ins never wait for each other in a circle; the shared row comes last."""
    return [
        *person_rates(email),
        Rate(f"sign_in:address:{_mark(address)}", _BY_ADDRESS, _WINDOW_S),
        Rate("sign_in:all", _BY_ALL, _WINDOW_S),
    ]


def person_rates(email: str) -> list[Rate]:
    """Of one person's password, wherever it is asked for without a session: the same counter as for signing in."""
    return [Rate(f"sign_in:person:{_mark(normal_email(email))}", _BY_PERSON, _WINDOW_S)]


def proof_rates(session_id: object) -> list[Rate]:
    """Of one session: whoever guesses from outside cannot lock out somebody who is signed in."""
    return [Rate(f"proof:{session_id}", _BY_PERSON, _WINDOW_S)]


def link_rates(address: str) -> list[Rate]:
    return [
        Rate(f"link:address:{_mark(address)}", 30, _WINDOW_S),
        Rate("link:all", _BY_ALL, _WINDOW_S),
    ]


def number_rates(actor_id: object) -> list[Rate]:
    """Of one agent or token that may see no numbers, and asks whose a whole one is."""
    return [Rate(f"number:{actor_id}", 60, _WINDOW_S), Rate(f"numbers:{actor_id}", 500, _DAY_S)]


def row_rates(actor_id: object) -> list[Rate]:
    """The same in a table that is read in: a shop has that many customers, and nobody that many guesses."""
    return [Rate(f"number_rows:{actor_id}", 20_000, _DAY_S)]


async def count_numbers(web: WebContext, caller: Caller, texts: Iterable[str], *, in_table: bool = False) -> None:
    """Counts what somebody asks who may see no numbers: a whole number finds, and trying them all out must not.

    Raises TooManyRequests.
    """
    if caller.clearance.sees_addresses:
        return
    asked = sum(_TELLS_SOMEBODY(text) is not None for text in texts)
    if asked:
        rates = row_rates(caller.actor_id) if in_table else number_rates(caller.actor_id)
        await count_guess(web, rates, count=asked)


async def count_guess(web: WebContext, rates: Sequence[Rate], *, count: int = 1) -> None:
    """In a transaction of its own, so that a refusal later does not take it back. Raises TooManyRequests."""
    async with web.database.transaction(Role.WEB) as session:
        waits = [wait for rate in rates if (wait := await hit(session, rate, count=count)) is not None]
    if waits:
        raise TooManyRequests("That were too many tries. Please wait a few minutes.", retry_in_s=max(waits))


async def take_back_guess(session: Session, rates: Sequence[Rate]) -> None:
    """It was right, so it was no guess: an office behind one address may sign in at nine o'clock."""
    for rate in rates:
        await give_back(session, rate)


def _mark(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32]
