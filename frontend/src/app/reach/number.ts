/** How much is new, where the page cannot be seen: on the tab's sign and on the icon of the installed app. */

const SIZE = 32;

let shown = 0;

export function showNumber(count: number): void {
  if (count === shown) return;
  shown = count;
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (link) {
    link.type = count === 0 ? 'image/svg+xml' : 'image/png';
    link.href = count === 0 ? '/icon.svg' : drawIcon(count);
  }
  void setAppBadge(count);
}

/** The sign of the product with the number at its foot: canvas colours are fixed, for tabs follow no theme of ours. */
function drawIcon(count: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext('2d');
  if (pen === null) return '/icon.svg';
  pen.fillStyle = '#3350c9';
  pen.beginPath();
  pen.roundRect(0, 0, SIZE, SIZE, 8);
  pen.fill();
  pen.strokeStyle = '#ffffff';
  pen.lineWidth = 3.2;
  pen.lineCap = 'round';
  pen.stroke(new Path2D('M22.5 6H13a3 3 0 0 0 0 6h6a3 3 0 0 1 0 6H9.5'));
  const text = count > 99 ? '99+' : String(count);
  pen.fillStyle = '#b3261e';
  pen.beginPath();
  pen.roundRect(text.length > 1 ? 4 : 13, 14, text.length > 1 ? 28 : 19, 18, 9);
  pen.fill();
  pen.fillStyle = '#ffffff';
  pen.font = 'bold 16px system-ui, sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, text.length > 1 ? 18 : 22.5, 23.5);
  return canvas.toDataURL('image/png');
}

async function setAppBadge(count: number): Promise<void> {
  if (!('setAppBadge' in navigator)) return;
  try {
    await (count === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(count));
  } catch {
    // Not installed, or not allowed: the number on the tab stays.
  }
}
