#pragma once

/// A file that remembers how far topics have been read: consume --state.
///
///   {"version":1,"positions":[
///   {"topic":"orders","partition":0,"offset":42}
///   ]}
///
/// offset is the next to read. The file is replaced as a whole (temporary, rename), so it is never
/// half of one.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/types.h"

namespace spool::cli {

/// Told how far records have been handed to stdout, and taken by it.
class PrintedPositions {
 public:
  virtual ~PrintedPositions() = default;
  virtual void set(std::string_view topic, Partition partition, Offset next) = 0;
  /// Keeps what was set.
  /// is_durable  also flush it to the disk, where that is where it is kept
  virtual Status save(bool is_durable) = 0;
};

class Positions final : public PrintedPositions {
 public:
  /// Reads the file; a missing one is empty.
  /// errors  parse_error: it is something else; io_error
  static Result<Positions> open(std::string path);

  std::optional<Offset> find(std::string_view topic, Partition partition) const;
  void set(std::string_view topic, Partition partition, Offset next) override;
  /// Replaces the file when something has changed since.
  Status save(bool is_durable) override;

 private:
  explicit Positions(std::string path) : path_(std::move(path)) {}
  Status parse(std::string_view text);

  std::string path_;
  std::map<std::pair<std::string, int32_t>, int64_t, std::less<>> offsets_;
  bool is_changed_ = false;
};

}  // namespace spool::cli
