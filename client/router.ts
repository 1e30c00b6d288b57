import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { lazyPage } from './pages/lazy.ts'

const routes: RouteRecordRaw[] = [
  { path: '/', component: lazyPage('Front') },
  { path: '/meetings/:id', component: lazyPage('Meeting') },
  { path: '/meetings/:id/projector', component: lazyPage('Projector') },
  { path: '/meetings/:id/office', component: lazyPage('Office') },
  { path: '/meetings/:id/summary', component: lazyPage('Summary') },
  { path: '/join/:token', component: lazyPage('Join') },
  { path: '/verify', component: lazyPage('Verify') },
  { path: '/verify/:code', component: lazyPage('Verify') },
  { path: '/documents', component: lazyPage('Documents') },
  { path: '/admin', component: lazyPage('Admin') },
  { path: '/design', component: lazyPage('Design') },
  { path: '/:rest(.*)*', component: lazyPage('NotFound') },
]

export const router = createRouter({ history: createWebHistory(), routes })

/** The query that belongs to the window goes along from page to page, so that a reload shows the same. */
router.beforeEach((to, from) => {
  const kept = Object.fromEntries(
    ['slot', 'theme', 'lang']
      .filter((name) => to.query[name] === undefined && from.query[name] !== undefined)
      .map((name) => [name, from.query[name]]),
  )
  return Object.keys(kept).length === 0 ? true : { ...to, query: { ...to.query, ...kept }, replace: true }
})

/** After a deploy the old pages' files are gone: load the new page instead of showing nothing. */
router.onError((error: unknown, to) => {
  const isOldFile = error instanceof TypeError && /import|module|fetch/i.test(error.message)
  const mark = `reloaded:${to.path}`
  if (!isOldFile || sessionStorage.getItem(mark) !== null) return
  sessionStorage.setItem(mark, '1')
  location.assign(to.fullPath)
})
