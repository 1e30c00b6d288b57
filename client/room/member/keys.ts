/** The keys of those who take part from outside the chair's table. */
export const memberKeys = { floor: 'F', kinds: 'O', acknowledge: 'C', minutes: 'B', callHelp: 'H', help: '?' } as const
