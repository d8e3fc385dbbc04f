#pragma once

/// Records as JSON lines that lose nothing, both ways.
///
///   {"topic":"t","partition":0,"offset":7,"timestamp":1700000000000,"timestamp_type":"create",
///    "leader_epoch":0,"headers":[{"name":"a","value":"b"}],"key":null,"value":"text"}
///
/// Headers are an array, because names repeat and order counts. A key or value is null, a string
/// when its bytes are UTF-8, else {"b64":"..."}. With embedding a value that is JSON stands as it
/// is, to the byte, under "value_json" instead of "value" (a key under "key_json").
///
/// Reading takes this and kcat's -J: "payload" for "value", "ts" for "timestamp", headers as
/// ["name","value",...]; {"hex":"..."}; headers as an object or as [name,value] pairs; a number,
/// true, false, array or other object for a key or value is its text. Unknown members are passed
/// over.

#include <string>
#include <string_view>

#include "cli/io/input_record.h"
#include "cli/io/shown_record.h"

namespace spool::cli {

/// How bytes are written in JSON.
enum class JsonBytes : uint8_t { automatic, base64, hex };

struct RecordJsonOptions {
  JsonBytes bytes = JsonBytes::automatic;
  bool embeds = false;
};

/// Appends one JSON object, without a newline.
void append_record_json(std::string& out, const ShownRecord& shown,
                        const RecordJsonOptions& options = {});

/// The headers as JSON, as they stand in a record's object.
void append_headers_json(std::string& out, const record::RecordView& record,
                         JsonBytes bytes = JsonBytes::automatic);

class JsonReader;

/// Makes records of JSON texts.
class RecordJsonReader {
 public:
  /// line    one JSON object; views in `out` point into it or into this, until the next call
  /// errors  parse_error: not JSON, or not a record, with the column
  Status read(std::string_view line, InputRecord& out);
  /// The same for headers alone.
  Status read_headers(std::string_view text, std::vector<record::HeaderView>& headers);

 private:
  bool read_member(JsonReader& reader, std::string_view name, InputRecord& out);
  bool read_bytes(JsonReader& reader, std::optional<BytesView>& out);
  bool read_headers_value(JsonReader& reader, std::vector<record::HeaderView>& headers);
  bool read_header_array(JsonReader& reader, std::vector<record::HeaderView>& headers);
  bool read_header_element(JsonReader& reader, std::optional<std::string_view>& flat_name,
                           std::vector<record::HeaderView>& headers);
  BytesView keep(std::string_view bytes);

  std::string scratch_;  ///< decoded strings
  std::string decoded_;  ///< decoded Base64
  bool has_value_ = false;
};

/// JSON objects, one a line; lines of white space are passed over.
class JsonLineCutter final : public RecordCutter {
 public:
  Result<Cut> cut(std::string_view bytes, bool is_end, InputRecord& out) override;

 private:
  LineFinder finder_{"\n"};
  RecordJsonReader reader_;
};

}  // namespace spool::cli
