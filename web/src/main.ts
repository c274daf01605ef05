import { createApp } from 'vue'
import './styles/base.css'
import { usePartsOf } from './el'
import './styles/element.css'
import './styles/pages.css'
import './styles/case.css'
import './styles/job.css'
import './styles/ballot.css'
import './styles/desk.css'
import './styles/plan.css'
import './styles/print.css'
import App from './App.vue'
import { i18n, setLang, type Lang } from './i18n'
import { router } from './router'

setLang(i18n.global.locale.value as Lang)
usePartsOf(createApp(App)).use(i18n).use(router).mount('#app')
