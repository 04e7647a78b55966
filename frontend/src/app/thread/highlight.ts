/** Marks what was found in the messages that are on the screen, by the browser's own highlights: the page stays as it is. */
import { findMarks } from '../search/foldText';

const NAME = 'found';

/** Marks now and whenever the list draws other messages. Returns what ends it. */
export function highlightIn(root: Element, marks: readonly string[]): () => void {
  if (!('highlights' in CSS) || marks.length === 0) return () => undefined;
  let frame = 0;
  const paint = () => {
    frame = 0;
    CSS.highlights.set(NAME, new Highlight(...rangesIn(root, marks)));
  };
  const observer = new MutationObserver(() => {
    frame ||= requestAnimationFrame(paint);
  });
  observer.observe(root, { childList: true, subtree: true, characterData: true });
  paint();
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    CSS.highlights.delete(NAME);
  };
}

function rangesIn(root: Element, marks: readonly string[]): Range[] {
  const ranges: Range[] = [];
  for (const bubble of root.querySelectorAll('[data-message]')) {
    const walker = document.createTreeWalker(bubble, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const [from, to] of findMarks(node.nodeValue ?? '', marks)) {
        const range = new Range();
        range.setStart(node, from);
        range.setEnd(node, to);
        ranges.push(range);
      }
    }
  }
  return ranges;
}
