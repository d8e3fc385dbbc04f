#pragma once

/// The four codecs of Kafka, in the forms its clients and brokers write and read
/// (storage-format 2.6):
///
///   gzip    RFC 1952 members
///   snappy  xerial framing: 16-byte header, then [int32 BE length, raw block] of up to 32768 bytes
///   each;
///           a payload without the header is one raw block
///   lz4     frame format: independent blocks of 64 KiB, no checksums, no content size
///   zstd    frames without content size, checksum or dictionary
///
/// No length that the compressed bytes declare is ever allocated: memory follows what has really
/// been produced or what the input could produce at most.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace spool::compress {

/// Codec ids as they stand in the attributes of batches and legacy messages.
enum class Codec : int8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

/// "none", "gzip", "snappy", "lz4", "zstd"; "unknown" for ids 5 to 7.
std::string_view codec_name(Codec codec);
/// The inverse; also takes "uncompressed", as topic configs spell none.
std::optional<Codec> parse_codec(std::string_view name);

/// "The codec's default": gzip -1 (zlib's 6), lz4 9, zstd 3.
inline constexpr int kDefaultLevel = INT32_MIN;
/// Whether Kafka accepts the level for the codec: gzip -1, 1..9; lz4 1..17; zstd -131072..22.
bool is_valid_level(Codec codec, int level);

/// The header checksum of an lz4 frame. Old clients computed it over the frame magic as well; magic
/// 0 wrappers must be written that way and are read without looking at it.
enum class Lz4Checksum { correct, legacy };

/// Compresses, keeping the codecs' contexts for the next call. One thread at a time.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  /// Appends the compressed form of `bytes` to `out`. Codec none copies.
  /// level   kDefaultLevel or a valid one; ignored for snappy
  /// errors  unsupported: no such codec; message_too_large: the codec cannot take so much at once
  Status compress(Codec codec, int level, BytesView bytes, Buffer& out,
                  Lz4Checksum lz4_checksum = Lz4Checksum::correct);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

/// Decompresses into memory that it keeps for the next call. One thread at a time.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  /// The decompressed bytes; valid until the next call. Codec none returns `bytes` itself.
  /// bytes_max  what the result may be large at most
  /// errors     message_too_large: larger than bytes_max; parse_error: not what the codec writes;
  /// unsupported: no such
  ///            codec
  Result<BytesView> decompress(Codec codec, BytesView bytes, size_t bytes_max,
                               Lz4Checksum lz4_checksum = Lz4Checksum::correct);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

/// One-off forms of the above.
Result<Buffer> compress(Codec codec, int level, BytesView bytes);
Result<Buffer> decompress(Codec codec, BytesView bytes, size_t bytes_max);

}  // namespace spool::compress
