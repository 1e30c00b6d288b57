import type { adminVi } from '../vi/admin.ts'

export const adminEn: typeof adminVi = {
  title: 'Administration',
}
