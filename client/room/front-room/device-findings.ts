/** What the front room found out about the devices; the Office's board shows it. */
export interface DeviceFindings {
  camera: 'ok' | 'refused' | 'none'
  microphone: 'ok' | 'silent' | 'refused' | 'none'
}
