#include "core/client/fetcher.h"

#include <doctest/doctest.h>

#include "core/base/text.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/record/batch_builder.h"
#include "tests/unit/client/fake_broker.h"

using namespace spool;
using namespace spool::client;
using protocol::ApiKey;
using protocol::FetchRequest;
using protocol::FetchResponse;
using testing::FakeBroker;

namespace {

/// Values at consecutive offsets from base on.
Buffer make_batch(int64_t base, std::vector<std::string_view> values,
                  record::BatchOptions options = {}) {
  options.base_offset = Offset(base);
  record::BatchBuilder builder(options);
  for (std::string_view value : values) builder.append(1000, std::nullopt, as_bytes(value));
  compress::Compressor compressor;
  return *builder.finish(compressor);
}

/// Serves partitions whose logs are lists of batches.
struct FakeLogs {
  struct Log {
    std::vector<Buffer> batches;
    int64_t start = 0;
    int64_t end = 0;
    std::vector<ErrorCode> errors;  ///< answered first, one a Fetch
    std::vector<FetchResponse::AbortedTransaction> aborted;
  };

  explicit FakeLogs(int partitions = 1)
      : broker([this](const auto& request) { return answer(request); }) {
    broker.topics = {{"t", partitions}};
  }

  void add(int32_t partition, Buffer batch) {
    logs[partition].end = record::BatchView(batch).last_offset().value + 1;
    logs[partition].batches.push_back(std::move(batch));
  }

  std::optional<Buffer> answer(const FakeBroker::Request& request) {
    if (request.api_key == ApiKey::list_offsets) return list_offsets(request);
    REQUIRE(request.api_key == ApiKey::fetch);
    const auto fetch = request.as<FetchRequest>();
    fetches.push_back(fetch);
    FetchResponse response;
    if (!session_errors.empty()) {
      response.error_code = static_cast<int16_t>(session_errors.back());
      session_errors.pop_back();
      return FakeBroker::encoded(response, request.version);
    }
    if (fetch.session_epoch >= 0 && has_sessions) {
      if (fetch.session_epoch == 0) session.clear();
      response.session_id = 99;
    } else {
      session.clear();
    }
    for (const auto& topic : fetch.topics)
      for (const auto& partition : topic.partitions)
        session[partition.partition] = partition.fetch_offset;
    for (const auto& topic : fetch.forgotten_topics_data)
      for (const int32_t partition : topic.partitions) session.erase(partition);
    auto& topic = response.responses.emplace_back();
    topic.topic = "t";
    topic.topic_id = testing::topic_id_of("t");
    for (const auto& [partition, offset] : session)
      serve(logs[partition], partition, offset, topic);
    if (topic.partitions.empty() && fetch.session_id != 0) response.responses.clear();
    if (response.responses.empty() && !answers_empty) return std::nullopt;
    return FakeBroker::encoded(response, request.version);
  }

  void serve(Log& log, int32_t partition, int64_t offset,
             FetchResponse::FetchableTopicResponse& topic) {
    FetchResponse::PartitionData out;
    out.partition_index = partition;
    out.high_watermark = log.end;
    out.aborted_transactions = log.aborted;
    if (!log.errors.empty()) {
      out.error_code = static_cast<int16_t>(log.errors.back());
      log.errors.pop_back();
    } else if (offset < log.start || offset > log.end) {
      out.error_code = static_cast<int16_t>(ErrorCode::offset_out_of_range);
    } else {
      for (const Buffer& batch : log.batches) {
        if (record::BatchView(batch).last_offset().value < offset) continue;
        out.records.is_null = false;
        out.records.bytes = batch;
        break;
      }
    }
    if (out.error_code != 0 || !out.records.is_null) topic.partitions.push_back(out);
  }

