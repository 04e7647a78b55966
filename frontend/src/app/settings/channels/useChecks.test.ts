import { expect, test } from 'vitest';
import type { Check, SetupField } from '../types';
import { countInTheWay, countLeft, isWellFormed } from './useChecks';

const NUMBER: SetupField = {
  name: 'address',
  label: 'Phone number ID',
  kind: 'text',
  where_found: '',
  link: '',
  required: true,
  pattern: '[0-9]{5,32}',
  is_generated: false,
};

function check(state: Check['state'], field: string): Check {
  return { name: field || 'webhook', title: '', state, detail: '', field, says: [] };
}

test('a value has the shape that its field declares, as a whole', () => {
  expect(isWellFormed(NUMBER, '129448310287745')).toBe(true);
  expect(isWellFormed(NUMBER, '+31 20 555 01 42')).toBe(false);
  expect(isWellFormed(NUMBER, ' ')).toBe(false);
  expect(isWellFormed({ ...NUMBER, pattern: '' }, 'anything')).toBe(true);
});

test('what connecting itself settles does not stand in its way', () => {
  const checks = [
    check('ok', 'token'),
    check('waiting', 'address'),
    check('failed', 'app_secret'),
    check('waiting', ''),
  ];
  expect(countLeft(checks)).toBe(3);
  expect(countInTheWay(checks)).toBe(2);
});
