import type { LabelColour } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { LABEL_COLOURS, LabelDot } from '@/shared/ui/LabelMark';

export interface ColourChoiceProps {
  readonly colour: LabelColour;
  readonly onChange: (colour: LabelColour) => void;
}

/** Each colour with its name, for those who see it otherwise. */
export function ColourChoice({ colour, onChange }: ColourChoiceProps) {
  return (
    <fieldset>
      <legend className="pb-1.5 text-14 font-medium">{t('settings.labels.colour')}</legend>
      <div className="grid grid-cols-2 gap-1 md:grid-cols-4">
        {LABEL_COLOURS.map((one) => (
          <label
            key={one}
            className="flex min-h-8 items-center gap-2 rounded-md border border-transparent px-2 text-13 hover:bg-hover has-checked:border-line-strong has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-11"
          >
            <input
              type="radio"
              name="colour"
              value={one}
              checked={one === colour}
              onChange={() => onChange(one)}
              className="sr-only"
            />
            <LabelDot colour={one} className="size-2.5" />
            {t(`settings.labels.colour_${one}`)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
