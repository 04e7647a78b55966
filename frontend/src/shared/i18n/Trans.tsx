import { Fragment, type ReactNode } from 'react';
import { t, type Key, type Values } from './index';

export interface TransProps {
  readonly k: Key;
  readonly values?: Values;
  /** What stands around the text of each numbered tag: `<1>…</1>` in the catalogue is drawn by `tags[1]`. */
  readonly tags: Readonly<Record<number, (text: string) => ReactNode>>;
}

/** A whole sentence with links or bold words inside, so that a translator moves them freely. */
export function Trans({ k, values, tags }: TransProps): ReactNode {
  const pieces = t(k, values).split(/(<\d+>.*?<\/\d+>)/su);
  return pieces.map((piece, index) => {
    const match = /^<(\d+)>(.*?)<\/\1>$/su.exec(piece);
    const draw = match === null ? undefined : tags[Number(match[1])];
    return <Fragment key={index}>{draw === undefined ? piece : draw(match?.[2] ?? '')}</Fragment>;
  });
}
