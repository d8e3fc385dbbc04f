#include "cli/commands.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::cli {

// Each is defined in cli/cmd/, in the file of its path: "topic create" in topic_create.cc.
extern const Command kTopicCreateCommand;
extern const Command kTopicListCommand;
extern const Command kTopicDescribeCommand;
extern const Command kTopicDeleteCommand;
extern const Command kTopicAlterCommand;
extern const Command kTopicTrimCommand;
extern const Command kTopicCountCommand;
extern const Command kTopicSizeCommand;
extern const Command kTopicDiffCommand;
extern const Command kClusterHandoverCommand;
extern const Command kClusterInfoCommand;
extern const Command kClusterApiVersionsCommand;
extern const Command kClusterFeaturesCommand;
extern const Command kClusterLogDirsCommand;
extern const Command kClusterQuorumCommand;
extern const Command kClusterHealthCommand;
extern const Command kConfigGetCommand;
extern const Command kConfigSetCommand;
extern const Command kConfigAppendCommand;
extern const Command kConfigSubtractCommand;
extern const Command kConfigUnsetCommand;
extern const Command kConfigDiffCommand;
extern const Command kConfigExportCommand;
extern const Command kConfigImportCommand;
extern const Command kGroupListCommand;
extern const Command kGroupDescribeCommand;
extern const Command kGroupMembersCommand;
extern const Command kGroupDeleteCommand;
extern const Command kGroupDeleteOffsetsCommand;
extern const Command kGroupResetCommand;
extern const Command kGroupExportCommand;
extern const Command kGroupImportCommand;
extern const Command kGroupWatchCommand;
extern const Command kGroupHistoryCommand;
extern const Command kProduceCommand;
extern const Command kConsumeCommand;
extern const Command kTailCommand;
extern const Command kOffsetsCommand;
extern const Command kRawCommand;
extern const Command kDoctorCommand;
extern const Command kCopyCommand;
extern const Command kBrokerCommand;
extern const Command kInspectCommand;
extern const Command kVerifyCommand;
extern const Command kRepairCommand;
extern const Command kUndoCommand;
extern const Command kSalvageCommand;
extern const Command kKafkaDumpLogCommand;
extern const Command kCompletionCommand;
extern const Command kHelpCommand;

namespace {

const Command* const kCommands[] = {
    &kBrokerCommand,
    &kProduceCommand,
    &kConsumeCommand,
    &kTailCommand,
    &kOffsetsCommand,
    &kRawCommand,
    &kDoctorCommand,
    &kCopyCommand,
    &kTopicCreateCommand,
    &kTopicListCommand,
    &kTopicDescribeCommand,
    &kTopicDeleteCommand,
    &kTopicAlterCommand,
    &kTopicTrimCommand,
    &kTopicCountCommand,
    &kTopicSizeCommand,
    &kTopicDiffCommand,
    &kClusterInfoCommand,
    &kClusterHandoverCommand,
    &kClusterApiVersionsCommand,
    &kClusterFeaturesCommand,
    &kClusterLogDirsCommand,
    &kClusterQuorumCommand,
    &kClusterHealthCommand,
    &kConfigGetCommand,
    &kConfigSetCommand,
    &kConfigAppendCommand,
    &kConfigSubtractCommand,
    &kConfigUnsetCommand,
    &kConfigDiffCommand,
    &kConfigExportCommand,
    &kConfigImportCommand,
    &kGroupListCommand,
    &kGroupDescribeCommand,
    &kGroupMembersCommand,
    &kGroupDeleteCommand,
    &kGroupDeleteOffsetsCommand,
    &kGroupResetCommand,
    &kGroupExportCommand,
    &kGroupImportCommand,
    &kGroupWatchCommand,
    &kGroupHistoryCommand,
    &kInspectCommand,
    &kVerifyCommand,
    &kRepairCommand,
    &kUndoCommand,
    &kSalvageCommand,
    &kKafkaDumpLogCommand,
    &kCompletionCommand,
    &kHelpCommand,
};

/// Letters to insert, drop, change or swap with their neighbour. Words are short.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::span<const Command* const> all_commands() { return kCommands; }

Lookup find_command(const std::vector<std::string>& words) {
  Lookup best;
  for (const Command* command : kCommands) {
    const auto path = split(command->path, ' ');
    if (path.size() <= best.word_count || path.size() > words.size()) continue;
    if (std::ranges::equal(path, std::span(words).first(path.size())))
      best = {command, path.size()};
  }
  return best;
}

std::vector<const Command*> commands_of(std::string_view noun) {
  std::vector<const Command*> out;
  for (const Command* command : kCommands)
    if (command->path.starts_with(concat(noun, ' '))) out.push_back(command);
  return out;
}

std::vector<std::string_view> nearest(std::string_view word,
                                      const std::vector<std::string_view>& known) {
  std::vector<std::pair<size_t, std::string_view>> near;
  for (const std::string_view candidate : known) {
    const size_t changes = candidate.starts_with(word) ? 1 : distance(word, candidate);
    // A third of the letters wrong is a slip; more is another word.
    if (changes <= std::max<size_t>(1, candidate.size() / 3)) near.emplace_back(changes, candidate);
  }
  std::ranges::stable_sort(near, {}, &std::pair<size_t, std::string_view>::first);
  std::vector<std::string_view> out;
  for (size_t i = 0; i < std::min<size_t>(near.size(), 3); ++i) out.push_back(near[i].second);
  return out;
}

}  // namespace spool::cli
