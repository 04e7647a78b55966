import { CSPProvider } from '@base-ui/react/csp-provider';
import { DirectionProvider } from '@base-ui/react/direction-provider';
import { Fragment, type ReactNode } from 'react';
import { directionOf, useLocale } from './index';

/**
 * The root of every page: a change of language remounts what is below, in the right direction. The page's policy allows
 * no style elements, so the parts are told not to make any.
 */
export function LocaleRoot({ children }: { readonly children: ReactNode }): ReactNode {
  const locale = useLocale();
  return (
    <CSPProvider disableStyleElements>
      <DirectionProvider direction={directionOf(locale)}>
        <Fragment key={locale}>{children}</Fragment>
      </DirectionProvider>
    </CSPProvider>
  );
}
