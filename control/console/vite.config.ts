import { defineConfig } from 'vite';

/// MODELGATE_CONTROL is the address of a running program, such as http://127.0.0.1:8081; for `npm run dev` only.
const program = process.env['MODELGATE_CONTROL'] ?? 'http://127.0.0.1:8081';

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    // Nothing inline: the policy is script-src 'self', style-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    // The notices that the licences of what is built in ask for; the account menu leads to them.
    license: { fileName: 'licences.txt' },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: program, changeOrigin: false } },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
} as Parameters<typeof defineConfig>[0]);
