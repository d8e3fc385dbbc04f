// Formats of section 1 and 3 against the vectors of the specification (10.1).

#include <doctest/doctest.h>

#include "core/storage/checkpoint.h"
#include "core/storage/data_directory.h"
#include "core/storage/index_file.h"
#include "core/storage/leader_epochs.h"
#include "core/storage/producer_state.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace spool;
using namespace spool::storage;

namespace {

Buffer bytes_of(std::string_view hex_text) {
  Buffer out;
  int high = -1;
  for (const char c : hex_text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high < 0)
      high = digit;
    else {
      out.push_back(static_cast<uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

constexpr std::string_view kSnapshotVector =
    "00 01  4f f1 9b ba  00 00 00 01"
    "00 00 00 00 00 00 03 e8  00 00  00 00 00 08  00 00 00 00 00 00 00 65"
    "00 00 00 01  00 00 01 8b cf e5 68 05  ff ff ff ff  ff ff ff ff ff ff ff ff";

}  // namespace

TEST_CASE("producer snapshot: an empty one has Kafka's ten bytes") {
  CHECK(ProducerStateManager().encode_snapshot() == bytes_of("00 01 48 67 4b c7 00 00 00 00"));
}

TEST_CASE("producer snapshot: the specification's vector decodes and encodes to the same bytes") {
  const Buffer file = bytes_of(kSnapshotVector);
  const auto entries = decode_snapshot(file);
  REQUIRE(entries);
  REQUIRE(entries->size() == 1);
  const ProducerEntry& entry = entries->front();
  CHECK(entry.producer_id == ProducerId(1000));
  CHECK(entry.producer_epoch == ProducerEpoch(0));
  CHECK(entry.last_sequence() == 8);
  CHECK(entry.last_batch()->first_sequence() == 7);
  CHECK(entry.last_batch()->last_offset == Offset(101));
  CHECK(entry.last_batch()->first_offset() == Offset(100));
  CHECK(entry.last_timestamp_ms == 1'700'000'000'005);
  CHECK(entry.coordinator_epoch == -1);
  CHECK_FALSE(entry.current_txn_first_offset.has_value());

  ProducerStateManager state;
  REQUIRE(state.load_snapshot(file, Offset(102)));
  CHECK(state.end_offset() == Offset(102));
  CHECK(state.encode_snapshot() == file);
}

TEST_CASE("producer snapshot: every truncation and every flipped byte is refused") {
  const Buffer file = bytes_of(kSnapshotVector);
  for (size_t size = 0; size < file.size(); ++size)
    CHECK_FALSE(decode_snapshot(BytesView(file).first(size)).has_value());
  for (size_t i = 0; i < file.size(); ++i) {
    Buffer damaged = file;
    damaged[i] ^= 0x40;
    CHECK_FALSE(decode_snapshot(damaged).has_value());
  }
}

TEST_CASE("producer state: a batch and a marker of the specification give the snapshot's entries") {
  Buffer batch = bytes_of(
      "00 00 00 00 00 00 00 64  00 00 00 46  00 00 00 03  02  58 ca d6 2a"
      "00 00  00 00 00 01  00 00 01 8b cf e5 68 00  00 00 01 8b cf e5 68 05"
      "00 00 00 00 00 00 03 e8  00 00  00 00 00 07  00 00 00 02"
      "16 00 00 00 01 02 61 02 02 68 02 78  10 00 0a 02 04 6b 32 01 00");
  ProducerStateManager state;
  REQUIRE(state.update(record::BatchView(batch)));
  CHECK(state.encode_snapshot() == bytes_of(kSnapshotVector));

  const Buffer marker = bytes_of(
      "00 00 00 00 00 00 00 66  00 00 00 42  00 00 00 03  02  4e 07 46 d7"
      "00 30  00 00 00 00  00 00 01 8b cf e5 68 64  00 00 01 8b cf e5 68 64"
      "00 00 00 00 00 00 03 e8  00 00  ff ff ff ff  00 00 00 01"
      "20 00 00 00 08 00 00 00 01 0c 00 00 00 00 00 05 00");
  const auto completed = state.update(record::BatchView(marker));
  REQUIRE(completed);
  CHECK_FALSE(completed->has_value());  // there was no transaction
  CHECK(state.find(ProducerId(1000))->coordinator_epoch == 5);
}

TEST_CASE("transaction index: the entry of the specification") {
  const Buffer expected = bytes_of(
      "00 00  00 00 00 00 00 00 03 e8  00 00 00 00 00 00 00 64"
      "00 00 00 00 00 00 00 66  00 00 00 00 00 00 00 67");
  const TransactionIndexEntry entry{.producer_id = ProducerId(1000),
                                    .first_offset = Offset(100),
                                    .last_offset = Offset(102),
                                    .last_stable_offset = Offset(103)};
  Buffer bytes(TransactionIndexEntry::kBytes);
  entry.encode(bytes.data());
  CHECK(bytes == expected);
}

TEST_CASE("offset index: lookups in a file with a zero tail find the entries before it") {
  LogFixture t;
  REQUIRE(t.fs.make_directory(t.path()));
  Buffer file;
  for (const int32_t n : {10, 4100, 20, 8200, 30, 12300}) append_be(file, n);
  file.resize(4096);
  t.write_file("0.index", file);
  const auto index = IndexReader<OffsetIndexEntry>::open(t.fs, t.file("0.index"));
  REQUIRE(index);
  CHECK(index->count() == 3);
  CHECK_FALSE(index->find(9)->has_value());
  CHECK((*index->find(10))->file_pos == 4100);
  CHECK((*index->find(29))->file_pos == 8200);
  CHECK((*index->find(1000))->file_pos == 12300);
}

TEST_CASE("offset index: a missing file and one of zeros only have no entries") {
  LogFixture t;
  REQUIRE(t.fs.make_directory(t.path()));
  CHECK(IndexReader<OffsetIndexEntry>::open(t.fs, t.file("none.index"))->count() == 0);
  t.write_file("zeros.index", Buffer(800));
  CHECK(IndexReader<OffsetIndexEntry>::open(t.fs, t.file("zeros.index"))->count() == 0);
}

TEST_CASE("checkpoint: writes Kafka's lines and reads them back") {
  const OffsetCheckpoint offsets{{{"orders", Partition(0)}, Offset(1042)},
                                 {{"__consumer_offsets", Partition(12)}, Offset(77)}};
  const std::string text = format_offset_checkpoint(offsets);
  CHECK(text == "0\n2\n__consumer_offsets 12 77\norders 0 1042\n");
  CHECK(*parse_offset_checkpoint(text) == offsets);
}

TEST_CASE("checkpoint: an empty file, a version line alone and runs of white space are fine") {
  CHECK(parse_offset_checkpoint("")->empty());
  CHECK(parse_offset_checkpoint("0\n")->empty());
  CHECK(parse_offset_checkpoint("0\n0\n")->empty());
  const auto offsets = parse_offset_checkpoint("0\n2\n a \t 1   5\na 1 6\n");
  REQUIRE(offsets);
  CHECK(offsets->at({"a", Partition(1)}) == Offset(6));  // the last line counts
}

TEST_CASE("checkpoint: what breaks the format is refused") {
  for (const std::string_view text :
       {"1\n0\n", "x\n0\n", "0\nx\n", "0\n1\n", "0\n1\na 1\n", "0\n1\na 1 2 3\n", "0\n1\na x 2\n",
        "0\n1\na 1 x\n", "0\n0\na 1 2\n", "0\n2\na 1 2\n"})
    CHECK_MESSAGE(!parse_offset_checkpoint(text).has_value(), text);
}

TEST_CASE("partition.metadata: 43 bytes without a newline at the end") {
  const Uuid id = *Uuid::parse("3PvJ0oTxS2mCkXZ0XxUv1Q");
  const std::string text = format_partition_metadata(id);
  CHECK(text == "version: 0\ntopic_id: 3PvJ0oTxS2mCkXZ0XxUv1Q");
  CHECK(text.size() == 43);
  CHECK(*parse_partition_metadata(text) == id);
  CHECK(*parse_partition_metadata("version: 7\nfoo 3PvJ0oTxS2mCkXZ0XxUv1Q\nmore\n") == id);
  for (const std::string_view bad :
       {"", "version: 0", "version: -1\ntopic_id: 3PvJ0oTxS2mCkXZ0XxUv1Q",
        "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA", "version: 0\ntopic_id: short", "x\ny"})
    CHECK_MESSAGE(!parse_partition_metadata(bad).has_value(), bad);
}

TEST_CASE("meta.properties: comments, separators and escapes of Java properties") {
  const auto meta = parse_meta_properties(
      "#\n#Sat Nov 21 00:07:57 UTC 2026\nnode.id=1\ndirectory.id : hXMlz7u3T96FUJ_oZzQ1Rw\n"
      "version 1\n! note\ncluster.id=dJVk\\=cRmtR4\n");
  REQUIRE(meta);
  CHECK(meta->version == 1);
  CHECK(meta->node_id == 1);
  CHECK(meta->cluster_id == "dJVk=cRmtR4");
  CHECK(meta->directory_id->to_string() == "hXMlz7u3T96FUJ_oZzQ1Rw");
  const auto again = parse_meta_properties(format_meta_properties(*meta, 0));
  REQUIRE(again);
  CHECK(again->cluster_id == meta->cluster_id);
  CHECK(again->directory_id == meta->directory_id);
}

TEST_CASE("meta.properties: version 0 has broker.id; above 1 and without its keys it is refused") {
  const auto old = parse_meta_properties("version=0\nbroker.id=7\n");
  REQUIRE(old);
  CHECK(old->node_id == 7);
  for (const std::string_view bad :
       {"version=2\nnode.id=1\ncluster.id=x\n", "version=1\ncluster.id=x\n",
        "version=1\nnode.id=1\n", "version=1\nnode.id=x\ncluster.id=x\n",
        "version=1\nnode.id=1\ncluster.id=x\ndirectory.id=x\n"})
    CHECK_MESSAGE(!parse_meta_properties(bad).has_value(), bad);
}

TEST_CASE("clean shutdown marker: the broker epoch, -1 when it cannot be read") {
  CHECK(format_clean_shutdown(17) == "{\"version\":0,\"brokerEpoch\":17}");
  CHECK(parse_clean_shutdown_epoch("{\"version\":0,\"brokerEpoch\":17}") == 17);
  CHECK(parse_clean_shutdown_epoch("{\"version\":0,\"brokerEpoch\": -1}") == -1);
  CHECK(parse_clean_shutdown_epoch("") == -1);
  CHECK(parse_clean_shutdown_epoch("{\"brokerEpoch\":\"x\"}") == -1);
}

TEST_CASE("directory names: the last dash divides, suffixes need an id") {
  const auto live = parse_directory_name("orders.by-key-12");
  REQUIRE(live);
  CHECK(live->partition.topic == "orders.by-key");
  CHECK(live->partition.partition == Partition(12));
  CHECK(live->kind == DirectoryKind::live);
  const auto deleted = parse_directory_name("a-b-3.0123456789abcdef0123456789abcdef-delete");
  REQUIRE(deleted);
  CHECK(deleted->partition.topic == "a-b");
  CHECK(deleted->partition.partition == Partition(3));
  CHECK(deleted->kind == DirectoryKind::deleted);
  CHECK(parse_directory_name("t-0.1f-stray")->kind == DirectoryKind::stray);
  CHECK(parse_directory_name("t-0.1f-future")->kind == DirectoryKind::future);
  for (const std::string_view bad :
       {"lost+found", "orders", "-3", "orders-", "orders-x", "orders--", "t-0-delete"})
    CHECK_MESSAGE(!parse_directory_name(bad).has_value(), bad);
}

TEST_CASE("directory names: one set aside is cut to 255 characters in its topic") {
  const TopicPartition partition{std::string(249, 't'), Partition(10)};
  const std::string name =
      aside_directory_name(partition, Uuid::from_halves(1, 2), DirectoryKind::deleted);
  CHECK(name.size() == 255);
  CHECK(name.ends_with("t-10.00000000000000010000000000000002-delete"));
  CHECK(aside_directory_name({"t", Partition(0)}, Uuid::from_halves(1, 2), DirectoryKind::stray) ==
        "t-0.00000000000000010000000000000002-stray");
}

TEST_CASE("leader epochs: assigning, asking and trimming follow KIP-101") {
  LeaderEpochCache cache;
  CHECK(cache.assign(LeaderEpoch(0), Offset(0)));
  CHECK_FALSE(cache.assign(LeaderEpoch(0), Offset(5)));
  CHECK(cache.assign(LeaderEpoch(2), Offset(10)));
  CHECK(cache.assign(LeaderEpoch(4), Offset(10)));  // the epoch without data is replaced
  CHECK(cache.entries() ==
        std::vector<EpochStart>{{LeaderEpoch(0), Offset(0)}, {LeaderEpoch(4), Offset(10)}});
  CHECK(*cache.end_offset_for(LeaderEpoch(4), Offset(30)) ==
        EpochStart{LeaderEpoch(4), Offset(30)});
  CHECK(*cache.end_offset_for(LeaderEpoch(1), Offset(30)) ==
        EpochStart{LeaderEpoch(0), Offset(10)});
  CHECK_FALSE(cache.end_offset_for(LeaderEpoch(5), Offset(30)).has_value());
  CHECK_FALSE(cache.end_offset_for(LeaderEpoch(-1), Offset(30)).has_value());
  CHECK(cache.at(Offset(9)) == LeaderEpoch(0));
  CHECK(cache.at(Offset(10)) == LeaderEpoch(4));
  CHECK(cache.truncate_from_start(Offset(12)));
  CHECK(cache.entries() == std::vector<EpochStart>{{LeaderEpoch(4), Offset(12)}});
  CHECK(*cache.end_offset_for(LeaderEpoch(1), Offset(30)) ==
        EpochStart{LeaderEpoch(1), Offset(12)});
  CHECK(cache.truncate_from_end(Offset(12)));
  CHECK(cache.entries().empty());
}

TEST_CASE("data directory: a second opening for writing is refused, one for reading is not") {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  ManualClock clock;
  ListLogger logger;
  const std::string path = scratch.path + "/data";
  auto first = DataDirectory::open(fs, clock, logger, path, DataDirectory::Access::write);
  REQUIRE(first);
  const auto second = DataDirectory::open(fs, clock, logger, path, DataDirectory::Access::write);
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == ErrorCode::locked);
  CHECK(DataDirectory::open(fs, clock, logger, path, DataDirectory::Access::read));
  first->reset();
  CHECK(DataDirectory::open(fs, clock, logger, path, DataDirectory::Access::write));
}

TEST_CASE("data directory: what is none is refused, and nothing is made in it") {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  ManualClock clock;
  ListLogger logger;
  const std::string path = scratch.path + "/pictures";
  const auto open = [&](DataDirectory::Access access) {
    return DataDirectory::open(fs, clock, logger, path, access);
  };
  REQUIRE(fs.make_directory(path));
  CHECK(open(DataDirectory::Access::read).error().code() == ErrorCode::not_found);
  REQUIRE(fs.make_directory(path + "/cats"));
  CHECK(open(DataDirectory::Access::read).error().code() == ErrorCode::not_found);
  CHECK(open(DataDirectory::Access::write).error().code() == ErrorCode::parse_error);
  CHECK(fs.list(path)->size() == 1);
  // What is left of a dead node: partitions, and nothing that says whose they were.
  REQUIRE(fs.make_directory(path + "/cats-0"));
  CHECK(open(DataDirectory::Access::read));
}

TEST_CASE("data directory: the clean marker is read once and gone; reading leaves it") {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  ManualClock clock;
  ListLogger logger;
  const auto open = [&](DataDirectory::Access access) {
    auto directory = DataDirectory::open(fs, clock, logger, scratch.path, access);
    REQUIRE(directory);
    return std::move(*directory);
  };
  {
    auto directory = open(DataDirectory::Access::write);
    CHECK_FALSE(directory->was_clean());
    REQUIRE(directory->write_meta({.node_id = 1, .cluster_id = "c"}));
    REQUIRE(directory->write_checkpoint(kRecoveryPointFile, {{{"t", Partition(0)}, Offset(9)}}));
    REQUIRE(directory->write_clean_marker(17));
  }
  CHECK(open(DataDirectory::Access::read)->was_clean());
  {
    auto directory = open(DataDirectory::Access::write);
    CHECK(directory->was_clean());
    CHECK(directory->previous_broker_epoch() == 17);
    CHECK(directory->meta()->cluster_id == "c");
    CHECK(directory->recovery_points().at({"t", Partition(0)}) == Offset(9));
  }
  CHECK_FALSE(open(DataDirectory::Access::write)->was_clean());
}

TEST_CASE("data directory: a directory that is no partition stops a writer, not a reader") {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  ManualClock clock;
  ListLogger logger;
  for (const char* name :
       {"lost+found", "orders-0", "__cluster_metadata-0", "remote-log-index-cache"})
    REQUIRE(fs.make_directory(concat(scratch.path, '/', name)));
  auto reader = DataDirectory::open(fs, clock, logger, scratch.path, DataDirectory::Access::read);
  REQUIRE(reader);
  const auto listed = (*reader)->list_partitions();
  REQUIRE(listed);
  REQUIRE(listed->size() == 1);
  CHECK(listed->front().name == "orders-0");
  auto writer = DataDirectory::open(fs, clock, logger, scratch.path, DataDirectory::Access::write);
  REQUIRE(writer);
  CHECK((*writer)->list_partitions().error().code() == ErrorCode::parse_error);
}

TEST_CASE("data directory: an unreadable checkpoint is warned about and counts as empty") {
  ScratchDirectory scratch;
  PosixFileSystem fs;
  ManualClock clock;
  ListLogger logger;
  auto file = fs.open(scratch.path + "/recovery-point-offset-checkpoint", OpenMode::replace);
  REQUIRE(file);
  REQUIRE((*file)->write_at(0, as_bytes("0\n1\nbroken")));
  const auto directory =
      DataDirectory::open(fs, clock, logger, scratch.path, DataDirectory::Access::write);
  REQUIRE(directory);
  CHECK((*directory)->recovery_points().empty());
  CHECK(logger.has("recovery-point-offset-checkpoint is unreadable"));
}
