import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// Vite 6 is the newest that runs on Debian 12's own Node 18 as well as on newer ones.
export default defineConfig({
  base: './',
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: {
    // Offices run Chromium of 2020 and later.
    target: ['chrome87', 'firefox85', 'safari14'],
    cssTarget: 'chrome87',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (/node_modules\/(vue|@vue|vue-router|vue-i18n|@intlify)\//.test(id)) return 'vue'
          if (/node_modules\/(?!echarts|zrender|tslib)/.test(id)) return 'parts'
          return undefined
        }
      }
    }
  },
  server: { port: 5173, proxy: { '/api': process.env.GUIJU_API ?? 'http://127.0.0.1:8420' } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' }
} as Parameters<typeof defineConfig>[0])
