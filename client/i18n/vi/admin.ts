export const adminVi = {
  title: 'Quản trị',
}