  Buffer list_offsets(const FakeBroker::Request& request) {
    protocol::ListOffsetsResponse response;
    for (const auto& topic : request.as<protocol::ListOffsetsRequest>().topics) {
      auto& out = response.topics.emplace_back();
      out.name = topic.name;
      for (const auto& partition : topic.partitions) {
        auto& answer = out.partitions.emplace_back();
        answer.partition_index = partition.partition_index;
        const Log& log = logs[partition.partition_index];
        answer.offset = partition.timestamp == kEarliestTimestamp ? log.start
                        : partition.timestamp == kLatestTimestamp ? log.end
                                                                  : time_answer;
      }
    }
    return FakeBroker::encoded(response, request.version);
  }

  FakeBroker broker;
  std::map<int32_t, Log> logs;
  std::map<int32_t, int64_t> session;
  bool has_sessions = true;
  bool answers_empty = true;
  int64_t time_answer = -1;
  std::vector<ErrorCode> session_errors;
  std::vector<FetchRequest> fetches;
};

struct Reading {
  explicit Reading(FakeLogs& logs, FetcherOptions options = {.stop_at_end = true},
                   int partitions = 1, StartOffset start = {})
      : client(logs.broker.client_options()), fetcher(client, with_gap(std::move(options))) {
    REQUIRE(client.wait_for_topic("t"));
    for (int i = 0; i < partitions; ++i) fetcher.add("t", Partition(i), start);
    REQUIRE(fetcher.start());
  }

  FetcherOptions with_gap(FetcherOptions options) {
    options.on_gap = [this](std::string_view topic, Partition partition, Offset expected,
                            Offset resumed) {
      gaps += concat(topic, '-', partition.value, ':', expected.value, "->", resumed.value, ' ');
    };
    return options;
  }

  /// Reads until done, "partition/offset=value " a record; "!" and the error's name when that is
  /// the end.
  std::string all() {
    std::string out;
    record::RecordReader reader;
    const auto deadline = client.now() + std::chrono::seconds(20);
    while (!fetcher.is_done() && client.now() < deadline) {
      const auto fetched = fetcher.next(deadline);
      if (!fetched) return out + "!" + std::string(error_name(fetched.error().code()));
      if (!*fetched) continue;
      const Status read =
          (*fetched)->for_each(reader, [&](const record::RecordView& record, const BatchInfo&) {
            out += concat((*fetched)->partition.value, '/', record.offset.value, '=',
                          as_text(*record.value), ' ');
            return true;
          });
      if (!read) return out + "!" + std::string(read.error().text());
    }
    return out;
  }

  std::string gaps;
  Client client;
  Fetcher fetcher;
};

}  // namespace

TEST_CASE("fetcher: reads from the beginning to the end as it was at the start") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a", "b"}));
  logs.add(0, make_batch(2, {"c"}, {.codec = record::Codec::zstd}));
  Reading reading(logs);
  logs.add(0, make_batch(3, {"late"}));
  CHECK(reading.all() == "0/0=a 0/1=b 0/2=c ");
}

TEST_CASE("fetcher: an end inside a batch cuts it") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a", "b", "c"}));
  logs.logs[0].end = 2;
  Reading reading(logs);
  CHECK(reading.all() == "0/0=a 0/1=b ");
}

TEST_CASE("fetcher: an empty partition is done at once") {
  FakeLogs logs;
  Reading reading(logs);
  CHECK(reading.fetcher.is_done());
  CHECK(logs.fetches.empty());
}

TEST_CASE("fetcher: where reading begins") {
  FakeLogs logs;
  logs.add(0, make_batch(10, {"a", "b", "c", "d"}));
  logs.logs[0].start = 11;
  const auto from = [&](StartOffset start) {
    return Reading(logs, {.stop_at_end = true}, 1, start).all();
  };
  using Kind = StartOffset::Kind;
  CHECK(from({Kind::beginning}) == "0/11=b 0/12=c 0/13=d ");
  CHECK(from({Kind::offset, 12}) == "0/12=c 0/13=d ");
  CHECK(from({Kind::offset, 0}) == "0/11=b 0/12=c 0/13=d ");
  CHECK(from({Kind::offset, 99}) == "");
  CHECK(from({Kind::before_end, 1}) == "0/13=d ");
  CHECK(from({Kind::before_end, 99}) == "0/11=b 0/12=c 0/13=d ");
  CHECK(from({Kind::end}) == "");
  CHECK(from({Kind::time, 5}) == "");  // nothing is that late
  logs.time_answer = 13;
  CHECK(from({Kind::time, 5}) == "0/13=d ");
}

