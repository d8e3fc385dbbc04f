#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace spool::broker::group {

/// Deadlines of one coordinator, as data: whoever owns the coordinator asks for the earliest and
/// comes back then. Setting a timer that is set moves it; a heartbeat costs one map insertion.
class Timers {
 public:
  enum class Kind : uint8_t {
    classic_member,      ///< session of a classic member, or a pending member that never came back
    classic_join,        ///< end of a rebalance, or of the initial delay
    classic_sync,        ///< members that joined and never synced
    consumer_session,    ///< session of a member of a consumer group
    consumer_rebalance,  ///< a member that does not give up the partitions it was asked to
    consumer_join,       ///< a classic member of a consumer group that has to join again
    consumer_sync,       ///< a classic member of a consumer group that joined and never synced
    offsets_expiry,      ///< the periodic look for what has expired
    regex_refresh,       ///< regular expressions are matched against all topics again
  };
  struct Key {
    Kind kind{};
    std::string group;
    std::string member;
    auto operator<=>(const Key&) const = default;
  };

  void set(Kind kind, std::string_view group, std::string_view member, int64_t deadline_ms) {
    Key key{kind, std::string(group), std::string(member)};
    const auto found = index_.find(key);
    if (found == index_.end()) {
      const auto at = by_deadline_.emplace(deadline_ms, key);
      index_.emplace(std::move(key), at);
      return;
    }
    auto node = by_deadline_.extract(found->second);
    node.key() = deadline_ms;
    found->second = by_deadline_.insert(std::move(node));
  }
  void cancel(Kind kind, std::string_view group, std::string_view member) {
    const auto found = index_.find(Key{kind, std::string(group), std::string(member)});
    if (found == index_.end()) return;
    by_deadline_.erase(found->second);
    index_.erase(found);
  }
  bool is_set(Kind kind, std::string_view group, std::string_view member) const {
    return index_.contains(Key{kind, std::string(group), std::string(member)});
  }

  std::optional<int64_t> next_deadline_ms() const {
    if (by_deadline_.empty()) return std::nullopt;
    return by_deadline_.begin()->first;
  }
  /// Takes the earliest timer that is due; nullopt when none is.
  std::optional<Key> take_due(int64_t now_ms) {
    if (by_deadline_.empty() || by_deadline_.begin()->first > now_ms) return std::nullopt;
    const auto at = by_deadline_.begin();
    Key key = std::move(at->second);
    by_deadline_.erase(at);
    index_.erase(key);
    return key;
  }

 private:
  struct Hash {
    size_t operator()(const Key& key) const noexcept {
      const std::hash<std::string> hash;
      return (hash(key.group) * 31 + hash(key.member)) * 31 + static_cast<size_t>(key.kind);
    }
  };

  std::multimap<int64_t, Key> by_deadline_;
  std::unordered_map<Key, std::multimap<int64_t, Key>::iterator, Hash> index_;
};

}  // namespace spool::broker::group
