import { v7 } from 'uuid'

/** A fresh id for what this client names: a command, a vote, a new item, a conclusion. */
export const newId = (): string => v7()
