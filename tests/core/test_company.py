"""What counts as a domain of a company, and how it is written down."""

import pytest

from threadline.core.company import MOST_DOMAINS, company_words, found_by, read_domains
from threadline.core.errors import Invalid


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("example.com", "example.com"),
        (" Example.COM. ", "example.com"),
        ("https://www.example.co.uk/contact?x=1", "example.co.uk"),
        ("ana@shop.example.com", "shop.example.com"),
        ("@example.com", "example.com"),
        ("example.com:8080", "example.com"),
        ("bücher.example", "bücher.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_read_off_what_people_paste(given: str, kept: str) -> None:
    assert read_domains([given]) == [kept]


@pytest.mark.parametrize("given", ["example", "a b.com", "-a.com", "a..com", "javascript:alert(1)", "a_.com"])
def test_what_is_no_domain_is_refused(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_domains([given])
    assert refused.value.reason == "company_domain"


def test_each_stands_once_in_the_given_order_and_empty_lines_say_nothing() -> None:
    assert read_domains(["b.com", "", "a.com", "B.com"]) == ["b.com", "a.com"]


def test_there_is_a_most_of_them() -> None:
    given = [f"a{number}.com" for number in range(MOST_DOMAINS + 1)]
    assert len(read_domains(given[:-1])) == MOST_DOMAINS
    with pytest.raises(Invalid) as refused:
        read_domains(given)
    assert refused.value.reason == "company_too_many_domains"


def test_it_is_found_by_any_part_whatever_the_case_and_accents() -> None:
    found = found_by("José Straße GmbH", ["jose.example"])
    for search in ("jose", "STRASSE gm", "JOSÉ", "e.exam", "ße"):
        assert all(word in found for word in company_words(search)), search
    assert "xyz" not in found
