#pragma once

/// What an offline check found wrong.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spool::storage {

enum class Severity : uint8_t {
  info,     ///< as a crash or a running broker leaves it; loading puts it right without loss
  warning,  ///< a file that is derived from the log disagrees with it, or something is missing
  error,    ///< records are damaged or unreadable, or a broker would refuse or cut
};

struct Finding {
  std::string_view check;  ///< stable name of the rule that is broken
  Severity severity = Severity::error;
  std::string path;
  std::optional<int64_t> file_pos = {};
  std::optional<int64_t> offset = {};
  std::string expected = {};
  std::string found = {};
  std::string_view repair = {};  ///< what repair would do; empty: nothing

  bool operator==(const Finding&) const = default;
};

/// Collects the findings of one file, at most a few of each check: a broken index has thousands.
class FindingList {
 public:
  static constexpr int kEachMax = 20;

  void add(Finding finding) {
    int& seen = count_of(finding.check);
    if (++seen <= kEachMax) {
      findings_.push_back(std::move(finding));
    } else if (seen == kEachMax + 1) {
      finding.found = "more of these";
      finding.expected.clear();
      findings_.push_back(std::move(finding));
    }
  }
  bool has(std::string_view check) const {
    for (const auto& [name, count] : counts_)
      if (name == check) return true;
    return false;
  }
  const std::vector<Finding>& findings() const { return findings_; }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  int& count_of(std::string_view check) {
    for (auto& [name, count] : counts_)
      if (name == check) return count;
    return counts_.emplace_back(check, 0).second;
  }
  std::vector<Finding> findings_;
  std::vector<std::pair<std::string_view, int>> counts_;
};

}  // namespace spool::storage
