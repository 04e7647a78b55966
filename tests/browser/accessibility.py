"""axe-core on a page: rules of WCAG 2.2 AA, nothing serious or critical."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parent.parent.parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_CONTRAST = ["color-contrast"]
_RUN = """async ([type, values]) => {
  const { violations } = await axe.run(document, { runOnly: { type, values }, resultTypes: ['violations'] });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""


def problems_of(page: Page) -> list[str]:
    return _run(page, "tag", _TAGS)


def contrast_problems_of(page: Page) -> list[str]:
    """What another theme may change: nothing but colours."""
    return _run(page, "rule", _CONTRAST)


def _run(page: Page, kind: str, values: list[str]) -> list[str]:
    assert _AXE.exists(), "axe-core is missing: run `npm ci` in frontend/ (make test does)."
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text())  # by the debugger: the page's policy would refuse a script of ours
    return page.evaluate(_RUN, [kind, values])


def overflow_of(page: Page) -> list[str]:
    """What sticks out of the window sideways, or out of its own box where nothing cuts it off on purpose."""
    return page.evaluate("""() => {
      const found = [];
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth > width) found.push('the page scrolls sideways');
      for (const one of document.querySelectorAll('button, a, h1, h2, h3, label, p, legend, input, textarea')) {
        const box = one.getBoundingClientRect();
        const style = getComputedStyle(one);
        if (box.width === 0 || box.height === 0 || style.visibility === 'hidden') continue;
        if (one.closest('.sr-only, [aria-hidden=true]') !== null) continue;
        const told = one.outerHTML.slice(0, 160);
        if (box.right > width + 1 || box.left < -1) found.push(`sticks out: ${told}`);
        const isText = one.matches('button, a, label, p, h1, h2') && style.display !== 'inline';
        if (isText && style.overflow === 'visible' && one.scrollWidth > one.clientWidth + 1) {
          found.push(`overflows: ${told}`);
        }
      }
      return found;
    }""")
