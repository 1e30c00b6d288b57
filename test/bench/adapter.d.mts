import type { Adapter } from './measure.ts'

declare const makeAdapter: () => Adapter
export default makeAdapter
