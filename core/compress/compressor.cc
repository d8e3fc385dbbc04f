#include <libdeflate.h>
#include <lz4.h>
#include <lz4hc.h>
#include <snappy.h>
#include <zstd.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/compress/codec.h"
#include "core/compress/format.h"
#include "core/compress/xxhash32.h"

namespace spool::compress {

namespace {

constexpr int kGzipDefaultLevel = 6;  // zlib's own reading of -1
constexpr int kLz4FastLevel =
    9;  // Kafka's default; any other level takes the high compression coder
constexpr size_t kInputBytesMax = size_t{1} << 31;

struct FreeDeflate {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};
struct FreeZstd {
  void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
};

Status check_level(Codec codec, int level) {
  if (level == kDefaultLevel || codec == Codec::none || codec == Codec::snappy ||
      is_valid_level(codec, level))
    return {};
  return fail(ErrorCode::invalid_argument, concat(codec_name(codec), " has no level ", level));
}

// Grows `out` by `bytes` and returns where they begin.
uint8_t* extend(Buffer& out, size_t bytes) {
  const size_t at = out.size();
  out.resize(at + bytes);
  return out.data() + at;
}

}  // namespace

struct Compressor::Contexts {
  std::unique_ptr<libdeflate_compressor, FreeDeflate> deflate;
  int deflate_level = 0;
  std::unique_ptr<ZSTD_CCtx, FreeZstd> zstd;
  Buffer lz4_fast_state;
  Buffer lz4_hc_state;

  Status gzip(int level, BytesView bytes, Buffer& out);
  Status snappy(BytesView bytes, Buffer& out);
  Status lz4(int level, BytesView bytes, Buffer& out, Lz4Checksum checksum);
  int lz4_block(int level, BytesView block, uint8_t* to, int to_bytes);
  Status zstandard(int level, BytesView bytes, Buffer& out);
};

Compressor::Compressor() : contexts_(std::make_unique<Contexts>()) {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

Status Compressor::compress(Codec codec, int level, BytesView bytes, Buffer& out,
                            Lz4Checksum lz4_checksum) {
  if (bytes.size() > kInputBytesMax)
    return fail(ErrorCode::message_too_large,
                concat(bytes.size(), " bytes are too many to compress at once"));
  TRY(check_level(codec, level));
  switch (codec) {
    case Codec::none:
      append(out, bytes);
      return {};
    case Codec::gzip:
      return contexts_->gzip(level, bytes, out);
    case Codec::snappy:
      return contexts_->snappy(bytes, out);
    case Codec::lz4:
      return contexts_->lz4(level, bytes, out, lz4_checksum);
    case Codec::zstd:
      return contexts_->zstandard(level, bytes, out);
  }
  return fail(ErrorCode::unsupported, concat("no codec has id ", static_cast<int>(codec)));
}

Status Compressor::Contexts::gzip(int level, BytesView bytes, Buffer& out) {
  if (level == kDefaultLevel || level == -1) level = kGzipDefaultLevel;
  if (!deflate || deflate_level != level) {
    deflate.reset(libdeflate_alloc_compressor(level));
    CHECK(deflate != nullptr);
    deflate_level = level;
  }
  const size_t before = out.size();
  const size_t bound = libdeflate_gzip_compress_bound(deflate.get(), bytes.size());
  uint8_t* to = extend(out, bound);
  const size_t written =
      libdeflate_gzip_compress(deflate.get(), bytes.data(), bytes.size(), to, bound);
  CHECK(written > 0);  // the bound always suffices
  out.resize(before + written);
  return {};
}

Status Compressor::Contexts::snappy(BytesView bytes, Buffer& out) {
  append(out, kSnappyHeader);
  while (!bytes.empty()) {
    const size_t block = std::min(bytes.size(), kSnappyBlockBytes);
    const size_t at = out.size();
    uint8_t* to = extend(out, 4 + ::snappy::MaxCompressedLength(block));
    size_t written = 0;
    ::snappy::RawCompress(reinterpret_cast<const char*>(bytes.data()), block,
                          reinterpret_cast<char*>(to + 4), &written);
    store_be<int32_t>(to, static_cast<int32_t>(written));
    out.resize(at + 4 + written);
    bytes = bytes.subspan(block);
  }
  return {};
}

int Compressor::Contexts::lz4_block(int level, BytesView block, uint8_t* to, int to_bytes) {
  const char* from = reinterpret_cast<const char*>(block.data());
  char* target = reinterpret_cast<char*>(to);
  const int size = static_cast<int>(block.size());
  if (level == kLz4FastLevel) {
    lz4_fast_state.resize(static_cast<size_t>(LZ4_sizeofState()));
    return LZ4_compress_fast_extState(lz4_fast_state.data(), from, target, size, to_bytes, 1);
  }
  lz4_hc_state.resize(static_cast<size_t>(LZ4_sizeofStateHC()));
  return LZ4_compress_HC_extStateHC(lz4_hc_state.data(), from, target, size, to_bytes, level);
}

Status Compressor::Contexts::lz4(int level, BytesView bytes, Buffer& out, Lz4Checksum checksum) {
  if (level == kDefaultLevel) level = kLz4FastLevel;
  uint8_t header[7];
  store_le32(header, kLz4Magic);
  header[4] = kLz4Flg;
  header[5] = kLz4Bd;
  const BytesView hashed =
      checksum == Lz4Checksum::correct ? BytesView(header + 4, 2) : BytesView(header, 6);
  header[6] = static_cast<uint8_t>(xxhash32(hashed) >> 8);
  append(out, header);
  while (!bytes.empty()) {
    const BytesView block = bytes.first(std::min(bytes.size(), kLz4BlockBytes));
    const size_t at = out.size();
    uint8_t* to = extend(out, 4 + block.size());
    // Room for one byte less than the block: what does not get smaller is stored.
    const int written = lz4_block(level, block, to + 4, static_cast<int>(block.size()) - 1);
    if (written > 0) {
      store_le32(to, static_cast<uint32_t>(written));
      out.resize(at + 4 + static_cast<size_t>(written));
    } else {
      store_le32(to, static_cast<uint32_t>(block.size()) | kLz4Stored);
      std::memcpy(to + 4, block.data(), block.size());
    }
    bytes = bytes.subspan(block.size());
  }
  store_le32(extend(out, 4), 0);
  return {};
}

Status Compressor::Contexts::zstandard(int level, BytesView bytes, Buffer& out) {
  if (!zstd) {
    zstd.reset(ZSTD_createCCtx());
    CHECK(zstd != nullptr);
    ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_contentSizeFlag, 0);
    ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_checksumFlag, 0);
  }
  ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_compressionLevel, level == kDefaultLevel ? 3 : level);
  const size_t before = out.size();
  const size_t bound = ZSTD_compressBound(bytes.size());
  uint8_t* to = extend(out, bound);
  const size_t written = ZSTD_compress2(zstd.get(), to, bound, bytes.data(), bytes.size());
  CHECK(!ZSTD_isError(written));  // the bound always suffices
  out.resize(before + written);
  return {};
}

}  // namespace spool::compress
