/** The keys of those who take part from outside the chair's table. */
export const memberKeys = { floor: 'F', acknowledge: 'C', minutes: 'B', callHelp: 'H', help: '?' } as const
