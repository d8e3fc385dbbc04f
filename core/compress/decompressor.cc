#include <libdeflate.h>
#include <lz4.h>
#include <snappy.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "core/compress/codec.h"
#include "core/compress/format.h"
#include "core/compress/xxhash32.h"

namespace spool::compress {

namespace {

// What is kept from one call to the next; a larger result is given back to the system before the
// next call.
constexpr size_t kKeepBytesMax = size_t{16} << 20;
constexpr size_t kFirstBytes = size_t{64} << 10;
// No valid block grows by more: a copy of 64 bytes takes at least 3 (snappy), 255 a length byte
// (lz4).
constexpr size_t kSnappyGrowthMax = 22;
constexpr size_t kLz4GrowthMax = 255;

struct FreeDeflate {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};
struct FreeZstd {
  void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
};

std::unexpected<Error> malformed(std::string_view codec, std::string_view what) {
  return fail(ErrorCode::parse_error, concat(codec, ": ", what));
}

std::unexpected<Error> too_large(size_t bytes_max) {
  return fail(ErrorCode::message_too_large,
              concat("more than ", bytes_max, " bytes after decompression"));
}

// Output memory that is not cleared when it grows.
class Output {
 public:
  void start(size_t bytes_max) {
    if (capacity_ > kKeepBytesMax) {
      data_.reset();
      capacity_ = 0;
    }
    size_ = 0;
    bytes_max_ = bytes_max;
  }

  uint8_t* end() { return data_.get() + size_; }
  size_t room() const { return std::min(capacity_, bytes_max_) - size_; }
  bool is_at_limit() const { return capacity_ >= bytes_max_; }
  size_t bytes_max() const { return bytes_max_; }
  BytesView view() const { return {data_.get(), size_}; }
  void advance(size_t bytes) { size_ += bytes; }

  // Makes room for `bytes` more, whatever the limit is.
  void reserve_beyond(size_t bytes) {
    if (size_ + bytes > capacity_) set_capacity(std::max(size_ + bytes, capacity_ * 2));
  }
  // Makes room for `bytes` more; false when the limit is in the way.
  bool reserve(size_t bytes) {
    if (bytes > bytes_max_ - size_) return false;
    if (size_ + bytes > capacity_)
      set_capacity(std::max(size_ + bytes, std::min(capacity_ * 2, bytes_max_)));
    return true;
  }
  // Twice the memory, or what the limit allows.
  void grow() {
    set_capacity(std::min(std::max(capacity_ * 2, kFirstBytes), std::max<size_t>(bytes_max_, 1)));
  }

