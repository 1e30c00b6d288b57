export const videoVi = {
  title: 'Hình và tiếng',
}
