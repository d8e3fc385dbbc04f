#pragma once

/// What the commands that read records share: which topics and partitions, and which records.

#include <vector>

#include "cli/io/record_filter.h"
#include "cli/options.h"
#include "core/base/types.h"
#include "core/client/client.h"
#include "core/client/group_member.h"

namespace spool::cli {

/// What find_partitions() reads.
inline constexpr Option kTopicOptions[] = {
    {.name = "topic",
     .letter = 't',
     .kind = OptionKind::list,
     .value = "TOPIC",
     .help = "A topic, as if given as an argument",
     .group = "What"},
    {.name = "partition",
     .letter = 'p',
     .kind = OptionKind::list,
     .value = "N",
     .help = "Only this partition; may be repeated",
     .group = "What"},
};

/// Of the commands that read records.
inline constexpr Option kIsolationOptions[] = {
    {.name = "isolation",
     .kind = OptionKind::value,
     .value = "uncommitted|committed",
     .fallback = "uncommitted",
     .help = "Whether records of open and aborted transactions count",
     .group = "What"},
};

/// What make_record_filter() reads.
inline constexpr Option kFilterOptions[] = {
    {.name = "key",
     .kind = OptionKind::list,
     .value = "REGEX",
     .help = "Only records whose key has a match; several must all match",
     .group = "Which"},
    {.name = "value",
     .kind = OptionKind::list,
     .value = "REGEX",
     .help = "Only records whose value has a match",
     .group = "Which"},
    {.name = "match",
     .kind = OptionKind::list,
     .value = "REGEX",
     .help = "Only records with a match in key, value or a header's value",
     .group = "Which"},
    {.name = "header",
     .letter = 'H',
     .kind = OptionKind::list,
     .value = "NAME[=REGEX]",
     .help = "Only records with this header, and a match in its value",
     .group = "Which"},
    {.name = "json-pointer",
     .kind = OptionKind::list,
     .value = "POINTER[=REGEX]",
     .help = "Only records whose value is JSON and has something at /a/b/0, and a match there",
     .group = "Which"},
    {.name = "size",
     .kind = OptionKind::value,
     .value = "N|A:B",
     .help = "Only records whose value has so many bytes, both ends included",
     .group = "Which"},
    {.name = "invert-match",
     .help = "Only records that the other conditions leave out",
     .group = "Which"},
};

/// Whether one of the shell's patterns (*, ?, [...]) is the name's, or there are none.
bool matches_a_pattern(const std::vector<std::string>& patterns, const std::string& name);

/// Adds the names that the expression matches and that are not there yet.
/// what    "topic", for errors
/// errors  invalid_argument: no regular expression; not_found: it matches nothing
Status add_matching(std::string_view what, const std::string& expression,
                    const std::vector<std::string>& names, std::vector<std::string>& out);

Result<RecordFilter> make_record_filter(const Args& args);

/// The partitions of the operands and --topic, cut down to those of --partition. An operand that
/// begins with ^ is a regular expression over the topics there are, internal ones left out.
/// errors  invalid_argument, not_found: an expression that matches nothing;
///         unknown_topic_or_partition
Result<std::vector<TopicPartition>> find_partitions(const Args& args, client::Client& client);

/// What a group's member subscribes to: the names given, which must exist, and a pattern of the
/// expressions given, which begin with ^. These may match nothing yet.
/// errors  invalid_argument; unknown_topic_or_partition
Status subscribe(const std::vector<std::string>& given, client::Client& client,
                 client::MemberOptions& member);

/// The operands and --topic.
std::vector<std::string> names_of(const Args& args);

}  // namespace spool::cli
