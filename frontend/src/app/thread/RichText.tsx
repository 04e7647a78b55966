import { Fragment, memo, useMemo, type ReactNode } from 'react';
import { parseRichText, type Piece } from '@/shared/format/richText';

/** A text that people wrote, with its marks and links; in the direction it is written in. */
export const RichText = memo(function RichText({ text }: { readonly text: string }) {
  const pieces = useMemo(() => parseRichText(text), [text]);
  return <>{pieces.map(draw)}</>;
});

function draw(piece: Piece, index: number): ReactNode {
  switch (piece.kind) {
    case 'text':
      return <Fragment key={index}>{piece.text}</Fragment>;
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
