import { defineAsyncComponent, type Component } from 'vue'

const files = import.meta.glob<{ default: Component }>('../room/video/*.vue')

/** A part of the picture, fetched beside the face: the room is usable before the video is. */
export function videoPart(name: string): Component | undefined {
  const load = files[`../room/video/${name}.vue`]
  return load && defineAsyncComponent(load)
}
