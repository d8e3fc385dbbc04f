#include "cli/cmd/read_topics.h"

#include <fnmatch.h>
#include <re2/re2.h>

#include <algorithm>

#include "cli/errors.h"
#include "core/client/admin.h"

namespace spool::cli {

namespace {

void add_unique(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

/// The names of the topics there are, without internal ones.
Result<std::vector<std::string>> topic_names(client::Client& client) {
  TRY_ASSIGN(const auto topics, client::list_topics(client));
  std::vector<std::string> out;
  for (const client::TopicInfo& topic : topics)
    if (!topic.is_internal) out.push_back(topic.name);
  return out;
}

/// The partitions of -p that the topic has, or all of them.
Result<std::vector<Partition>> partitions_of(const Args& args, const client::TopicInfo& topic) {
  std::vector<Partition> out;
  for (const std::string& text : args.list("partition")) {
    const auto number = parse_int<int32_t>(text);
    if (!number || *number < 0)
      return usage_error(concat("--partition: '", text, "' is not a partition number"));
    if (static_cast<size_t>(*number) >= topic.partitions.size())
      return fail(ErrorCode::unknown_topic_or_partition,
                  concat("topic ", topic.name, " has no partition ", *number, "; the last is ",
                         topic.partitions.size() - 1));
    out.push_back(Partition(*number));
  }
  if (out.empty())
    for (size_t i = 0; i < topic.partitions.size(); ++i)
      out.push_back(Partition(static_cast<int32_t>(i)));
  return out;
}

}  // namespace

std::vector<std::string> names_of(const Args& args) {
  std::vector<std::string> out(args.operands().begin(), args.operands().end());
  for (const std::string& topic : args.list("topic")) out.push_back(topic);
  return out;
}

bool matches_a_pattern(const std::vector<std::string>& patterns, const std::string& name) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
         });
}

Status add_matching(std::string_view what, const std::string& expression,
                    const std::vector<std::string>& names, std::vector<std::string>& out) {
  const RE2 pattern(expression, RE2::Quiet);
  if (!pattern.ok()) return usage_error(concat(what, " '", expression, "': ", pattern.error()));
  bool has_matched = false;
  for (const std::string& name : names) {
    if (!RE2::PartialMatch(name, pattern)) continue;
    has_matched = true;
    add_unique(out, name);
  }
  if (!has_matched)
    return fail(ErrorCode::not_found, concat("no ", what, " matches '", expression, "'"));
  return {};
}

Result<RecordFilter> make_record_filter(const Args& args) {
  RecordFilterOptions options;
  options.key = args.list("key");
  options.value = args.list("value");
  options.match = args.list("match");
  options.header = args.list("header");
  options.json_pointer = args.list("json-pointer");
  if (const auto size = args.value("size")) options.size = *size;
  options.is_inverted = args.flag("invert-match");
  return RecordFilter::make(options);
}

Result<std::vector<TopicPartition>> find_partitions(const Args& args, client::Client& client) {
  std::vector<std::string> names;
  const std::vector<std::string> given = names_of(args);
  if (given.empty()) return usage_error("which topic?");
  for (const std::string& name : given) {
    if (name.starts_with('^')) {
      TRY_ASSIGN(const auto there, topic_names(client));
      TRY(add_matching("topic", name, there, names));
    } else {
      add_unique(names, name);
    }
  }
  TRY_ASSIGN(const auto topics, client::describe_topics(client, names));
  std::vector<TopicPartition> out;
  for (const client::TopicInfo& topic : topics) {
    if (topic.error != ErrorCode::none && topic.partitions.empty())
      return fail(topic.error, concat("topic ", topic.name, ": ", explain(topic.error, "")));
    TRY_ASSIGN(const auto partitions, partitions_of(args, topic));
    for (const Partition partition : partitions) out.push_back({topic.name, partition});
  }
  return out;
}

Status subscribe(const std::vector<std::string>& given, client::Client& client,
                 client::MemberOptions& member) {
  if (given.empty()) return usage_error("which topic?");
  std::string expressions;
  for (const std::string& name : given) {
    if (!name.starts_with('^')) {
      add_unique(member.topics, name);
      continue;
    }
    if (const RE2 pattern(name, RE2::Quiet); !pattern.ok())
      return usage_error(concat("topic '", name, "': ", pattern.error()));
    append_text(expressions, expressions.empty() ? "" : "|", "(?:", name, ")");
  }
  TRY_ASSIGN(const auto topics, client::describe_topics(client, member.topics));
  for (const client::TopicInfo& topic : topics)
    if (topic.error != ErrorCode::none && topic.partitions.empty())
      return fail(topic.error, concat("topic ", topic.name, ": ", explain(topic.error, "")));
  if (expressions.empty()) return {};
  // A group's expression is one of whole names; the ones given match anywhere.
  auto& pattern = member.pattern.emplace();
  pattern.expression = concat(".*(?:", expressions, ").*");
  pattern.matches = [compiled = std::make_shared<RE2>(pattern.expression, RE2::Quiet)](
                        const std::string& name) { return RE2::FullMatch(name, *compiled); };
  return {};
}

}  // namespace spool::cli
