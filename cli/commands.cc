#include "cli/commands.h"

#include <algorithm>

#include "core/base/text.h"

namespace spool::cli {

// Each is defined in cli/cmd/<first word>.cc.
extern const Command kHelpCommand;

namespace {

const Command* const kCommands[] = {
    &kHelpCommand,
};

/// Levenshtein distance; words are short.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
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
