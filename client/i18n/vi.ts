import { adminVi } from './vi/admin.ts'
import { commonVi } from './vi/common.ts'
import { demoVi } from './vi/demo.ts'
import { designVi } from './vi/design.ts'
import { documentsVi } from './vi/documents.ts'
import { minutesVi } from './vi/minutes.ts'
import { pagesVi } from './vi/pages.ts'
import { roomVi } from './vi/room.ts'
import { signingVi } from './vi/signing.ts'
import { videoVi } from './vi/video.ts'

export const vi = {
  common: commonVi,
  room: roomVi,
  documents: documentsVi,
  signing: signingVi,
  minutes: minutesVi,
  video: videoVi,
  pages: pagesVi,
  admin: adminVi,
  demo: demoVi,
  design: designVi,
}
