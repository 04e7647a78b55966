"""The network goes and comes, tabs come and go: nothing is lost, nothing goes twice."""

import re

from playwright.sync_api import BrowserContext, Page, WebSocket, expect

from tests.browser.conftest import Network
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_what_is_written_without_network_goes_out_once(network: Network, desk: Desk, provider: Provider) -> None:
    customer = provider.customer("Greta Lind")
    customer.says("Do you ship to Visby?")
    desk.enter(customer)
    with network.cut():
        expect(desk.page.get_by_text("No network. What you write is kept and sent later.")).to_be_visible()
        desk.answer(customer, "Yes, by boat.")
        expect(desk.tick("Yes, by boat.", "On its way")).to_be_visible()
        customer.says("And to Fårö?")
    expect(desk.bubble("And to Fårö?")).to_be_visible(timeout=20_000)
    expect(desk.has_arrived("Yes, by boat.")).to_be_visible(timeout=20_000)
    expect(desk.page.get_by_text("No network.")).to_have_count(0)
    expect(desk.bubble("Yes, by boat.")).to_have_count(1)
    assert provider.sends_of("Yes, by boat.") == 1


def test_what_was_written_without_network_survives_a_closed_tab(
    network: Network, desk: Desk, context: BrowserContext, provider: Provider
) -> None:
    customer = provider.customer("Per Holm")
    customer.says("Is the blue one glazed inside?")
    desk.enter(customer)
    with network.cut():
        desk.answer(customer, "It is, with sea glaze.")
        expect(desk.tick("It is, with sea glaze.", "On its way")).to_be_visible()
        desk.page.close(run_before_unload=False)
    again = Desk(context.new_page()).open()
    again.enter(customer)
    expect(again.has_arrived("It is, with sea glaze.")).to_be_visible(timeout=20_000)
    assert provider.sends_of("It is, with sea glaze.") == 1


def test_two_tabs_share_one_socket_and_see_the_same(context: BrowserContext, provider: Provider) -> None:
    sockets: dict[Page, list[WebSocket]] = {}
    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.on("websocket", lambda socket, page=page: sockets.setdefault(page, []).append(socket))
        Desk(page).open()
    customer = provider.customer("Ingrid Dahl")
    customer.says("Hej!")
    for page in pages:
        expect(Desk(page).row(customer)).to_be_visible()
    leaders = [page for page in pages if any(not one.is_closed() for one in sockets.get(page, []))]
    assert len(leaders) == 1
    other = next(page for page in pages if page not in leaders)
    Desk(other).enter(customer).answer(customer, "Hej, Ingrid!")
    expect(Desk(leaders[0]).row(customer)).to_contain_text("Hej, Ingrid!")

    leaders[0].close()
    customer.says("Are you open?")
    expect(Desk(other).row(customer)).to_contain_text("Are you open?", timeout=15_000)
    assert provider.sends_of("Hej, Ingrid!") == 1


def test_a_reload_keeps_the_draft_and_the_place(desk: Desk, provider: Provider) -> None:
    customer = provider.customer("Astrid Falk")
    customer.says("How heavy is the bowl?")
    desk.enter(customer)
    desk.answer_box(customer).fill("About 400 g, I will")
    expect(desk.row(customer)).to_contain_text(re.compile("Draft: .*About 400 g, I will"))
    desk.page.wait_for_timeout(600)  # drafts are written when typing rests
    desk.page.reload()
    expect(desk.answer_box(customer)).to_have_value("About 400 g, I will")
    expect(desk.row(customer)).to_contain_text("Draft:")
    expect(desk.answer_box(customer)).to_be_in_viewport()
    desk.answer(customer, "About 400 g.")
    expect(desk.row(customer).get_by_text("Draft:")).to_have_count(0)
