export interface Coordinates {
  latitude: number;
  longitude: number;
}

const NUMBERS = /(-?\d{1,3}(?:\.\d+)?)°?\s*([NSns])?[,;\s]+(-?\d{1,3}(?:\.\d+)?)°?\s*([EWOewo])?/u;

/** Coordinates as people copy them: `52.37, 4.89`, `52.37° N 4.89° E`, or a map's address with `@52.37,4.89`. */
export function readCoordinates(text: string): Coordinates | null {
  const found = NUMBERS.exec(text.trim());
  if (!found) return null;
  const latitude = Number(found[1]) * (found[2]?.toUpperCase() === 'S' ? -1 : 1);
  const longitude = Number(found[3]) * (found[4]?.toUpperCase() === 'W' ? -1 : 1);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}
