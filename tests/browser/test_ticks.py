"""How far a message came, in signs with names: on its way, sent, delivered, read, failed, perhaps arrived."""

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.phone import Phone
from tests.browser.provider import Customer, Provider


def _enter(desk: Desk, provider: Provider, name: str) -> Customer:
    """Somebody who wrote, their conversation open."""
    customer = provider.customer(name)
    customer.says("Is the kiln book back in stock?")
    desk.enter(customer)
    return customer


def test_ticks_go_from_the_clock_to_read(desk: Desk, provider: Provider) -> None:
    customer = _enter(desk, provider, "Wiebe Hoekstra")
    customer.goes_offline()
    with provider.send_fault("delay", delay_s=1.5, count=1):
        desk.answer(customer, "It came this morning.")
        expect(desk.tick("It came this morning.", "On its way")).to_be_visible()
        expect(desk.tick("It came this morning.", "Sent")).to_be_visible()
    customer.comes_online()
    expect(desk.tick("It came this morning.", "Delivered")).to_be_visible()
    customer.reads()
    expect(desk.tick("It came this morning.", "Read")).to_be_visible()


def test_a_refused_message_says_why_and_can_be_sent_again(desk: Desk, provider: Provider) -> None:
    customer = _enter(desk, provider, "Pablo Ortega")
    provider.post(f"/_control/users/{customer.key}", {"is_on_whatsapp": False})
    desk.answer(customer, "Hola Pablo, su pedido llega hoy.")
    failed = desk.bubble("Hola Pablo, su pedido llega hoy.")
    expect(failed.get_by_role("img", name="Not delivered")).to_be_visible()
    expect(failed).to_contain_text("Not delivered.")
    expect(failed).to_contain_text("the number may have no WhatsApp, or only an old version of it. (131026)")
    expect(desk.row(customer)).to_contain_text("Failed")
    # It would be refused: that is said instead of the button.
    expect(failed).to_contain_text("It can be sent again once they write.")
    expect(failed.get_by_role("button", name="Send again")).to_have_count(0)

    provider.post(f"/_control/users/{customer.key}", {"is_on_whatsapp": True})
    customer.says("I am back.")
    expect(desk.bubble("I am back.")).to_be_visible()
    failed.get_by_role("button", name="Send again").click()
    expect(desk.has_arrived("Hola Pablo, su pedido llega hoy.").last).to_be_visible()
    expect(desk.row(customer).get_by_text("Failed")).to_have_count(0)


def test_a_failed_message_can_be_discarded(desk: Desk, provider: Provider) -> None:
    customer = _enter(desk, provider, "Marit Haugen")
    provider.post(f"/_control/users/{customer.key}", {"is_on_whatsapp": False})
    desk.answer(customer, "We fire again on Thursday.")
    failed = desk.bubble("We fire again on Thursday.")
    failed.get_by_role("button", name="Discard").click()
    expect(desk.thread.get_by_text("Discarded")).to_be_visible()
    expect(desk.thread.get_by_role("button", name="Send again")).to_have_count(0)
    expect(desk.row(customer).get_by_text("Failed")).to_have_count(0)


def test_a_message_that_came_too_late_can_go_as_a_template(desk: Desk, provider: Provider) -> None:
    customer = _enter(desk, provider, "Elif Kaya")
    with provider.send_fault("refuse_500", http_status=400, code=131047, count=1):
        desk.answer(customer, "The sample is in the post.")
        failed = desk.bubble("The sample is in the post.")
        expect(failed).to_contain_text("More than 24 hours have passed since the customer wrote.")
        expect(failed).to_contain_text("(131047)")
    failed.get_by_role("button", name="Send as template").click()
    templates = desk.page.get_by_role("listbox", name="Templates")
    templates.get_by_role("option").filter(has_text="order_update").click()
    desk.page.get_by_label("Like “Ana”").fill("Elif")
    desk.page.get_by_label("Like “1234”").fill("4187")
    desk.page.get_by_role("button", name="Send template").click()
    expect(desk.bubble("Hello Elif, your order 4187 is on its way to you.")).to_contain_text("Template, order_update")
    expect(desk.has_arrived("Hello Elif, your order 4187")).to_be_visible()


def test_while_the_window_is_closed_the_box_is_the_template_picker(desk: Desk, provider: Provider) -> None:
    customer = provider.customer("Tomasz Zieliński")
    with provider.clock_moved(hours=-25):
        customer.says("I will measure the shelf.")
    desk.row(customer).click()
    expect(desk.row(customer)).to_contain_text("Closed")
    expect(desk.page.get_by_text("Tomasz’s next message opens it")).to_be_visible()
    expect(desk.page.get_by_role("listbox", name="Templates")).to_be_in_viewport()
    expect(desk.answer_box(customer)).to_have_count(0)
    desk.page.get_by_role("button", name="Note", exact=True).click()
    expect(desk.page.get_by_role("textbox", name="Private note")).to_be_in_viewport()
    customer.says("It is 60 cm.")
    desk.page.get_by_role("button", name="Reply", exact=True).click()
    expect(desk.answer_box(customer)).to_be_in_viewport()


def test_a_message_whose_fate_is_unknown_says_so_and_asks_before_it_goes_twice(desk: Desk, provider: Provider) -> None:
    customer = _enter(desk, provider, "Joaquín Vidal")
    with provider.knobs(hold_statuses=True), provider.send_fault("accept_reset", count=1):
        desk.answer(customer, "Perfecto, muchas gracias.")
        uncertain = desk.bubble("Perfecto, muchas gracias.")
        expect(uncertain.get_by_role("img", name="May have arrived")).to_be_visible()
        expect(uncertain).to_contain_text("The line broke before an answer came.")
        uncertain.get_by_role("button", name="Send again…").click()
        question = desk.page.get_by_role("dialog")  # beside the toast that told of it
        expect(question).to_contain_text("Joaquín Vidal may then get it twice.")
        question.get_by_role("button", name="Cancel").click()
        expect(question).to_have_count(0)
        assert provider.sends_of("Perfecto, muchas gracias.") == 1
        uncertain.get_by_role("button", name="Mark as delivered").click()
        expect(desk.has_arrived("Perfecto, muchas gracias.")).to_be_visible()


def test_an_unknown_fate_is_settled_by_the_status_that_follows(desk: Desk, provider: Provider) -> None:
    customer = _enter(desk, provider, "Oliver Grant")
    with provider.knobs(hold_statuses=True), provider.send_fault("accept_500", count=1):
        desk.answer(customer, "The glaze is food safe.")
        expect(desk.tick("The glaze is food safe.", "May have arrived")).to_be_visible()
    expect(desk.has_arrived("The glaze is food safe.")).to_be_visible()
    assert provider.sends_of("The glaze is food safe.") == 1


def test_the_customer_sees_that_somebody_writes(desk: Desk, provider: Provider) -> None:
    customer = _enter(desk, provider, "Nina Orlova")
    phone = Phone(desk.page).take(customer)
    desk.answer_box(customer).press_sequentially("One moment")
    expect(phone.frame.get_by_text("typing…")).to_be_visible()
