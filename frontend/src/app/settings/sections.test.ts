import { beforeEach, expect, test } from 'vitest';
import { loadLocale, loadPart } from '@/shared/i18n';
import { findSettings, sectionsFor } from './sections';

const ADMIN = [
  'agents:manage',
  'channels:manage',
  'templates:sync',
  'deliveries:read',
  'sending:pause',
  'tokens:manage',
];

beforeEach(async () => {
  await loadLocale('en');
  await loadPart('settings');
});

function found(permissions: readonly string[], search: string): string[] {
  return findSettings(permissions, search).map(({ section, setting }) => `${section.path}: ${setting ?? ''}`);
}

test('everybody sees their own pages, others by their permission', () => {
  expect(sectionsFor([]).map(({ path }) => path)).toEqual([
    'profile',
    'sessions',
    'appearance',
    'writing',
    'keys',
    'notifications',
  ]);
  expect(sectionsFor(['templates:sync']).map(({ path }) => path)).toEqual([
    'profile',
    'sessions',
    'appearance',
    'writing',
    'keys',
    'notifications',
    'templates',
  ]);
});

test('a setting is found by its own words, with the page it stands on', () => {
  expect(found(ADMIN, 'callback')).toEqual(['channels: Callback address']);
  expect(found(ADMIN, 'PASSW')).toEqual(['profile: Password']);
});

test('the name of a page finds the page once', () => {
  expect(found(ADMIN, 'people')).toEqual(['people: ']);
});

test('nothing is found that one may not open', () => {
  expect(found([], 'callback')).toEqual([]);
});

test('accents do not matter', async () => {
  await loadLocale('es');
  expect(found([], 'contrasena')).toEqual(['profile: Contraseña']);
});
