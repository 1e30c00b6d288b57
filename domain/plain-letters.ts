/** A Vietnamese text in letters without marks, as large as they were: `Đăk Hà` becomes `Dak Ha`. */
export const plainLetters = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D')
