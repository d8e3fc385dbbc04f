#include "broker/coordinator/shard_set.h"

#include <algorithm>
#include <atomic>
#include <latch>

#include "core/base/text.h"

namespace spool::broker::coordinator {

namespace {

/// One character of UTF-8, or of the byte as it is where it is none.
uint32_t next_code_point(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text.front());
  const size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0x80 || length > text.size()) {
    text.remove_prefix(1);
    return first;
  }
  uint32_t code_point = first & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i)
    code_point = code_point << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
  text.remove_prefix(length);
  return code_point;
}

}  // namespace

int32_t partition_for(std::string_view id, int32_t partitions_count) {
  uint32_t hash = 0;
  const auto add = [&](uint32_t unit) { hash = 31 * hash + unit; };
  while (!id.empty()) {
    const uint32_t code_point = next_code_point(id);
    if (code_point < 0x10000) {
      add(code_point);
      continue;
    }
    add(0xd800 + ((code_point - 0x10000) >> 10));  // a pair of UTF-16 units
    add(0xdc00 + ((code_point - 0x10000) & 0x3ff));
  }
  const auto value = static_cast<int32_t>(hash);
  const int32_t absolute = value == INT32_MIN ? 0 : value < 0 ? -value : value;
  return absolute % partitions_count;
}

ShardSet::ShardSet(const Parts& parts, ShardKind kind, TopicSpec topic_spec)
    : parts_(parts), kind_(std::move(kind)), topic_spec_(std::move(topic_spec)) {
  absent_ = std::make_unique<Shard>(parts_, kind_, -1, *parts_.loops.front());
}

ShardSet::~ShardSet() = default;

void ShardSet::start() {
  if (!parts_.is_serving) return;
  const auto topic = parts_.topics.find(kind_.topic);
  if (!topic) return;
  for (size_t i = 0; i < topic->partitions.size(); ++i)
    if (topic->partitions[i]) shard_of(static_cast<int32_t>(i)).warm();
}

void ShardSet::stop() {
  std::vector<Shard*> shards{absent_.get()};
  {
    std::lock_guard lock(mutex_);
    for (const auto& shard : shards_)
      if (shard) shards.push_back(shard.get());
  }
  std::latch stopped(static_cast<std::ptrdiff_t>(shards.size()));
  for (Shard* shard : shards)
    shard->loop().post([shard, &stopped] {
      shard->stop();
      stopped.count_down();
    });
  stopped.wait();
}

Shard& ShardSet::shard_of(int32_t partition) {
  std::lock_guard lock(mutex_);
  const auto index = static_cast<size_t>(partition);
  if (shards_.size() <= index) shards_.resize(index + 1);
  if (!shards_[index]) {
    net::EventLoop& loop = *parts_.loops[index % parts_.loops.size()];
    shards_[index] = std::make_unique<Shard>(parts_, kind_, partition, loop);
  }
  return *shards_[index];
}

int32_t ShardSet::partition_of(const std::string& id) const {
  const auto topic = parts_.topics.find(kind_.topic);
  if (!topic || topic->partitions.empty()) return -1;
  return partition_for(id, static_cast<int32_t>(topic->partitions.size()));
}

Shard& ShardSet::shard_for(const std::string& id) {
  const int32_t partition = partition_of(id);
  return partition < 0 ? *absent_ : shard_of(partition);
}

void ShardSet::submit(const std::string& id, Purpose purpose, Work<Machine> work) {
  Shard& shard = shard_for(id);
  if (&shard != absent_.get() || purpose == Purpose::look || parts_.is_read_only)
    return shard.submit(std::move(work));
  ensure_topic([this, id, work = std::move(work)](const Status&) mutable {
    shard_for(id).submit(std::move(work));
  });
}

void ShardSet::submit_to(int32_t partition, Work<Machine> work) {
  shard_of(partition).submit(std::move(work));
}

void ShardSet::submit_to_all(std::function<void(ErrorCode, Turn<Machine>*)> work,
                             std::move_only_function<void()> done) {
  const auto topic = parts_.topics.find(kind_.topic);
  const size_t count = topic ? topic->partitions.size() : 0;
  if (count == 0) return done();
  struct Gather {
    std::function<void(ErrorCode, Turn<Machine>*)> work;
    std::move_only_function<void()> done;
    std::mutex mutex;
    std::atomic<size_t> open_count;
  };
  auto gather = std::make_shared<Gather>();
  gather->work = std::move(work);
  gather->done = std::move(done);
  gather->open_count = count;
  for (size_t i = 0; i < count; ++i) {
    auto visit = [gather](ErrorCode error, Turn<Machine>* turn) {
      {
        std::lock_guard lock(gather->mutex);
        gather->work(error, turn);
      }
      if (--gather->open_count == 0) gather->done();
    };
    if (topic->partitions[i])
      shard_of(static_cast<int32_t>(i)).submit(visit);
    else
      visit(ErrorCode::none, nullptr);
  }
}

void ShardSet::ensure_topic(std::move_only_function<void(const Status&)> done) {
  if (parts_.is_read_only || parts_.topics.find(kind_.topic)) return done({});
  parts_.workers.submit([this, done = std::move(done)]() mutable {
    const auto created = parts_.metadata.create_topic(topic_spec_);
    if (created || created.error().code() == ErrorCode::topic_already_exists) return done({});
    parts_.logger.error(concat("creating ", kind_.topic, ": ", created.error().text()));
    done(fail(created.error()));
  });
}

void ShardSet::reset() {
  std::lock_guard lock(mutex_);
  for (const auto& shard : shards_)
    if (shard) shard->loop().post([at = shard.get()] { at->reset(); });
}

void ShardSet::notify_all(const std::function<void(Machine&, Now)>& tell) {
  std::lock_guard lock(mutex_);
  for (const auto& shard : shards_)
    if (shard) shard->notify(tell);
}

}  // namespace spool::broker::coordinator
