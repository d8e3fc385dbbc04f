// A metadata log of foreign bytes: the reader of __cluster_metadata-0 refuses it or makes an image,
// the same one each time, whose records make the same image again. The first byte chooses whether
// the rest is the log or a snapshot. Checksums are put right first: else nothing behind them would
// ever be read.

#include <algorithm>
#include <string>

#include "broker/metadata/loader.h"
#include "broker/metadata/record_codec.h"
#include "core/base/logger.h"
#include "core/base/text.h"
#include "core/record/batch.h"
#include "tests/fuzz/require.h"
#include "tests/support/fault_file_system.h"

using namespace spool;
using namespace spool::broker;

namespace {

const std::string kDirectory = "/data/__cluster_metadata-0";

class NoLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view) override {}
};

void seal_batches(MutableBytes bytes) {
  while (bytes.size() >= record::kBatchHeaderBytes) {
    const int64_t size = int64_t{load_be<int32_t>(bytes.data() + 8)} + record::kEntryFrameBytes;
    if (size < static_cast<int64_t>(record::kBatchHeaderBytes) ||
        size > static_cast<int64_t>(bytes.size()))
      return;
    record::update_crc(bytes.first(static_cast<size_t>(size)));
    bytes = bytes.subspan(static_cast<size_t>(size));
  }
}

/// The records of an image as they would be written; nothing where its level cannot carry them.
std::vector<Buffer> values_of(const MetadataImage& image) {
  std::vector<Buffer> values;
  for (const MetadataRecord& record : image.to_records()) {
    Buffer value;
    if (!encode_record(record, image.metadata_version(), value)) return {};
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bool is_snapshot = data[0] % 2 == 1;
  Buffer bytes(data + 1, data + size);
  seal_batches(bytes);
  test::FaultFileSystem fs;
  REQUIRE(fs.make_directory("/data").has_value());
  REQUIRE(fs.make_directory(kDirectory).has_value());
  const std::string_view name =
      is_snapshot ? "00000000000000000100-0000000001.checkpoint" : "00000000000000000000.log";
  const auto file = fs.open(concat(kDirectory, '/', name), storage::OpenMode::replace);
  REQUIRE(file.has_value());
  REQUIRE((*file)->write_at(0, bytes).has_value());

  NoLogger logger;
  const auto loaded = load_metadata(fs, logger, "/data");
  const auto again = load_metadata(fs, logger, "/data");
  REQUIRE(loaded.has_value() == again.has_value());
  if (!loaded) return 0;
  REQUIRE(loaded->log_end_offset == again->log_end_offset);
  const auto values = values_of(loaded->image);
  REQUIRE(values == values_of(again->image));

  Replay replay;
  for (size_t i = 0; i < values.size(); ++i)
    REQUIRE(replay.add_value(Offset(static_cast<int64_t>(i)), values[i]).has_value());
  if (!values.empty()) REQUIRE(values_of(replay.image()) == values);
  return 0;
}
