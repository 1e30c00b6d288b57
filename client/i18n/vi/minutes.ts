export const minutesVi = {
  title: 'Biên bản',
}