 private:
  void set_capacity(size_t capacity) {
    auto data = std::make_unique_for_overwrite<uint8_t[]>(capacity);
    if (size_ > 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<uint8_t[]> data_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  size_t bytes_max_ = 0;
};

bool is_gzip_header(BytesView bytes) {
  return bytes.size() >= 10 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

}  // namespace

struct Decompressor::Contexts {
  Output out;
  std::unique_ptr<libdeflate_decompressor, FreeDeflate> deflate;
  std::unique_ptr<ZSTD_DCtx, FreeZstd> zstd;

  Status gzip(BytesView bytes);
  Status gzip_member(BytesView& bytes);
  Status snappy(BytesView bytes);
  Status snappy_block(BytesView block);
  Status lz4(BytesView bytes, Lz4Checksum checksum);
  Status lz4_block(BytesView block, bool is_stored, size_t block_bytes_max);
  Status zstandard(BytesView bytes);
};

Decompressor::Decompressor() : contexts_(std::make_unique<Contexts>()) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

Result<BytesView> Decompressor::decompress(Codec codec, BytesView bytes, size_t bytes_max,
                                           Lz4Checksum lz4_checksum) {
  if (codec == Codec::none) {
    if (bytes.size() > bytes_max) return too_large(bytes_max);
    return bytes;
  }
  contexts_->out.start(bytes_max);
  switch (codec) {
    case Codec::gzip:
      TRY(contexts_->gzip(bytes));
      break;
    case Codec::snappy:
      TRY(contexts_->snappy(bytes));
      break;
    case Codec::lz4:
      TRY(contexts_->lz4(bytes, lz4_checksum));
      break;
    case Codec::zstd:
      TRY(contexts_->zstandard(bytes));
      break;
    default:
      return fail(ErrorCode::unsupported, concat("no codec has id ", static_cast<int>(codec)));
  }
  return contexts_->out.view();
}

// Like Java's reader: members follow each other, and what is no further header after one is not
// looked at.
Status Decompressor::Contexts::gzip(BytesView bytes) {
  if (!deflate) {
    deflate.reset(libdeflate_alloc_decompressor());
    CHECK(deflate != nullptr);
  }
  if (!is_gzip_header(bytes)) return malformed("gzip", "no header");
  while (is_gzip_header(bytes)) TRY(gzip_member(bytes));
  return {};
}

Status Decompressor::Contexts::gzip_member(BytesView& bytes) {
  for (;;) {
    if (out.room() == 0 && !out.is_at_limit()) out.grow();
    size_t read = 0;
    size_t written = 0;
    // A byte of our own where there is no room at all, so that an empty member passes at the limit
    // too.
    uint8_t none;
    uint8_t* to = out.room() == 0 ? &none : out.end();
    const libdeflate_result result = libdeflate_gzip_decompress_ex(
        deflate.get(), bytes.data(), bytes.size(), to, out.room(), &read, &written);
    if (result == LIBDEFLATE_SUCCESS) {
      out.advance(written);
      bytes = bytes.subspan(read);
      return {};
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE) return malformed("gzip", "damaged member");
    if (out.is_at_limit()) return too_large(out.bytes_max());
    out.grow();
  }
}

Status Decompressor::Contexts::snappy_block(BytesView block) {
  const char* from = reinterpret_cast<const char*>(block.data());
  size_t size = 0;
  if (!::snappy::GetUncompressedLength(from, block.size(), &size))
    return malformed("snappy", "no block length");
  if (size > block.size() * kSnappyGrowthMax) return malformed("snappy", "impossible block length");
  if (!out.reserve(size)) return too_large(out.bytes_max());
  char unused;
  char* to = size == 0 ? &unused : reinterpret_cast<char*>(out.end());
  if (!::snappy::RawUncompress(from, block.size(), to)) return malformed("snappy", "damaged block");
  out.advance(size);
  return {};
}

Status Decompressor::Contexts::snappy(BytesView bytes) {
  const auto starts_with_magic = [](BytesView rest) {
    return rest.size() >= kSnappyHeader.size() &&
           std::memcmp(rest.data(), kSnappyHeader.data(), kSnappyMagicBytes) == 0;
  };
  if (bytes.empty()) return malformed("snappy", "no bytes");
  if (!starts_with_magic(bytes)) return snappy_block(bytes);
  while (bytes.size() >= 4) {
    // The first four bytes of the magic, read as a length, announce a header; concatenated streams
    // have several.
    if (std::memcmp(bytes.data(), kSnappyHeader.data(), 4) == 0) {
      if (!starts_with_magic(bytes) || load_be<int32_t>(bytes.data() + 8) < 1)
        return malformed("snappy", "damaged header");
      bytes = bytes.subspan(kSnappyHeader.size());
      continue;
    }
    const int64_t length = load_be<int32_t>(bytes.data());
    bytes = bytes.subspan(4);
    if (length < 0 || length > kSnappyChunkBytesMax)
      return malformed("snappy", "impossible chunk length");
    if (length > static_cast<int64_t>(bytes.size())) return malformed("snappy", "chunk cut short");
    TRY(snappy_block(bytes.first(static_cast<size_t>(length))));
    bytes = bytes.subspan(static_cast<size_t>(length));
  }
  return {};
}

Status Decompressor::Contexts::lz4_block(BytesView block, bool is_stored, size_t block_bytes_max) {
  if (is_stored) {
    if (!out.reserve(block.size())) return too_large(out.bytes_max());
    std::memcpy(out.end(), block.data(), block.size());
    out.advance(block.size());
    return {};
  }
  // The decoder wants more room at the end than some valid blocks fill, and does not tell a lack of
  // room from damage. So it gets all that the block can need, and the limit is looked at
  // afterwards.
  const size_t room = std::min(block_bytes_max, block.size() * kLz4GrowthMax);
  const size_t allowed = out.bytes_max() - out.view().size();
  out.reserve_beyond(room);
  const int written = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()),
                                          reinterpret_cast<char*>(out.end()),
                                          static_cast<int>(block.size()), static_cast<int>(room));
  if (written < 0) return malformed("lz4", "damaged block");
  if (static_cast<size_t>(written) > allowed) return too_large(out.bytes_max());
  out.advance(static_cast<size_t>(written));
  return {};
}

Status Decompressor::Contexts::lz4(BytesView bytes, Lz4Checksum checksum) {
  constexpr uint8_t kHasBlockChecksum = 0x10;
  constexpr uint8_t kHasContentSize = 0x08;
  if (bytes.size() < 7 || load_le32(bytes.data()) != kLz4Magic)
    return malformed("lz4", "no frame header");
  const uint8_t flg = bytes[4];
  const uint8_t bd = bytes[5];
  // Version 01, independent blocks, no reserved bit; the dictionary bit is one of them.
  if ((flg & 0xe3) != 0x60 || (bd & 0x8f) != 0 || bd < 0x40)
    return malformed("lz4", "unsupported frame header");
  const size_t header = flg & kHasContentSize ? 15 : 7;
  if (bytes.size() < header) return malformed("lz4", "no frame header");
  const auto expected = static_cast<uint8_t>(xxhash32(bytes.subspan(4, header - 5)) >> 8);
  if (checksum == Lz4Checksum::correct && bytes[header - 1] != expected)
    return malformed("lz4", "wrong header checksum");
  const size_t block_bytes_max = size_t{1} << (8 + 2 * (bd >> 4));
  const size_t trailer = flg & kHasBlockChecksum ? 4 : 0;
  bytes = bytes.subspan(header);
  for (;;) {
    if (bytes.size() < 4) return malformed("lz4", "no end mark");
    const uint32_t word = load_le32(bytes.data());
    const size_t size = word & ~kLz4Stored;
    bytes = bytes.subspan(4);
    if (size == 0) return {};
    if (size > block_bytes_max) return malformed("lz4", "block larger than the frame allows");
    if (size + trailer > bytes.size()) return malformed("lz4", "block cut short");
    const BytesView block = bytes.first(size);
    if (trailer != 0 && load_le32(bytes.data() + size) != xxhash32(block))
      return malformed("lz4", "wrong block checksum");
    TRY(lz4_block(block, word & kLz4Stored, block_bytes_max));
    bytes = bytes.subspan(size + trailer);
  }
}

// The whole input in one call: unlike the streaming decoder this one needs no window of the size
// the frame declares.
Status Decompressor::Contexts::zstandard(BytesView bytes) {
  if (!zstd) {
    zstd.reset(ZSTD_createDCtx());
    CHECK(zstd != nullptr);
  }
  if (bytes.empty()) return malformed("zstd", "no frame");
  uint8_t none;
  for (;;) {
    if (out.room() == 0 && !out.is_at_limit()) out.grow();
    uint8_t* to = out.room() == 0 ? &none : out.end();
    const size_t written =
        ZSTD_decompressDCtx(zstd.get(), to, out.room(), bytes.data(), bytes.size());
    if (!ZSTD_isError(written)) {
      out.advance(written);
      return {};
    }
    if (ZSTD_getErrorCode(written) != ZSTD_error_dstSize_tooSmall)
      return malformed("zstd", ZSTD_getErrorName(written));
    if (out.is_at_limit()) return too_large(out.bytes_max());
    out.grow();
  }
}

}  // namespace spool::compress
