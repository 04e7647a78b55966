import { Fragment, memo, useMemo, type ReactNode } from 'react';
import type { Mention } from '@/shared/api/types';
import { markMentions, parseRichText, type Piece } from '@/shared/format/richText';

export interface RichTextProps {
  readonly text: string;
  /** Whom a note names, as `@name` in its text. */
  readonly mentions?: readonly Mention[];
}

const NOBODY: readonly Mention[] = [];

/** A text that people wrote, with its marks and links; in the direction it is written in. */
export const RichText = memo(function RichText({ text, mentions = NOBODY }: RichTextProps) {
  const pieces = useMemo(() => markMentions(parseRichText(text), mentions), [text, mentions]);
  return <>{pieces.map(draw)}</>;
});

function draw(piece: Piece, index: number): ReactNode {
  switch (piece.kind) {
    case 'text':
      return <Fragment key={index}>{piece.text}</Fragment>;
    case 'mention':
      return (
        <bdi key={index} className="rounded-sm bg-accent-soft px-0.5 font-medium text-accent">
          {piece.text}
        </bdi>
      );
    case 'link':
      return (
        <a
          key={index}
          href={piece.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          className="wrap-anywhere text-accent underline decoration-1 underline-offset-2"
        >
          {piece.text}
        </a>
      );
    case 'code':
      return (
        <code
          key={index}
          dir="ltr"
          className="my-1 block rounded-sm bg-hover px-2 py-1 font-mono text-13 whitespace-pre-wrap"
        >
          {piece.text}
        </code>
      );
    case 'bold':
      return (
        <strong key={index} className="font-semibold">
          {piece.pieces.map(draw)}
        </strong>
      );
    case 'italic':
      return <em key={index}>{piece.pieces.map(draw)}</em>;
    case 'strike':
      return <s key={index}>{piece.pieces.map(draw)}</s>;
  }
}
