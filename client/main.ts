import '@fontsource/be-vietnam-pro/latin-400.css'
import '@fontsource/be-vietnam-pro/latin-500.css'
import '@fontsource/be-vietnam-pro/latin-600.css'
import '@fontsource/be-vietnam-pro/latin-700.css'
import '@fontsource/be-vietnam-pro/vietnamese-400.css'
import '@fontsource/be-vietnam-pro/vietnamese-500.css'
import '@fontsource/be-vietnam-pro/vietnamese-600.css'
import '@fontsource/be-vietnam-pro/vietnamese-700.css'
import './styles/index.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, showFirstLocale } from './i18n/index.ts'
import { followBuilds } from './line/builds.ts'
import { router } from './router.ts'

const app = createApp(App).use(createPinia()).use(i18n).use(router)
// Where the words of a language do not arrive, the page speaks the other.
void showFirstLocale()
  .catch(() => undefined)
  .then(() => app.mount('#app'))
followBuilds()
