/** What stands at the head of a meeting's archive: what is where, and how the log is checked without this product. */
export const readMe = (title: string, events: number, head: string): string =>
  [
    title,
    '',
    'nhat-ky/su-kien.jsonl  mỗi dòng một sự kiện của nhật ký, đúng từng ký tự đã được băm',
    'nhat-ky/ma-bam.txt     mã băm của từng dòng, theo thứ tự',
    'trang-thai.json        cuộc họp sau sự kiện cuối',
    'bang/*.csv             chương trình, điểm danh, phát biểu, biểu quyết, kết luận, nhật ký (UTF-8)',
    'bien-ban/              lời ghi từng phần; bản dự thảo nếu chưa lập biên bản chính thức',
    'van-ban/               thông báo và biên bản đã cấp số: PDF, Word, edXML',
    'tai-lieu/              tài liệu đã chiếu',
    '',
    `Nhật ký có ${events} sự kiện. Mã băm của một dòng là SHA-256 của mã băm dòng trước (dòng đầu: 64 số 0) nối liền với dòng đó,`,
    'không kể dấu xuống dòng. Mã băm cuối phải là:',
    head,
    '',
    `The log has ${events} events. The hash of a line is the SHA-256 of the hash of the line before (64 zeros before the first)`,
    'followed by the line, without its line break. The last one must be the hash above.',
    '',
  ].join('\r\n')
