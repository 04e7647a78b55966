import { Fragment, type ReactNode } from 'react';

export interface TransProps {
  /** A text of the catalogue, filled: `t('some.key', values)`. */
  readonly text: string;
  /** What stands around the words of each numbered tag: `<1>…</1>` is drawn by `tags[1]`. */
  readonly tags: Readonly<Record<number, (words: string) => ReactNode>>;
}

/** A whole sentence with links or bold words inside, so that a translator moves them freely. */
export function Trans({ text, tags }: TransProps): ReactNode {
  return text.split(/(<\d+>.*?<\/\d+>)/su).map((piece, index) => {
    const match = /^<(\d+)>(.*?)<\/\1>$/su.exec(piece);
    const draw = match === null ? undefined : tags[Number(match[1])];
    return <Fragment key={index}>{draw === undefined ? piece : draw(match?.[2] ?? '')}</Fragment>;
  });
}
