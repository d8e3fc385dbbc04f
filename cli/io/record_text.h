#pragma once

/// Records as text: kcat's format strings, delimiters with escapes, and JSON lines that lose
/// nothing.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/types.h"
#include "core/record/batch.h"

namespace spool::cli {

/// A record and where it came from.
struct ShownRecord {
  std::string_view topic;
  Partition partition;
  const record::RecordView& record;
  record::TimestampType timestamp_type;
};

/// Resolves \n \r \t \0 \\ \xNN and \NNN (octal).
/// errors  invalid_argument: a backslash before anything else
Result<std::string> unescape(std::string_view text);

/// A format string, understood once and applied many times. Tokens: %s value, %S its length, %R its
/// length as four big-endian bytes, %k key, %K its length, %T timestamp in ms, %h headers, %t
/// topic, %p partition, %o offset, %%. The length of null is -1.
class RecordFormat {
 public:
  /// null_marker  what null keys, values and header values read as
  /// errors       invalid_argument: a token or escape that does not exist
  static Result<RecordFormat> parse(std::string_view format, std::string null_marker);
  /// key, key_delimiter, value, delimiter; without a key delimiter the key is left out.
  static RecordFormat delimited(std::optional<std::string> key_delimiter, std::string delimiter,
                                std::string null_marker);

  void append(std::string& out, const ShownRecord& shown) const;

 private:
  struct Part {
    char token;  // 0: literal
    std::string literal;
  };
  void append_bytes(std::string& out, const std::optional<BytesView>& bytes) const;
  void append_headers(std::string& out, const record::RecordView& record) const;
  void append_part(std::string& out, const Part& part, const ShownRecord& shown) const;

  std::vector<Part> parts_;
  std::string null_marker_;
};

/// One JSON object and a newline: topic, partition, offset, timestamp, timestamp_type, headers as
/// an array of objects (names repeat, order counts), key, value. Bytes that are not UTF-8 are
/// {"b64":"..."}; null is null.
void append_json_line(std::string& out, const ShownRecord& shown);

}  // namespace spool::cli
