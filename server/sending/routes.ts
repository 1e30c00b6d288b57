import { DeliveriesAnswer } from '#domain/contract/deliveries.ts'
import { DocumentParams } from '#domain/contract/documents.ts'
import type { DocumentStore } from '../documents/store.ts'
import { route, type Doors } from '../web/http.ts'
import type { Services } from '../web/services.ts'
import { deliveriesOf } from './deliveries.ts'

/** Who was sent a document, who has opened and who has acknowledged it: for those who follow it up. */
export function registerSending(doors: Doors, { sql }: Services, { documentOf }: Pick<DocumentStore, 'documentOf'>): void {
  route(
    doors,
    {
      method: 'get',
      path: '/api/documents/:id/deliveries',
      summary: 'To whom an issued document was sent, who has opened it and who has acknowledged it',
      who: ['leader', 'secretary', 'office'],
      params: DocumentParams,
      answers: { 200: DeliveriesAnswer },
    },
    async ({ params }) => {
      if ((await documentOf(params.id)) === null) return { refusal: { code: 'not_found' } }
      return { status: 200 as const, body: { deliveries: await deliveriesOf(sql, params.id) } }
    },
  )
}
