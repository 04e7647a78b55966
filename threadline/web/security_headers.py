"""The headers of every answer (S68). Light: the first page is served before the rest of the edge is imported."""

from threadline.infra.settings import Settings
from threadline.web.asgi import HeaderList, Scope
from threadline.web.static_files import StaticFiles


class SecurityHeaders:
    """What goes with every answer (S68). Answers of the API are kept by nobody."""

    def __init__(self, settings: Settings, static: StaticFiles) -> None:
        host = settings.base_url.split("://", 1)[1]
        socket = f"{'wss' if settings.is_https else 'ws'}://{host}"
        scripts = " ".join(["'self'", *static.script_hashes()])
        policy = (
            f"default-src 'self'; script-src {scripts}; style-src 'self'; img-src 'self' blob: data:;"
            f" media-src 'self' blob:; font-src 'self'; connect-src 'self' {socket}; worker-src 'self';"
            " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        common: HeaderList = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self), payment=(), usb=()"),
        ]
        if settings.is_https:
            common.append((b"strict-transport-security", b"max-age=31536000"))
        self._page: HeaderList = [*common, (b"content-security-policy", policy.encode())]
        self._data: HeaderList = [
            *common,
            (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
            (b"cache-control", b"no-store"),
        ]

    def of(self, scope: Scope) -> HeaderList:
        return self._data if is_data(str(scope["path"])) else self._page


def is_data(path: str) -> bool:
    """True for what is no page and no asset."""
    return path.startswith(("/api", "/files/", "/hooks/")) or path in ("/health", "/ready", "/metrics")
