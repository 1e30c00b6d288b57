/** What the keys of the Office do with the chosen point. */
export type PointAct = 'call' | 'mute' | 'pin' | 'link' | 'attendance' | 'putOut'
