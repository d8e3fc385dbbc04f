#include "broker/topics/replica_config.h"

#include "core/base/text.h"

namespace spool::broker {

namespace {

// The values are text in the metadata log; every number has a row with bounds in the config table.
Result<int64_t> integer_of(const ConfigView& view, const ConfigMap& overrides, std::string_view name) {
  const std::string text = view.topic_value(name, overrides).value_or("");
  const auto value = parse_int<int64_t>(trim(text));
  if (!value) return fail(ErrorCode::invalid_config, concat(name, "=", text, " is not an integer"));
  return *value;
}

std::optional<record::Codec> codec_of(std::string_view compression_type) {
  if (compression_type == "uncompressed") return record::Codec::none;
  if (compression_type == "gzip") return record::Codec::gzip;
  if (compression_type == "snappy") return record::Codec::snappy;
  if (compression_type == "lz4") return record::Codec::lz4;
  if (compression_type == "zstd") return record::Codec::zstd;
  return std::nullopt;  // "producer": as it comes
}

}  // namespace

Result<ReplicaConfig> replica_config(const ConfigView& view, const ConfigMap& overrides) {
  ReplicaConfig config;
  TRY_ASSIGN(config.log, view.log_config(overrides));
  record::ValidateOptions& validate = config.validate;
  validate.target_codec = codec_of(view.topic_value("compression.type", overrides).value_or("producer"));
  TRY_ASSIGN(const int64_t gzip_level, integer_of(view, overrides, "compression.gzip.level"));
  TRY_ASSIGN(const int64_t lz4_level, integer_of(view, overrides, "compression.lz4.level"));
  TRY_ASSIGN(const int64_t zstd_level, integer_of(view, overrides, "compression.zstd.level"));
  validate.gzip_level = static_cast<int>(gzip_level);
  validate.lz4_level = static_cast<int>(lz4_level);
  validate.zstd_level = static_cast<int>(zstd_level);
  validate.timestamp_type = config.log.message_timestamp_type;
  TRY_ASSIGN(validate.timestamp_before_max_ms, integer_of(view, overrides, "message.timestamp.before.max.ms"));
  TRY_ASSIGN(validate.timestamp_after_max_ms, integer_of(view, overrides, "message.timestamp.after.max.ms"));
  validate.is_compacted = config.log.is_compacted;
  validate.max_message_bytes = config.log.max_message_bytes;
  TRY_ASSIGN(const int64_t decompressed_max, integer_of(view, overrides, "max.decompressed.message.bytes"));
  validate.max_decompressed_bytes = static_cast<size_t>(decompressed_max);
  return config;
}

}  // namespace spool::broker
