// group history GROUP [TOPIC[:N,...]...]: commits and generations of a group, as far as the log of
// committed offsets still has them.

#include <algorithm>
#include <map>

#include "broker/group/embedded_protocol.h"
#include "broker/group/service.h"
#include "cli/cmd/group_changes.h"
#include "cli/errors.h"
#include "cli/io/internal_records.h"
#include "cli/io/shown_record.h"
#include "core/client/admin.h"
#include "core/client/fetcher.h"
#include "core/protocol/records/group.h"

namespace spool::cli {

namespace {

constexpr OptionRows kGroupHistoryRows[] = {kConnectionOptions, kOutputOptions};
constexpr Column kGroupHistoryColumns[] = {
    {"time"},         {"event"},       {"topic"},       {"partition", true},
    {"offset", true}, {"moved", true}, {"epoch", true}, {"member_id"},
    {"client_id"},    {"host"},        {"metadata"},    {"log_offset", true}};
constexpr std::string_view kGroupHistoryTextColumns =
    "time,event,topic,partition,offset,moved,epoch,member_id,host";

/// Who read a partition at a time, and under which generation or epoch.
struct Reader {
  std::string member_id;
  std::string client_id;
  std::string host;
  int32_t epoch = -1;
};

/// A key or value behind its two bytes of record type or version.
template <class Message>
Result<Message> decode(BytesView bytes, int16_t version) {
  return protocol::decode<Message>(bytes.subspan(sizeof(int16_t)), version);
}

/// Replays a group's records and makes a row of what happened. Only a part of a long history is
/// there: compaction keeps the last record of each key.
class History {
 public:
  History(std::string group, std::vector<TopicChoice> topics,
          const std::map<std::string, client::TopicInfo, std::less<>>& known)
      : group_(std::move(group)), topics_(std::move(topics)) {
    for (const auto& [name, info] : known) names_[info.id] = name;
  }

  /// errors  parse_error: a record that does not decode; unknown types are none of ours
  Status add(const record::RecordView& record) {
    if (!record.key || record.key->size() < sizeof(int16_t)) return {};
    const auto type = load_be<int16_t>(record.key->data());
    if (type == 0 || type == 1) return add_commit(record);
    if (type == 2) return add_generation(record);
    if (type == 5) return add_member(record);
    if (type == 8) return add_assignment(record);
    return {};
  }

  Table& table() { return table_; }

 private:
  template <class Value>
  static Result<std::optional<Value>> value_of(const record::RecordView& record) {
    if (!record.value) return std::optional<Value>();
    if (record.value->size() < sizeof(int16_t)) return fail(ErrorCode::parse_error, "no version");
    TRY_ASSIGN(Value value, decode<Value>(*record.value, load_be<int16_t>(record.value->data())));
    return std::optional<Value>(std::move(value));
  }

  bool is_wanted(const TopicPartition& at) const {
    return topics_.empty() ||
           std::ranges::any_of(topics_, [&](const TopicChoice& one) { return one.has(at); });
  }

  void add_row(const record::RecordView& record, std::string event, const TopicPartition& at,
               Cell offset, Cell moved, const Reader& reader, Cell metadata = {}) {
    std::string time;
    append_iso_time(time, record.timestamp_ms, false);
    const bool has_partition = !at.topic.empty();
    const auto known = [](const std::string& text) { return text.empty() ? Cell() : Cell(text); };
    table_.add({time, std::move(event), known(at.topic),
                has_partition ? Cell(int64_t{at.partition.value}) : Cell(), std::move(offset),
                std::move(moved), unless_negative(reader.epoch), known(reader.member_id),
                known(reader.client_id), known(reader.host), std::move(metadata),
                record.offset.value});
  }

  Status add_commit(const record::RecordView& record) {
    TRY_ASSIGN(const auto key, decode<protocol::OffsetCommitKey>(*record.key, 0));
    const TopicPartition at{key.topic, Partition(key.partition)};
    if (key.group != group_ || !is_wanted(at)) return {};
    TRY_ASSIGN(const auto value, value_of<protocol::OffsetCommitValue>(record));
    const auto before = offsets_.find(at);
    const auto reader = readers_.find(at);
    const Reader& by = reader != readers_.end() ? reader->second : Reader{};
    if (!value) {
      add_row(record, "forgotten", at, {}, {}, {});
      if (before != offsets_.end()) offsets_.erase(before);
      return {};
    }
    const Cell moved = before != offsets_.end() ? Cell(value->offset - before->second) : Cell();
    add_row(record, "commit", at, value->offset, moved, by, value->metadata);
    offsets_[at] = value->offset;
    return {};
  }

  /// A generation of a classic group: who has what from now on.
  Status add_generation(const record::RecordView& record) {
    TRY_ASSIGN(const auto key, decode<protocol::GroupMetadataKey>(*record.key, 0));
    if (key.group != group_) return {};
    TRY_ASSIGN(const auto value, value_of<protocol::GroupMetadataValue>(record));
    readers_.clear();
    if (!value) {
      add_row(record, "deleted", {}, {}, {}, {});
      return {};
    }
    if (value->members.empty()) add_row(record, "empty", {}, {}, {}, {.epoch = value->generation});
    for (const auto& member : value->members) {
      const Reader reader{member.member_id, member.client_id, member.client_host,
                          value->generation};
      const auto assignment = broker::group::parse_assignment(member.assignment);
      if (!assignment || assignment->assigned_partitions.empty())
        add_row(record, "member", {}, {}, {}, reader);
      if (!assignment) continue;
      for (const auto& topic : assignment->assigned_partitions)
        for (const int32_t partition : topic.partitions)
          give(record, {topic.topic, Partition(partition)}, reader);
    }
    return {};
  }

