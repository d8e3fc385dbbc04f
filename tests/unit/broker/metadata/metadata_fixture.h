#pragma once

/// What the metadata tests share: a scratch data directory, a clock that stands still, counted
/// random bytes, and logs made batch by batch.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/metadata/batches.h"
#include "broker/metadata/loader.h"
#include "broker/metadata/record_codec.h"
#include "broker/metadata/store.h"
#include "core/base/text.h"
#include "core/storage/file.h"

namespace spool::broker {

class StandingClock final : public Clock {
 public:
  int64_t wall_ms() const override { return now_ms; }
  Monotonic monotonic() const override { return {}; }
  int64_t now_ms = 1'700'000'000'000;
};

inline const Uuid kDirectoryId = Uuid::from_halves(0x1111111111114111, 0x9111111111111111);
inline const Uuid kTopicId = Uuid::from_halves(0x2222222222224222, 0xa222222222222222);
inline const Uuid kOtherId = Uuid::from_halves(0x3333333333334333, 0xb333333333333333);

class MetadataFixture {
 public:
  MetadataFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "spool-meta-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~MetadataFixture() { std::filesystem::remove_all(path); }
  MetadataFixture(const MetadataFixture&) = delete;
  MetadataFixture& operator=(const MetadataFixture&) = delete;

  MetadataStoreOptions options() const {
    return {.path = path, .node_id = 1, .directory_id = kDirectoryId, .is_read_only = false};
  }

  Result<std::unique_ptr<MetadataStore>> open(MetadataStoreOptions o) {
    return MetadataStore::open(
        fs, clock, logger,
        [this](MutableBytes out) {
          for (uint8_t& byte : out) {
            random_state = random_state * 1664525u + 1013904223u;
            byte = static_cast<uint8_t>(random_state >> 24);
          }
        },
        std::move(o));
  }
  Result<std::unique_ptr<MetadataStore>> open() { return open(options()); }

  /// Opened and in office.
  std::unique_ptr<MetadataStore> start(MetadataStoreOptions o) {
    auto store = open(std::move(o));
    REQUIRE_MESSAGE(store, (store ? std::string() : std::string(store.error().text())));
    const Status active = (*store)->activate(registration());
    REQUIRE_MESSAGE(active, (active ? std::string() : std::string(active.error().text())));
    return std::move(*store);
  }
  std::unique_ptr<MetadataStore> start() { return start(options()); }

  BrokerRegistration registration() const {
    BrokerRegistration r;
    r.endpoints = {
        {.name = "PLAINTEXT", .host = "localhost", .port = 9092, .security_protocol = 0}};
    return r;
  }

  std::string metadata_path(std::string_view name = "") const {
    return concat(path, "/__cluster_metadata-0", name.empty() ? "" : "/", name);
  }
  std::string log_path() const { return metadata_path("00000000000000000000.log"); }

  std::string read(const std::string& file) const {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void write(const std::string& file, std::string_view bytes) const {
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  storage::PosixFileSystem fs;
  StandingClock clock;
  NullLogger logger;
  std::string path;
  uint32_t random_state = 1;
};

/// A metadata log in memory, as somebody else might have written it.
class LogWriter {
 public:
  LogWriter& control(const QuorumImage* voters, int32_t leader_id = 1) {
    return add(make_leader_change_batch(leader_id, voters, settings).value());
  }
  LogWriter& data(const std::vector<MetadataRecord>& records, int16_t level = 25) {
    const auto batches = make_data_batches(records, level, settings);
    REQUIRE(batches.has_value());
    for (const Buffer& batch : *batches) add(batch);
    return *this;
  }
  /// One record whose value is given byte by byte.
  LogWriter& raw(BytesView value) {
    record::BatchBuilder builder(
        {.base_offset = settings.base_offset, .leader_epoch = LeaderEpoch(settings.raft_epoch)});
    builder.append(settings.timestamp_ms, std::nullopt, value);
    compress::Compressor none;
    return add(builder.finish(none).value());
  }
  LogWriter& add(const Buffer& batch) {
    positions.push_back(bytes.size());
    bytes.append(as_text(batch));
    settings.base_offset = record::BatchView(batch).last_offset() + 1;
    return *this;
  }

  BatchSettings settings{.raft_epoch = 1, .timestamp_ms = 1'700'000'000'000};
  std::string bytes;
  std::vector<size_t> positions;  ///< of the batches
};

inline QuorumImage quorum_of(std::vector<int32_t> ids, const Uuid& directory_id = kDirectoryId) {
  QuorumImage quorum{.kraft_version = 1};
  for (int32_t id : ids)
    quorum.voters.push_back(
        {.id = id,
         .directory_id = directory_id,
         .endpoints = {{.name = "CONTROLLER", .host = "localhost", .port = 9093}}});
  return quorum;
}

inline MetadataRecord feature(std::string name, int16_t level) {
  return protocol::FeatureLevelRecord{.name = std::move(name), .feature_level = level};
}
inline MetadataRecord topic(std::string name, const Uuid& id = kTopicId) {
  return protocol::TopicRecord{.name = std::move(name), .topic_id = id};
}
inline protocol::PartitionRecord partition(int32_t number, std::vector<int32_t> replicas = {1},
                                           const Uuid& id = kTopicId) {
  return {.partition_id = number,
          .topic_id = id,
          .replicas = replicas,
          .isr = replicas,
          .leader = replicas.front(),
          .leader_epoch = 0,
          .partition_epoch = 0,
          .directories = std::vector<Uuid>(replicas.size(), kDirectoryId)};
}
inline MetadataRecord config(std::string topic_name, std::string key,
                             std::optional<std::string> value) {
  return protocol::ConfigRecord{.resource_type = 2,
                                .resource_name = std::move(topic_name),
                                .name = std::move(key),
                                .value = std::move(value)};
}

}  // namespace spool::broker
