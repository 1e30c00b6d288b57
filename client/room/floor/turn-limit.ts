import { ref, watch } from 'vue'

/** How long a turn is given for, on this screen; `none` gives the floor without a limit. */
export type TurnLimit = 'none' | '3' | '5' | '10' | '15'

const storedKey = 'turn-limit'
const isLimit = (value: string | null): value is TurnLimit => value !== null && ['none', '3', '5', '10', '15'].includes(value)

const kept = localStorage.getItem(storedKey)
export const turnLimit = ref<TurnLimit>(isLimit(kept) ? kept : '5')
watch(turnLimit, (value) => localStorage.setItem(storedKey, value))

/** The fields of a grant under the chosen limit. */
export const grantFields = (userId: string): { userId: string; limitSeconds?: number } =>
  turnLimit.value === 'none' ? { userId } : { userId, limitSeconds: Number(turnLimit.value) * 60 }
