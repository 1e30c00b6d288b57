import type { ErrorCode } from '#domain/errors.ts'

/**
 * What people read when something is refused. `codes` may name `{reason}`, `{field}`, `{fix}` and the refusal's own params;
 * `reasons` are clauses without a full stop that complete the code's sentence; `fixes` say how to put an input right.
 */
export interface Messages {
  codes: Record<ErrorCode, string>
  /** Used instead of `codes` when what that names in braces is not known. */
  plain: Partial<Record<ErrorCode, string>>
  reasons: Record<string, string>
  fields: Record<string, string>
  fixes: Record<string, string>
  services: Record<string, string>
}

export const vi: Messages = {
  codes: {
    invalid_credentials: 'Sai tên đăng nhập hoặc mật khẩu.',
    not_signed_in: 'Phiên làm việc đã kết thúc. Hãy đăng nhập lại.',
    forbidden: 'Bạn không có quyền thực hiện việc này.',
    not_found: 'Không tìm thấy nội dung này.',
    invalid_input: 'Thông tin chưa hợp lệ: {field}. {fix}',
    conflict: 'Nội dung đã được người khác thay đổi. Hãy xem lại rồi làm tiếp.',
    wrong_state: 'Chưa thể thực hiện: {reason}.',
    gone: 'Liên kết này đã được dùng, đã hết hạn hoặc đã bị thu hồi.',
    too_many_attempts: 'Thao tác quá nhanh. Hãy thử lại sau {seconds} giây.',
    too_large: 'Tệp vượt quá {megabytes} MB.',
    unavailable: 'Tạm thời chưa kết nối được {service}. Cuộc họp vẫn tiếp tục.',
    malformed_update: 'Nội dung vừa gửi bị lỗi và không được ghi nhận.',
    missing_before: 'Phần gửi trước đó chưa tới. Bản nháp đang được gửi lại.',
    outdated_client: 'Trang này là bản cũ. Hệ thống đang tự tải lại, bản nháp được giữ.',
  },
  plain: {
    invalid_input: 'Thông tin chưa hợp lệ. {fix}',
    wrong_state: 'Chưa thể thực hiện lúc này.',
    too_many_attempts: 'Thao tác quá nhanh. Hãy thử lại sau ít giây.',
    too_large: 'Dữ liệu gửi lên quá lớn.',
    unavailable: 'Tạm thời chưa kết nối được hệ thống. Hãy thử lại.',
  },
  reasons: {
    unit_has_no_account: 'đơn vị này không có điểm cầu',
    unit_not_invited: 'đơn vị này không được mời dự cuộc họp',
    already_exists: 'tên hoặc mã này đã có',
    own_account: 'không thể tự khóa hoặc tự đổi vai trò của mình',
    foreign_origin: 'yêu cầu đến từ một trang khác',
  },
  fields: {
    username: 'tên đăng nhập',
    password: 'mật khẩu',
    name: 'họ và tên',
    title: 'tên hoặc chức vụ',
    headCount: 'số người tại điểm cầu',
    representative: 'người đại diện',
    unitId: 'đơn vị',
    unitIds: 'các đơn vị được mời',
    chairUserId: 'người chủ trì',
    scheduledAt: 'thời gian họp',
    expiresAt: 'thời hạn',
    agenda: 'chương trình họp',
    budgetMinutes: 'thời lượng',
    presenterUnitId: 'đơn vị báo cáo',
    audience: 'thành phần dự nội dung',
    form: 'hình thức họp',
    itemId: 'nội dung',
    minutes: 'số phút',
    reason: 'lý do',
    text: 'nội dung',
    question: 'câu hỏi biểu quyết',
    options: 'phương án biểu quyết',
    option: 'phương án',
    leadUnitId: 'đơn vị chủ trì',
    coordinatingUnitIds: 'đơn vị phối hợp',
    dueDate: 'hạn hoàn thành',
    product: 'sản phẩm',
    corrects: 'kết luận được đính chính',
    remark: 'ý kiến chỉnh sửa',
    limitSeconds: 'thời gian phát biểu',
    code: 'mã',
    kind: 'loại',
    role: 'vai trò',
    at: 'thời điểm',
    section: 'phần biên bản',
  },
  fixes: {
    required: 'Hãy nhập đủ.',
    too_short: 'Hãy nhập đủ.',
    too_long: 'Hãy rút ngắn.',
    too_small: 'Giá trị quá nhỏ.',
    too_big: 'Giá trị quá lớn.',
    control_character: 'Hãy bỏ các ký tự không in được.',
    unrecognized_keys: 'Hệ thống không nhận mục này.',
    not_json: 'Dữ liệu gửi lên phải là JSON.',
    weak_password: 'Mật khẩu cần ít nhất 10 ký tự.',
    unknown_unit: 'Hãy chọn một đơn vị đang hoạt động.',
    unknown_user: 'Hãy chọn một người dùng đang hoạt động.',
    not_a_leader: 'Hãy chọn một Lãnh đạo UBND tỉnh.',
    in_the_past: 'Hãy chọn thời điểm trong tương lai.',
    already_exists: 'Giá trị này đã có.',
    other: 'Hãy kiểm tra lại.',
  },
  services: {
    database: 'cơ sở dữ liệu',
    video: 'hệ thống hình ảnh và âm thanh',
    files: 'kho tệp',
  },
}
