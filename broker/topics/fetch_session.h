#pragma once

/// Incremental fetch sessions (KIP-227): a client names its partitions once, then only what changes.
///
/// A session has an id and an epoch. Request (id 0, epoch 0) opens one, (id, epoch n) goes on, (id, epoch 0) replaces it
/// and (id, epoch -1) closes it. An incremental answer leaves out partitions in which nothing is new. Partitions that
/// had data move to the end, so that none starves when the byte limit is reached.

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/uuid.h"

namespace spool::broker {

/// A partition as a Fetch names it: by id from v13 on, by name before.
struct FetchKey {
  std::string topic;  ///< empty when asked by id
  Uuid topic_id;
  int32_t partition = 0;
  bool operator==(const FetchKey&) const = default;
};

struct FetchKeyHash {
  size_t operator()(const FetchKey& key) const {
    return std::hash<std::string>{}(key.topic) ^ std::hash<Uuid>{}(key.topic_id) ^
           (static_cast<size_t>(key.partition) * 0x9e3779b97f4a7c15u);
  }
};

/// What a client asks of one partition.
struct FetchSpec {
  FetchKey key;
  int64_t fetch_offset = 0;
  int32_t bytes_max = 0;
  int32_t current_leader_epoch = -1;
  int32_t last_fetched_epoch = -1;
};

/// What an answer says of one partition, as far as it decides whether the partition is left out.
struct FetchOutcome {
  ErrorCode error = ErrorCode::none;
  int64_t high_watermark = -1;
  int64_t log_start_offset = -1;
  bool has_records = false;
  bool has_diverging_epoch = false;
};

/// One client's session. One mutex; a request holds it only while it copies partitions in or out.
class FetchSession {
 public:
  FetchSession(int32_t id, bool is_by_topic_id) : id_(id), is_by_topic_id_(is_by_topic_id) {}

  int32_t id() const { return id_; }
  bool is_by_topic_id() const { return is_by_topic_id_; }

  /// Checks the epoch of an incremental request and takes in its changes.
  /// errors  invalid_fetch_session_epoch: the session stays as it was
  Status update(int32_t request_epoch, const std::vector<FetchSpec>& changed, const std::vector<FetchKey>& forgotten);

  /// Takes in the partitions of the request that opened the session.
  void fill(const std::vector<FetchSpec>& partitions);

  /// All partitions, in the order in which they are to be read.
  std::vector<FetchSpec> partitions() const;
  bool is_empty() const;
  size_t size() const;

  /// Whether the partition belongs into the answer, given what was answered before; remembers the outcome.
  /// is_full  the first answer of a session holds everything
  bool record_outcome(const FetchKey& key, const FetchOutcome& outcome, bool is_full);

 private:
  struct Cached {
    FetchSpec spec;
    int64_t high_watermark = -1;
    int64_t log_start_offset = -1;
    bool had_error = false;
  };
  using Order = std::list<Cached>;

  void put(const FetchSpec& spec);  // mutex_ is held

  const int32_t id_;
  const bool is_by_topic_id_;
  mutable std::mutex mutex_;
  int32_t next_epoch_ = 1;                                             // guarded by mutex_
  Order order_;                                                        // guarded by mutex_
  std::unordered_map<FetchKey, Order::iterator, FetchKeyHash> index_;  // guarded by mutex_
};

/// The sessions of a broker: at most max.incremental.fetch.session.cache.slots. One mutex.
class FetchSessionCache {
 public:
  /// A session that was used within this time is never pushed out by a new one.
  static constexpr auto kEvictionAge = std::chrono::minutes(2);

  /// random31  returns positive session ids that nobody guesses
  FetchSessionCache(const Clock& clock, size_t slots, std::function<int32_t()> random31)
      : clock_(clock), slots_(slots), random31_(std::move(random31)) {}

  /// A new session, or null when the cache is full of sessions in use: the answer is then sessionless (id 0).
  std::shared_ptr<FetchSession> create(bool is_by_topic_id);
  /// The session, or null; counts as a use.
  std::shared_ptr<FetchSession> find(int32_t session_id);
  void remove(int32_t session_id);

 private:
  struct Slot {
    std::shared_ptr<FetchSession> session;
    std::list<int32_t>::iterator use;
    Clock::Monotonic last_used;
  };

  const Clock& clock_;
  const size_t slots_;
  const std::function<int32_t()> random31_;
  std::mutex mutex_;
  std::unordered_map<int32_t, Slot> sessions_;  // guarded by mutex_
  std::list<int32_t> by_use_;                   // guarded by mutex_; the front is the longest unused
};

}  // namespace spool::broker
