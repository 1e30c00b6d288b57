import { isClosedStub, type AgendaItem } from '#domain/meeting/state.ts'
import { t } from '../../i18n/index.ts'

/** An item's title as far as this person may know it. */
export const itemTitle = (item: AgendaItem): string => (isClosedStub(item) ? t('common.noun.closedItem') : item.title)

export const presenterOf = (item: AgendaItem): string | undefined => (isClosedStub(item) ? undefined : item.presenterUnitId)
