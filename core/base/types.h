#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>

namespace spool {

/// A number that means one thing. Wire structs carry plain integers; core and broker carry these.
template <class Tag, class Rep>
struct Strong {
  using rep = Rep;
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  friend constexpr auto operator<=>(Strong, Strong) = default;
};

/// A record's position in its partition, or a bound of such. Names say whether it is inclusive (base_offset,
/// last_offset, log_start_offset) or exclusive (log_end_offset, high_watermark, last_stable_offset).
struct OffsetTag;
using Offset = Strong<OffsetTag, int64_t>;
constexpr Offset operator+(Offset offset, int64_t delta) { return Offset(offset.value + delta); }
constexpr Offset operator-(Offset offset, int64_t delta) { return Offset(offset.value - delta); }
constexpr int64_t operator-(Offset a, Offset b) { return a.value - b.value; }
inline constexpr Offset kNoOffset{-1};

/// Epoch of a partition's leadership; also stamped into batches (KIP-101). -1 is unknown.
struct LeaderEpochTag;
using LeaderEpoch = Strong<LeaderEpochTag, int32_t>;
inline constexpr LeaderEpoch kNoLeaderEpoch{-1};

/// Identity of an idempotent or transactional producer (KIP-98). -1 is none.
struct ProducerIdTag;
using ProducerId = Strong<ProducerIdTag, int64_t>;
inline constexpr ProducerId kNoProducerId{-1};

struct ProducerEpochTag;
using ProducerEpoch = Strong<ProducerEpochTag, int16_t>;
inline constexpr ProducerEpoch kNoProducerEpoch{-1};

/// Number of a partition within its topic, from 0.
struct PartitionTag;
using Partition = Strong<PartitionTag, int32_t>;

struct TopicPartition {
  std::string topic;
  Partition partition;

  /// "orders-3", which is also the partition's directory name.
  std::string to_string() const { return topic + "-" + std::to_string(partition.value); }
  auto operator<=>(const TopicPartition&) const = default;
};

}  // namespace spool

template <class Tag, class Rep>
struct std::hash<spool::Strong<Tag, Rep>> {
  size_t operator()(spool::Strong<Tag, Rep> v) const noexcept { return std::hash<Rep>{}(v.value); }
};

template <>
struct std::hash<spool::TopicPartition> {
  size_t operator()(const spool::TopicPartition& tp) const noexcept {
    return std::hash<std::string>{}(tp.topic) * 31 + static_cast<size_t>(tp.partition.value);
  }
};
