import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'

const rooms = {
  domain: {
    never: ['#db', '#server', '#client', 'node:', 'vue', 'express', 'postgres', 'drizzle-orm', 'socket.io'],
    why: 'domain is pure: it sees only zod',
  },
  db: { never: ['#server', '#client', 'vue', 'express', 'socket.io'], why: 'db knows Postgres and the domain, nobody else' },
  server: { never: ['#client', 'vue'], why: 'server never sees the client' },
  client: { never: ['#db', '#server', 'node:', 'express', 'postgres', 'drizzle-orm'], why: 'client sees only the domain' },
}

const arrows = Object.entries(rooms).map(([room, { never, why }]) => ({
  files: [`${room}/**/*.ts`, `${room}/**/*.vue`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: never.map((name) => ({
          regex: name.startsWith('#') || name.endsWith(':') ? `^${name}` : `^${name}(/|$)`,
          message: why,
        })),
      },
    ],
  },
}))

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.data/', 'test-artefacts/', 'client/public/', 'test/bench/*.mjs', '**/*.md'] },
  ...tseslint.configs.recommendedTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        project: [
          'domain/tsconfig.json',
          'db/tsconfig.json',
          'server/tsconfig.json',
          'client/tsconfig.json',
          'test/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
      'no-console': 'error',
      eqeqeq: ['error', 'always'],
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/html-indent': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
    },
  },
  {
    files: ['domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'window', 'document', 'process'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'time comes in as an argument' },
        { object: 'Math', property: 'random', message: 'ids come in as arguments' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'time comes in as an argument' },
      ],
    },
  },
  ...arrows,
  {
    files: ['**/*.js', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { project: null } },
  },
  { files: ['scripts/**', '*.js', '*.mjs'], rules: { 'no-console': 'off' } },
)
