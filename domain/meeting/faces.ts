import type { Role } from '../contract/values.ts'

/**
 * The face that a role opens in a meeting; the client has a part of this name for each. A leader who does not chair has the
 * chair's picture without its verbs; the administrator stands beside the Office.
 */
export const faceOfRole = {
  leader: 'Chair',
  secretary: 'Secretary',
  bridge: 'Bridge',
  department: 'Department',
  office: 'Office',
  observer: 'Observer',
  admin: 'Office',
} as const satisfies Record<Role, string>

/** Faces that are read from far away open dark, whatever their people like at a desk; by the name that `data-face` carries. */
export const farFaces: readonly string[] = ['bridge', 'projector']
