/** The demonstration's page: the first meeting that a newcomer plays alone. */
export const demoVi = {
  title: 'Cuộc họp đầu tiên',
  hint: 'Tám bước, một mình đóng nhiều vai. Mỗi bước mở đúng cửa sổ của vai cần làm; dấu đánh tự hiện khi đã làm xong.',
  progress: 'Đã xong {n} / {total} bước',
  finished: 'Đã qua đủ các bước của một cuộc họp.',
  done: 'Đã xong',
  open: 'Mở {role}',
  role: {
    hall: 'Điểm cầu huyện Tu Mơ Rông',
    chair: 'Chủ trì',
    secretary: 'Thư ký',
  },
  step: {
    hallIn: 'Điểm cầu ghi người đại diện, kiểm tra thiết bị rồi vào phòng họp.',
    opened: 'Chủ trì bắt đầu họp (phím N).',
    itemStarted: 'Chủ trì bắt đầu nội dung 1 (phím N).',
    floorAsked: 'Điểm cầu bấm “Xin phát biểu”.',
    floorGiven: 'Chủ trì mời phát biểu (phím G): micrô, hình và đồng hồ chuyển theo.',
    conclusionProposed: 'Thư ký gõ biên bản, chọn một đoạn rồi “Trình kết luận”.',
    conclusionIssued: 'Chủ trì duyệt (phím A) và ban hành (phím B): mọi màn hình hiện số kết luận.',
    receiptGiven: 'Điểm cầu bấm “Xác nhận đã nhận”.',
  },
}
