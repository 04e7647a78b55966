/** Cutting a picture and making a part of it unreadable, in whole pixels. */

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Size {
  width: number;
  height: number;
}

/** The area in whole pixels inside the picture, one at least. */
export function within(area: Area, { width, height }: Size): Area {
  const x = Math.min(Math.max(0, Math.round(area.x)), width - 1);
  const y = Math.min(Math.max(0, Math.round(area.y)), height - 1);
  return {
    x,
    y,
    width: Math.max(1, Math.min(Math.round(area.width), width - x)),
    height: Math.max(1, Math.min(Math.round(area.height), height - y)),
  };
}

/** By an arrow key; with Shift its size changes. Null: no such key. */
export function moved(area: Area, key: string, isSize: boolean, step: number): Area | null {
  const by: Record<string, readonly [number, number]> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  const move = by[key];
  if (!move) return null;
  const [x, y] = move;
  return isSize
    ? { ...area, width: Math.max(1, area.width + x), height: Math.max(1, area.height + y) }
    : { ...area, x: area.x + x, y: area.y + y };
}

export function cropped(source: HTMLCanvasElement, area: Area): HTMLCanvasElement {
  const { canvas, context } = make(area.width, area.height);
  context?.drawImage(source, area.x, area.y, area.width, area.height, 0, 0, area.width, area.height);
  return canvas;
}

const BLOCKS = 8;

/**
 * So few blocks that nothing can be computed back from them, as it can from a soft blur: eight across at most, each the
 * mean of what it covers.
 */
export function blocksOf({ width, height }: Size): { across: number; down: number } {
  const side = Math.max(12, Math.max(width, height) / BLOCKS);
  return { across: Math.max(1, Math.round(width / side)), down: Math.max(1, Math.round(height / side)) };
}

export function pixelated(source: HTMLCanvasElement, area: Area): HTMLCanvasElement {
  const { canvas, context } = make(source.width, source.height);
  if (!context) return canvas;
  context.drawImage(source, 0, 0);
  const { across, down } = blocksOf(area);
  for (let column = 0; column < across; column += 1) {
    for (let row = 0; row < down; row += 1) paintMean(context, block(area, column, row, across, down));
  }
  return canvas;
}

function block(area: Area, column: number, row: number, across: number, down: number): Area {
  const x = area.x + Math.floor((column * area.width) / across);
  const y = area.y + Math.floor((row * area.height) / down);
  return {
    x,
    y,
    width: area.x + Math.floor(((column + 1) * area.width) / across) - x,
    height: area.y + Math.floor(((row + 1) * area.height) / down) - y,
  };
}

function paintMean(context: CanvasRenderingContext2D, { x, y, width, height }: Area): void {
  if (width < 1 || height < 1) return;
  const { data } = context.getImageData(x, y, width, height);
  const sum = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4) {
    for (let part = 0; part < 3; part += 1) sum[part] = (sum[part] ?? 0) + (data[at + part] ?? 0);
  }
  const count = data.length / 4;
  context.fillStyle = `rgb(${sum.map((part) => Math.round(part / count)).join(' ')})`;
  context.fillRect(x, y, width, height);
}

function make(width: number, height: number) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return { canvas, context: canvas.getContext('2d', { willReadFrequently: true }) };
}
