import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import {
  CommentAnswer,
  CommentsAnswer,
  type MinutesComment,
  type NewComment,
  type NewCommentAnswer,
} from '#domain/contract/comments.ts'
import { api } from '../line/api.ts'
import { onLive, onMessage } from '../line/socket.ts'
import { useMeeting } from './meeting.ts'

/**
 * The desk's comments of the open meeting, live for as long as the calling component lives; `onChange` hears what others did
 * while it looked on. Only for those who write the minutes: to others the server says nothing.
 */
export function followComments(onChange: (comment: MinutesComment) => void) {
  const meeting = useMeeting()
  const byId = shallowRef<ReadonlyMap<string, MinutesComment>>(new Map())
  const state = ref<'loading' | 'ready' | 'error'>('loading')
  const path = (): string => `/api/meetings/${meeting.meetingId ?? ''}/minutes/comments`

  /** Of two copies the later counts, in whichever order they come. */
  function take(fresh: readonly MinutesComment[]): MinutesComment[] {
    const later = fresh.filter((one) => one.version > (byId.value.get(one.id)?.version ?? 0))
    if (later.length > 0) byId.value = new Map([...byId.value, ...later.map((one) => [one.id, one] as const)])
    return later
  }

  async function load(): Promise<void> {
    try {
      take((await api.get(path(), CommentsAnswer)).comments)
      state.value = 'ready'
    } catch {
      if (state.value !== 'ready') state.value = 'error'
    }
  }

  async function add(comment: NewComment): Promise<void> {
    take([(await api.post(path(), CommentAnswer, comment)).comment])
  }

  async function answer(commentId: string, said: NewCommentAnswer): Promise<void> {
    take([(await api.post(`${path()}/${commentId}/answers`, CommentAnswer, said)).comment])
  }

  async function resolve(commentId: string, isResolved: boolean): Promise<void> {
    take([(await api.put(`${path()}/${commentId}/resolution`, CommentAnswer, { isResolved })).comment])
  }

  const ends = [
    onMessage('minutes:comment', (message) => {
      if (message.meetingId === meeting.meetingId) for (const one of take([message.comment])) onChange(one)
    }),
    // What came while the line was gone.
    onLive(() => void load()),
  ]
  onScopeDispose(() => ends.forEach((end) => end()))
  watch(
    () => meeting.meetingId,
    () => {
      byId.value = new Map()
      state.value = 'loading'
      if (meeting.meetingId !== undefined) void load()
    },
    { immediate: true },
  )

  return { comments: computed(() => [...byId.value.values()]), state, load, add, answer, resolve }
}
