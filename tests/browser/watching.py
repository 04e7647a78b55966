"""What must never happen on any screen: a script error, a refused resource, a request that leaves our origin."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

_LISTEN = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  const told = `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`;
  window.__violations.push(told);
  console.error(`policy violation: ${told}`);
});
"""


@dataclass  # without slots: Playwright keeps its wrappers of our handlers on us
class Watch:
    """Everything that a context's pages complained about."""

    origin: str
    problems: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    is_cut_off: bool = False
    """The network is away on purpose: what the browser then writes about connections is expected."""
    refusals: tuple[str, ...] = ("/api/session",)
    """Answers that are expected: the browser writes a line about each; named by a part of their address. Without a
    session the first question is always refused."""

    def look_at(self, context: BrowserContext) -> None:
        self.contexts.append(context)
        context.add_init_script(_LISTEN)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))
        context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        address = message.location.get("url", "") if message.location else ""
        if message.text.startswith("Failed to load resource") and any(part in address for part in self.refusals):
            return
        if self.is_cut_off and ("ERR_INTERNET_DISCONNECTED" in message.text or "WebSocket" in message.text):
            return
        self.problems.append(f"{message.type}: {message.text} ({address})")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"data", "blob"}:
            return
        self.requested.append(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.problems.append(f"left our origin: {request.url}")
