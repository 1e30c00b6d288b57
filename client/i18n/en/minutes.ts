import type { minutesVi } from '../vi/minutes.ts'

export const minutesEn: typeof minutesVi = {
  title: 'Minutes',
}
