import { createRouter, createWebHashHistory } from 'vue-router'
import { loadAreas, resume, state } from '@/state/session'
import SignIn from '@/pages/SignIn.vue'
import Today from '@/pages/Today.vue'

/* Addresses behind # : the server has one document and nothing to guess. */
export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (to, from, saved) => saved ?? (to.hash ? { el: to.hash, top: 64 } : to.path === from.path ? false : { top: 0 }),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: SignIn, meta: { title: 'sign.in', open: true } },
    { path: '/', name: 'today', component: Today, meta: { title: 'menu.today' } },
    { path: '/findings/:rule?', name: 'findings', component: () => import('@/pages/Findings.vue'), meta: { title: 'finding.title', up: '/' } },
    { path: '/r', name: 'registers', component: () => import('@/pages/Registers.vue'), meta: { title: 'menu.registers' } },
    { path: '/r/:r/new', name: 'new', component: () => import('@/pages/RecordEdit.vue'), meta: { title: 'menu.registers', up: '/r/:r', keyed: 'r' } },
    { path: '/r/:r/import', name: 'import', component: () => import('@/pages/Import.vue'), meta: { title: 'import.title', up: '/r/:r' } },
    { path: '/r/:r/:id/edit', name: 'edit', component: () => import('@/pages/RecordEdit.vue'), meta: { title: 'menu.registers', up: '/r/:r/:id' } },
    { path: '/r/:r/:id(\\d+)?', name: 'register', component: () => import('@/pages/Register.vue'), meta: { title: 'menu.registers', keyed: 'r' } },
    { path: '/r/:r/fill', name: 'fill', component: () => import('@/pages/Fill.vue'), meta: { title: 'fill.page', up: '/r/:r', keyed: 'r' } },
    { path: '/r/:r/compare', name: 'compare', component: () => import('@/pages/Compare.vue'), meta: { title: 'compare.title', up: '/r/:r', keyed: 'r' } },
    { path: '/r/:r/compare/two', name: 'compare-two', component: () => import('@/pages/CompareTwo.vue'), meta: { title: 'compare.two', up: '/r/:r', keyed: 'r' } },
    { path: '/forms/:form/in', name: 'forms-in', component: () => import('@/pages/FormsIn.vue'), meta: { title: 'formin.title', up: '/r' } },
    { path: '/rosters/:which?', name: 'rosters', component: () => import('@/pages/Rosters.vue'), meta: { title: 'roster.title', up: '/r' } },
    { path: '/stats/:name?', name: 'stats', component: () => import('@/pages/Stats.vue'), meta: { title: 'stats.title', up: '/r' } },
    { path: '/r/:r/ask', name: 'ask', component: () => import('@/pages/Ask.vue'), meta: { title: 'ask.title', up: '/r/:r', keyed: 'r' } },
    { path: '/forms/:form/photos', name: 'photos', component: () => import('@/pages/Photos.vue'), meta: { title: 'photos.title', up: '/r' } },
    { path: '/forms/:form/resumes', name: 'resumes', component: () => import('@/pages/Resumes.vue'), meta: { title: 'resumes.title', up: '/r' } },
    { path: '/teams/:id?', name: 'teams', component: () => import('@/pages/Teams.vue'), meta: { title: 'menu.teams' } },
    { path: '/plans/:id(\\d+)?', name: 'plan', component: () => import('@/pages/Plan.vue'), meta: { title: 'plan.title', up: '/cases' } },
    { path: '/cases', name: 'cases', component: () => import('@/pages/Cases.vue'), meta: { title: 'menu.cases' } },
    { path: '/cases/new/:procedure', name: 'case-new', component: () => import('@/pages/CaseNew.vue'), meta: { title: 'case.open', up: '/cases', keyed: 'procedure' } },
    { path: '/cases/:id(\\d+)', name: 'case', component: () => import('@/pages/CasePage.vue'), meta: { title: 'menu.cases', up: '/cases', keyed: 'id' } },
    { path: '/cases/:id(\\d+)/record', name: 'case-record', component: () => import('@/pages/CaseRecord.vue'), meta: { title: 'case.record', up: '/cases/:id', keyed: 'id' } },
    { path: '/proof-file', name: 'proof-file', component: () => import('@/pages/ProofFile.vue'), meta: { title: 'proof.file.title', open: true } },
    { path: '/trace/:r/:id(\\d+)', name: 'trace', component: () => import('@/pages/Trace.vue'), meta: { title: 'case.trace', up: '/cases', keyed: 'id' } },
    { path: '/meetings', name: 'meetings', component: () => import('@/pages/Meetings.vue'), meta: { title: 'meeting.title', up: '/cases' } },
    { path: '/notices/:id(\\d+)?', name: 'notices', component: () => import('@/pages/Notices.vue'), meta: { title: 'notice.wall', open: true } },
    { path: '/ballots', name: 'ballots', component: () => import('@/pages/Ballots.vue'), meta: { title: 'ballot.title', up: '/cases' } },
    { path: '/ballots/:id(\\d+)', name: 'ballot', component: () => import('@/pages/BallotPage.vue'), meta: { title: 'ballot.title', up: '/ballots', keyed: 'id' } },
    { path: '/vote/:id(\\d+)', name: 'vote', component: () => import('@/pages/Vote.vue'), meta: { title: 'vote.title', open: true, keyed: 'id' } },
    { path: '/slips/:id(\\d+)?', name: 'slips', component: () => import('@/pages/Slips.vue'), meta: { title: 'slip.title', up: '/' } },
    { path: '/rules', name: 'rules', component: () => import('@/pages/Rules.vue'), meta: { title: 'menu.rules', group: 'rules' } },
    { path: '/rules/c/:pack/:file', name: 'chapter', component: () => import('@/pages/Rules.vue'), meta: { title: 'menu.rules', up: '/rules', group: 'rules' } },
    { path: '/rules/c/:pack/:file/edit', name: 'chapter-edit', component: () => import('@/pages/ChapterEdit.vue'), meta: { title: 'rule.edit', up: '/rules/c/:pack/:file' } },
    { path: '/rules/r/:rule', name: 'rule', component: () => import('@/pages/Rules.vue'), meta: { title: 'menu.rules', up: '/rules', group: 'rules' } },
    { path: '/journal', name: 'journal', component: () => import('@/pages/Journal.vue'), meta: { title: 'menu.journal' } },
    { path: '/journal/:seq(\\d+)', name: 'entry', component: () => import('@/pages/Entry.vue'), meta: { title: 'menu.journal', up: '/journal', keyed: 'seq' } },
    { path: '/system/:tab?', name: 'system', component: () => import('@/pages/System.vue'), meta: { title: 'menu.system' } },
    { path: '/jobs', name: 'jobs', component: () => import('@/pages/Jobs.vue'), meta: { title: 'jobs.title', up: '/mine' } },
    { path: '/mine/:tab?', name: 'mine', component: () => import('@/pages/Mine.vue'), meta: { title: 'menu.mine' } },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('@/pages/Nowhere.vue'), meta: { title: 'state.nowhere' } }
  ]
})

let begun: Promise<void> | null = null
async function begin() {
  await loadAreas()
  await resume()
  state.ready = true
}

router.beforeEach(async to => {
  if (!state.ready) {
    begun ??= begin()
    try { await begun } catch { begun = null }
  }
  if (!to.meta.open && !state.session) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { back: to.fullPath } }
  if (to.name === 'sign-in' && state.session) return '/'
  if (state.session?.must_change_password && to.name !== 'mine') return { name: 'mine', params: { tab: 'password' } }
  return true
})
