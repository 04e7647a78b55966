"""Companies: who several contacts belong to. A contact belongs to one company at most."""

import re
from collections.abc import Sequence
from typing import Final

from threadline.core.errors import Invalid
from threadline.core.label import label_key
from threadline.core.letters import fold_text

LONGEST_NOTES: Final = 10_000
MOST_DOMAINS: Final = 20

_DOMAIN: Final = re.compile(r"(?=.{1,253}$)([^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?")


def read_domains(given: Sequence[str]) -> list[str]:
    """`https://www.Acme.example/contact`, `@acme.example` → `acme.example`; each once, in their order.

    Raises Invalid for what is no domain, and for more than `MOST_DOMAINS`.
    """
    domains = list(dict.fromkeys(_read_domain(one) for one in given if one.strip()))
    if len(domains) > MOST_DOMAINS:
        raise Invalid(
            f"No more than {MOST_DOMAINS} domains fit here.",
            field="domains",
            reason="company_too_many_domains",
            values={"limit": str(MOST_DOMAINS)},
        )
    return domains


def _read_domain(text: str) -> str:
    domain = re.sub(r"^([a-z][a-z0-9+.-]*://)", "", text.strip().lower())
    domain = re.split(r"[/?#:]", domain, maxsplit=1)[0].rsplit("@", 1)[-1].removeprefix("www.").rstrip(".")
    if _DOMAIN.fullmatch(domain) is None:
        raise Invalid("Please enter a domain such as example.com.", field="domains", reason="company_domain")
    return domain


def found_by(name: str, domains: Sequence[str]) -> str:
    """What a company is found by: case and accents do not matter, and any part of it will do."""
    return " ".join((_folded(name), *map(_folded, domains)))


def company_words(search: str) -> list[str]:
    """What a company is looked for by: each of these must stand in `found_by`."""
    return _folded(search).split()[:8]


def _folded(text: str) -> str:
    return fold_text(label_key(text))
