export const roomVi = {
  title: 'Phòng họp',
}
