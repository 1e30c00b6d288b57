import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import { DemoRoomAnswer } from '#domain/contract/demo.ts'
import { api } from '../line/api.ts'

const askEveryMs = 2000

/** The demo's next meeting, asked again every two seconds while this page is looked at; undefined where there is none. */
export function useDemoRoom() {
  const room = shallowRef<DemoRoomAnswer>()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function look() {
    clearTimeout(timer)
    try {
      if (document.visibilityState === 'visible') room.value = await api.get('/api/demo/room', DemoRoomAnswer)
    } catch {
      room.value = undefined
    }
    timer = setTimeout(() => void look(), askEveryMs)
  }
  onMounted(look)
  onBeforeUnmount(() => clearTimeout(timer))
  return room
}
