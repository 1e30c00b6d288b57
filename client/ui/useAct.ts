import { readonly, ref } from 'vue'

/**
 * An act of a form or a button: its pending look while it runs, and the sentence when it was refused.
 * `problemOf` turns what was thrown into words; a second run while the first is under way does nothing.
 */
export function useAct<Args extends unknown[]>(act: (...args: Args) => Promise<unknown>, problemOf: (error: unknown) => string) {
  const isPending = ref(false)
  const problem = ref<string>()

  async function run(...args: Args): Promise<boolean> {
    if (isPending.value) return false
    isPending.value = true
    problem.value = undefined
    try {
      await act(...args)
      return true
    } catch (error) {
      problem.value = problemOf(error)
      return false
    } finally {
      isPending.value = false
    }
  }

  return { run, isPending: readonly(isPending), problem }
}