TEST_CASE("fetcher: holes and control records at the end are passed by position") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a"}));
  record::BatchBuilder compacted(record::BatchOptions{.base_offset = Offset(1)});
  compacted.append(0, std::nullopt, as_bytes("b"));
  compacted.extend_to_delta(8);
  compress::Compressor compressor;
  logs.add(0, *compacted.finish(compressor));
  logs.add(0, record::make_end_txn_marker(Offset(10), LeaderEpoch(0), ProducerId(5),
                                          ProducerEpoch(0), 1000, {.is_commit = true}));
  Reading reading(logs);
  CHECK(reading.all() == "0/0=a 0/1=b ");
}

TEST_CASE("fetcher: read committed leaves aborted transactions out, read uncommitted does not") {
  FakeLogs logs;
  const record::BatchOptions txn{.producer_id = ProducerId(5),
                                 .producer_epoch = ProducerEpoch(0),
                                 .base_sequence = 0,
                                 .is_transactional = true};
  logs.add(0, make_batch(0, {"aborted"}, txn));
  logs.add(0, make_batch(1, {"plain"}));
  logs.add(0, record::make_end_txn_marker(Offset(2), LeaderEpoch(0), ProducerId(5),
                                          ProducerEpoch(0), 0, {}));
  logs.add(0, make_batch(3, {"kept"}, txn));
  // One answer with everything, so that the marker ends the aborted transaction.
  Buffer joined;
  for (const Buffer& batch : logs.logs[0].batches) append(joined, batch);
  Fetched fetched{.topic = "t", .entries = joined, .until = Offset(INT64_MAX)};
  fetched.aborted = {{ProducerId(5), Offset(0)}};
  record::RecordReader reader;
  std::string seen;
  const auto note = [&](const record::RecordView& record, const BatchInfo&) {
    seen += concat(record.offset.value, '=', as_text(*record.value), ' ');
    return true;
  };
  REQUIRE(fetched.for_each(reader, note));
  CHECK(seen == "0=aborted 1=plain 3=kept ");
  seen.clear();
  fetched.is_committed_only = true;
  REQUIRE(fetched.for_each(reader, note));
  CHECK(seen == "1=plain 3=kept ");
}

TEST_CASE("fetcher: a leader that moved is looked up again, and nothing is read twice") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a"}));
  logs.add(0, make_batch(1, {"b"}));
  logs.logs[0].errors = {ErrorCode::unknown_leader_epoch, ErrorCode::fenced_leader_epoch,
                         ErrorCode::not_leader_or_follower, ErrorCode::unknown_topic_id};
  Reading reading(logs);
  const size_t before = logs.broker.count(ApiKey::metadata);
  CHECK(reading.all() == "0/0=a 0/1=b ");
  CHECK(logs.broker.count(ApiKey::metadata) >= before + 4);
}

TEST_CASE("fetcher: records that retention took are a gap that is told") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a"}));
  logs.add(0, make_batch(1, {"b"}));
  logs.add(0, make_batch(5, {"f"}));
  Reading reading(logs);
  logs.logs[0].start = 5;
  CHECK(reading.all() == "0/5=f ");
  CHECK(reading.gaps == "t-0:0->5 ");
}

TEST_CASE("fetcher: a log cut below the position is a gap, and the end comes down with it") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a", "b"}));
  logs.add(0, make_batch(2, {"c"}));
  logs.add(0, make_batch(3, {"d"}));
  Reading reading(logs);
  const auto deadline = reading.client.now() + std::chrono::seconds(20);
  REQUIRE(*reading.fetcher.next(deadline));
  logs.logs[0].batches.clear();
  logs.logs[0].end = 1;
  CHECK(reading.all() == "0/2=c ");  // was on its way already
  CHECK(reading.gaps == "t-0:3->1 ");
}

