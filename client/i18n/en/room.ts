import type { roomVi } from '../vi/room.ts'

export const roomEn: typeof roomVi = {
  title: 'Room',
}