  Status add_member(const record::RecordView& record) {
    TRY_ASSIGN(const auto key, decode<protocol::ConsumerGroupMemberMetadataKey>(*record.key, 0));
    if (key.group_id != group_) return {};
    TRY_ASSIGN(const auto value, value_of<protocol::ConsumerGroupMemberMetadataValue>(record));
    if (!value) {
      add_row(record, "left", {}, {}, {}, members_[key.member_id]);
      members_.erase(key.member_id);
      std::erase_if(readers_,
                    [&](const auto& entry) { return entry.second.member_id == key.member_id; });
      return {};
    }
    members_[key.member_id] = {key.member_id, value->client_id, value->client_host, -1};
    return {};
  }

  /// What a member of the newer protocol reads from now on.
  Status add_assignment(const record::RecordView& record) {
    TRY_ASSIGN(const auto key,
               decode<protocol::ConsumerGroupCurrentMemberAssignmentKey>(*record.key, 0));
    if (key.group_id != group_) return {};
    TRY_ASSIGN(const auto value,
               value_of<protocol::ConsumerGroupCurrentMemberAssignmentValue>(record));
    if (!value) return {};
    Reader& reader = members_[key.member_id];
    reader.member_id = key.member_id;
    reader.epoch = value->member_epoch;
    std::erase_if(readers_,
                  [&](const auto& entry) { return entry.second.member_id == key.member_id; });
    if (value->assigned_partitions.empty()) add_row(record, "member", {}, {}, {}, reader);
    for (const auto& topic : value->assigned_partitions) {
      const auto name = names_.find(topic.topic_id);
      for (const int32_t partition : topic.partitions)
        give(record,
             {name != names_.end() ? name->second : topic.topic_id.to_string(),
              Partition(partition)},
             reader);
    }
    return {};
  }

  void give(const record::RecordView& record, const TopicPartition& at, const Reader& reader) {
    readers_[at] = reader;
    if (is_wanted(at)) add_row(record, "reads", at, {}, {}, reader);
  }

  const std::string group_;
  const std::vector<TopicChoice> topics_;
  std::map<Uuid, std::string> names_;
  std::map<TopicPartition, int64_t> offsets_;
  std::map<TopicPartition, Reader> readers_;
  std::map<std::string, Reader> members_;
  Table table_{kGroupHistoryColumns};
};

Status read_log(client::Client& client, Partition partition, History& history) {
  client::Fetcher fetcher(client,
                          {.isolation = client::Isolation::read_committed, .stop_at_end = true});
  fetcher.add(std::string(kOffsetsTopic), partition, {});
  TRY(fetcher.start());
  record::RecordReader reader;
  while (!fetcher.is_done()) {
    TRY_ASSIGN(const auto fetched, fetcher.next(client.now() + client.options().timeout));
    if (!fetched) continue;
    Status status;
    TRY(fetched->for_each(reader, [&](const record::RecordView& record, const client::BatchInfo&) {
      status = history.add(record);
      if (!status)
        status = fail(status.error().with_context(
            concat(kOffsetsTopic, "-", partition.value, " at offset ", record.offset.value)));
      return status.has_value();
    }));
    TRY(std::move(status));
  }
  return {};
}

Result<Exit> run_group_history(Context& context, const Args& args) {
  const std::string& group = args.operands()[0];
  TRY_ASSIGN(auto topics, parse_topic_choices(std::span(args.operands()).subspan(1)));
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto known, client::list_topics(client));
  const client::TopicInfo* const offsets = client.topic(kOffsetsTopic);
  if (offsets == nullptr) return fail(ErrorCode::not_found, "no group has committed anything yet");
  History history(group, std::move(topics), client.topics());
  const auto count = static_cast<int32_t>(offsets->partitions.size());
  TRY(read_log(client, Partition(broker::coordinator::partition_for(group, count)), history));
  TRY(session.close());
  Table& table = history.table();
  if (table.row_count() == 0)
    return fail(ErrorCode::group_id_not_found,
                concat("nothing is known of group ", group, " in ", kOffsetsTopic));
  if (args.text("output") == "text" && !args.value("columns"))
    TRY(table.select(kGroupHistoryTextColumns));
  TRY(context.print(table));
  return Exit::done;
}

}  // namespace

extern const Command kGroupHistoryCommand;
constinit const Command kGroupHistoryCommand = {
    .path = "group history",
    .usage = "[OPTION...] GROUP [TOPIC[:N,...]...]",
    .summary = "Print what a group committed, and who read what then",
    .description =
        "Reads __consumer_offsets, as far as compaction has left it: commits, and the generations "
        "and epochs under which members read partitions.",
    .examples = "spool group history app orders:0",
    .options = kGroupHistoryRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_group_history,
};

}  // namespace spool::cli
