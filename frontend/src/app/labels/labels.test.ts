import { describe, expect, it } from 'vitest';
import type { Label } from '@/shared/api/types';
import { findLabels, labelsOf, labelsOfKind } from './labels';

const label = (name: string, kind: Label['kind'] = 'conversation'): Label => ({ id: name, kind, name, colour: 'red' });
const ALL = [label('Refund'), label('Broken'), label('VIP', 'contact'), label('No refund'), label('Éclair')];
const known = new Map(ALL.map((one) => [one.id, one]));
const names = (labels: readonly Label[]) => labels.map(({ name }) => name);

describe('labels', () => {
  it('stand by name, without those that are deleted', () => {
    expect(names(labelsOf(['Refund', 'deleted', 'Broken', 'Éclair'], known))).toEqual(['Broken', 'Éclair', 'Refund']);
  });

  it('of conversations and of contacts are kept apart', () => {
    expect(names(labelsOfKind('contact', known))).toEqual(['VIP']);
    expect(names(labelsOfKind('conversation', known))).toEqual(['Broken', 'Éclair', 'No refund', 'Refund']);
  });

  it('are found by any part, the beginning first', () => {
    expect(names(findLabels(labelsOfKind('conversation', known), ' REF'))).toEqual(['Refund', 'No refund']);
    expect(names(findLabels(ALL, 'xyz'))).toEqual([]);
  });
});
