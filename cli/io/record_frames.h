#pragma once

/// Records as compact bytes that lose nothing and notice being cut, both ways.
///
///   stream   8 bytes  89 's' 'p' 'o' 'o' 'l' 'F' 01
///   then frames, each beginning with a byte that says what it is:
///     'T'    uvarint length, topic name: the topics are numbered from 0 in the order of these
///     'R'    uvarint length of what follows; topic number uvarint; partition varint; offset
///     varint;
///            timestamp varint; timestamp type 1 byte (0 create, 1 append, 255 none); leader epoch
///            varint; key and value: uvarint 0 for null, else length + 1 and the bytes; uvarint
///            number of headers, each a name and a value in the same way
///     'E'    uvarint number of 'R' frames; 4 bytes CRC-32C, little-endian, of all bytes before it
///   and nothing behind 'E'. A stream without an 'E' was cut.
///
/// uvarint and varint (zigzag) as in Kafka's records. The first byte is no text and the last no
/// line end, so a stream that went through something that mends text is noticed at once.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/io/input_record.h"
#include "cli/io/shown_record.h"

namespace spool::cli {

class FrameWriter {
 public:
  void begin(std::string& out);
  void append(std::string& out, const ShownRecord& shown);
  /// Ends the stream; without it the reader says that it was cut.
  void end(std::string& out);

 private:
  void sum(std::string_view bytes);

  std::map<std::string, uint64_t, std::less<>> topics_;
  std::string body_;
  int64_t count_ = 0;
  uint32_t crc_ = 0;
};

class FrameCutter final : public RecordCutter {
 public:
  Result<Cut> cut(std::string_view bytes, bool is_end, InputRecord& out) override;
  Status finish() override;

 private:
  Result<Cut> cut_frame(std::string_view bytes, bool is_end, InputRecord& out);
  Status read_record(std::string_view body, InputRecord& out);
  Result<Cut> read_end(std::string_view bytes, bool is_end);
  std::unexpected<Error> cut_short() const;

  std::vector<std::string> topics_;
  bool has_begun_ = false;
  bool has_ended_ = false;
  int64_t count_ = 0;
  uint32_t crc_ = 0;
};

}  // namespace spool::cli
