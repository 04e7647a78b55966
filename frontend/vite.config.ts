import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const API = process.env.THREADLINE_DEV_API ?? 'http://127.0.0.1:8080';
const STATIC = resolve(import.meta.dirname, '../threadline/web/static');
const THEME = resolve(import.meta.dirname, 'src/app/theme.js');
const FORMS =
  /src\/shared\/(ui\/(Checkbox|CopyField|Dialog|FormDialog|InlineError|MultiSelect|Select|Slider|Switch|Tabs|TextField)|useSubmit)\.tsx?/;
/** What only screens that come later share. */
const LATER = /src\/shared\/(i18n\/catalogues|audio|outbox\/draftSync|ui\/DigitList)/;
const SHARED = new RegExp(`^(?!.*(${FORMS.source}|${LATER.source})).*(src/shared/|lucide-react|csp-context)`);
const SERVICE_WORKER = resolve(import.meta.dirname, 'src/app/sw.js');
const TEXTS = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.map']);

/** Puts the theme script before the first paint as a file of its own: the page's policy allows no inline script. */
function themeScript(): Plugin {
  return {
    name: 'threadline-theme-script',
    buildStart() {
      if (this.environment.mode === 'build') {
        this.emitFile({ type: 'asset', name: 'theme.js', source: readFileSync(THEME) });
      }
    },
    transformIndexHtml(_html, { bundle = {} }) {
      const built = Object.values(bundle).find((item) => item.type === 'asset' && item.names.includes('theme.js'));
      const src = built === undefined ? '/src/app/theme.js' : `/${built.fileName}`;
      return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
    },
  };
}

/** Puts the service worker at /sw.js, knowing the files of the first load and a name for this very set of them. */
function serviceWorker(): Plugin {
  return {
    name: 'threadline-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      const first = new Set<string>();
      const follow = (name: string) => {
        if (first.has(name)) return;
        first.add(name);
        const item = bundle[name];
        if (item?.type === 'chunk') item.imports.forEach(follow);
      };
      for (const item of Object.values(bundle)) {
        if (item.type === 'chunk' && item.isEntry) follow(item.fileName);
        if (item.type === 'asset' && /\.css$|theme-.*\.js$|inter-latin-wght/.test(item.fileName))
          first.add(item.fileName);
      }
      const shell = ['/', ...[...first].sort().map((name) => `/${name}`)];
      const source = readFileSync(SERVICE_WORKER, 'utf8');
      const build = createHash('sha256').update(source).update(shell.join()).digest('hex').slice(0, 16);
      const filled = source.replace('__BUILD__', build).replace('__SHELL__', JSON.stringify(shell));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: filled });
    },
  };
}

/** Writes `.gz` and `.br` beside each text asset, so that the server never compresses while somebody waits. */
function compressed(): Plugin {
  return {
    name: 'threadline-compressed',
    apply: 'build',
    async closeBundle() {
      for (const entry of await readdir(STATIC, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXTS.has(extname(entry.name))) continue;
        const path = join(entry.parentPath, entry.name);
        const source = await readFile(path);
        await writeFile(`${path}.gz`, gzipSync(source, { level: 9 }));
        await writeFile(
          `${path}.br`,
          brotliCompressSync(source, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: source.length },
          }),
        );
      }
    },
  };
}

/** `de-settings` for a part of a catalogue that is loaded later, so that the budgets know whose it is. */
function textsName(module: string | null): string | null {
  const match = /catalogues\/(\w+)\/later\/(\w+)\.json$/.exec(module ?? '');
  return match === null ? null : `${match[1]}-${match[2]}`;
}

export default defineConfig({
  plugins: [react(), tailwindcss(), themeScript(), serviceWorker(), compressed()],
  resolve: { alias: { '@': resolve(import.meta.dirname, 'src') } },
  build: {
    outDir: STATIC,
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        chunkFileNames: ({ facadeModuleId }) => `assets/${textsName(facadeModuleId) ?? '[name]'}-[hash].js`,
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules\/(react|react-dom|scheduler|wouter|virtua|use-sync-external-store)\//,
            },
            // Small things that several screens share come as one file, instead of one request for each icon.
            { name: 'shared', test: SHARED, minShareCount: 2, priority: 2 },
            // Of these, what only dialogs and settings need: not for the first paint.
            { name: 'forms', test: FORMS, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: API, ws: true }, '/files': { target: API }, '/hooks': { target: API } },
  },
});
