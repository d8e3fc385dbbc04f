#pragma once

/// The language of format strings, for printing records (consume -f) and, as far as it makes sense
/// there, for reading them (produce -f, see record_pattern.h).
///
/// Tokens, with kcat's letters where kcat has one:
///
///   %s %v   value             %S %V  its length, -1 for null    %R  the length as 4 bytes
///   %k      key               %K     its length, -1 for null
///   %T      timestamp, ms     %y     its type: create, append   %e  leader epoch
///   %h      headers n=v,n=v   %H     their number               %h[NAME]  the value of one
///   %h{...} each header as the format inside says, with %k %K for its name and %s %S for its value
///   %t      topic             %p     partition                  %o  offset
///   %i      counter from 1    %%     percent sign               %{ %}  braces
///
/// A token may be followed by modifiers in braces, separated by commas:
///
///   bytes    hex, base64, json (a JSON string, or {"b64":...}, or null), embed (JSON as it is,
///            anything else as json), escape (\n, \xNN), null=TEXT (what null reads as)
///   numbers  be8 be16 be32 be64 le16 le32 le64 (bytes), hex, decimal
///   %T       iso, local, s, or a strftime format behind utc: or local:

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/io/shown_record.h"
#include "core/base/error.h"

namespace spool::cli {

enum class BytesForm : uint8_t { plain, hex, base64, json, embed, escape };
enum class NumberForm : uint8_t { decimal, hex, be8, be16, be32, be64, le16, le32, le64 };
enum class TimeForm : uint8_t { number, seconds, iso, local, strftime_utc, strftime_local };

/// One token or piece of literal text of a format string.
struct FormatPart {
  char token = 0;       ///< 0: literal; v and V are s and S
  std::string literal;  ///< also the name in %h[NAME], and a strftime format
  BytesForm bytes = BytesForm::plain;
  NumberForm number = NumberForm::decimal;
  TimeForm time = TimeForm::number;
  std::optional<std::string> null_text;
  std::optional<std::string> pattern;  ///< re:..., of records that are read
  int digits = 0;                      ///< a bare number: so many digits, when read
  bool has_name = false;               ///< %h[NAME]
  std::vector<FormatPart> inner;       ///< %h{...}
};

/// errors  invalid_argument: what is wrong and at which character, counted from 1
Result<std::vector<FormatPart>> parse_format(std::string_view format);

/// A format string, understood once and applied many times.
class RecordFormat {
 public:
  /// null_marker  what null keys and values read as where the format says nothing else
  static Result<RecordFormat> parse(std::string_view format, std::string null_marker);
  /// key, key_delimiter, value, delimiter; without a key delimiter the key is left out.
  static RecordFormat delimited(std::optional<std::string> key_delimiter, std::string delimiter,
                                std::string null_marker);

  /// Empty keys and values read as null_marker too, as with kcat -Z.
  void show_empty_as_null() { shows_empty_as_null_ = true; }

  void append(std::string& out, const ShownRecord& shown) const { append(out, shown, 1); }
  /// counter  what %i prints
  void append(std::string& out, const ShownRecord& shown, int64_t counter) const {
    append(out, shown, counter, {shown.record.key, shown.record.value});
  }
  /// What %k and %s print in place of the record's own.
  struct Readable {
    const std::optional<BytesView>& key;
    const std::optional<BytesView>& value;
  };
  void append(std::string& out, const ShownRecord& shown, int64_t counter,
              const Readable& readable) const;

 private:
  void append_bytes(std::string& out, const FormatPart& part,
                    const std::optional<BytesView>& bytes) const;
  void append_headers(std::string& out, const FormatPart& part,
                      const record::RecordView& record) const;
  void append_header(std::string& out, const FormatPart& part,
                     const record::HeaderView& header) const;
  void append_part(std::string& out, const FormatPart& part, const ShownRecord& shown,
                   int64_t counter, const Readable& readable) const;

  std::vector<FormatPart> parts_;
  std::string null_marker_;
  bool shows_empty_as_null_ = false;
};

/// Appends a number in a form; what does not fit loses its high bytes.
void append_number(std::string& out, NumberForm form, int64_t number);
/// Bytes that a number of this form has; 0 when it is text.
size_t number_bytes(NumberForm form);

}  // namespace spool::cli
