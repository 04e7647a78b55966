let last = 0n;

/** A UUIDv7: milliseconds first, so that ids made one after the other sort that way. Works on plain HTTP too. */
export function newId(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const tail = random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let value = (BigInt(now) << 80n) | tail;
  if (value <= last) value = last + 1n;
  last = value;
  value = (value & ~(0xfn << 76n)) | (0x7n << 76n);
  value = (value & ~(0x3n << 62n)) | (0x2n << 62n);
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
