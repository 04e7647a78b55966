/** Things to send from the practice phone, made on the spot: nothing has to lie ready on this device. */

import { canEncodeOpus, encodeOggOpus } from '@/shared/audio/ogg';
import type { NewMessage, PhoneCard, PhoneLocation } from './protocol';

type Media = NonNullable<NewMessage['media']>;

export const SAMPLE_PLACE: PhoneLocation = {
  latitude: 52.3731,
  longitude: 4.8926,
  name: 'Dam 1',
  address: 'Dam 1, 1012 JS Amsterdam',
};

export const SAMPLE_CARD: PhoneCard = {
  name: { formatted_name: 'Ruben Smit', first_name: 'Ruben' },
  phones: [{ phone: '+31 6 5550 1290', type: 'CELL' }],
};

/** A bowl on a shelf: 960 × 640, JPEG. */
export async function samplePhoto(): Promise<Media> {
  const canvas = document.createElement('canvas');
  canvas.width = 960;
  canvas.height = 640;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('This browser cannot draw.');
  drawBowl(pen);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.86));
  if (blob === null) throw new Error('This browser cannot write a picture.');
  return { base64: await base64Of(blob), mime: 'image/jpeg', name: 'photo.jpg' };
}

function drawBowl(pen: CanvasRenderingContext2D): void {
  pen.fillStyle = '#cfd8d6';
  pen.fillRect(0, 0, 960, 640);
  pen.fillStyle = '#a98467';
  pen.fillRect(0, 470, 960, 170);
  pen.fillStyle = '#93714f';
  pen.fillRect(0, 470, 960, 8);
  pen.fillStyle = 'rgb(0 0 0 / 0.14)';
  pen.beginPath();
  pen.ellipse(490, 492, 230, 18, 0, 0, Math.PI * 2);
  pen.fill();
  pen.fillStyle = '#4f6f9f';
  pen.beginPath();
  pen.moveTo(250, 260);
  pen.bezierCurveTo(270, 420, 360, 492, 480, 492);
  pen.bezierCurveTo(600, 492, 690, 420, 710, 260);
  pen.closePath();
  pen.fill();
  pen.fillStyle = '#e9e2d4';
  pen.beginPath();
  pen.ellipse(480, 260, 230, 46, 0, 0, Math.PI * 2);
  pen.fill();
  pen.fillStyle = '#3c5880';
  pen.beginPath();
  pen.ellipse(480, 264, 208, 36, 0, 0, Math.PI * 2);
  pen.fill();
}

/** A short hummed line, 2.4 s, as a voice note. */
export async function sampleVoice(): Promise<Media> {
  return voiceOf(hum());
}

function hum(): Float32Array<ArrayBuffer> {
  const rate = 48_000;
  const notes = [262, 294, 330, 392, 330, 294];
  const noteLength = Math.round(rate * 0.4);
  const samples = new Float32Array(noteLength * notes.length);
  notes.forEach((frequency, index) => {
    for (let i = 0; i < noteLength; i += 1) {
      const swell = Math.sin((Math.PI * i) / noteLength);
      const phase = (2 * Math.PI * frequency * i) / rate;
      samples[index * noteLength + i] = 0.3 * swell * (Math.sin(phase) + 0.3 * Math.sin(2 * phase));
    }
  });
  return samples;
}

/** What the microphone took, decoded and packed as a voice note. */
export async function voiceFromRecording(recording: Blob): Promise<Media> {
  const context = new OfflineAudioContext(1, 1, 48_000);
  const sound = await context.decodeAudioData(await recording.arrayBuffer());
  return voiceOf(new Float32Array(sound.getChannelData(0)));
}

async function voiceOf(samples: Float32Array<ArrayBuffer>): Promise<Media> {
  if (canEncodeOpus()) {
    const bytes = await encodeOggOpus(samples);
    return {
      base64: await base64Of(new Blob([bytes])),
      mime: 'audio/ogg; codecs=opus',
      name: 'voice.ogg',
      voice: true,
    };
  }
  return { base64: await base64Of(new Blob([wav(samples)])), mime: 'audio/wav', name: 'voice.wav', voice: true };
}

/** 16-bit mono: the form every browser can write by hand. */
function wav(samples: Float32Array): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const ascii = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i += 1) view.setUint8(at + i, text.charCodeAt(i));
  };
  ascii(0, 'RIFF');
  view.setUint32(4, 36 + samples.length * 2, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 48_000, true);
  view.setUint32(28, 96_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) =>
    view.setInt16(44 + index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true),
  );
  return view.buffer;
}

/** One page with one line of text. */
export async function sampleDocument(): Promise<Media> {
  return {
    base64: await base64Of(new Blob([onePagePdf('Invoice 4187')])),
    mime: 'application/pdf',
    name: 'Invoice 4187.pdf',
  };
}

export function onePagePdf(text: string): string {
  const stream = `BT /F1 24 Tf 72 760 Td (${text}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>\nstream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  file += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  return `${file}trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
}

/** A file chosen on this device, as the phone sends it. */
export async function mediaOfFile(file: File): Promise<Media> {
  return { base64: await base64Of(file), mime: file.type || 'application/octet-stream', name: file.name };
}

/** What a file is to a messenger. */
export function kindOfMime(mime: string): 'image' | 'video' | 'audio' | 'document' {
  if (mime === 'image/jpeg' || mime === 'image/png') return 'image';
  if (mime === 'video/mp4' || mime === 'video/3gpp') return 'video';
  if (/^audio\/(aac|amr|mpeg|mp4|ogg)/.test(mime)) return 'audio';
  return 'document';
}

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}
