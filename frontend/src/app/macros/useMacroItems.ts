/** The macros of the command bar, for the conversation that is open behind it. */
import { Zap } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { canRun } from '@/shared/keys/keyboard';
import type { PaletteItem } from '../shell/paletteItems';
import { fetchMacros } from './calls';
import { openMacros } from './open';
import type { Macro } from './types';

export function useMacroItems(conversationId: Id | undefined): readonly PaletteItem[] {
  const isWanted = conversationId !== undefined && canRun('macro');
  const [macros, setMacros] = useState<readonly Macro[]>([]);
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    fetchMacros().then(
      (found) => isCurrent && setMacros(found),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [isWanted]);
  return macros.map(({ id, name }) => ({
    id: `conversation macro ${id}`,
    group: 'conversation',
    title: name,
    hint: t('palette.macro'),
    icon: Zap,
    contact: null,
    keys: [],
    run: () => openMacros(id),
  }));
}
