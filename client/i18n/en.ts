import { adminEn } from './en/admin.ts'
import { commonEn } from './en/common.ts'
import { demoEn } from './en/demo.ts'
import { designEn } from './en/design.ts'
import { documentsEn } from './en/documents.ts'
import { minutesEn } from './en/minutes.ts'
import { pagesEn } from './en/pages.ts'
import { roomEn } from './en/room.ts'
import { signingEn } from './en/signing.ts'
import { videoEn } from './en/video.ts'
import type { vi } from './vi.ts'

export const en: typeof vi = {
  common: commonEn,
  room: roomEn,
  documents: documentsEn,
  signing: signingEn,
  minutes: minutesEn,
  video: videoEn,
  pages: pagesEn,
  admin: adminEn,
  demo: demoEn,
  design: designEn,
}
