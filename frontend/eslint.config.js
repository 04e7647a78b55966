import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Tailwind classes that name a side of the screen: the other writing direction would come out wrong. */
const SIDED =
  '(^|[\\s:])-?(m[lr]|p[lr]|left|right|border-[lr]|rounded-(l|r|tl|tr|bl|br)|text-(left|right)|float-(left|right)|scroll-[mp][lr])(-|\\s|$)';
const SIDED_MESSAGE = 'Use logical classes (ms-, pe-, start-, end-, rounded-ss…): the page also runs right-to-left.';

export default tseslint.config(
  { ignores: ['node_modules/**', 'src/shared/schema.d.ts'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'no-duplicate-case': 'error',
      'no-dupe-keys': 'error',
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: `JSXAttribute[name.name="className"] Literal[value=/${SIDED}/]`, message: SIDED_MESSAGE },
        {
          selector: `JSXAttribute[name.name="className"] TemplateElement[value.raw=/${SIDED}/]`,
          message: SIDED_MESSAGE,
        },
        {
          selector: 'JSXText[value=/\\p{L}{2,}/u]',
          message: 'Texts come from the catalogue (shared/i18n), never from the markup.',
        },
        {
          selector:
            'JSXAttribute[name.name="style"] Property[key.name=/^(left|right|marginLeft|marginRight|paddingLeft|paddingRight)$/]',
          message: SIDED_MESSAGE,
        },
      ],
    },
  },
);
