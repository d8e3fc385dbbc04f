#include "core/compress/codec.h"

#include "core/base/text.h"

namespace spool::compress {

std::string_view codec_name(Codec codec) {
  switch (codec) {
    case Codec::none:
      return "none";
    case Codec::gzip:
      return "gzip";
    case Codec::snappy:
      return "snappy";
    case Codec::lz4:
      return "lz4";
    case Codec::zstd:
      return "zstd";
  }
  return "unknown";
}

std::optional<Codec> parse_codec(std::string_view name) {
  if (name == "uncompressed") return Codec::none;
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd})
    if (name == codec_name(codec)) return codec;
  return std::nullopt;
}

bool is_valid_level(Codec codec, int level) {
  switch (codec) {
    case Codec::gzip:
      return level == -1 || (level >= 1 && level <= 9);
    case Codec::lz4:
      return level >= 1 && level <= 17;
    case Codec::zstd:
      return level >= -131072 && level <= 22;
    default:
      return false;
  }
}

Result<Buffer> compress(Codec codec, int level, BytesView bytes) {
  Compressor compressor;
  Buffer out;
  TRY(compressor.compress(codec, level, bytes, out));
  return out;
}

Result<Buffer> decompress(Codec codec, BytesView bytes, size_t bytes_max) {
  Decompressor decompressor;
  TRY_ASSIGN(const BytesView out, decompressor.decompress(codec, bytes, bytes_max));
  return to_buffer(out);
}

}  // namespace spool::compress
