"""Step 1 of a new user, and the door afterwards: set-up link, sign-out, sign-in."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import ContextMaker, Person
from tests.browser.product import PASSWORD, Product, new_email
from tests.browser.provider import Provider
from tests.browser.watching import Watch


def test_the_link_makes_the_first_admin_once(product: Product, admin: Person, stranger: Page, watch: Watch) -> None:
    link = product.run("setup-link")
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Set up your desk")).to_be_visible()
    stranger.get_by_label("Your name").fill("Ana Ruiz")
    stranger.get_by_label("E-mail").fill(new_email())
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("combobox", name="Language").click()
    stranger.get_by_role("option", name="Español").click()
    expect(stranger.get_by_role("heading", name="Preparar el escritorio")).to_be_visible()
    expect(stranger.get_by_label("Su nombre")).to_have_value("Ana Ruiz")
    expect(stranger.get_by_label("Espacio de trabajo")).to_have_value("Atelier Nord")
    stranger.get_by_role("button", name="Abrir la bandeja").click()

    expect(stranger.get_by_role("complementary", name="Probar")).to_be_in_viewport()
    expect(stranger.get_by_role("listbox")).to_be_in_viewport()
    expect(stranger).to_have_url(re.compile(r"/inbox"))

    watch.refusals += ("/api/setup",)
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Este enlace ya no sirve")).to_be_visible()


def test_a_weak_password_is_refused_beside_its_field(
    product: Product, admin: Person, stranger: Page, watch: Watch
) -> None:
    watch.refusals += ("/api/setup",)
    stranger.goto(product.run("setup-link"))
    stranger.get_by_label("Your name").fill("Ana Ruiz")
    stranger.get_by_label("E-mail").fill(new_email())
    stranger.get_by_label("Password").fill("password")
    stranger.get_by_role("button", name="Open the inbox").click()
    expect(stranger.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    expect(stranger.get_by_label("Password")).to_have_accessible_description(
        re.compile("among the first that are tried")
    )


def test_sign_out_and_in_again(colleague: Person, new_context: ContextMaker, provider: Provider) -> None:
    customer = provider.customer("Anouk Jansen")
    customer.says("When does the shop open?")
    page = new_context(colleague).new_page()
    page.goto("/inbox")
    expect(page.get_by_role("option").filter(has_text="Anouk Jansen")).to_be_visible()
    page.get_by_role("button", name=f"{colleague.name}, theme and sign-out").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/signin$"))

    page.get_by_label("E-mail").fill(colleague.email)
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This e-mail address and password do not belong together.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("option").filter(has_text="Anouk Jansen")).to_be_visible()


def test_who_is_not_signed_in_sees_only_the_door(stranger: Page, admin: Person) -> None:
    for path in ("/", "/inbox/open", "/settings/people"):
        stranger.goto(path)
        expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()
