"""One call that makes everything a new user needs: app, portfolio, account, number, token and approved templates."""

from __future__ import annotations

from . import ids
from .graph import MANAGEMENT, MESSAGING
from .graph_numbers import display_phone
from .graph_templates import example_template, in_account
from .meta_acts import TIER_LIMITS
from .phone import make_customer
from .state import Account, App, Number, Portfolio, Token
from .wire import JSON, as_number, as_text
from .world import World

TEMPLATES: list[JSON] = [
    {
        "name": "hello_world",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
            {
                "type": "BODY",
                "text": "Welcome and congratulations!! This message demonstrates your ability to send a "
                "WhatsApp message notification from the Cloud API.",
            },
            {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
        ],
    },
    {
        "name": "order_update",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {
                "type": "BODY",
                "text": "Hello {{1}}, your order {{2}} is on its way to you.",
                "example": {"body_text": [["Ana", "1234"]]},
            },
        ],
    },
    {
        "name": "spring_offer",
        "language": "en_US",
        "category": "MARKETING",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Spring is here"},
            {
                "type": "BODY",
                "text": "Hi {{1}}, this week everything in our shop is 20% off for you.",
                "example": {"body_text": [["Ana"]]},
            },
            {"type": "FOOTER", "text": "Reply STOP to opt out"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Show me"},
                    {"type": "QUICK_REPLY", "text": "Unsubscribe"},
                ],
            },
        ],
    },
]


def make(world: World, wishes: JSON) -> JSON:
    """Create, or find again by the given ids, a whole sandbox; returns every id and secret of it.

    Repeating the call with the ids of its answer changes nothing but what the wishes name.
    """

    def wish(name: str, otherwise: str) -> str:
        return as_text(wishes.get(name)) or otherwise

    state, mint = world.state, world.mint
    app_id = wish("app_id", "") or mint.digits()
    app = state.apps.get(app_id) or App(
        id=app_id, secret=mint.secret(), verify_token=mint.secret(16), name="Sandbox app"
    )
    app.secret, app.verify_token = wish("app_secret", app.secret), wish("verify_token", app.verify_token)
    app.callback_url = wish("callback_url", app.callback_url or "") or None
    state.apps[app.id] = app
    account_id = wish("account_id", "") or mint.digits()
    account = state.accounts.get(account_id)
    if account is None:
        portfolio_id = wish("portfolio_id", "") or mint.digits()
        state.portfolios.setdefault(
            portfolio_id, Portfolio(id=portfolio_id, name=wish("name", "Sandbox"), tier=100_000, is_verified=True)
        )
        account = Account(id=account_id, portfolio_id=portfolio_id, name=wish("name", "Sandbox account"))
        state.accounts[account.id] = account
    account.timezone, account.currency = wish("timezone", account.timezone), wish("currency", account.currency)
    account.subscriptions.setdefault(app.id, None)
    number = _number(world, account, wishes)
    token = _token(world, app, wishes)
    if "tier" in wishes:
        tier = wishes["tier"]
        world.portfolio_of(account).tier = TIER_LIMITS[tier] if isinstance(tier, str) else int(tier)
    for values in TEMPLATES:
        example_template(world, account.id, values)
    customer = as_text(wishes.get("customer"))
    if customer and not state.users:
        make_customer(world, number, name=customer)
    return {
        "app_id": app.id,
        "app_secret": app.secret,
        "verify_token": app.verify_token,
        "portfolio_id": account.portfolio_id,
        "account_id": account.id,
        "waba_id": account.id,
        "number_id": number.id,
        "phone": number.phone,
        "display_phone_number": display_phone(number),
        "token": token.value,
        "base_url": world.url,
        "callback_url": app.callback_url,
        "templates": [
            {"id": template.id, "name": template.name, "language": template.language, "category": template.category}
            for template in in_account(world, account.id)
        ],
    }


def _number(world: World, account: Account, wishes: JSON) -> Number:
    number_id = as_text(wishes.get("number_id")) or world.mint.digits()
    number = world.state.numbers.get(number_id)
    if number is None:
        phone = (as_text(wishes.get("phone")) or "").lstrip("+") or "1555" + world.mint.digits(7)
        name = as_text(wishes.get("name")) or "Sandbox Shop"
        number = Number(
            id=number_id,
            account_id=account.id,
            phone=phone,
            verified_name=name,
            country_code=ids.calling_code_of(phone),
        )
        number.profile = {"about": "Hey there! I am using WhatsApp.", "vertical": "RETAIL"}
        world.state.numbers[number.id] = number
    number.verified_name = as_text(wishes.get("name")) or number.verified_name
    rate = as_number(wishes.get("rate_per_s"))
    if rate is not None:
        number.rate_per_s = int(rate)
    return number


def _token(world: World, app: App, wishes: JSON) -> Token:
    value = as_text(wishes.get("token"))
    if value is None:
        own = next((token for token in world.state.tokens.values() if token.app_id == app.id and token.is_valid), None)
        if own is not None:
            return own
        value = world.mint.token()
    token = world.state.tokens.setdefault(value, Token(value=value, app_id=app.id, scopes=[MESSAGING, MANAGEMENT]))
    token.app_id = app.id
    return token