TEST_CASE("fetcher: several partitions share a session, which names only what has moved") {
  FakeLogs logs(3);
  for (int i = 0; i < 3; ++i) logs.add(i, make_batch(0, {"a"}));
  logs.add(1, make_batch(1, {"b"}));
  logs.add(1, make_batch(2, {"c"}));
  Reading reading(logs, {.stop_at_end = true}, 3);
  const std::string seen = reading.all();
  CHECK(seen == "0/0=a 1/0=a 2/0=a 1/1=b 1/2=c ");
  REQUIRE(logs.fetches.size() >= 3);
  CHECK(logs.fetches[0].session_id == 0);
  CHECK(logs.fetches[0].session_epoch == 0);
  CHECK(logs.fetches[0].topics[0].partitions.size() == 3);
  CHECK(logs.fetches[1].session_id == 99);
  CHECK(logs.fetches[1].session_epoch == 1);
  CHECK(logs.fetches[1].topics[0].partitions.size() == 1);
  CHECK(logs.fetches[1].forgotten_topics_data[0].partitions == std::vector<int32_t>{0, 2});
  CHECK(logs.fetches[2].session_epoch == 2);
}

TEST_CASE("fetcher: a lost session is opened again") {
  FakeLogs logs(2);
  for (int i = 0; i < 2; ++i) {
    logs.add(i, make_batch(0, {"a"}));
    logs.add(i, make_batch(1, {"b"}));
  }
  Reading reading(logs, {.stop_at_end = true}, 2);
  REQUIRE(*reading.fetcher.next(reading.client.now() + std::chrono::seconds(20)));
  logs.session_errors = {ErrorCode::invalid_fetch_session_epoch,
                         ErrorCode::fetch_session_id_not_found};
  CHECK(reading.all() == "1/0=a 0/1=b 1/1=b ");
}

TEST_CASE("fetcher: a broker without sessions, and one partition alone, are asked in full") {
  FakeLogs logs(2);
  logs.has_sessions = false;
  for (int i = 0; i < 2; ++i) {
    logs.add(i, make_batch(0, {"a"}));
    logs.add(i, make_batch(1, {"b"}));
  }
  CHECK(Reading(logs, {.stop_at_end = true}, 2).all() == "0/0=a 1/0=a 0/1=b 1/1=b ");
  CHECK(logs.fetches[1].session_epoch == 0);
  // Each partition gets its turn to be first in the answer.
  CHECK(logs.fetches[0].topics[0].partitions[0].partition == 0);
  CHECK(logs.fetches[1].topics[0].partitions[0].partition == 1);
  logs.fetches.clear();
  CHECK(Reading(logs, {.stop_at_end = true}, 1).all() == "0/0=a 0/1=b ");
  CHECK(logs.fetches[0].session_epoch == -1);
}

TEST_CASE("fetcher: a broken connection is made again") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a"}));
  Reading reading(logs);
  logs.broker.disconnect_all();
  CHECK(reading.all() == "0/0=a ");
}

TEST_CASE("fetcher: a damaged batch is an error that names the place") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a"}));
  Buffer damaged = make_batch(1, {"b"});
  damaged.back() ^= 1;
  logs.add(0, damaged);
  Reading reading(logs);
  CHECK(reading.all() == "0/0=a !t-0 at offset 1: the checksum does not match");
}

TEST_CASE("fetcher: an error that waiting does not cure ends it") {
  FakeLogs logs;
  logs.add(0, make_batch(0, {"a"}));
  logs.logs[0].errors = {ErrorCode::topic_authorization_failed};
  Reading reading(logs);
  CHECK(reading.all() == "!TOPIC_AUTHORIZATION_FAILED");
}
