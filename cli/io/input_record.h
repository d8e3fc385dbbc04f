#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/types.h"
#include "core/record/batch.h"

namespace spool::cli {

/// A record as its input tells it: what the input leaves out, whoever writes it decides.
struct InputRecord {
  std::optional<std::string_view> topic;
  std::optional<Partition> partition;
  std::optional<int64_t> timestamp_ms;
  std::optional<BytesView> key;
  std::optional<BytesView> value;
  bool has_key = false;  ///< the input said something about the key, if only that it is null
  std::vector<record::HeaderView> headers;

  void clear() {
    topic.reset();
    partition.reset();
    timestamp_ms.reset();
    key.reset();
    value.reset();
    has_key = false;
    headers.clear();
  }
};

/// Cuts a stream of bytes into records. One stream each.
class RecordCutter {
 public:
  struct Cut {
    enum class Kind : uint8_t {
      record,   ///< `out` holds one
      nothing,  ///< bytes that are no record (a header row): go on
      more,     ///< the bytes at hand end inside a record
      bad,      ///< these bytes should be a record and are none: `problem` says why
    };
    Kind kind = Kind::more;
    size_t taken = 0;  ///< bytes to drop from the front
    Error problem{ErrorCode::none};
  };

  virtual ~RecordCutter() = default;

  /// Takes one record off the front. After `more` it is called again with the same bytes and some
  /// behind them.
  /// bytes   views in `out` point into them, and into the cutter, until the next call
  /// is_end  nothing comes behind these bytes, of which there is at least one
  /// errors  what is wrong with the stream as a whole: there is no telling where the next begins
  virtual Result<Cut> cut(std::string_view bytes, bool is_end, InputRecord& out) = 0;

  /// Called once behind the last record. errors: the stream should not have ended here
  virtual Status finish() { return {}; }

 protected:
  static Cut taken_record(size_t bytes) {
    return {Cut::Kind::record, bytes, Error(ErrorCode::none)};
  }
  static Cut more() { return {}; }
  static Cut nothing(size_t bytes) { return {Cut::Kind::nothing, bytes, Error(ErrorCode::none)}; }
  static Cut bad(size_t bytes, Error problem) {
    return {Cut::Kind::bad, bytes, std::move(problem)};
  }
};

/// Finds the end of a line (or any delimiter) without looking at a byte twice.
class LineFinder {
 public:
  explicit LineFinder(std::string delimiter) : delimiter_(std::move(delimiter)) {}

  /// Where the delimiter begins, npos when it is not there yet. Each call has the bytes of the last
  /// one in front, unless a line was found in between.
  size_t find(std::string_view bytes);
  const std::string& delimiter() const { return delimiter_; }

 private:
  std::string delimiter_;
  size_t searched_ = 0;  ///< no delimiter begins before
};

}  // namespace spool::cli
