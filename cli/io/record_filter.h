#pragma once

/// Which records are shown: every condition must hold.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/record/batch.h"

namespace spool::cli {

struct RecordFilterOptions {
  std::span<const std::string> key = {};           ///< regular expressions, searched in the key
  std::span<const std::string> value = {};         ///< ... in the value
  std::span<const std::string> match = {};         ///< ... in key, value or a header's value
  std::span<const std::string> header = {};        ///< NAME, or NAME=REGEX
  std::span<const std::string> json_pointer = {};  ///< POINTER, or POINTER=REGEX
  std::optional<std::string> size;                 ///< bytes of the value: N, A:B, A: or :B
  bool is_inverted = false;                        ///< show those that would not be
};

class RecordFilter {
 public:
  /// errors  invalid_argument: a regular expression or a size that is none
  static Result<RecordFilter> make(const RecordFilterOptions& options);
  RecordFilter(RecordFilter&&) noexcept;
  RecordFilter& operator=(RecordFilter&&) noexcept;
  ~RecordFilter();

  /// Without conditions every record is admitted.
  bool is_trivial() const { return conditions_.empty(); }
  bool admits(const record::RecordView& record) const;

 private:
  struct Condition;
  RecordFilter();

  std::vector<std::unique_ptr<Condition>> conditions_;
  bool is_inverted_ = false;
};

}  // namespace spool::cli
