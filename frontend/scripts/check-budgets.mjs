/**
 * The built files against the budgets of the design: what one downloads before the inbox works. Follows the imports of
 * the entry as a browser does; what is only reached by `import()` is a lazy route and has a budget of its own.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const STATIC = join(dirname(fileURLToPath(import.meta.url)), '../../threadline/web/static');
const ASSETS = join(STATIC, 'assets');
const KB = 1000;
const BUDGETS = { first: 200 * KB, css: 15 * KB, latin: 50 * KB, lazy: 80 * KB, catalogue: 25 * KB, later: 15 * KB };
/** From here on a thought is due: the next thing of the first load should be lazy. */
const WARNINGS = { first: 185 * KB };

if (!existsSync(join(STATIC, 'index.html'))) fail(['There is no build. Run `npm run build` first.']);

const html = readFileSync(join(STATIC, 'index.html'), 'utf8');
const entries = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1]);
const styles = [...html.matchAll(/href="\/assets\/([^"]+\.css)"/g)].map((match) => match[1]);
const scripts = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
const TEXTS = join(dirname(fileURLToPath(import.meta.url)), '../src/shared/i18n/catalogues');
const languages = readdirSync(TEXTS);
const parts = readdirSync(join(TEXTS, 'en/later')).map((name) => name.replace('.json', ''));
const texts = scripts.filter((name) => languages.some((language) => name.startsWith(`${language}-`)));
/** What is loaded with the screens that say it. */
const later = texts.filter((name) => parts.some((part) => name.slice(3).startsWith(`${part}-`)));
const catalogues = texts.filter((name) => !later.includes(name));
const first = closure(entries);

const rows = [
  ['first load of the inbox, JS', sum(first), BUDGETS.first],
  ['CSS', sum(styles), BUDGETS.css],
  [
    'typeface, Latin',
    size(
      readdirSync(ASSETS).find((name) => /^inter-latin-wght/.test(name)),
      true,
    ),
    BUDGETS.latin,
  ],
  ...catalogues.map((name) => [`catalogue ${name}`, sum([name]), BUDGETS.catalogue]),
  ...later.map((name) => [`later ${name}`, sum([name]), BUDGETS.later]),
  ...lazyRoutes().map((name) => [
    `lazy ${name}`,
    sum([...closure([name])].filter((part) => !first.has(part))),
    BUDGETS.lazy,
  ]),
];

if (catalogues.length !== languages.length || later.length !== languages.length * parts.length) {
  fail([`Expected ${languages.length} catalogues of ${parts.length + 1} parts; found ${texts.join(', ')}.`]);
}
for (const [what, bytes, budget] of rows) {
  console.log(`${verdict(bytes, budget)} ${what.padEnd(52)} ${kb(bytes)} of ${kb(budget)}`);
}
const over = rows.filter(([, bytes, budget]) => bytes > budget);
if (over.length > 0) fail(over.map(([what, bytes, budget]) => `${what}: ${kb(bytes)}, allowed ${kb(budget)}.`));

function verdict(bytes, budget) {
  if (bytes > budget) return 'OVER';
  return budget === BUDGETS.first && bytes > WARNINGS.first ? 'warn' : 'ok  ';
}

/** Everything that loading these files loads with them. */
function closure(names) {
  const found = new Set();
  const open = [...names];
  while (open.length > 0) {
    const name = open.pop();
    if (found.has(name)) continue;
    found.add(name);
    const source = readFileSync(join(ASSETS, name), 'utf8');
    for (const match of source.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) open.push(match[1]);
  }
  return found;
}

/** Files that some other file reaches by `import()`, catalogues apart. */
function lazyRoutes() {
  const lazy = new Set();
  for (const name of scripts) {
    const source = readFileSync(join(ASSETS, name), 'utf8');
    for (const match of source.matchAll(/import\(\s*[`"']\.\/([^`"']+\.js)[`"']/g)) lazy.add(match[1]);
  }
  return [...lazy].filter((name) => !texts.includes(name) && !first.has(name));
}

function sum(names) {
  return [...names].reduce((total, name) => total + size(name, false), 0);
}

function size(name, isCompressed) {
  const path = join(ASSETS, name);
  return isCompressed ? statSync(path).size : gzipSync(readFileSync(path), { level: 9 }).length;
}

function kb(bytes) {
  return `${(bytes / KB).toFixed(1)} kB`;
}

function fail(problems) {
  for (const problem of problems) console.error(problem);
  process.exit(1);
}
