// Errors as values: what a reader of foreign bytes returns when it cannot read them.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <shapecheck/export.h>

namespace shapecheck {

/// Why something could not be checked at all. The numbers are those of the diagnostics: SC001, SC002, ...
enum class ErrorCode : std::uint8_t {
  unreadable_file = 1,     ///< cannot be opened or read, or is shorter than its header says
  malformed_model = 2,     ///< not a model, or its structure breaks a rule that the contract needs
  malformed_data = 3,      ///< broken .npy, .npz, CSV or TensorProto
  unsupported_format = 4,  ///< a known format that is not read here
  limit_exceeded = 5,      ///< a size, depth or count is over a limit of `Limits`
  pickled_data = 6,        ///< Python objects, which are never loaded
  unwritable_file = 7,     ///< corrected data cannot be written: a file is there already, the disk is full, ...
  bad_configuration = 8,   ///< shapecheck.toml says what cannot be done
};

/// "SC001" for ErrorCode::unreadable_file, and so on.
SHAPECHECK_API std::string_view to_string(ErrorCode code);

/// One error: what is wrong, in which file, and where.
struct Error {
  ErrorCode code = ErrorCode::unreadable_file;
  std::string message;                       ///< one sentence, without the file name, without a final stop
  std::string path;                          ///< the file; empty if the bytes came from memory
  std::optional<std::uint64_t> byte_offset;  ///< where in the file, in bytes from its start
  std::optional<std::uint64_t> line{};       ///< where in a file of text, from 1
  std::optional<std::uint64_t> column{};     ///< from 1
};

/// A value of type T or an Error. The members are named as in std::expected.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  /// The value; throws std::runtime_error with the error's message if there is none.
  T& value() & { return check(), **this; }
  const T& value() const& { return check(), **this; }
  T&& value() && { return check(), std::move(**this); }

  Error& error() & { return *std::get_if<1>(&state_); }
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  void check() const {
    if (has_value()) return;
    const Error& e = error();
    throw std::runtime_error(e.path.empty() ? e.message : e.path + ": " + e.message);
  }

  std::variant<T, Error> state_;
};

}  // namespace shapecheck
