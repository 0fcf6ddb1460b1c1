//===- Status.h - What a call that can fail returns -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef BRT_RUNTIME_STATUS_H
#define BRT_RUNTIME_STATUS_H

#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

namespace brt::rt {

enum class StatusCode {
  Ok,
  /// The caller gave something that no input could make valid.
  InvalidArgument,
  /// A file or a name is not there.
  NotFound,
  /// A file's content is broken.
  DataLoss,
  /// The file is sound and belongs to something else.
  Mismatch,
  /// The system refused: disk full, no permission, no memory.
  System,
  /// The program or the machine lacks what was asked for.
  Unsupported,
  /// The user stopped the work.
  Interrupted,
};

/// Success, or a code and one sentence with the numbers that broke it.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(StatusCode code, std::string message)
      : statusCode(code), text(std::move(message)) {}

  bool ok() const { return statusCode == StatusCode::Ok; }
  StatusCode code() const { return statusCode; }
  const std::string &message() const { return text; }

private:
  StatusCode statusCode = StatusCode::Ok;
  std::string text;
};

/// An error with a formatted message.
template <typename... Args>
Status makeError(StatusCode code, fmt::format_string<Args...> format,
                 Args &&...args) {
  return Status(code, fmt::format(format, std::forward<Args>(args)...));
}

/// A value, or the reason why there is none.
template <typename T>
class [[nodiscard]] Result {
public:
  Result(T value) : content(std::move(value)) {}
  Result(Status error) : error(std::move(error)) {}

  bool ok() const { return content.has_value(); }
  const Status &status() const { return error; }
  T &operator*() { return *content; }
  const T &operator*() const { return *content; }
  T *operator->() { return &*content; }
  const T *operator->() const { return &*content; }

private:
  std::optional<T> content;
  Status error;
};

#define BRT_CONCAT_INNER(a, b) a##b
#define BRT_CONCAT(a, b) BRT_CONCAT_INNER(a, b)

/// Returns the error of a Status expression, if it is one.
#define BRT_RETURN_IF_ERROR(expression)                                        \
  do {                                                                         \
    if (::brt::rt::Status brtStatus = (expression); !brtStatus.ok())           \
      return brtStatus;                                                        \
  } while (false)

/// Declares `declaration` as the value of a Result, or returns its error.
#define BRT_ASSIGN_OR_RETURN(declaration, expression)                          \
  auto BRT_CONCAT(brtResult, __LINE__) = (expression);                         \
  if (!BRT_CONCAT(brtResult, __LINE__).ok())                                   \
    return BRT_CONCAT(brtResult, __LINE__).status();                           \
  declaration = std::move(*BRT_CONCAT(brtResult, __LINE__))

} // namespace brt::rt

#endif // BRT_RUNTIME_STATUS_H
