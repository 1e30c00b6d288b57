import type { videoVi } from '../vi/video.ts'

export const videoEn: typeof videoVi = {
  title: 'Picture and sound',
}
