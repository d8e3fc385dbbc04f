#include "core/base/crc.h"

#include <libdeflate.h>

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#define SPOOL_CRC_TARGET __attribute__((target("sse4.2")))
#define SPOOL_HAS_CRC_INSTRUCTION 1
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#define SPOOL_CRC_TARGET __attribute__((target("+crc")))
#define SPOOL_HAS_CRC_INSTRUCTION 1
#endif

namespace spool {

namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;

// kByteTables[k][b]: the CRC of byte b followed by k zero bytes, so that eight bytes are folded at
// once.
using ByteTables = std::array<std::array<uint32_t, 256>, 8>;

constexpr ByteTables make_byte_tables() {
  ByteTables tables{};
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ kPolynomial : crc >> 1;
    tables[0][b] = crc;
  }
  for (uint32_t b = 0; b < 256; ++b)
    for (size_t k = 1; k < 8; ++k)
      tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 255];
  return tables;
}
constexpr ByteTables kByteTables = make_byte_tables();

uint64_t load_le64(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Eight bytes a step by tables, for processors without the instruction.
uint32_t update_by_table(uint32_t crc, const uint8_t* at, size_t size) {
  for (; size >= 8; at += 8, size -= 8) {
    const uint64_t word = load_le64(at) ^ crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kByteTables[7 - k][word >> (8 * k) & 255];
  }
  for (; size > 0; ++at, --size) crc = crc >> 8 ^ kByteTables[0][(crc ^ *at) & 255];
  return crc;
}

#ifdef SPOOL_HAS_CRC_INSTRUCTION

// The instruction takes three cycles but one can start every cycle, so long buffers are read as
// three lanes at a time and the lanes joined: the CRC of A followed by B is the CRC of A carried
// over |B| zero bytes, xor the CRC of B. Carrying over a fixed number of zero bytes is linear,
// hence four table look-ups.
using ZeroTables = std::array<std::array<uint32_t, 256>, 4>;
using Matrix = std::array<uint32_t, 32>;  // over GF(2), one column a bit

constexpr uint32_t times(const Matrix& matrix, uint32_t vector) {
  uint32_t sum = 0;
  for (size_t i = 0; vector != 0; vector >>= 1, ++i)
    if (vector & 1) sum ^= matrix[i];
  return sum;
}

constexpr Matrix squared(const Matrix& matrix) {
  Matrix square{};
  for (size_t i = 0; i < 32; ++i) square[i] = times(matrix, matrix[i]);
  return square;
}

// zero_bytes is a power of two.
constexpr ZeroTables make_zero_tables(size_t zero_bytes) {
  Matrix op{};  // one zero bit
  op[0] = kPolynomial;
  for (size_t i = 1; i < 32; ++i) op[i] = 1u << (i - 1);
  for (size_t bits = 1; bits < zero_bytes * 8; bits *= 2) op = squared(op);
  ZeroTables tables{};
  for (uint32_t b = 0; b < 256; ++b)
    for (uint32_t k = 0; k < 4; ++k) tables[k][b] = times(op, b << (8 * k));
  return tables;
}

constexpr size_t kLongLane = 4096;
constexpr size_t kShortLane = 256;
constexpr ZeroTables kLongZeros = make_zero_tables(kLongLane);
constexpr ZeroTables kShortZeros = make_zero_tables(kShortLane);

uint32_t carry(const ZeroTables& zeros, uint32_t crc) {
  return zeros[0][crc & 255] ^ zeros[1][crc >> 8 & 255] ^ zeros[2][crc >> 16 & 255] ^
         zeros[3][crc >> 24];
}

#if defined(__x86_64__)
bool has_crc_instruction() { return __builtin_cpu_supports("sse4.2"); }
SPOOL_CRC_TARGET inline uint64_t step8(uint64_t crc, const uint8_t* at) {
  return _mm_crc32_u64(crc, load_le64(at));
}
SPOOL_CRC_TARGET inline uint64_t step1(uint64_t crc, uint8_t byte) {
  return _mm_crc32_u8(static_cast<uint32_t>(crc), byte);
}
#else
bool has_crc_instruction() { return getauxval(AT_HWCAP) & (1ul << 7); }  // HWCAP_CRC32
SPOOL_CRC_TARGET inline uint64_t step8(uint64_t crc, const uint8_t* at) {
  return __builtin_aarch64_crc32cx(static_cast<uint32_t>(crc), load_le64(at));
}
SPOOL_CRC_TARGET inline uint64_t step1(uint64_t crc, uint8_t byte) {
  return __builtin_aarch64_crc32cb(static_cast<uint32_t>(crc), byte);
}
#endif

template <size_t kLane>
SPOOL_CRC_TARGET uint64_t update_lanes(uint64_t crc, const uint8_t*& at, size_t& size,
                                       const ZeroTables& zeros) {
  while (size >= 3 * kLane) {
    uint64_t second = 0;
    uint64_t third = 0;
    for (const uint8_t* end = at + kLane; at != end; at += 8) {
      crc = step8(crc, at);
      second = step8(second, at + kLane);
      third = step8(third, at + 2 * kLane);
    }
    crc = carry(zeros, static_cast<uint32_t>(crc)) ^ second;
    crc = carry(zeros, static_cast<uint32_t>(crc)) ^ third;
    at += 2 * kLane;
    size -= 3 * kLane;
  }
  return crc;
}

SPOOL_CRC_TARGET uint32_t update_by_instruction(uint32_t previous, const uint8_t* at, size_t size) {
  uint64_t crc = previous;
  crc = update_lanes<kLongLane>(crc, at, size, kLongZeros);
  crc = update_lanes<kShortLane>(crc, at, size, kShortZeros);
  for (; size >= 8; at += 8, size -= 8) crc = step8(crc, at);
  for (; size > 0; ++at, --size) crc = step1(crc, *at);
  return static_cast<uint32_t>(crc);
}

#endif  // SPOOL_HAS_CRC_INSTRUCTION

}  // namespace

uint32_t crc32c(BytesView bytes, uint32_t previous) {
#ifdef SPOOL_HAS_CRC_INSTRUCTION
  if (has_crc_instruction()) return ~update_by_instruction(~previous, bytes.data(), bytes.size());
#endif
  return crc32c_by_table(bytes, previous);
}

uint32_t crc32c_by_table(BytesView bytes, uint32_t previous) {
  return ~update_by_table(~previous, bytes.data(), bytes.size());
}

uint32_t crc32(BytesView bytes, uint32_t previous) {
  // libdeflate answers a null pointer with the initial value, whatever `previous` was.
  if (bytes.empty()) return previous;
  return libdeflate_crc32(previous, bytes.data(), bytes.size());
}

}  // namespace spool
