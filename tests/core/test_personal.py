"""Numbers and addresses, masked."""

from uuid import uuid4

import msgspec
import pytest

from threadline.core.content import (
    CardLine,
    CardPhone,
    ContactCard,
    Contacts,
    FormAnswer,
    Line,
    Media,
    Native,
    Template,
    TemplateValue,
    Text,
    encode_content,
)
from threadline.core.personal import (
    Address,
    Clearance,
    Excerpt,
    PersonName,
    Said,
    mask_address,
    mask_content,
    mask_written,
)

MASKED = Clearance(sees_addresses=False)
STRICT = Clearance(sees_addresses=False, sees_written=False)
EARLIER = Clearance(sees_earlier=False)


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        ("+49 171 1234567", "+49 ••• ••• 67"),
        ("+491711234567", "+49 ••• ••• 67"),
        ("+1 212-555-0134", "+1 ••• ••• 34"),
        ("+7 912 345-67-89", "+7 ••• ••• 89"),
        ("+380 44 123 4567", "+380 ••• ••• 67"),
        ("+971 50 123 4567", "+971 ••• ••• 67"),
        ("+44 7700 900318", "+44 ••• ••• 18"),
        ("+31 20 555 01 42", "+31 ••• ••• 42"),
        ("+599 123 4", "+599 •••"),  # so short that two digits would be half of it
        ("491711234567", "••• ••• 67"),  # as WhatsApp names an account
        ("0171/1234567", "••• ••• 67"),
        ("(0171) 123-45-67", "••• ••• 67"),
        ("70070", "•••"),  # a short code
        ("112", "•••"),
        ("9876543210123", "••• ••• 23"),  # the account of another messenger
        ("anna@oz.example", "a•••@o•••.example"),
        ("Anna.Lena@mail.oz.co.uk", "A•••@m•••.uk"),
        ("a@d.de", "•••@•••.de"),
        ("491711234567@s.whatsapp.net", "•••@s•••.net"),
        ("sip:+491711234567@voip.example", "s•••@v•••.example"),
        ("root@localhost", "r•••@l•••"),
        ("anna@10.0.0.12", "a•••@•••"),
        ("DE.13491208655302741918", "DE.13491208655302741918"),  # a business-scoped id calls nobody
        ("US.ENT.506847293015824", "US.ENT.506847293015824"),
        ("anna.oz", "anna.oz"),
        ("@anna_oz", "@anna_oz"),
        ("@491711234567", "@••• ••• 67"),  # a user name that is a number
        ("anna_0171-1234567", "anna_••• ••• 67"),
        ("", ""),
    ],
)
def test_an_address_is_masked_by_one_rule(whole: str, shown: str) -> None:
    assert mask_address(whole) == shown
    assert Address(whole).shown(MASKED) == shown
    assert Address(whole).shown(Clearance()) == whole


def test_a_mask_does_not_tell_how_long_a_number_is() -> None:
    assert mask_address("+49 30 12367") == mask_address("+49 30 1234567867")


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        ("Call me at +49 171 1234567, please", "Call me at +49 ••• ••• 67, please"),
        ("0171 1234567 or anna@oz.example.", "••• ••• 67 or a•••@o•••.example."),
        ("٠١٧١١٢٣٤٥٦٧", "••• ••• ٦٧"),
        ("on 2026-11-26 14:07, or 26.11.2026 9:00", "on 2026-11-26 14:07, or 26.11.2026 9:00"),
        ("2026-11-26, 01.12.2026", "2026-11-26, 01.12.2026"),
        ("26.11.2026 171 1234567", "••• ••• 67"),
        ("12 bowls at 24.90, 1,200 in all", "12 bowls at 24.90, 1,200 in all"),
        ("order 123456", "order 123456"),
        ("order 1234567", "order ••• ••• 67"),  # nobody can tell it from a number
        ("https://wa.me/491711234567", "https://wa.me/••• ••• 67"),
        ("@all see @anna", "@all see @anna"),
        ("", ""),
    ],
)
def test_numbers_within_a_text_are_masked(whole: str, shown: str) -> None:
    assert mask_written(whole) == shown


