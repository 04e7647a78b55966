/**
 * Sound → an Ogg Opus file, as a messenger's voice notes are (RFC 3533, RFC 7845): the browser encodes Opus, but packs it
 * only into WebM, which messengers do not take.
 */

const RATE = 48_000;
const FRAME = 960;
const SERIAL = 0x7468_7264;

/** True if this browser can encode Opus (WebCodecs; needs https or this machine). */
export function canEncodeOpus(): boolean {
  return typeof AudioEncoder !== 'undefined';
}

/** Mono samples at 48 kHz → the bytes of an `.ogg` file. */
export async function encodeOggOpus(samples: Float32Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packets = await encodePackets(samples);
  const pages = [
    page([opusHead()], { granule: 0n, sequence: 0, flags: 0x02 }),
    page([opusTags()], { granule: 0n, sequence: 1, flags: 0 }),
  ];
  const perPage = 50;
  for (let start = 0; start < packets.length; start += perPage) {
    const end = Math.min(start + perPage, packets.length);
    const isLast = end === packets.length;
    const granule = BigInt(isLast ? samples.length : end * FRAME);
    const sequence = 2 + start / perPage;
    pages.push(page(packets.slice(start, end), { granule, sequence, flags: isLast ? 0x04 : 0 }));
  }
  return concat(pages);
}

async function encodePackets(samples: Float32Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>[]> {
  const packets: Uint8Array<ArrayBuffer>[] = [];
  let failure: Error | null = null;
  const encoder = new AudioEncoder({
    output: (chunk) => {
      const packet = new Uint8Array(chunk.byteLength);
      chunk.copyTo(packet);
      packets.push(packet);
    },
    error: (error) => {
      failure = error;
    },
  });
  encoder.configure({ codec: 'opus', sampleRate: RATE, numberOfChannels: 1, bitrate: 24_000 });
  const data = new AudioData({
    format: 'f32-planar',
    sampleRate: RATE,
    numberOfFrames: samples.length,
    numberOfChannels: 1,
    timestamp: 0,
    data: samples,
  });
  encoder.encode(data);
  data.close();
  await encoder.flush();
  encoder.close();
  if (failure !== null) throw failure as Error;
  return packets;
}

function opusHead(): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(19);
  const view = new DataView(head.buffer);
  head.set(ascii('OpusHead'));
  head[8] = 1;
  head[9] = 1;
  view.setUint16(10, 312, true);
  view.setUint32(12, RATE, true);
  return head;
}

function opusTags(): Uint8Array<ArrayBuffer> {
  const vendor = ascii('threadline');
  const tags = new Uint8Array(8 + 4 + vendor.length + 4);
  tags.set(ascii('OpusTags'));
  new DataView(tags.buffer).setUint32(8, vendor.length, true);
  tags.set(vendor, 12);
  return tags;
}

interface PageHead {
  readonly granule: bigint;
  readonly sequence: number;
  readonly flags: number;
}

function page(
  packets: readonly Uint8Array<ArrayBuffer>[],
  { granule, sequence, flags }: PageHead,
): Uint8Array<ArrayBuffer> {
  const lacing = packets.flatMap((packet) => [
    ...new Array<number>(Math.floor(packet.length / 255)).fill(255),
    packet.length % 255,
  ]);
  const head = new Uint8Array(27 + lacing.length);
  const view = new DataView(head.buffer);
  head.set(ascii('OggS'));
  head[5] = flags;
  view.setBigUint64(6, granule, true);
  view.setUint32(14, SERIAL, true);
  view.setUint32(18, sequence, true);
  head[26] = lacing.length;
  head.set(lacing, 27);
  const whole = concat([head, ...packets]);
  new DataView(whole.buffer).setUint32(22, checksum(whole), true);
  return whole;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let remainder = index << 24;
  for (let bit = 0; bit < 8; bit += 1)
    remainder = remainder & 0x8000_0000 ? (remainder << 1) ^ 0x04c1_1db7 : remainder << 1;
  return remainder >>> 0;
});

/** Ogg's CRC-32: polynomial 04c11db7, not reflected, from zero. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = ((sum << 8) ^ (TABLE[((sum >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return sum;
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function concat(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
