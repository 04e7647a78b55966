import type { TextPiece } from './calls';

/** A text with what was found in it marked, for eyes and for assistive technology. */
export function Pieces({ pieces }: { readonly pieces: readonly TextPiece[] }) {
  return (
    <bdi>
      {pieces.map((piece, index) =>
        piece.is_match ? (
          <mark key={index} className="rounded-sm bg-accent-soft font-semibold text-accent">
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}