def test_a_name_that_is_a_number_is_masked_and_every_other_name_is_not() -> None:
    assert PersonName("+49 171 1234567").shown(MASKED) == "+49 ••• ••• 67"
    assert PersonName("Anna (0171 1234567)").shown(MASKED) == "Anna (••• ••• 67)"
    assert PersonName("anna@oz.example").shown(MASKED) == "a•••@o•••.example"
    assert PersonName("Anna Öz 3").shown(MASKED) == "Anna Öz 3"


def card() -> Contacts:
    return Contacts(
        cards=(
            ContactCard(
                name="+49 171 1234567",
                phones=(CardPhone(phone="+49 171 1234567", label="work", address_value="491711234567"),),
                emails=(CardLine(value="anna@oz.example"),),
                urls=(CardLine(value="https://wa.me/491711234567"),),
            ),
        )
    )


def shown(content: object, clearance: Clearance) -> str:
    said = Said(encode_content(content))  # type: ignore[arg-type]
    return msgspec.json.encode(said.shown(clearance)).decode()


def test_a_card_is_masked_wherever_contacts_are() -> None:
    assert "1234567" in shown(card(), Clearance())
    masked = shown(card(), MASKED)
    assert "1234567" not in masked
    assert "anna@" not in masked
    assert masked.count("+49 ••• ••• 67") == 2
    assert "work" in masked


def test_what_was_written_is_masked_only_where_a_workspace_says_so() -> None:
    text = Text(text="I am +49 171 1234567")
    assert "1234567" in shown(text, MASKED)
    assert "1234567" not in shown(text, STRICT)
    assert "1234567" in shown(text, Clearance(sees_addresses=True, sees_written=False))  # there is nothing to hide


@pytest.mark.parametrize(
    "content",
    [
        Media(media="image", file_id=uuid4(), caption="+49 171 1234567"),
        Template(
            name="t", language="de", text="0171 1234567", body_values=(TemplateValue(name="1", value="1711234567"),)
        ),
        Native(type="x", json='{"to":"491711234567"}', text="+491711234567"),
        FormAnswer(form="f", answers={"note": "+49 171 1234567"}),
    ],
)
def test_every_kind_of_message_is_masked(content: object) -> None:
    assert "1234567" not in shown(content, STRICT)


def test_a_line_that_names_a_contact_by_their_number_is_masked() -> None:
    """Somebody without a name is named by the number in the line that moves a conversation to them."""
    data = {"from_id": "01a219ba-4512-721c-8101-651605123456", "from": "+491711234567", "into_id": "x", "into": "Anna"}
    masked = mask_content(Line(what="contact_moved", data=data), MASKED)
    assert masked == Line(what="contact_moved", data={**data, "from": "+49 ••• ••• 67"})
    assert "+491711234567" not in shown(Line(what="contact_moved", data=data), MASKED)


def test_the_answer_to_a_question_for_a_number_is_a_number() -> None:
    answers = {"phone_number": "01711234567", "city": "10115 Berlin"}
    masked = mask_content(FormAnswer(form="address", answers=answers), MASKED)
    assert masked == FormAnswer(form="address", answers={"phone_number": "••• ••• 67", "city": "10115 Berlin"})


def test_what_was_deleted_is_gone_for_those_who_may_not_see_it() -> None:
    said = Said(encode_content(Text(text="secret")), is_deleted=True)
    assert said.shown(EARLIER) == Text(text="")
    assert said.shown(Clearance()) == msgspec.Raw(b'{"kind":"text","text":"secret"}')
    assert Excerpt("secret", is_deleted=True).shown(EARLIER) == ""
    assert Excerpt("secret").shown(EARLIER) == "secret"


def test_no_encoder_and_no_log_knows_a_guarded_value_by_itself() -> None:
    for value in (Address("+491711234567"), PersonName("Anna"), Excerpt("Hi"), Said(b"{}")):
        with pytest.raises(TypeError):
            msgspec.json.encode(value)
        assert "Anna" not in repr(value)
        assert "171" not in f"{value}"
    assert Address("+491711234567") == Address("+491711234567")
    assert Address("+491711234567") != PersonName("+491711234567")
